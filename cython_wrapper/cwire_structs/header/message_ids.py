"""Finds each message's struct and id: by options, ``@msg`` tags and ``enum message_id``."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, Protocol

from cwire_structs.errors import WrapError, nearest
from cwire_structs.frames import PAYLOAD_LIMIT, RELAY_TYPES
from cwire_structs.header.docs import STRUCT_TAGS, Doc
from cwire_structs.header.id_sources import (
    NUMBER,
    StructsByWords,
    is_sentinel,
    number,
    read_ids,
    says_id,
)
from cwire_structs.header.structs import ProblemLog, StructParser
from cwire_structs.layout import MessageLayout

NO_MESSAGES = (
    "no struct is a message: add an enum (enum message_id { STATUS = 1 }; for struct status), tag "
    "the struct's comment with @msg 1, say --id status=1, or number all structs with --all"
)
LEFT_OUT = "structs that are left out"
_ADD = "add {} to enum message_id, or the tag @msg with a number"
COMMAND_ALIGN = 8  # a frame's payload is 8-aligned in the driver's handler
_PLACE = re.compile(r"\A\S+:\d+: ")


@dataclass(frozen=True)
class Choice:
    """The user's options about the messages.

    Attributes:
        ids: Of structs, by name; they outrank what the header says.
        only: Patterns of the messages to wrap; empty: all.
        all: Patterns of the structs that are numbered where they have no id.
        ids_enum: The enum that gives ids, beside ``enum message_id``.
        id_offset: What is added to each id that is given, by an option or by the header.
    """

    ids: Mapping[str, int] = field(default_factory=dict)
    only: tuple[str, ...] = ()
    all: tuple[str, ...] = ()
    ids_enum: str = ""
    id_offset: int = 0

    @property
    def is_made(self) -> bool:
        """Whether the user said which structs are messages."""
        return bool(self.ids or self.only or self.all or self.ids_enum)

    @classmethod
    def of(
        cls,
        ids: Iterable[str],
        only: Iterable[str],
        ids_file: Path | None = None,
    ) -> Choice:
        """Reads the options ``--id NAME=ID``, ``--only NAME`` and ``--ids FILE``.

        Raises:
            WrapError: An option is not of this form, or a name has two ids.
        """
        chosen: dict[str, int] = {}
        for text in ids:
            name, _, digits = text.partition("=")
            if not name or not NUMBER.fullmatch(digits):
                raise WrapError(f"--id {text}: write --id NAME=ID, for example --id status=0x101")
            if name in chosen:
                raise WrapError(f"--id {text}: {name} has the id {chosen[name]} already")
            chosen[name] = number(digits)
        from_file = read_ids(ids_file) if ids_file else {}
        return cls({**from_file, **chosen}, tuple(only))

    def renamed(self, names: Callable[[str], list[str]]) -> Choice:
        """Returns the same with other names of structs and enums; a pattern may be of several."""
        ids = {names(one)[0]: id_ for one, id_ in self.ids.items()}
        only, all_ = (
            tuple(name for pattern in patterns for name in names(pattern))
            for patterns in (self.only, self.all)
        )
        return replace(self, ids=ids, only=only, all=all_, ids_enum=names(self.ids_enum)[0])


class NamedDeclarations(Protocol):
    """Structs, unions and enums by name."""

    records: dict[str, Any]
    enums: dict[str, Any]


@dataclass(frozen=True)
class _Origin:
    """The source of an id.

    Attributes:
        cursor: What to name in an error.
        what: The same in words.
        id: The number.
        name: Of the struct.
        id_name: The enumerator, if it is one.
        source_id: The number before ``--id-offset``, if there is one.
    """

    cursor: Any
    what: str
    id: int
    name: str
    id_name: str | None = None
    source_id: int | None = None


class _Log(ProblemLog, Protocol):
    """Takes problems, also those of a trial."""

    def trial(self, make: Callable[[], MessageLayout | None]) -> tuple[MessageLayout | None, str]:
        """Returns what was made, or the first of the problems, which are then forgotten."""


class MessageReader:
    """Finds the messages among a header's structs.

    Args:
        cindex: The module ``clang.cindex``.
        declarations: The header's.
        parser: Reads the structs.
        problems: Where problems go.
        is_own: Says of a declaration whether the header, or what it includes of its own, has it.

    Attributes:
        left_out: How many structs ``--all`` found no place for.
    """

    def __init__(
        self,
        cindex: Any,
        declarations: NamedDeclarations,
        parser: StructParser,
        problems: _Log,
        is_own: Callable[[Any], bool],
    ) -> None:
        self.left_out = 0
        self._cindex = cindex
        self._records = declarations.records
        self._enums = declarations.enums
        self._parser = parser
        self._problems = problems
        self._is_own = is_own
        self._names_of: dict[str, list[str]] = {}
        for name, cursor in declarations.records.items():
            self._names_of.setdefault(cursor.get_usr(), []).append(name)
        self._by_words = StructsByWords(filter(self._is_best, self._records))
        self._tags = {
            name: parser.doc(cursor, cursor.type.spelling, STRUCT_TAGS)
            for name, cursor in declarations.records.items()
            if "@" in (cursor.raw_comment or "") and not self._is_alias(name)
        }

    def read(self, choice: Choice, defines: Mapping[str, int | float]) -> list[MessageLayout]:
        """Returns every message, after noting what is wrong with any.

        Args:
            choice: What the user said.
            defines: #define constants that may be ids, for ``--all``.

        Raises:
            WrapError: The choice names what is not there.
        """
        origins = self._given(choice)
        known = self._structs_of(origins)
        for origin in (*self._labelled(choice), *self._defined(choice, defines)):
            if self._records[origin.name].get_usr() not in known:
                origins.setdefault(origin.name, origin)
        if choice.id_offset:
            origins = {
                name: replace(one, id=one.id + choice.id_offset, source_id=one.id)
                for name, one in origins.items()
            }
        free = list(self._unnumbered(choice, origins))
        wanted = self._selected(origins, choice.only, [one.name for one in free])
        self._check_numbers(wanted)
        self._refuse_forgotten(origins, [one.name for one in free])
        messages = [message for origin in wanted if (message := self._message(origin))]
        names = {origin.name for origin in wanted}
        messages += self._numbered(free, {origin.id for origin in wanted}, names)
        return list(self._with_replies(messages, [*origins, *(one.name for one in free)], names))

    def defines(self, names: Iterable[str]) -> list[str]:
        """Returns those names of macros that may be the id of a struct: STATUS_MSG_ID."""
        return [name for name in names if says_id(name) and self._by_words.find(name)]

    def _given(self, choice: Choice) -> dict[str, _Origin]:
        """Returns the ids that options, tags and ``enum message_id`` give, in this order."""
        origins: dict[str, _Origin] = {}
        for origin in (*self._chosen(choice), *self._tagged(), *self._enumerated(choice.is_made)):
            before = origins.setdefault(origin.name, origin)
            outranked = origin.name in choice.ids and before is not origin
            if before is not origin and not outranked and before.id != origin.id:
                shown = before.id_name or before.what
                text = f"{origin.what}: {shown} stands for {origin.name}, too"
                self._problems.add(origin.cursor, text)
            elif before is not origin and origin.id_name and before.id == origin.id:
                origins[origin.name] = origin  # the same number, and the compiler can check it
        return origins

    def _unnumbered(self, choice: Choice, origins: Mapping[str, _Origin]) -> Iterator[_Origin]:
        """Yields the structs that ``--all`` numbers, in the header's order, without a number."""
        known = self._structs_of(origins)
        patterns = (choice.all, choice.only)
        for name, cursor in self._records.items():
            wanted = all(not one or _matches(name, one) for one in patterns)
            new = cursor.get_usr() not in known and self._is_best(name)
            if choice.all and wanted and new and self._is_own(cursor):
                yield _Origin(cursor, f"--all: {cursor.type.spelling}", 0, name)

    def _numbered(
        self, free: Iterable[_Origin], used: set[int], names: set[str]
    ) -> Iterator[MessageLayout]:
        """Yields the structs of ``--all`` that have a place on the wire; tells of the others."""
        next_id = 1
        for origin in free:
            while next_id in used:
                next_id += 1
            if next_id >= RELAY_TYPES:
                raise WrapError(f"--all: there are more than {RELAY_TYPES - 1} structs")
            numbered = replace(origin, id=next_id)
            message, reason = (
                None,
                "has no data, but functions or types; --id takes it all the same",
            )
            if self._is_data(origin.cursor):
                message, reason = self._problems.trial(lambda one=numbered: self._message(one))  # type: ignore[misc]
            if message is None:
                self.left_out += 1
                why = _PLACE.sub("", reason) or "a struct in it is left out"
                text = f"{origin.cursor.type.spelling} is left out: {why}"
                self._problems.warn(origin.cursor, text, LEFT_OUT)
                continue
            used.add(next_id)
            names.add(origin.name)
            yield message

    def _is_data(self, cursor: Any) -> bool:
        """Says whether a struct has members, or nothing at all, as a command without arguments."""
        declared = [one.kind for one in cursor.get_children() if one.kind.is_declaration()]
        return not declared or self._cindex.CursorKind.FIELD_DECL in declared

    def _structs_of(self, names: Iterable[str]) -> set[str]:
        """Returns what tells structs apart, of those with these names."""
        return {self._records[name].get_usr() for name in names if name in self._records}

    def _is_best(self, name: str) -> bool:
        """Says whether a name is what a struct is called: of _x and its typedef x, that is x."""
        others = self._names_of[self._records[name].get_usr()]
        if not name.startswith("_"):
            return not self._is_alias(name) or self._records[name].spelling.startswith("_")
        return not self._is_alias(name) and all(other.startswith("_") for other in others)

    def _is_alias(self, name: str) -> bool:
        """Says whether a name is the typedef of a struct that has a name of its own."""
        tag = self._records[name].spelling
        return tag != name and tag in self._records and self._records[tag] == self._records[name]

    def _chosen(self, choice: Choice) -> Iterable[_Origin]:
        for name, id_ in choice.ids.items():
            cursor = self._records.get(name)
            if cursor is None:
                raise WrapError(
                    f"--id {name}={id_}: there is no struct {name}{self._near_struct(name)}"
                )
            yield _Origin(cursor, f"--id {name}={id_}", id_, name)

    def _tagged(self) -> Iterable[_Origin]:
        for name, doc in self._tags.items():
            if "msg" in doc.tags:
                word, cursor = doc.tags["msg"][0], self._records[name]
                what = f"{cursor.type.spelling}: @msg {word}"
                if NUMBER.fullmatch(word):
                    yield _Origin(cursor, what, number(word), name)
                else:
                    self._parser.complain(cursor, f"{what}: is not a number")

    def _labels(self, enum: Any) -> list[Any]:
        kind = self._cindex.CursorKind.ENUM_CONSTANT_DECL
        return [label for label in enum.get_children() if label.kind == kind]

    def _labelled(self, choice: Choice) -> Iterator[_Origin]:
        """Yields the ids in the enum of ``--ids-enum``, as far as they have a struct."""
        if not choice.ids_enum:
            return
        enum = self._enums.get(choice.ids_enum)
        if enum is None:
            near = self._near(choice.ids_enum, self._enums)
            raise WrapError(f"--ids-enum {choice.ids_enum}: there is no such enum{near}")
        labels = {label.spelling: label for label in self._labels(enum)}
        found = False
        values = {name: label.enum_value for name, label in labels.items()}
        for label, value, name in self._by_words.matches(values):
            found = True
            yield _Origin(labels[label], f"{label} = {value}", value, name, label)
        if not found:
            raise WrapError(
                f"--ids-enum {choice.ids_enum}: no enumerator has the name of a struct, as "
                f"{next(iter(labels), 'MSG_STATUS')} would be of a struct of its words"
            )

    def _defined(self, choice: Choice, defines: Mapping[str, int | float]) -> Iterator[_Origin]:
        """Yields the ids that macros give the structs of ``--all``: STATUS_MSG_ID."""
        for define, value in defines.items():
            name = self._by_words.find(define)
            if name is not None and isinstance(value, int) and _matches(name, choice.all):
                cursor = self._records[name]
                yield _Origin(cursor, f"#define {define} {value}", value, name)

    def _enumerated(self, chosen: bool) -> Iterable[_Origin]:
        """Yields the ids of ``enum message_id``; where the user chose, those that have a struct."""
        enum = self._enums.get("message_id")
        for label in self._labels(enum) if enum is not None else ():
            id_name, id_ = label.spelling, label.enum_value
            name = id_name.lower()
            if name not in self._records:
                name = self._by_words.find(id_name) or name
            what = f"message id {id_name} = {id_}"
            if name not in self._records:
                if chosen or is_sentinel(id_name):
                    continue
                near = self._near_struct(name)
                text = f"{what}: there is no struct {name} (the id's name in lower case){near}"
                text += "" if near else "; with --only or --id such ids are passed over"
                self._problems.add(label, text)
            yield _Origin(label, what, id_, name, id_name)

    def _selected(
        self, origins: Mapping[str, _Origin], only: tuple[str, ...], more: Iterable[str]
    ) -> list[_Origin]:
        """Returns the messages that ``--only`` names; `more` are those without a number yet."""
        known = [*origins, *more]
        for pattern in only:
            if not any(fnmatchcase(name, pattern) for name in known):
                near = self._near(pattern, known)
                hint = near or ("; --all numbers structs" if pattern in self._records else "")
                raise WrapError(f"--only {pattern}: there is no such message{hint}")
        return [one for name, one in origins.items() if not only or _matches(name, only)]

    def _check_numbers(self, origins: Iterable[_Origin]) -> None:
        numbers: dict[int, _Origin] = {}
        structs: dict[str, _Origin] = {}
        for origin in origins:
            if origin.name in self._records:
                key = self._records[origin.name].get_usr()
                first = structs.setdefault(key, origin)
                if first is not origin:
                    text = f"{origin.what}: {first.what} is the same struct"
                    self._problems.add(origin.cursor, text)
            before = numbers.setdefault(origin.id, origin)
            if not 1 <= origin.id < RELAY_TYPES:
                text = f"{origin.what}: ids are from 1 to 0x{RELAY_TYPES - 1:X}"
                if origin.id == 0:
                    text += "; 0 is cwire's own control frame: --id-offset 1 makes room for it"
                self._problems.add(origin.cursor, text)
            elif before is not origin:
                shown = before.id_name or before.what
                self._problems.add(origin.cursor, f"{origin.what}: {shown} has this number, too")

    def _message(self, origin: _Origin) -> MessageLayout | None:
        cursor = self._records.get(origin.name)
        if cursor is None:
            return None
        struct = self._parser.struct(cursor)
        if struct is None:
            return None
        tags = self._tags.get(cursor.spelling, self._tags.get(origin.name, Doc())).tags
        command = "command" in tags
        reply = tags["reply"][0] if "reply" in tags else None
        problem = None
        if reply is not None and not command:
            text = "@reply without @command; only commands are answered"
            self._parser.complain(cursor, f"{struct.c_name}: {text}")
            reply = None
        if struct.size > PAYLOAD_LIMIT:
            problem = f"has {struct.size} bytes, a payload has at most {PAYLOAD_LIMIT}"
        elif command and struct.align > COMMAND_ALIGN:
            problem = (
                f"is a command and aligned to {struct.align} bytes, but your handler gets a "
                f"payload at a multiple of {COMMAND_ALIGN}; align it to {COMMAND_ALIGN} at most"
            )
        if problem:
            self._problems.add(cursor, f"{struct.c_name}: {problem}")
        return MessageLayout(
            origin.id, origin.id_name, origin.name, struct, command, reply, origin.source_id
        )

    def _with_replies(
        self, messages: Iterable[MessageLayout], known: Iterable[str], wanted: set[str]
    ) -> Iterator[MessageLayout]:
        """Yields messages, without a reply where the one that is named is no message."""
        for message in messages:
            if message.reply is None or message.reply in wanted:
                yield message
                continue
            what = f"{message.struct.c_name}: @reply {message.reply}"
            near = self._near(message.reply, known)
            text = f"is not among --only {' '.join(sorted(wanted))}"
            if message.reply not in known:
                text = f"is no message{near}"
                if message.reply in self._records:
                    text = f"is no message: it has no id; {_ADD.format(message.reply.upper())}"
            self._parser.complain(self._records[message.name], f"{what} {text}")
            yield replace(message, reply=None)

    def _refuse_forgotten(self, origins: Mapping[str, _Origin], more: Iterable[str]) -> None:
        """A struct that is tagged as a command but has no id was forgotten."""
        known = self._structs_of([*origins, *more])
        for name, doc in self._tags.items():
            tagged = [tag for tag in ("command", "reply") if tag in doc.tags]
            cursor = self._records[name]
            if tagged and cursor.get_usr() not in known:
                text = (
                    f"{cursor.type.spelling} is tagged @{tagged[0]}, but has no id: "
                    f"{_ADD.format(name.upper())}"
                )
                self._parser.complain(cursor, text)

    def _near_struct(self, name: str) -> str:
        """Returns a hint at a struct of a similar name; of the system's headers at last."""
        own = [one for one, cursor in self._records.items() if self._is_own(cursor)]
        return self._near(name, own) or self._near(name, self._records)

    @staticmethod
    def _near(name: str, known: Iterable[str]) -> str:
        near = nearest(name, known)
        return f"; did you mean {near}?" if near else ""


def _matches(name: str, patterns: Iterable[str]) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in patterns)

"""Finds each message's struct and id: by options, ``@msg`` tags and ``enum message_id``."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from cwire_structs.errors import WrapError
from cwire_structs.frames import PAYLOAD_LIMIT, RELAY_TYPES
from cwire_structs.header.docs import STRUCT_TAGS, Doc
from cwire_structs.header.structs import StructParser
from cwire_structs.layout import MessageLayout

NO_MESSAGES = (
    "no struct is a message: add an enum (enum message_id { STATUS = 1 }; for struct status), tag "
    "the struct's comment with @msg 1, or say --id status=1"
)
COMMAND_ALIGN = 8  # a frame's payload is 8-aligned in the driver's handler
_NUMBER = re.compile(r"0[xX][0-9a-fA-F]+|[0-9]+")


@dataclass(frozen=True)
class Choice:
    """What the user said about the messages.

    Attributes:
        ids: Of structs, by name; they outrank what the header says.
        only: The messages to wrap; empty: all.
    """

    ids: Mapping[str, int] = field(default_factory=dict)
    only: tuple[str, ...] = ()

    @classmethod
    def of(cls, ids: Iterable[str], only: Iterable[str]) -> Choice:
        """Reads the options ``--id NAME=ID`` and ``--only NAME``.

        Raises:
            WrapError: An option is not of this form, or a name has two ids.
        """
        chosen: dict[str, int] = {}
        for text in ids:
            name, _, number = text.partition("=")
            if not name or not _NUMBER.fullmatch(number):
                raise WrapError(f"--id {text}: write --id NAME=ID, for example --id status=0x101")
            if name in chosen:
                raise WrapError(f"--id {text}: {name} has the id {chosen[name]} already")
            chosen[name] = _number(number)
        return cls(chosen, tuple(only))


class NamedDeclarations(Protocol):
    """Structs, unions and enums by name."""

    records: dict[str, Any]
    enums: dict[str, Any]


@dataclass(frozen=True)
class _Origin:
    """Where an id comes from.

    Attributes:
        cursor: What to name in an error.
        what: The same in words.
        id: The number.
        name: Of the struct.
        id_name: The enumerator, if it is one.
    """

    cursor: Any
    what: str
    id: int
    name: str
    id_name: str | None = None


class MessageReader:
    """Finds the messages among a header's structs.

    Args:
        cindex: The module ``clang.cindex``.
        declarations: The header's.
        parser: Reads the structs, and knows where problems go.
    """

    def __init__(self, cindex: Any, declarations: NamedDeclarations, parser: StructParser) -> None:
        self._cindex = cindex
        self._records = declarations.records
        self._enum = declarations.enums.get("message_id")
        self._parser = parser
        self._problems = parser.problems
        self._tags = {
            name: parser.doc(cursor, cursor.type.spelling, STRUCT_TAGS)
            for name, cursor in declarations.records.items()
            if "@" in (cursor.raw_comment or "") and not self._is_alias(name)
        }

    def read(self, choice: Choice) -> list[MessageLayout]:
        """Returns every message, after noting what is wrong with any.

        Raises:
            WrapError: The choice names what is not there.
        """
        origins: dict[str, _Origin] = {}
        for origin in (*self._chosen(choice), *self._tagged(), *self._enumerated()):
            before = origins.setdefault(origin.name, origin)
            outranked = origin.name in choice.ids and before is not origin
            if before is not origin and not outranked and before.id != origin.id:
                shown = before.id_name or before.what
                text = f"{origin.what}: {shown} stands for {origin.name}, too"
                self._problems.add(origin.cursor, text)
            elif before is not origin and origin.id_name and before.id == origin.id:
                origins[origin.name] = origin  # the same number, and the compiler can check it
        wanted = self._selected(origins, choice.only)
        self._check_numbers(wanted)
        self._refuse_forgotten(origins)
        messages = [message for origin in wanted if (message := self._message(origin))]
        self._check_replies(messages, origins, {origin.name for origin in wanted})
        return messages

    def _is_alias(self, name: str) -> bool:
        """Says whether a name is the typedef of a struct that has a name of its own."""
        tag = self._records[name].spelling
        return tag != name and tag in self._records and self._records[tag] == self._records[name]

    def _chosen(self, choice: Choice) -> Iterable[_Origin]:
        for name, id_ in choice.ids.items():
            cursor = self._records.get(name)
            if cursor is None:
                raise WrapError(
                    f"--id {name}={id_}: there is no struct {name}{self._near(name, self._records)}"
                )
            yield _Origin(cursor, f"--id {name}={id_}", id_, name)

    def _tagged(self) -> Iterable[_Origin]:
        for name, doc in self._tags.items():
            if "msg" in doc.tags:
                word, cursor = doc.tags["msg"][0], self._records[name]
                what = f"{cursor.type.spelling}: @msg {word}"
                if _NUMBER.fullmatch(word):
                    yield _Origin(cursor, what, _number(word), name)
                else:
                    self._problems.add(cursor, f"{what}: is not a number")

    def _enumerated(self) -> Iterable[_Origin]:
        for label in self._enum.get_children() if self._enum is not None else ():
            if label.kind == self._cindex.CursorKind.ENUM_CONSTANT_DECL:
                id_name, id_ = label.spelling, label.enum_value
                name = id_name.lower()
                what = f"message id {id_name} = {id_}"
                if name not in self._records:
                    near = self._near(name, self._records)
                    text = f"{what}: there is no struct {name} (the id's name in lower case){near}"
                    self._problems.add(label, text)
                yield _Origin(label, what, id_, name, id_name)

    def _selected(self, origins: Mapping[str, _Origin], only: Iterable[str]) -> list[_Origin]:
        wanted = set(only) or set(origins)
        for name in sorted(wanted - set(origins)):
            raise WrapError(f"--only {name}: there is no such message{self._near(name, origins)}")
        return [origin for name, origin in origins.items() if name in wanted]

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
        problem = None
        if "reply" in tags and not command:
            problem = "@reply without @command; only commands are answered"
        elif struct.size > PAYLOAD_LIMIT:
            problem = f"has {struct.size} bytes, a payload has at most {PAYLOAD_LIMIT}"
        elif command and struct.align > COMMAND_ALIGN:
            problem = (
                f"is a command and aligned to {struct.align} bytes, but your handler gets a "
                f"payload at a multiple of {COMMAND_ALIGN}; align it to {COMMAND_ALIGN} at most"
            )
        if problem:
            self._problems.add(cursor, f"{struct.c_name}: {problem}")
        reply = tags["reply"][0] if "reply" in tags else None
        return MessageLayout(origin.id, origin.id_name, origin.name, struct, command, reply)

    def _check_replies(
        self, messages: Iterable[MessageLayout], known: Iterable[str], wanted: set[str]
    ) -> None:
        for message in messages:
            if message.reply is None or message.reply in wanted:
                continue
            what = f"{message.struct.c_name}: @reply {message.reply}"
            near = self._near(message.reply, known)
            text = f"is not among --only {' '.join(sorted(wanted))}"
            if message.reply not in known:
                text = f"is no message{near}"
            self._problems.add(self._records[message.name], f"{what} {text}")

    def _refuse_forgotten(self, origins: Mapping[str, _Origin]) -> None:
        """A struct that is tagged as a command but has no id was forgotten."""
        known = {self._records[name].get_usr() for name in origins if name in self._records}
        for name, doc in self._tags.items():
            tagged = [tag for tag in ("command", "reply") if tag in doc.tags]
            cursor = self._records[name]
            if tagged and cursor.get_usr() not in known:
                self._problems.add(
                    cursor,
                    f"{cursor.type.spelling} is tagged @{tagged[0]}, but has no id: add "
                    f"{name.upper()} to enum message_id, or the tag @msg with a number",
                )

    @staticmethod
    def _near(name: str, known: Iterable[str]) -> str:
        near = difflib.get_close_matches(name, list(known), 1)
        return f"; did you mean {near[0]}?" if near else ""


def _number(text: str) -> int:
    return int(text, 16 if text[:2] in ("0x", "0X") else 10)

"""Layouts of messages straight from a compiled object or firmware image, without a header."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from cwire_structs.errors import WrapError, nearest
from cwire_structs.frames import PAYLOAD_LIMIT, RELAY_TYPES
from cwire_structs.header.id_sources import StructsByWords
from cwire_structs.header.image.files import no_structs, open_image
from cwire_structs.header.image.kinds import UNSIGNED_CHAR, enumerators
from cwire_structs.header.image.names import Namer
from cwire_structs.header.image.signatures import Signatures
from cwire_structs.header.image.types import TypeReader
from cwire_structs.header.image.units import ENUM, RECORDS, DebugInfo, Definition, text, value
from cwire_structs.header.message_ids import COMMAND_ALIGN, LEFT_OUT, Choice
from cwire_structs.header.schema_name import schema_name
from cwire_structs.layout import Abi, Layout, MessageLayout, Notice, needed
from cwire_structs.schema.bits import ByteOrder
from cwire_structs.schema.fields import Enum

ALIGNMENT = "alignments of more than 8 bytes"  # kinds of notices
IMAGE = "what an image does not hold"
_SHOWN = 20
_SHOWN_NAMES = 8
_RUST = frozenset(("alloc", "core", "std"))  # what its library defines
_IDENTIFIER = re.compile(r"[A-Za-z]\w*")
_PRODUCERS = (("rustc", "rustc"), ("clang", "clang"), ("GNU", "gcc"), ("zig", "zig"))
# Names that the generated header, which is C, cannot give to a member.
_KEYWORDS = frozenset(
    (
        *("auto", "bool", "break", "case", "char", "const", "continue", "default", "do", "double"),
        *("else", "enum", "extern", "false", "float", "for", "goto", "if", "inline", "int", "long"),
        *("register", "restrict", "return", "short", "signed", "sizeof", "static", "struct"),
        *("switch", "true", "typedef", "typeof", "union", "unsigned", "void", "volatile", "while"),
    )
)


@dataclass(frozen=True)
class Image:
    """The structs and enums of an image.

    Attributes:
        layout: Its messages.
        abi: Sizes of its target.
        byte_order: Of its target.
        family: The compiler: gcc, clang, rustc.
        target: The machine.
    """

    layout: Layout
    abi: Abi
    byte_order: ByteOrder
    family: str
    target: str

    @property
    def layout_flags(self) -> list[str]:
        """The compiler's flags, which an image does not tell in a way to rely on."""
        return []


@dataclass(frozen=True)
class _Chosen:
    """A message before its struct was read.

    Attributes:
        one: The struct's definition.
        id: Its number.
        source_id: The number before ``--id-offset``, if there is one.
    """

    one: Definition
    id: int
    source_id: int | None = None


def read_image(path: Path, choice: Choice | None = None, name: str | None = None) -> Image:
    """Reads messages from an image's debugging information.

    Args:
        path: The image: an ELF file, for any machine.
        choice: The messages, and their ids where the image's ``enum message_id`` has none.
        name: Of the schema; None: made of the image's.

    Raises:
        WrapError: The image says nothing of the structs, or one has no place on the wire.
    """
    elf, info = open_image(path)
    name = schema_name(path, name)
    chooser = _Chooser(info, elf, choice or Choice())
    reader = _MessageReader(info)
    messages = [made for one in chooser.messages() if (made := reader.message(one))]
    reader.raise_any()
    messages += reader.numbered(chooser.unnumbered(), chooser.definition, messages)
    if not messages:
        raise WrapError(f"{path.name}: no struct has a place on the wire")
    return _image(path, elf, info, reader, name, messages)


def _image(
    path: Path,
    elf: Any,
    info: DebugInfo,
    reader: _MessageReader,
    name: str,
    messages: list[MessageLayout],
) -> Image:
    types = reader.types
    structs, used = needed(messages)
    enums = {one: enum for one, enum in sorted(types.enums.items()) if one in used}
    c_names = {one: f"{name}_{one}" for one in enums}
    lacks = (
        f"{path.name}: an image holds no comments, tags, units or #define constants: the schema "
        "has none"
    )
    return Image(
        layout=Layout(
            name=name,
            header=f"{name}.h",
            enums=enums,
            enum_c_names=c_names,
            structs={one: struct for one, struct in types.structs.items() if one in structs},
            messages=tuple(sorted(messages, key=lambda message: message.id)),
            macros={},
            lines=types.lines,
            anonymous=frozenset(types.anonymous),
            notices=(*types.notices, Notice(lacks, IMAGE)),
            reader="DWARF",
            enumerators=_enumerators(enums, c_names.values()),
        ),
        abi=_abi(info),
        byte_order=info.byte_order,
        family=_family(info),
        target=str(elf.get_machine_arch()).lower(),
    )


class _MessageReader:
    """Reads the structs of messages.

    Args:
        info: The debugging information.

    Attributes:
        types: What has read the structs.
    """

    def __init__(self, info: DebugInfo) -> None:
        self._namer = Namer.of(info.all(), _KEYWORDS)
        self.types = TypeReader(info, self._namer, numbers=True)

    def message(self, chosen: _Chosen) -> MessageLayout | None:
        """Returns a message, or None after noting what is wrong with its struct."""
        name = self._namer.key(chosen.one)
        struct = self.types.struct(chosen.one.entry, name)
        if struct is None:
            return None
        if struct.size > PAYLOAD_LIMIT:
            self.types.problems.append(
                f"{name} has {struct.size} bytes, a payload at most {PAYLOAD_LIMIT}"
            )
        if struct.align > COMMAND_ALIGN:
            text_ = (
                f"{name} is aligned to {struct.align} bytes, and payloads are to {COMMAND_ALIGN}: "
                "copy it before you use it"
            )
            self.types.notices.append(Notice(text_, ALIGNMENT))
        return MessageLayout(
            chosen.id, None, name, struct, command=False, reply=None, source_id=chosen.source_id
        )

    def numbered(
        self,
        free: Iterable[str],
        definition: Callable[[str], Definition],
        before: Iterable[MessageLayout],
    ) -> Iterator[MessageLayout]:
        """Yields the structs of ``--all`` that have a place on the wire; tells of the others."""
        used = {message.id for message in before}
        ids = (id_ for id_ in range(1, RELAY_TYPES) if id_ not in used)
        next_id = next(ids, None)
        for name in free:
            if next_id is None:
                raise WrapError(f"--all: there are more than {RELAY_TYPES - 1} structs")
            notices = [*self.types.notices]
            try:
                message = self.message(_Chosen(definition(name), next_id))
                reason = next(iter(self.types.problems), "a struct in it is left out")
            except WrapError as error:
                message, reason = None, str(error)
            if message is None or self.types.problems:
                self.types.problems.clear()
                left_out = Notice(f"{name} is left out: {reason}", LEFT_OUT)
                self.types.notices[:] = [*notices, left_out]
                continue
            yield message
            next_id = next(ids, None)

    def raise_any(self) -> None:
        """Raises WrapError if there is a problem."""
        problems = self.types.problems
        if problems:
            more = len(problems) - _SHOWN
            raise WrapError(
                "\n".join([*problems[:_SHOWN], *([f"and {more} more"] if more > 0 else [])])
            )


def _enumerators(enums: Mapping[str, Enum], types: Iterable[str]) -> dict[str, dict[str, str]]:
    """Returns names for enumerators that cannot have their own in C, where all share a scope."""
    labels = [label for enum in enums.values() for label in enum.values]
    count = Counter((*labels, *types, *_KEYWORDS, *_KEYWORDS))
    return {
        name: {label: f"{name}_{label}" for label in enum.values if count[label] > 1}
        for name, enum in enums.items()
    }


class _Chooser:
    """Finds the messages: what the user named, with ids given, of the image's enum, or next."""

    def __init__(self, info: DebugInfo, elf: Any, choice: Choice) -> None:
        self._info = info
        self._elf = elf
        self._choice = choice
        self._records = [one for one in info.all() if one.entry.tag in RECORDS]
        self._same = Signatures(info)
        self._used: set[str | None] = set()
        self._labels = self._enumerated()

    def messages(self) -> list[_Chosen]:
        """Returns those that the user named or that have an id."""
        if not self._records and not any(self._info.named(name) for name in self._names()):
            raise WrapError(no_structs(self._info, self._elf))
        wanted = self._wanted()
        if not wanted and not self._choice.all:
            raise WrapError(
                f"{self._info.owner}: say which structs are messages: --only "
                f"{self._some()}; or --all; an enum message_id of the image counts, too"
            )
        found = {name: self.definition(name) for name in wanted}
        self._used = {*wanted, *(text(one.entry, "DW_AT_name") for one in found.values())}
        given = {name: self._given(name, one) for name, one in found.items()}
        offset = self._choice.id_offset
        taken = {id_ + offset for id_ in given.values() if id_ is not None}
        free = (id_ for id_ in range(1, RELAY_TYPES) if id_ not in taken)
        chosen = {}
        for name, id_ in given.items():
            one = found[name]
            chosen[name] = _Chosen(one, next(free, 0)) if id_ is None else _Chosen(one, id_)
            if id_ is not None and offset:
                chosen[name] = replace(chosen[name], id=id_ + offset, source_id=id_)
        users: dict[int, str] = {}
        for name, id_ in ((name, one.id) for name, one in chosen.items()):
            if not 1 <= id_ < RELAY_TYPES:
                raise WrapError(f"{name} = {id_}: ids are from 1 to 0x{RELAY_TYPES - 1:X}")
            if users.setdefault(id_, name) != name:
                raise WrapError(f"{name} = {id_}: {users[id_]} has this number, too")
        return [*chosen.values()]

    def unnumbered(self) -> Iterator[str]:
        """Yields the names of the structs that ``--all`` numbers."""
        patterns = [one for one in (self._choice.all, self._choice.only) if one]
        whole = any("::" in each for group in patterns for each in group)
        for one in self._records if self._choice.all else ():
            wanted = all(any(_fits(one, each) for each in group) for group in patterns)
            named = _IDENTIFIER.fullmatch(one.name) and not _RUST.intersection(one.scopes[:1])
            # The typedef of a struct that has a name is no other struct.
            again = one.alias and text(one.entry, "DW_AT_name")
            name = one.qualified if whole else one.name
            if wanted and named and not again and self._used.isdisjoint((name, one.name)):
                self._used.add(name)
                yield name

    def _given(self, name: str, one: Definition) -> int | None:
        """Returns the id that the user or the image gives; None: neither does."""
        return self._choice.ids.get(name, self._labels.get(one.name))

    def _names(self) -> list[str]:
        return [_plain(name) for name in (*self._choice.only, *self._choice.ids)]

    def _wanted(self) -> list[str]:
        """Returns the names in the order in which they get ids."""
        names = [_plain(name) for name in self._choice.only]
        if not names or self._choice.all:
            numbered = dict.fromkeys((*self._choice.ids, *self._labels))
            return [
                name
                for name in numbered
                if not names or any(fnmatchcase(name, pattern) for pattern in names)
            ]
        found: list[str] = []
        for name in names:
            matching = [name]
            if any(letter in name for letter in "*?["):
                whole = "::" in name
                matching = sorted(
                    {
                        one.qualified if whole else one.name
                        for one in self._records
                        if _fits(one, name)
                    }
                )
                if not matching:
                    raise WrapError(
                        f"--only {name}: {self._info.owner} has no struct of such a name"
                    )
            found += matching
        return list(dict.fromkeys(found))

    def definition(self, name: str) -> Definition:
        """Returns the struct of a name.

        Raises:
            WrapError: There is none, or there are several.
        """
        found = [one for one in self._info.named(name) if one.entry.tag in RECORDS]
        if found:
            return self._same.one(name, found)
        bare = name.rpartition("::")[2]
        if bare in self._info.declared:
            raise WrapError(
                f"{name}: {self._info.owner} only declares it; name the image in which the program "
                "that fills it is, and compile that with -g (clang: -fstandalone-debug)"
            )
        near = nearest(bare, (one.name for one in self._records))
        cure = f"did you mean {near}?" if near else f"it has {self._some()}."
        raise WrapError(
            f"{self._info.owner} has no struct {name}; {cure} A struct that the code only asks for "
            "its size is left out, unless compiled with -fno-eliminate-unused-debug-types"
        )

    def _enumerated(self) -> dict[str, int]:
        """Returns the ids of the image's enums of ids, by the names of structs."""
        by_words = StructsByWords(one.name for one in self._records)
        known = {one.name for one in self._records}
        ids: dict[str, int] = {}
        for label, number in self._values("message_id").items():
            name = label.lower()
            name = name if name in known else by_words.find(label) or name
            if name in known:
                ids.setdefault(name, number)
        if name := self._choice.ids_enum:
            values = self._values(name)
            if not values:
                raise WrapError(f"--ids-enum {name}: {self._info.owner} has no such enum")
            for _, number, struct in by_words.matches(values):
                ids.setdefault(struct, number)
        return ids

    def _values(self, name: str) -> dict[str, int]:
        """Returns the values of an enum of the image; empty: it has none."""
        found = [one for one in self._info.named(name) if one.entry.tag == ENUM]
        return dict(enumerators(self._same.one(name, found).entry)) if found else {}

    def _some(self) -> str:
        own = (one for one in self._records if not _RUST.intersection(one.scopes[:1]))
        names = sorted({one.name for one in own if _IDENTIFIER.fullmatch(one.name)})
        more = len(names) - _SHOWN_NAMES
        return " ".join(names[:_SHOWN_NAMES]) + (f" (and {more} more)" if more > 0 else "")


def _fits(one: Definition, pattern: str) -> bool:
    """Says whether a struct's name is of a pattern, which may begin with namespaces."""
    return fnmatchcase(one.qualified if "::" in pattern else one.name, pattern)


def _plain(name: str) -> str:
    """Returns a name without the word before it: ``struct motor_state``."""
    return re.sub(r"^(struct|union|class)\s+", "", name.strip())


def _family(info: DebugInfo) -> str:
    said = " ".join(info.producers)
    return next((family for word, family in _PRODUCERS if word in said), "unknown")


def _abi(info: DebugInfo) -> Abi:
    """Returns the sizes of a target; those that the program does not use are guessed."""
    long = info.number("long int", "long unsigned int", "long", "unsigned long")
    wchar = info.number("wchar_t")
    char = info.number("char")
    size = info.address_size
    return Abi(
        pointer=size,
        long=value(long, "DW_AT_byte_size", size) or size if long is not None else max(size, 4),
        wchar=value(wchar, "DW_AT_byte_size", 4) or 4 if wchar is not None else 4,
        char_signed=char is None or value(char, "DW_AT_encoding") != UNSIGNED_CHAR,
    )

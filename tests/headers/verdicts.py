"""Judges each struct of a header: right, refused by a reason, wrong, or a traceback."""

from __future__ import annotations

import math
import re
import struct
import traceback
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from cwire_structs import wrap
from cwire_structs.compiler.toolchain import Toolchain
from cwire_structs.errors import WrapError
from cwire_structs.header.message_ids import Choice
from cwire_structs.schema import Message
from cwire_structs.schema.dtypes import column
from cwire_structs.schema.fields import Struct
from cwire_structs.schema.kinds import StructType
from headers.records import TAIL, Leaf, Record
from headers.truth import Value

RIGHT, REFUSED, LOSSY, WRONG, TRACEBACK = "right", "refused", "lossy", "wrong", "traceback"
UNKNOWN = "not compared"
_COMPILES = re.compile(r"does not compile")


@dataclass
class Verdict:
    """The outcome of a struct in one route.

    Attributes:
        outcome: One of the words above.
        why: Of one that is not right; of a refusal it is never empty.
        warnings: What was said of it that did not refuse it.
    """

    outcome: str
    why: str = ""
    warnings: list[str] = field(default_factory=list)


@dataclass
class Group:
    """Structs that were wrapped together."""

    wrapped: wrap.Wrapped
    names: list[str]


class Wrapping:
    """Wraps as many of a header's structs at once as go together.

    Attributes:
        groups: What was wrapped.
        verdicts: Of the structs that were not.
        apart: Why structs that can be wrapped cannot be wrapped together.
    """

    def __init__(self, header: Path, toolchain: Toolchain) -> None:
        self.groups: list[Group] = []
        self.verdicts: dict[str, Verdict] = {}
        self.apart: list[str] = []
        self._header = header
        self._toolchain = toolchain

    def take(self, names: Sequence[str]) -> None:
        """Wraps structs."""
        self._take(list(names))
        if len(self.groups) > 1:
            together = [name for group in self.groups for name in group.names]
            made = self._try(together)
            if isinstance(made, wrap.Wrapped):
                self.groups = [Group(made, together)]
            else:
                self.apart.append(made.why)

    def _try(self, names: list[str]) -> wrap.Wrapped | Verdict:
        ids = {name: number for number, name in enumerate(names, 1)}
        try:
            return wrap.wrap(self._header, self._toolchain, Choice(ids=ids, only=tuple(names)))
        except WrapError as error:
            return Verdict(REFUSED, str(error)) if str(error).strip() else _no_reason()
        except Exception:
            return Verdict(TRACEBACK, traceback.format_exc(limit=-3))

    def _take(self, names: list[str]) -> None:
        if not names:
            return
        made = self._try(names)
        if isinstance(made, wrap.Wrapped):
            self.groups.append(Group(made, names))
        elif len(names) == 1:
            self.verdicts[names[0]] = made
        elif self._is_the_headers(made, names):
            self.verdicts.update(dict.fromkeys(names, made))
        else:
            blamed = [name for name in names if re.search(rf"\b{name}\b", made.why)]
            rest = [name for name in names if name not in blamed]
            if not blamed or not rest:
                half = len(names) // 2
                self._take(names[:half])
                self._take(names[half:])
            else:
                self._take(rest)
                for name in blamed:
                    self._take([name])

    def _is_the_headers(self, made: Verdict, names: list[str]) -> bool:
        """Says whether the whole header is refused, whichever struct is asked for."""
        if made.outcome == REFUSED and not _COMPILES.search(made.why):
            return False
        alone = [self._try([name]) for name in {names[0], names[-1]}]
        return all(isinstance(one, Verdict) and one.why == made.why for one in alone)


def _no_reason() -> Verdict:
    return Verdict(TRACEBACK, "refused without a reason")


def warnings_of(wrapped: wrap.Wrapped, record: Record) -> list[str]:
    """Returns the warnings that name a struct."""
    named = re.compile(rf"\b{re.escape(record.name)}\b")
    return [one for one in wrapped.warnings if named.search(one)]


def judge(
    message: Message, cls: Any, record: Record, data: Sequence[bytes],
    truth: Sequence[Sequence[Value | None]], *, numpy: bool,
) -> Verdict:  # fmt: skip
    """Compares what a message class (and numpy) reads from bytes with what C reads.

    Args:
        message: The schema's message.
        cls: Its class: the schema's own or the compiled one.
        record: What the compiler says of the struct.
        data: Bytes.
        truth: The values of the record's leaves in them.
        numpy: Whether `Message.decode` is compared, too.
    """
    try:
        return _judge(message, cls, record, data, truth, numpy=numpy)
    except Exception:
        return Verdict(TRACEBACK, traceback.format_exc(limit=-3))


def _judge(
    message: Message, cls: Any, record: Record, data: Sequence[bytes],
    truth: Sequence[Sequence[Value | None]], *, numpy: bool,
) -> Verdict:  # fmt: skip
    if message.struct.size != record.size:
        return Verdict(WRONG, f"size is {message.struct.size}, in C {record.size}")
    loss = ""
    for whole, values in zip(data, truth, strict=True):
        size = _payload_size(message, len(whole))
        leaves = list(_compared(message, record, values))
        if any(leaf.kind in ("unknown", "pointer") for leaf, _ in leaves):
            return Verdict(UNKNOWN, "has a type that this net cannot show")
        item = cls.from_bytes(whole[:size])
        readers: list[tuple[str, Callable[[Leaf], Any]]] = [("class", _reader(message, item))]
        if numpy:
            readers.append(("numpy", _reader(message, message.decode(whole[:size]))))
        for route, read in readers:
            for leaf, expected in leaves:
                try:
                    found = read(leaf)
                except (AttributeError, KeyError, IndexError) as error:
                    return Verdict(WRONG, f"{route}: .{leaf.c_path} is not there: {error!r}")
                if not same(leaf, found, expected):
                    text = f"{route}: .{leaf.c_path} is {found!r}, in C {expected!r}"
                    return Verdict(WRONG, text)
        loss = loss or _loss(message, cls, item, leaves)
    return Verdict(LOSSY, loss) if loss else Verdict(RIGHT)


def _payload_size(message: Message, room: int) -> int:
    if message.tail is None:
        return message.struct.size
    # A tail that begins before the struct's end has room for more elements than are compared.
    return min(message.size + TAIL * message.tail_size, room)


def _compared(
    message: Message, record: Record, values: Sequence[Value | None]
) -> Iterator[tuple[Leaf, Value | None]]:
    """Yields the leaves that a schema must have, and those that it happens to have."""
    tail = _tail_path(message)
    for leaf, value in zip(record.leaves, values, strict=True):
        if not leaf.optional or (tail and leaf.path[: len(tail)] == tail):
            yield leaf, value


def _tail_path(message: Message) -> tuple[str, ...]:
    """Returns the names that lead to a message's flexible array member; empty: it has none."""
    path: list[str] = []
    struct: Struct | None = message.struct if message.tail else None
    while struct is not None:
        last = struct.members[-1]
        path += [] if last.anonymous else [last.name]
        struct = last.type.struct if not last.type.is_tail else None
    return tuple(path)


def _reader(message: Message, whole: Any) -> Callable[[Leaf], Any]:
    """Returns a function that reads a leaf of a message object or of a numpy record.

    A flexible array member of structs is a numpy array in a message object, too.
    """

    def read(leaf: Leaf) -> Any:
        value, inner = whole, message.struct
        for step in leaf.path:
            if isinstance(step, int):
                value = value[step]
                continue
            one = inner.by_name[step]
            if isinstance(value, np.void | np.ndarray):
                value = column(value, inner, one)
            else:
                value = getattr(value, one.py_name)
            of = getattr(one.type, "of", one.type)
            inner = of.struct if isinstance(of, StructType) else inner
        return value

    return read


def same(leaf: Leaf, found: Any, expected: Value | None) -> bool:
    """Says whether a value that Python read is the one that C read."""
    if leaf.kind == "text":
        assert isinstance(expected, bytes)
        return _same_text(found, expected)
    if isinstance(found, str | bytes):
        return False
    if not isinstance(found, int | float | complex):
        found = found.item()
    if leaf.kind == "float":
        return isinstance(found, float) and _same_float(found, expected)
    if leaf.kind == "complex":
        if not isinstance(found, complex) or not isinstance(expected, complex):
            return False
        return _same_float(found.real, expected.real) and _same_float(found.imag, expected.imag)
    return isinstance(found, int) and found == expected


def _same_float(one: float, other: Any) -> bool:
    # The bits, so that -0.0 is not 0.0; a processor may change the bits of a NaN.
    return struct.pack("<d", one) == struct.pack("<d", other) or (
        math.isnan(one) and math.isnan(other)
    )


def _same_text(found: Any, raw: bytes) -> bool:
    """Text is what stands before the first NUL; numpy drops NULs at the end only."""
    if isinstance(found, str):
        until = raw.partition(b"\0")[0]
        return found in (until.decode("utf-8", how) for how in ("replace", "surrogateescape"))
    if isinstance(found, bytes):
        return bytes(found).rstrip(b"\0") == raw.rstrip(b"\0")
    numbers = [one % 256 for one in found]
    return bytes(numbers) == raw


def _loss(
    message: Message, cls: Any, item: Any, leaves: Sequence[tuple[Leaf, Value | None]]
) -> str:
    """Says what `from_dict(to_dict())` loses."""
    try:
        again = cls.from_dict(item.to_dict())
    except ValueError as error:
        return f"from_dict(to_dict()): {error}"
    read, before = _reader(message, again), _reader(message, item)
    one, other = bytes(item), bytes(again)
    for leaf, expected in leaves:
        if not same(leaf, read(leaf), expected):
            return f"from_dict(to_dict()): {leaf.c_path} {before(leaf)!r} is then {read(leaf)!r}"
        if leaf.kind == "text" and leaf.offset is not None:
            end = leaf.offset + leaf.length
            if one[leaf.offset : end] != other[leaf.offset : end]:
                return f"from_dict(to_dict()): the bytes of {leaf.c_path} are others"
    return ""


_LINE = re.compile(r"^\S+?:\d+: ")
_NAMES = re.compile(r"\b(struct|union|enum) \w+(\.\w+)*(\[0\])*|(?<![\w/])[\w]+(\.\w+)+")
_ERROR = re.compile(r"^.*?error: ")
_QUOTED = re.compile(r"'[^']*'")
_TYPE = re.compile(r"has the type .*?, which")


def reason_kind(why: str) -> str:
    """Returns a refusal without the names and numbers of the header that it is of."""
    lines = [line for line in why.splitlines() if line.strip()] or [""]
    text = _LINE.sub("", lines[0])
    if "not compiled" in text:
        errors = [line for line in lines[1:] if "error" in line] or [""]
        text = f"the classes do not compile: {_ERROR.sub('', errors[0])}"
    elif "does not compile" in text:  # the compiler's own words are what tells
        who = "the compiler" if text.endswith("this header:") else "libclang"
        errors = [line for line in lines[1:] if "error" in line] or lines[1:2] or [""]
        text = f"{who} does not compile this: {_ERROR.sub('', errors[0])}"
    text = re.sub(r"\bfor (?!libclang|DWARF).*?, but", "for the compiler, but", text)
    text = re.sub(r"\S*/\S*", "PATH", text)
    text = re.sub(r"^\S+: (the schema is named)", r"\1", text)
    text = re.sub(r"; did you mean .*|; it has .*", "", text)
    text = re.sub(r"--(id|only) \S+", r"--\1 S", text)
    text = _TYPE.sub("has the type T, which", _QUOTED.sub("'…'", _NAMES.sub("S", text)))
    text = re.sub(r"there is no struct \w+|there is no S", "there is no struct S", text)
    return re.sub(r"\b(0x)?[0-9a-fA-F]*\d+\b", "N", text)[:150]

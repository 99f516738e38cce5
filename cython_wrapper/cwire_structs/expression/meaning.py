"""What an expression means by the messages that there are: its paths, kinds and names. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NoReturn

from cwire_structs.errors import hint_text
from cwire_structs.expression.syntax import ExpressionError, Node, parse, path_text
from cwire_structs.schema.fields import Enum
from cwire_structs.schema.message import Message
from cwire_structs.schema.paths import Path, find_path

__all__ = ["Find", "Meaning", "Read", "Source", "Value", "resolve"]

Find = Callable[[str | None, str], tuple[str, Message]]
"""Finds a message by its driver, if one is named, and its name; raises LookupError."""

_KINDS = {"whole": "number", "real": "number", "truth": "truth", "choice": "enum", "text": "text"}
_WORDS = {
    "number": "a number",
    "truth": "true or false",
    "enum": "an enum",
    "text": "a text",
    "name": "a name",
}


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """A message that an expression depends on.

    Attributes:
        driver: The driver's name.
        message: The message.
    """

    driver: str
    message: Message


@dataclass(frozen=True, slots=True, eq=False)
class Read:
    """A field that an expression reads.

    Attributes:
        source: Index of the message in `Meaning.sources`.
        path: The field.
        text: As it was written.
    """

    source: int
    path: Path
    text: str


@dataclass(frozen=True, slots=True, eq=False)
class Value:
    """A part of an expression, with what it gives.

    Attributes:
        op: See `Node`; of ``read``, `value` is the index of the field in `Meaning.reads`.
        parts: What it is applied to.
        value: See `Node`.
        kind: ``number``, ``truth``, ``enum``, ``text``, or ``name``.
        shape: Of an array; -1: as long as the message's tail.
        whole: Whether a number is an integer.
        enum: Of an enum.
        source: Of an array with a tail: the message whose tail it is.
    """

    op: str
    parts: tuple[Value, ...]
    value: object
    kind: str
    shape: tuple[int, ...] = ()
    whole: bool = False
    enum: Enum | None = None
    source: int = -1


@dataclass(slots=True, eq=False)
class Meaning:
    """An expression that fits the messages.

    Attributes:
        text: As it was written.
        value: What is computed: a truth.
        sources: The messages that it depends on.
        reads: The fields that it reads.
    """

    text: str
    value: Value
    sources: list[Source] = field(default_factory=list)
    reads: list[Read] = field(default_factory=list)


def resolve(text: str, find: Find) -> Meaning:
    """Reads an expression, and looks up what is in it.

    Args:
        text: The expression.
        find: Finds messages.

    Raises:
        ExpressionError: It is none, or does not fit the messages.
    """
    return _Resolver(text, find).whole(parse(text))


class _Resolver:
    def __init__(self, text: str, find: Find) -> None:
        self._text = text
        self._find = find
        self._sources: list[Source] = []
        self._reads: list[Read] = []

    def _fail(self, node: Node, reason: str) -> NoReturn:
        raise ExpressionError(self._text, node.at + 1, reason)

    def whole(self, node: Node) -> Meaning:
        value = self._value(node)
        if value.kind == "name":
            self._unknown(node)
        if value.kind != "truth":
            what = _WORDS[value.kind]
            self._fail(node, f"it is {what}, not true or false: compare it, as in > 80")
        if value.shape:
            self._fail(node, "it is true or false for each element: use any(…) or all(…)")
        if not self._reads:
            self._fail(node, "it depends on no message; name a field, such as status.temperature")
        return Meaning(self._text, value, self._sources, self._reads)

    def _value(self, node: Node) -> Value:
        op = node.op
        if op == "path":
            return self._path(node)
        if op == "number":
            assert isinstance(node.value, int | float)
            return _number(node.value)
        if op in ("text", "truth", "name"):
            return Value(op, (), node.value, op)
        parts = tuple(self._value(part) for part in node.parts)
        if op == "compare":
            return self._compare(node, parts)
        if op in ("and", "or", "not"):
            self._need(node, parts, "truth", f"'{op}' takes what is true or false")
            return self._made(node, parts, "truth")
        if op in ("any", "all"):
            self._need(node, parts, "truth", f"{op}() takes what is true or false")
            self._need_array(node, parts[0])
            return Value(op, parts, None, "truth")
        sign = {"minus": "-"}.get(op, op)
        self._need(node, parts, "number", f"'{sign}' takes numbers")
        if op == "minus" and parts[0].op == "number":
            number = parts[0].value
            assert isinstance(number, int | float)
            return _number(-number)
        if op in ("min", "max", "mean"):
            self._need_array(node, parts[0])
            return Value(op, parts, None, "number", whole=op != "mean" and parts[0].whole)
        return self._made(node, parts, "number", whole=op == "abs" and parts[0].whole)

    def _need(self, node: Node, parts: tuple[Value, ...], kind: str, text: str) -> None:
        for part, found in zip(node.parts, parts, strict=True):
            if found.kind == "name":
                self._unknown(part)
            if found.kind != kind:
                self._fail(part, f"{text}, and this is {_WORDS[found.kind]}")

    def _need_array(self, node: Node, value: Value) -> None:
        if not value.shape:
            self._fail(node, f"{node.op}() takes an array, and this is one value")

    def _made(
        self, node: Node, parts: tuple[Value, ...], kind: str, *, whole: bool = False
    ) -> Value:
        """A value for each element of the parts, which are alike or single."""
        shape: tuple[int, ...] = ()
        source = -1
        for part, found in zip(node.parts, parts, strict=True):
            if not found.shape:
                continue
            if shape and (shape, source) != (found.shape, found.source):
                self._fail(part, "the arrays do not have the same number of elements")
            shape, source = found.shape, found.source
        value = node.value if node.op == "compare" else None
        return Value(node.op, parts, value, kind, shape, whole, source=source)

    def _compare(self, node: Node, parts: tuple[Value, ...]) -> Value:
        """Turns names and texts beside an enum into its numbers."""
        assert isinstance(node.value, tuple)
        made = list(parts)
        for index, (part, found) in enumerate(zip(node.parts, parts, strict=True)):
            if found.kind not in ("name", "text") or found.op == "read":
                continue
            beside = (parts[at] for at in (index - 1, index + 1) if 0 <= at < len(parts))
            enum = next((one.enum for one in beside if one.enum), None)
            if enum is not None:
                made[index] = self._enumerator(part, str(found.value), enum)
            elif found.kind == "name":
                self._unknown(part)
        for index, sign in enumerate(node.value):
            kinds = {
                "number" if one.kind == "enum" else one.kind for one in made[index : index + 2]
            }
            part = node.parts[index + 1]
            if len(kinds) > 1:
                one, other = (_WORDS[value.kind] for value in made[index : index + 2])
                self._fail(part, f"{one} and {other} cannot be compared")
            if kinds != {"number"} and sign not in ("==", "!="):
                self._fail(part, f"'{sign}' compares numbers; here are == and !=")
        return self._made(node, tuple(made), "truth")

    def _enumerator(self, node: Node, name: str, enum: Enum) -> Value:
        if name not in enum.values:
            reason = f"enum {enum.name} has no '{name}'; {hint_text(name, enum.values)}"
            self._fail(node, reason)
        return _number(enum.values[name])

    def _unknown(self, node: Node) -> NoReturn:
        self._fail(
            node,
            f"'{node.value}' stands alone: a field is message.field, as status.temperature; the "
            "name of an enum's value stands beside an enum field, as status.mode == RUN",
        )

    def _path(self, node: Node) -> Value:
        assert isinstance(node.value, tuple)
        driver, name, inside = node.value
        try:
            owner, message = self._find(driver, name)
            path = find_path(message.struct, inside)
        except LookupError as error:
            self._fail(node, str(error))
        kind = _KINDS.get(path.field.element.form, "")
        if path.field.type.is_tail and path.field.type.is_text:
            kind = "text"
        if not kind:
            self._fail(node, _refusal(path, name))
        source = self._source(owner, message)
        text = path_text(node)
        index = next((at for at, one in enumerate(self._reads) if one.text == text), -1)
        if index < 0:
            index = len(self._reads)
            self._reads.append(Read(source, path, text))
        whole = path.field.element.form in ("whole", "choice")
        tail = source if -1 in path.shape else -1
        enum = path.field.element.enum
        return Value("read", (), index, kind, path.shape, whole, enum, tail)

    def _source(self, driver: str, message: Message) -> int:
        for index, known in enumerate(self._sources):
            if known.driver == driver and known.message is message:
                return index
        self._sources.append(Source(driver, message))
        return len(self._sources) - 1


def _refusal(path: Path, message: str) -> str:
    struct = path.field.element.struct
    if struct is None:
        return f"{path.text} is {path.field.element.form}: only parts of it could be compared"
    first = struct.fields[0].name if struct.fields else "…"
    return f"{path.text} is a struct; name a member of it: {message}.{path.text}.{first}"


def _number(value: int | float) -> Value:
    """A number; one that 64 bits do not hold is a float."""
    if isinstance(value, int) and not -(2**63) <= value < 2**64:
        value = _nearest(value)
    return Value("number", (), value, "number", whole=isinstance(value, int))


def _nearest(value: int) -> float:
    try:
        return float(value)
    except OverflowError:
        return float("inf") if value > 0 else float("-inf")

"""NAME.d.ts: types of the messages and commands, for pages and programs that use client.mjs.

A value has three forms there: in a batch's row or column, in the fields of a command, and in a
reply, which comes as JSON. What client.mjs makes of each kind is in its `decode/kinds.mjs`; JSON is
as PROTOCOL.md has it. Pure.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from cwire_structs.errors import WrapError
from cwire_structs.schema import Message, Schema
from cwire_structs.schema.fields import WHOLE_UNION, Enum, Field, Kind, Struct, class_name

COLUMN_LIMIT = 20_000  # of one message: structs in structs multiply

_HEAD = """\
// {made}
// import {{ Client }} from "./client.mjs"; const client = new Client<{schema}>(address);

/** Bytes that a command takes. */
export type Bytes = Uint8Array | readonly number[];
/** Numbers that a command takes. */
export type Numbers =
  | readonly number[] | Int8Array | Uint8Array | Int16Array | Uint16Array | Int32Array
  | Uint32Array | Float32Array | Float64Array;
/** Integers of 64 bits that a command takes; text is decimal. */
export type WideNumbers = Numbers | readonly (number | bigint | string)[] | BigInt64Array
  | BigUint64Array;
/** Fields of a command, and values inside of them by their paths: `"corners[1].x": 3`. */
export type WithPaths<T> =
  T | (T & {{ [path: `${{string}}.${{string}}` | `${{string}}[${{string}}`]: unknown }});
"""
_TAKEN = ("Bytes", "Numbers", "WideNumbers", "WithPaths")
# By numpy's letter and size: what a column, or an array in a row, is.
_ARRAYS = {
    "i1": "Int8Array", "i2": "Int16Array", "i4": "Int32Array", "i8": "BigInt64Array",
    "u1": "Uint8Array", "u2": "Uint16Array", "u4": "Uint32Array", "u8": "BigUint64Array",
    "f2": "Float32Array", "f4": "Float32Array", "f8": "Float64Array", "b1": "Uint8Array",
    "c8": "Float32Array", "c16": "Float64Array",
}  # fmt: skip
_IDENTIFIER = re.compile(r"[A-Za-z_$][\w$]*", re.ASCII)


@dataclass(frozen=True)
class _Form:
    """The types of one form of values.

    Attributes:
        suffix: What names of structs end in.
        by_form: The type of one value, by the form in which people write it.
        wide: The type of an integer of 8 bytes.
        union: The type of a union that is a field, and of a whole one.
        optional: Whether fields may be left out.
        list: How arrays are written, around the type of an element.
    """

    suffix: str
    by_form: Mapping[str, str]
    wide: str
    union: str
    optional: bool = False
    list: str = "{}[]"


_ROW = _Form(
    "",
    {
        "whole": "number",
        "real": "number",
        "complex": "[number, number]",
        "truth": "boolean",
        "text": "string | Uint8Array",
    },
    "bigint",
    "Uint8Array",
)
_FIELDS = _Form(
    "Fields",
    {
        "whole": "number",
        "real": "number",
        "complex": "readonly [number, number]",
        "truth": "boolean",
        "text": "string | Bytes",
    },
    "number | bigint | string",
    "string | Bytes",
    optional=True,
    list="readonly {}[]",
)
_REPLY = _Form(
    "Reply",
    {
        "whole": "number",
        "real": "number | null",
        "complex": "[number | null, number | null]",
        "truth": "boolean",
        "text": "string | number[]",
    },
    "number | string",
    "string",
)
_SUFFIXES = (_ROW.suffix, "Columns", _FIELDS.suffix, _REPLY.suffix)


def typescript(schema: Schema, made: str) -> str:
    """Returns the text of NAME.d.ts.

    Args:
        schema: The messages.
        made: The first line: what made it.

    Raises:
        WrapError: A message has too many columns to list them.
    """
    writer = _Writer(schema)
    name = writer.names[schema]
    published = [one for one in schema.messages.values() if not one.command]
    commands = [one for one in schema.messages.values() if one.command]
    replies = {one.reply for one in commands}
    lines = [_HEAD.format(made=made, schema=name)]
    for enum in schema.enums.values():
        lines += [*_doc(enum.doc), f"export type {writer.names[enum]} ="]
        lines += [f"  | {json.dumps(label)}" for label in enum.values] or ["  never"]
        lines[-1] += ";"
    for message in schema.messages.values():
        writer.add(message.struct, _FIELDS if message.command else _ROW)
        if message.name in replies:
            writer.add(message.struct, _REPLY)
    for (struct, suffix), form in writer.asked.items():
        lines += ["", *writer.interface(struct, suffix, form)]
    for message in published:
        lines += ["", *writer.columns(message)]
    lines += ["", f"export interface {name} {{", "  messages: {"]
    for message in published:
        base = writer.names[message.struct]
        types = f"row: {base}; columns: {writer.column_names[message]}"
        lines.append(f"    {_key(message.name)}: {{ {types} }};")
    lines += ["  };", "  commands: {"]
    for message in commands:
        lines += [
            f"    {_key(message.name)}: {{",
            f"      fields: WithPaths<{writer.names[message.struct]}{_FIELDS.suffix}>;",
            f"      reply: {writer.reply(message)};",
            "    };",
        ]
    return "\n".join([*lines, "  };", "}"]) + "\n"


class _Writer:
    """Writes types, and knows by which names."""

    def __init__(self, schema: Schema) -> None:
        self._schema = schema
        self._taken = {*_TAKEN, *_ARRAYS.values()}
        self.names: dict[Schema | Enum | Struct | Message, str] = {}
        self._give(schema, class_name(schema.name))
        for enum in schema.enums.values():
            self._give(enum, class_name(enum.name))
        for struct in schema.structs.values():
            self._give(struct, class_name(struct.name), _SUFFIXES)
        self.column_names = {
            one: f"{self.names[one.struct]}Columns" for one in schema.messages.values()
        }
        self.asked: dict[tuple[Struct, str], _Form] = {}

    def _give(
        self, what: Schema | Enum | Struct, name: str, suffixes: tuple[str, ...] = ("",)
    ) -> None:
        while self._taken.intersection(name + suffix for suffix in suffixes):
            name += "_"
        self._taken.update(name + suffix for suffix in suffixes)
        self.names[what] = name

    def add(self, struct: Struct, form: _Form) -> None:
        """Asks for a struct's interface, and for those of what is in it."""
        if (struct, form.suffix) in self.asked:
            return
        self.asked[struct, form.suffix] = form
        for one in _fields(struct, form):
            inner = one.element.struct
            if inner is not None and (inner.kind != "union" or form is _FIELDS):
                self.add(inner, form)

    def interface(self, struct: Struct, suffix: str, form: _Form) -> Iterator[str]:
        """Writes the interface of a struct in one form."""
        yield from _doc(struct.doc or f"{struct.c_name}.")
        yield f"export interface {self.names[struct]}{suffix} {{"
        mark = "?" if form.optional else ""
        if struct.kind == "union":
            yield f"  {WHOLE_UNION}{mark}: {form.union};"
        for one in _fields(struct, form):
            yield from (f"  {line}" for line in _doc(_field_doc(one)))
            yield f"  {_key(one.name)}{mark}: {self._type(one.type, form)};"
        yield "}"

    def columns(self, message: Message) -> Iterator[str]:
        """Writes the columns of a message, by their paths without indexes."""
        yield f"/** Columns of {message.name}, by path: an index may follow each array. */"
        yield f"export interface {self.column_names[message]} {{"
        for count, (path, type_) in enumerate(_columns(message.struct, "")):
            if count == COLUMN_LIMIT:
                raise WrapError(
                    f"{message.name} has more than {COLUMN_LIMIT:,} columns: leave --typescript "
                    "out, or the message (--only)"
                )
            yield f"  {json.dumps(path, ensure_ascii=False)}: {type_};"
        yield "}"

    def reply(self, command: Message) -> str:
        """Returns the type of what a command's promise becomes."""
        if command.reply is None:
            return "null"
        message = self._schema.messages[command.reply]
        fields = f"{self.names[message.struct]}{_REPLY.suffix}"
        return f"{{ message: {json.dumps(message.name)}; fields: {fields} }} | null"

    def _type(self, type_: Kind, form: _Form) -> str:
        of = type_.element
        if type_.is_text:
            return form.by_form["text"]
        dimensions = type_.dimensions
        element = self._one(of, form)
        if dimensions and of.form in ("whole", "real") and form is not _REPLY:
            wide = "WideNumbers" if of.size == 8 and of.form == "whole" else "Numbers"
            element = _ARRAYS[of.np[1:]] if form is _ROW else wide
            dimensions -= 1
        for _ in range(dimensions):
            element = form.list.format(f"({element})" if re.search(r"[ |]", element) else element)
        return element

    def _one(self, kind: Kind, form: _Form) -> str:
        if kind.struct is not None:
            name = self.names[kind.struct] + form.suffix
            if kind.struct.kind != "union":
                return name
            return f"{form.union} | {name}" if form is _FIELDS else form.union
        if kind.enum is not None:
            return f"{self.names[kind.enum]} | {form.wide if kind.size == 8 else 'number'}"
        if kind.form == "whole" and kind.size == 8:
            return form.wide
        return form.by_form[kind.form]


def _fields(struct: Struct, form: _Form) -> Iterator[Field]:
    """Lists what a struct shows. Of unions commands know the members, all others the bytes."""
    if form is _FIELDS:
        yield from (*struct.fields, *struct.unions)
    elif struct.kind != "union":
        for one in struct.members:
            inner = one.type.struct
            if one.anonymous and inner is not None and inner.kind != "union":
                yield from _fields(inner, form)
            else:
                yield one


def _columns(struct: Struct, path: str) -> Iterator[tuple[str, str]]:
    for one in struct.fields:
        inner, of = one.element.struct, one.element
        here = f"{path}{one.name}"
        if inner is None:
            yield here, "string[]" if of.is_text else _ARRAYS[of.np[1:]]
        elif inner.kind == "union":
            yield here, "Uint8Array"
        if inner is not None:
            yield from _columns(inner, f"{here}.")


def _field_doc(one: Field) -> str:
    words = [one.doc] if one.doc else []
    if one.unit:
        words.append(f"[{one.unit}]")
    if one.range:
        words.append(f"From {one.range[0]:g} to {one.range[1]:g}.")
    return " ".join(words)


def _doc(text: str) -> list[str]:
    """Returns a comment, if there is anything to say."""
    lines = text.replace("*/", "* /").split("\n")
    if not text:
        return []
    if len(lines) == 1:
        return [f"/** {text.replace('*/', '* /')} */"]
    return ["/**", *(f" * {line}".rstrip() for line in lines), " */"]


def _key(name: str) -> str:
    return name if _IDENTIFIER.fullmatch(name) else json.dumps(name, ensure_ascii=False)

"""NAME_schema.h: the schema for the driver, and the assertions that its compiler agrees."""

from __future__ import annotations

from collections.abc import Iterator

from .fields import Field, Struct, TailType
from .layout import Layout, MessageLayout

_GUARDED_INCLUDE = """\
/* C++ has no flexible array members; its compilers have, but -Wpedantic complains. */
#if defined(__cplusplus) && defined(__GNUC__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wpedantic"
#endif
#include "{header}"
#if defined(__cplusplus) && defined(__GNUC__)
#pragma GCC diagnostic pop
#endif
"""
_BYTE_ORDER = """\
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ != __ORDER_{macro}_ENDIAN__
#error "this schema is {order}-endian, this compiler's target is not: wrap again with its CC"
#endif
"""
_ASSERT = """\
/* An error in one of these lines: this compiler, with these flags, lays the struct out otherwise
 * than the one that `cwire wrap` asked. Wrap again with CC set to this compiler and its flags. */
#ifndef CWIRE_ASSERT
#if defined(__cplusplus)
#define CWIRE_ASSERT(condition, name) static_assert(condition, #name)
#else
#define CWIRE_ASSERT(condition, name) typedef char cwire_assert_##name[(condition) ? 1 : -1]
#endif
#endif
"""


def schema_header(layout: Layout, json: bytes, byte_order: str) -> str:
    """Returns the text of NAME_schema.h.

    Args:
        layout: What the header says, proved.
        json: The schema as it travels.
        byte_order: Of its target: ``little`` or ``big``.
    """
    name = layout.name
    guard = f"{name.upper()}_SCHEMA_H"
    has_tail = any(struct.tail for struct in layout.structs.values())
    include = _GUARDED_INCLUDE if has_tail else '#include "{header}"\n'
    messages = sorted(layout.messages, key=lambda message: message.id)
    ids = {message.name: message.id for message in messages}
    rows = [f"    {_row(message, ids)}," for message in messages]
    parts = [
        f"/* Made by `cwire wrap {layout.header}`: do not edit. */\n/* clang-format off */",
        f"#ifndef {guard}\n#define {guard}\n",
        '#include <stddef.h>\n\n#include "cwire.h"\n',
        include.format(header=layout.header),
        _BYTE_ORDER.format(order=byte_order, macro=byte_order.upper()) + _ASSERT,
        *_assertions(layout),
        f"\n/* The schema's JSON: string literals may end at 4095 bytes. */\n"
        f"static const unsigned char {name}_schema_json[] = {{",
        *_byte_lines(json),
        f"}};\n\nstatic const cwire_message {name}_schema_messages[] = {{",
        "    /* id, reply, command, size, tail_size, name */",
        *rows,
        f"}};\n\nstatic const cwire_schema {name}_schema = {{",
        f'    "{name}", {name}_schema_json, sizeof {name}_schema_json, {name}_schema_messages, '
        f"{len(rows)}",
        "};\n\n#endif",
    ]
    return "\n".join(parts) + "\n"


def _row(message: MessageLayout, ids: dict[str, int]) -> str:
    struct = message.struct
    tail = struct.tail
    size = tail.offset if tail else struct.size
    stride = tail.type.stride if tail and isinstance(tail.type, TailType) else 0
    reply = ids[message.reply] if message.reply is not None else 0
    return f'{{{message.id}, {reply}, {int(message.command)}, {size}, {stride}, "{message.name}"}}'


def _assertions(layout: Layout) -> Iterator[str]:
    used: set[str] = set()
    for condition, label in _conditions(layout):
        name = f"{layout.name}_{label}"
        while name in used:  # a_b.c and a.b_c
            name += "_"
        used.add(name)
        line = f"CWIRE_ASSERT({condition}, {name});"
        yield line if len(line) <= 100 else f"CWIRE_ASSERT({condition},\n             {name});"


def _conditions(layout: Layout) -> Iterator[tuple[str, str]]:
    for message in layout.messages:
        if message.id_name is None:
            continue
        yield f"{message.id_name} == {message.id}", f"{message.id_name}_id"
    for struct in layout.structs.values():
        if struct.name in layout.anonymous:
            continue
        yield f"sizeof({struct.c_name}) == {struct.size}", f"{struct.name}_size"
        for field in (one for one in struct.fields if not one.bits):
            yield from _field_conditions(struct, field)


def _field_conditions(struct: Struct, field: Field) -> Iterator[tuple[str, str]]:
    label = f"{struct.name}_{field.name}"
    yield f"offsetof({struct.c_name}, {field.name}) == {field.offset}", f"{label}_offset"
    member, size = f"(({struct.c_name} *)0)->{field.name}", field.size
    if isinstance(field.type, TailType):
        member, size = f"{member}[0]", field.type.stride
    yield f"sizeof({member}) == {size}", f"{label}_size"


def _byte_lines(data: bytes) -> Iterator[str]:
    line = "   "
    for byte in data:
        text = f" {byte},"
        if len(line) + len(text) > 100:
            yield line
            line = "   "
        line += text
    yield line

"""NAME_schema.h: the schema for the driver, and the assertions that its compiler agrees."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator

from cwire_structs.layout import Layout, MessageLayout
from cwire_structs.schema.bits import ByteOrder
from cwire_structs.schema.fields import Field, Kind, Struct

_WIDTH = 100
_MARGIN = "   "
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
_CXX_ONLY = """\
#ifndef __cplusplus
#error "{header} is C++, and so is what includes this file"
#endif
"""
_BYTE_ORDER = """\
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ != __ORDER_{macro}_ENDIAN__
#error "this schema is {order}-endian, this compiler's target is not: wrap again with its CC"
#endif
"""
_ASSERT = """\
/* An error in one of these lines: this compiler, with these flags, lays the struct out otherwise
 * than the one that `cwire wrap` asked, or sees another header (-D). Wrap again with CC set to this
 * compiler and its flags. */
#ifndef CWIRE_ASSERT
#if defined(__GNUC__)
#define CWIRE_OFFSETOF(type, member) __builtin_offsetof(type, member)
#else
#include <stddef.h>
#define CWIRE_OFFSETOF(type, member) offsetof(type, member)
#endif
#if defined(__cplusplus)
#define CWIRE_ASSERT(condition, name) static_assert(condition, #name)
#else
#define CWIRE_ASSERT(condition, name) typedef char cwire_assert_##name[(condition) ? 1 : -1]
#endif
#endif
"""


_UNIONS = """\
/* An error in one of these lines: numbers are stored in another byte order than in the schema. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wpedantic"
#pragma GCC diagnostic error "-Wscalar-storage-order"\
"""
_TURNED = """\
#else
#error "structs are {order}-endian (scalar_storage_order), which only gcc 6 and later know, in C"\
"""


_JSON = """\
/* The schema's JSON: string literals may end at 4095 bytes. A microcontroller that has no room for
 * it defines CWIRE_SCHEMA_HASH, and its relay is started with --schema. */"""


def schema_header(layout: Layout, schema: bytes, byte_order: ByteOrder) -> str:
    """Returns the text of NAME_schema.h.

    Args:
        layout: What the header says, proved.
        schema: Its JSON as it travels.
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
        *([_CXX_ONLY.format(header=layout.header)] if layout.language == "c++" else []),
        '#include "cwire.h"\n',
        include.format(header=layout.header),
        _BYTE_ORDER.format(order=byte_order, macro=byte_order.upper()) + _ASSERT,
        *_without_macros(layout, [*_assertions(layout), *_orders(layout, byte_order)]),
        f"\n{_JSON}\nstatic const unsigned char {name}_schema_json[] = {{",
        "#ifdef CWIRE_SCHEMA_HASH",
        *_byte_lines(_outline(schema)),
        "#else",
        *_byte_lines(schema),
        f"#endif\n}};\n\nstatic const cwire_message {name}_schema_messages[] = {{",
        "    /* id, reply, command, size, tail_size, name */",
        *rows,
        f"}};\n\nstatic const cwire_schema {name}_schema = {{",
        f'    "{name}", {name}_schema_json, sizeof {name}_schema_json, {name}_schema_messages, '
        f"{len(rows)}",
        "};\n\n#endif",
    ]
    return "\n".join(parts) + "\n"


def _outline(schema: bytes) -> bytes:
    """Returns a schema's JSON without what is in it: who has the schema knows it by the hash."""
    whole = json.loads(schema)
    outline = {key: whole[key] for key in ("schema", "name", "layout_hash")}
    return json.dumps(outline, ensure_ascii=False, separators=(",", ":")).encode()


def _row(message: MessageLayout, ids: dict[str, int]) -> str:
    struct = message.struct
    tail = struct.tail
    size = tail.offset if tail else struct.size
    stride = tail.type.stride if tail else 0
    reply = ids[message.reply] if message.reply is not None else 0
    return f'{{{message.id}, {reply}, {int(message.command)}, {size}, {stride}, "{message.name}"}}'


def _assertions(layout: Layout) -> Iterator[str]:
    used: set[str] = set()
    yield from _lines(layout, _conditions(layout), used)
    inner = [c for name in sorted(layout.inner_enums) for c in _enumerators(layout, name)]
    for struct in layout.structs.values():
        if not _spelled(layout, struct):
            inner += _struct_conditions(layout, struct, struct.c_name)
    if lines := [*_lines(layout, inner, used)]:
        yield "#ifndef __cplusplus /* C++ keeps the names in a struct in there */"
        yield from lines
        yield "#endif"


def _orders(layout: Layout, byte_order: ByteOrder) -> Iterator[str]:
    """Yields what does not compile where numbers are stored in another byte order.

    Only gcc has that, in C: it gives no address of such a number, which is an error whatever the
    flags are. Of other structs, it is told to refuse a union with one of another byte order.
    """
    addresses, unions, turned = [], [], False
    for name, struct in layout.structs.items():
        found = dict.fromkeys(order for one in struct.members if (order := one.byte_order))
        if name in layout.anonymous or not found:
            continue
        numbers = (one for one in struct.members if one.byte_order and not one.bits)
        number = next(numbers, None)
        if found == {byte_order: None} and number is not None:
            index = "[0]" * number.type.dimensions
            spelled = f"(({struct.c_name} *)0)->{number.name}{index}"
            addresses.append((f"sizeof(&{spelled}) != 0", f"{name}_byte_order"))
            continue
        turned = turned or byte_order not in found
        unions += [
            f'union __attribute__((scalar_storage_order("{order}-endian"))) '
            f"cwire_order_{layout.name}_{name} {{\n    {struct.c_name} of;\n}};"
            for order in found
        ]
    if not addresses and not unions:
        return
    yield "#if defined(__GNUC__) && __GNUC__ >= 6 && !defined(__clang__) && !defined(__cplusplus)"
    yield from _lines(layout, addresses, set())
    if unions:
        yield _UNIONS
        yield from unions
        yield "#pragma GCC diagnostic pop"
    if turned:
        yield _TURNED.format(order="big" if byte_order == "little" else "little")
    yield "#endif"


def _without_macros(layout: Layout, lines: list[str]) -> Iterator[str]:
    """Yields lines between which macros with the names of members or enumerators do not count.

    ``#define sa_handler handler.simple`` is for the code behind this header, too: it comes back.
    """
    ids = {message.id_name for message in layout.messages}
    hidden = sorted(layout.hidden - ids)
    if not hidden:
        yield from lines
        return
    for name in hidden:
        yield f'#pragma push_macro("{name}")\n#undef {name}'
    yield from lines
    for name in hidden:
        yield f'#pragma pop_macro("{name}")'


def _lines(layout: Layout, conditions: Iterable[tuple[str, str]], used: set[str]) -> Iterator[str]:
    for condition, label in conditions:
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
        spelled = layout.enumerator("message_id", message.id_name)
        yield f"{spelled} == {message.header_id}", f"{message.id_name}_id"
    for name in layout.enums:
        if name not in layout.inner_enums:
            yield from _enumerators(layout, name)
    for struct in layout.structs.values():
        if spelled := _spelled(layout, struct):
            yield from _struct_conditions(layout, struct, spelled)


def _spelled(layout: Layout, struct: Struct) -> str:
    """Returns a struct as both languages spell it; empty: C++ cannot."""
    c_name = struct.c_name
    for inner, spelled in layout.inner_structs.items():
        # Also in the name of one that has none itself: __typeof__(((struct inner *)0)->part).
        found = re.compile(rf"\b{re.escape(inner)}(?![\w$])")
        if found.search(c_name):
            return found.sub(spelled, c_name) if spelled else ""
    return c_name


def _struct_conditions(layout: Layout, struct: Struct, c_name: str) -> Iterator[tuple[str, str]]:
    if struct.name in layout.anonymous:
        return
    yield f"sizeof({c_name}) == {struct.size}", f"{struct.name}_size"
    for field in (one for one in struct.fields if not one.bits):
        yield from _field_conditions(struct, c_name, field, cxx=layout.language == "c++")


def _enumerators(layout: Layout, name: str) -> Iterator[tuple[str, str]]:
    for label, value in layout.enums[name].values.items():
        yield f"{layout.enumerator(name, label)} == {literal(value)}", f"{label}_value"


def literal(value: int) -> str:
    """Returns an integer as C writes it."""
    if value == -(1 << 63):
        return "-9223372036854775807LL - 1"
    if -(1 << 31) < value < 1 << 31:
        return str(value)
    return f"{value}{'LL' if value < 1 << 63 else 'ULL'}"


def _field_conditions(
    struct: Struct, c_name: str, field: Field, *, cxx: bool
) -> Iterator[tuple[str, str]]:
    label = f"{struct.name}_{field.name}"
    yield f"CWIRE_OFFSETOF({c_name}, {field.name}) == {field.offset}", f"{label}_offset"
    member, size, type_ = f"(({c_name} *)0)->{field.name}", field.size, field.type
    if type_.is_tail:
        member, size = f"{member}[0]", type_.stride
    yield f"sizeof({member}) == {size}", f"{label}_size"
    for count in type_.row or type_.shape:
        member, size = f"{member}[0]", size // count
        yield f"sizeof({member}) == {size}", f"{label}_element_size"
    if not (cxx and field.element.enum):  # an enum class is no term of a sum
        yield from _element_conditions(member, field.element, label)


def _element_conditions(member: str, type_: Kind, label: str) -> Iterator[tuple[str, str]]:
    if type_.is_text:
        if type_.size > 1:
            yield f"sizeof({member}[0]) == 1", f"{label}_element_size"
    elif type_.form in ("whole", "choice", "real"):
        # Neither C99 nor C++ can ask for a type, but for the size of a sum: an integer and a float
        # make a float; a float and an integer of any size make that float.
        real = type_.form == "real"
        if type_.size == 4:
            yield f"sizeof({member} + 0LL) == {4 if real else 'sizeof(0LL)'}", f"{label}_kind"
        elif type_.size == 8 and type_.is_number:  # C++20: no enum and a float
            yield f"sizeof({member} + 0.0f) == {8 if real else 'sizeof(0.0f)'}", f"{label}_kind"


def _byte_lines(data: bytes) -> Iterator[str]:
    texts = [f" {byte}," for byte in range(256)]
    text = "".join([texts[byte] for byte in data])
    room, start = _WIDTH - len(_MARGIN), 0
    while start < len(text):
        whole = len(text) - start <= room
        end = len(text) if whole else text.rindex(" ", start + 1, start + room + 1)
        yield _MARGIN + text[start:end]
        start = end

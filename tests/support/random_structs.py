"""Random C structs: nesting, packing, bit fields, arrays, unions, chars as text and as numbers."""

from __future__ import annotations

from random import Random

PRELUDE = """\
#include <stdbool.h>
#include <stdint.h>
typedef char s8, name_t[4];
enum little { LITTLE_A, LITTLE_B = 3 };
enum minus { MINUS_A = -2, MINUS_B = 1 };
enum byte { BYTE_A = 1, BYTE_B = 255 } __attribute__((packed));
"""
_INTEGERS = (
    "int8_t", "uint8_t", "int16_t", "uint16_t", "int32_t", "uint32_t", "int64_t", "uint64_t",
    "short", "unsigned", "long long",
)  # fmt: skip
_SCALARS = (
    *_INTEGERS, "float", "double", "bool", "char", "s8", "name_t", "enum little", "enum minus",
    "enum byte", "double _Complex", "float _Complex",
)  # fmt: skip
_BITS = {
    "uint8_t": 8, "int8_t": 8, "uint16_t": 16, "int16_t": 16, "unsigned": 32, "signed": 32,
    "uint64_t": 64, "int64_t": 64, "bool": 1,
}  # fmt: skip


class StructWriter:
    """Writes definitions of structs; every name is used once.

    Args:
        random: Chooses.
        more: Types of members that not every compiler has.
        orders: Byte orders of structs that are not the compiler's: gcc's ``big-endian``.
    """

    def __init__(
        self, random: Random, more: tuple[str, ...] = (), orders: tuple[str, ...] = ()
    ) -> None:
        self._random = random
        self._more = more
        self._orders = orders
        self._count = 0

    def header(self, structs: int) -> str:
        """Returns a header with so many messages, ``m1`` and on."""
        lines = [PRELUDE]
        for index in range(1, structs + 1):
            lines += [f"/** @msg {index} */", self._top(f"m{index}")]
        return "\n".join(lines) + "\n"

    def _top(self, name: str) -> str:
        word = "union" if self._random.random() < 0.1 else "struct"
        attribute, body = self._defined(3, union=word == "union")
        pack = self._random.choice([0, 0, 0, 0, 1, 2, 4])
        before = f"#pragma pack(push, {pack})\n" if pack else ""
        after = "\n#pragma pack(pop)" if pack else ""
        return f"{before}{word} {attribute}{name} {{\n{body}}};{after}"

    def _defined(self, depth: int, *, union: bool) -> tuple[str, str]:
        """Returns a struct's attribute and its members."""
        choices = ["", "", "", "packed", "aligned(8)", "aligned(32)", "packed, aligned(4)"]
        chosen = [one] if (one := self._random.choice(choices)) else []
        turned = bool(self._orders) and self._random.random() < 0.5
        if turned:
            chosen.append(f'scalar_storage_order("{self._random.choice(self._orders)}")')
        # Of turned half floats gcc 12 makes zeros in constants, which are the truth here.
        scalars = _SCALARS if turned else (*_SCALARS, *self._more)
        body = self._body(depth, scalars, union=union)
        return f"__attribute__(({', '.join(chosen)})) " if chosen else "", body

    def _body(self, depth: int, scalars: tuple[str, ...], *, union: bool) -> str:
        count = self._random.randint(1, 6)
        members = [self._member(depth, scalars) for _ in range(count)]
        # C wants a member with a name; a union of bit fields is rare enough to leave out.
        members.append(f"{self._random.choice(_INTEGERS)} {self._name()};")
        if not union and self._random.random() < 0.5:
            at = self._random.randrange(len(members))
            members[at:at] = [self._bits() for _ in range(self._random.randint(1, 5))]
        return "".join(f"    {member}\n" for member in members)

    def _name(self) -> str:
        self._count += 1
        return f"f{self._count}"

    def _bits(self) -> str:
        kind = self._random.choice(list(_BITS))
        width = self._random.randint(1, _BITS[kind])
        if self._random.random() < 0.15:
            return f"{kind} : {self._random.choice([0, width])};"
        return f"{kind} {self._name()} : {width};"

    def _member(self, depth: int, scalars: tuple[str, ...]) -> str:
        dimensions = ""
        for _ in range(self._random.choice([0, 0, 0, 1, 1, 2])):
            dimensions += f"[{self._random.randint(1, 4)}]"
        chance = self._random.random()
        if depth and chance < 0.3:
            word = self._random.choice(["struct", "struct", "union"])
            attribute, body = self._defined(depth - 1, union=word == "union")
            inner = f"{word} {attribute}{{\n{body}}}"
            return f"{inner};" if chance < 0.1 else f"{inner} {self._name()}{dimensions};"
        align = "_Alignas(16) " if chance > 0.97 else ""
        const = "const " if chance > 0.9 else ""
        kind = self._random.choice(scalars)
        tag = ""
        if kind in ("char", "s8", "int8_t", "uint8_t"):
            tag = self._random.choice(["", "", " /**< @text */", " /**< @number */"])
        return f"{align}{const}{kind} {self._name()}{dimensions};{tag}"

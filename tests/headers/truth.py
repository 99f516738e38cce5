"""The values that compiled C reads from bytes: a program for each header, run on its target."""

from __future__ import annotations

import struct
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

from headers.records import Leaf, Record

SAMPLES = 3
RUN_S = 60
Value = int | float | complex | bytes

# It knows no header, so that no header's macros or declarations meet it.
MAIN = r"""
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
void cwire_net_show(unsigned index, const unsigned char *bytes);
void cwire_net_int(long long value, int negative) {
    printf(negative ? "%lld\n" : "%llu\n", value);
}
void cwire_net_float(double value) {
    unsigned long long bits;
    memcpy(&bits, &value, sizeof bits);
    printf("%llx\n", bits);
}
void cwire_net_text(const char *text, unsigned length) {
    while (length--) printf("%02x", (unsigned char)*text++);
    puts("");
}
int main(void) {
    unsigned head[2];
    while (fread(head, sizeof head, 1, stdin) == 1) {
        unsigned char *bytes = aligned_alloc(4096, (head[1] + 4096) / 4096 * 4096);
        if (!bytes || fread(bytes, 1, head[1], stdin) != head[1]) return 1;
        printf("# %u\n", head[0]);
        cwire_net_show(head[0], bytes);
        free(bytes);
    }
    return 0;
}
"""


class NoTruthError(Exception):
    """The program that reads the values cannot be made or run."""


@dataclass(frozen=True)
class Machine:
    """Something that C is compiled for and run on.

    Attributes:
        name: ``native``, ``powerpc``.
        cc: The compiler.
        runner: What runs its programs.
        byte_order: ``<`` or ``>``.
        flags: For linking.
    """

    name: str
    cc: str
    runner: tuple[str, ...] = ()
    byte_order: str = "<"
    flags: tuple[str, ...] = ()

    def make_main(self, folder: Path) -> Path:
        """Compiles the part of the programs that is the same for all headers."""
        source, made = folder / f"main_{self.name}.c", folder / f"main_{self.name}.o"
        source.write_text(MAIN)
        _call([self.cc, "-O1", "-w", "-c", str(source), "-o", str(made)])
        return made


def show_source(header: Path, records: Sequence[Record]) -> str:
    """Returns C that shows every leaf of every record."""
    names = {one.c_name.split()[-1] for one in records}
    names |= {s for one in records for leaf in one.leaves for s in leaf.path if isinstance(s, str)}
    lines = [f'#include "{header}"', "#pragma pack()"]
    # A header may define macros of these names: `#define sa_handler x.sa_handler`.
    lines += [f"#undef {name}" for name in sorted(names)]
    lines += [
        "extern void cwire_net_int(long long value, int negative);",
        "extern void cwire_net_float(double value);",
        "extern void cwire_net_text(const char *text, unsigned length);",
    ]
    for index, one in enumerate(records):
        lines.append(f"static void cwire_net_{index}(const unsigned char *bytes) {{")
        lines.append(f"const {one.c_name} *p = (const void *)bytes;")
        lines += [_show(leaf) for leaf in one.leaves]
        lines.append("}")
    lines.append("void cwire_net_show(unsigned index, const unsigned char *bytes) {")
    lines.append("switch (index) {")
    lines += [f"case {index}: cwire_net_{index}(bytes); break;" for index in range(len(records))]
    return "\n".join([*lines, "}", "}", ""])


def _show(leaf: Leaf) -> str:
    x = f"p->{leaf.c_path}"
    if leaf.kind == "float":
        return f"cwire_net_float((double)({x}));"
    if leaf.kind == "complex":
        return f"cwire_net_float(__real__ ({x})); cwire_net_float(__imag__ ({x}));"
    if leaf.kind == "text":
        return f"cwire_net_text((const char *)({x}), {leaf.length});"
    if leaf.kind in ("int", "bool", "char"):
        return f"cwire_net_int((long long)({x}), ({x}) < 0);"
    return ""


def samples(record: Record, seed: int) -> list[bytes]:
    """Returns bytes for a record: chance, and in the last one bytes that all differ."""
    chance = Random(f"{seed} {record.name}")
    made = [bytearray(chance.randbytes(record.room)) for _ in range(SAMPLES - 1)]
    made.append(bytearray(n % 251 + 1 for n in range(record.room)))
    for leaf in record.leaves:
        if leaf.kind == "bool" and leaf.offset is not None:
            for one in made:  # other values than 0 and 1 mean nothing in C
                one[leaf.offset] &= 1
    return [bytes(one) for one in made]


def read_values(
    machine: Machine, command: Sequence[str], header: Path, records: Sequence[Record],
    data: Sequence[Sequence[bytes]], main: Path, folder: Path,
) -> list[list[list[Value | None]]]:  # fmt: skip
    """Returns the value of each leaf, of each sample, of each record.

    Raises:
        NoTruthError: The program cannot be compiled or run.
    """
    source, program = folder / "show.c", folder / "show"
    source.write_text(show_source(header, records))
    link = (*machine.flags, "-Wl,--unresolved-symbols=ignore-all")
    _call([*command, "-w", str(source), str(main), *link, "-o", str(program)])
    given = b"".join(
        struct.pack(f"{machine.byte_order}II", index, len(one)) + one
        for index, some in enumerate(data)
        for one in some
    )
    lines = iter(_call([*machine.runner, str(program)], given).splitlines())
    values: list[list[list[Value | None]]] = []
    for index, (record, some) in enumerate(zip(records, data, strict=True)):
        values.append([])
        for _ in some:
            if next(lines, "") != f"# {index}":
                raise NoTruthError("the program that shows values lost its place")
            values[-1].append([_value(leaf, lines) for leaf in record.leaves])
    return values


def _value(leaf: Leaf, lines: Iterator[str]) -> Value | None:
    if leaf.kind == "float":
        return _double(next(lines))
    if leaf.kind == "complex":
        return complex(_double(next(lines)), _double(next(lines)))
    if leaf.kind == "text":
        return bytes.fromhex(next(lines))
    return int(next(lines)) if leaf.kind in ("int", "bool", "char") else None


def _double(text: str) -> float:
    return float(struct.unpack(">d", bytes.fromhex(text.rjust(16, "0")))[0])


def _call(command: Sequence[str], given: bytes = b"") -> str:
    try:
        done = subprocess.run(command, input=given, capture_output=True, check=False, timeout=RUN_S)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise NoTruthError(f"{Path(command[0]).name}: {type(error).__name__}") from None
    if done.returncode:
        said = [s for s in done.stderr.decode(errors="replace").splitlines() if "error" in s]
        raise NoTruthError((said or [f"{Path(command[0]).name} ended with {done.returncode}"])[0])
    return done.stdout.decode()

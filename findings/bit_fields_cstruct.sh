#!/bin/sh
# dissect.cstruct 4.7: with align=True bit fields lie where Microsoft's compiler puts them.
#
# Expected: load(..., align=True) lays a struct out as the C compiler of the machine does, on Linux
# so by the System V ABI. Seen: members without bit fields lie as with gcc, but a bit field takes a
# whole unit of its declared type, and another type opens a new one. That is the layout that gcc has
# under ms_struct, which the option does not say and which nothing turns off. The bytes of a struct
# that a Linux program wrote are read from other offsets, without an error.
#
# Who meets it: whoever copies a struct with flags from a C header to read what a driver on Linux,
# or firmware by the ARM ABI, has sent. Structs whose bit fields are of one type and fill their
# units are the same by both rules.
#
# Needs a gcc for x86 (cc), for what is compared.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check dissect.cstruct==4.7
cat > "$folder/structs.h" <<'STRUCTS'
struct next_member { uint32_t mode : 3; uint8_t level; };
struct other_type { uint8_t mode : 3; uint16_t level : 5; uint8_t last; };
struct behind_byte { uint8_t first; uint32_t mode : 3; };
struct one_type { uint16_t mode : 3; uint16_t level : 13; uint16_t last; };
struct no_bits { uint8_t first; uint32_t level; uint8_t last; };
STRUCTS
cat > "$folder/sizes.c" <<'SIZES'
#include <stdint.h>
#include <stdio.h>
#include "structs.h"
int main(void)
{
    printf("%zu %zu %zu %zu %zu\n", sizeof(struct next_member), sizeof(struct other_type),
           sizeof(struct behind_byte), sizeof(struct one_type), sizeof(struct no_bits));
    return 0;
}
SIZES
cc -I "$folder" -o "$folder/sizes" "$folder/sizes.c"
cc -mms-bitfields -I "$folder" -o "$folder/ms_sizes" "$folder/sizes.c"
"$folder/venv/bin/python" - "$folder" <<'PROGRAM'
import subprocess
import sys
from pathlib import Path

from dissect.cstruct import cstruct

folder = Path(sys.argv[1])


def sizes(program):
    told = subprocess.run([folder / program], capture_output=True, text=True, check=True)
    return [int(word) for word in told.stdout.split()]


parser = cstruct()
parser.load((folder / "structs.h").read_text(), align=True)
names = ["next_member", "other_type", "behind_byte", "one_type", "no_bits"]
seen = {
    "dissect.cstruct": [len(getattr(parser, name)) for name in names],
    "cc": sizes("sizes"),
    "cc -mms-bitfields": sizes("ms_sizes"),
}
print(f"{'':18}" + " ".join(f"{name:>11}" for name in names))
for who, row in seen.items():
    print(f"{who:18}" + " ".join(f"{size:11}" for size in row))
as_described = {
    "dissect.cstruct": [8, 6, 8, 4, 12],
    "cc": [4, 2, 4, 4, 12],
    "cc -mms-bitfields": [8, 6, 8, 4, 12],
}
if seen != as_described:
    sys.exit("one of them lays bit fields out otherwise now: read this finding again")
PROGRAM
# Seen on 2026-11-27, with gcc 12.2:
#                   next_member  other_type behind_byte    one_type     no_bits
# dissect.cstruct             8           6           8           4          12
# cc                          4           2           4           4          12
# cc -mms-bitfields           8           6           8           4          12

#!/bin/sh
# ctypesgen 1.1.1: `__attribute__((packed))` in front of the name of a struct is honoured, behind
# its closing brace it is passed over; `aligned` is passed over wherever it stands.
#
# Expected: both places mean the same, as they do for the compiler, or the attribute is refused.
# Seen: the ctypes.Structure of the second form has the offsets of a struct that is not packed,
# with no error and no warning on the way.
#
# Who meets it: whoever wraps the header of a device from Python. The place behind the brace is the
# usual one in vendors' headers, and every field after the first gap is read from the wrong bytes.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check ctypesgen==1.1.1 setuptools==80.9.0
cd "$folder"
cat > frame.h <<'HEADER'
struct front { char tag; int value; };
struct __attribute__((packed)) before { char tag; int value; };
struct behind { char tag; int value; } __attribute__((packed));
struct wide { char tag; int value; } __attribute__((aligned(16)));
HEADER
cat > sizes.c <<'SOURCE'
#include "frame.h"
#include <stddef.h>
#include <stdio.h>
#define SHOW(name) printf("%s %zu %zu\n", #name, offsetof(struct name, value), sizeof(struct name))
int main(void) {
    SHOW(front);
    SHOW(before);
    SHOW(behind);
    SHOW(wide);
}
SOURCE
cc sizes.c -o sizes
./sizes > compiler.txt
venv/bin/ctypesgen frame.h -o frame.py 2> messages.txt
venv/bin/python - <<'PROGRAM' > python.txt
import ctypes

import frame

for name in ("front", "before", "behind", "wide"):
    struct = getattr(frame, f"struct_{name}")
    print(name, struct.value.offset, ctypes.sizeof(struct))
PROGRAM
echo "name, offset of value, size by the compiler:"
cat compiler.txt
echo "the same by ctypesgen:"
cat python.txt
echo "lines that ctypesgen says about an attribute: $(grep -ciE 'packed|aligned|attribute' messages.txt || true)"
printf 'front 4 8\nbefore 1 5\nbehind 4 8\nwide 4 8\n' > expected.txt
cmp -s expected.txt python.txt || {
    echo "ctypesgen lays structs out differently now: read this finding again"
    exit 1
}
# Seen on 2026-11-28:
# name, offset of value, size by the compiler:
# front 4 8
# before 1 5
# behind 1 5
# wide 4 16
# the same by ctypesgen:
# front 4 8
# before 1 5
# behind 4 8
# wide 4 8
# lines that ctypesgen says about an attribute: 0

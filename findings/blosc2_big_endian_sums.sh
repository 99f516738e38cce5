#!/bin/sh
# blosc2 4.14.1: arithmetic on a compressed big-endian array takes its bytes the wrong way round.
#
# Expected: what asarray() has taken and [:] gives back right is computed with right, or refused.
# Seen: the array keeps its type ">i4" and reads back as it was, but a lazy expression and the sum
# compute with the bytes of this machine's order; 1 counts as 16777216. No warning.
#
# Who meets it: whoever compresses what an instrument sends in network order and computes in place,
# which is what the package is for. The remedy is array.astype("i4") before asarray().
#
# Needs a little-endian machine.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check numpy==2.4.6 blosc2==4.14.1
"$folder/venv/bin/python" - <<'PROGRAM'
import sys

import blosc2
import numpy as np

counts = np.array([0, 1, 2, 3], dtype=">i4")
compressed = blosc2.asarray(counts)
seen = {
    "dtype": str(compressed.dtype),
    "read back": compressed[:].tolist(),
    "plus 1": (compressed + 1)[:].tolist(),
    "sum": int(compressed.sum()),
    "sum, little-endian": int(blosc2.asarray(counts.astype("<i4")).sum()),
}
for name, value in seen.items():
    print(f"{name}: {value}")
as_described = {
    "dtype": ">i4",
    "read back": [0, 1, 2, 3],
    "plus 1": [1, 16777217, 33554433, 50331649],
    "sum": 100663296,
    "sum, little-endian": 6,
}
if seen != as_described:
    sys.exit("blosc2 computes with big-endian arrays differently now: read this finding again")
PROGRAM
# Seen on 2026-11-27:
# dtype: >i4
# read back: [0, 1, 2, 3]
# plus 1: [1, 16777217, 33554433, 50331649]
# sum: 100663296
# sum, little-endian: 6

#!/bin/sh
# The QuestDB client 6.0.0 for Python (pandas 2.3.3, numpy 2.4.6): columns of a DataFrame and arrays
# in big-endian order are sent byte by byte, as if they were little-endian. Types that it does not
# know (float16) are an error; these are not.
#
# Expected: 1 and 2 arrive as 1 and 2, or the column is refused by name. Seen: int32 comes as
# 16777216 and 33554432, the double 1.0 as a denormal number. So does an array column.
#
# Who meets it: whoever puts data of FITS, SEG-Y, IDL or netCDF-3 files, or of a big-endian
# instrument, into a database: their readers give such arrays, and pandas keeps the order. The
# server cannot notice: each of these numbers is a valid one.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
	questdb==6.0.0 pandas==2.3.3 numpy==2.4.6
"$folder/venv/bin/python" -W ignore - <<'PROGRAM'
import struct
import sys

import numpy as np
import pandas as pd
from questdb.ingress import Buffer, TimestampNanos

BINARY_DOUBLE = b"==\x10"  # what stands before a double in the protocol's second version


def sent(values):
    buffer = Buffer(protocol_version=2)
    frame = pd.DataFrame({"x": values})
    buffer.dataframe(frame, table_name="t", at=TimestampNanos(1))
    line = bytes(buffer)
    if BINARY_DOUBLE in line:
        return struct.unpack_from("<d", line, line.index(BINARY_DOUBLE) + 3)[0]
    return int(line.split(b"x=")[1].split(b"i")[0])


same = True
for name in "<i4", ">i4", "<i8", ">i8", "<f8", ">f8":
    values = np.array([1, 2], name)
    first = sent(values)
    print(f"the column {values.tolist()} of {name} begins with {first}")
    same = same and first == values.view(name.replace(">", "<"))[0]
buffer = Buffer(protocol_version=2)
buffer.row("t", columns={"x": np.array([1.0, 2.0], ">f8")}, at=TimestampNanos(1))
first = struct.unpack_from("<d", bytes(buffer), len(b"t x==") + 7)[0]
print("the array [1.0, 2.0] of >f8 begins with", first)
if not same or first != np.array([1.0]).byteswap()[0]:
    sys.exit("QuestDB's client treats big-endian columns differently now: read this finding again")
PROGRAM
# Seen on 2026-11-28:
# the column [1, 2] of <i4 begins with 1
# the column [1, 2] of >i4 begins with 16777216
# the column [1, 2] of <i8 begins with 1
# the column [1, 2] of >i8 begins with 72057594037927936
# the column [1.0, 2.0] of <f8 begins with 1.0
# the column [1.0, 2.0] of >f8 begins with 3.03865e-319
# the array [1.0, 2.0] of >f8 begins with 3.03865e-319

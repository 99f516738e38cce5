#!/bin/sh
# asdf 6.0.0 (numpy 2.4.6): a structured array whose fields have padding between them, as every C
# compiler makes it, is written with its padding, but its description has the fields one behind
# the other. Whoever reads it takes the fields from the wrong bytes.
#
# Expected: the values, or an error, since ASDF's `datatype` cannot say offsets. Seen: of a struct
# of uint8 and double, 2.5 comes back as 0.0 or as a denormal number, without a warning. The same
# array is right when it is stored inline, as text, and so is a packed copy of it (`repack_fields`).
#
# Who meets it: whoever keeps records of a driver or of a detector, whose numpy types follow C
# (`align=True`, or from a header), in ASDF files. Structs without padding are right, so it starts
# on the day on which a field is added.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check asdf==6.0.0 numpy==2.4.6
"$folder/venv/bin/python" - "$folder/records.asdf" <<'PROGRAM'
import sys

import asdf
import numpy as np
from numpy.lib.recfunctions import repack_fields

reading = np.dtype([("channel", "u1"), ("volts", "<f8")], align=True)
records = np.zeros(3, reading)
records["channel"] = [1, 2, 3]
records["volts"] = [2.5, 3.5, 4.5]


def written_and_read(values, **options):
    asdf.AsdfFile({"records": values}).write_to(sys.argv[1], **options)
    with asdf.open(sys.argv[1]) as file:
        read = np.array(file["records"])
    return read


padded = written_and_read(records)
inline = written_and_read(records, all_array_storage="inline")
packed = written_and_read(repack_fields(records))
print("written:", records.tolist(), "in", records.dtype.itemsize, "bytes each")
for name, read in ("padded", padded), ("padded, inline", inline), ("packed", packed):
    print(f"{name}: read {read.tolist()} in {read.dtype.itemsize} bytes each")
right = [array.tolist() == records.tolist() for array in (padded, inline, packed)]
if right != [False, True, True]:
    sys.exit("asdf writes padded structs differently now: read this finding again")
PROGRAM
# Seen on 2026-11-28:
# written: [(1, 2.5), (2, 3.5), (3, 4.5)] in 16 bytes each
# padded: read [(1, 0.0), (0, 3.12909499335739e-309), (0, 0.0)] in 9 bytes each
# padded, inline: read [(1, 2.5), (2, 3.5), (3, 4.5)] in 9 bytes each
# packed: read [(1, 2.5), (2, 3.5), (3, 4.5)] in 9 bytes each

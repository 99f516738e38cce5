#!/bin/sh
# PyTables 3.11.1 (numpy 2.4.6): `create_table("/", name, records)`, an array as the description,
# writes the wrong bytes when the struct ends with padding. The first row is right; each further row
# begins too early. Padding between the fields is no problem, and the same array as `obj=`, or by
# `append`, is refused with an error.
#
# Expected: the rows that were given, or that error. Seen: of rows of a double and an
# uint8, in 16 bytes as a C compiler lays them out, the second is read as 0.0 and 0, by PyTables and
# by h5py alike: it is in the file.
#
# Who meets it: whoever keeps records of a C program or of a driver with `align=True` in HDF5 tables.
# A struct that ends with its widest member is right, so it depends on the order of the fields; and
# a look at the first row finds nothing. `repack_fields` of numpy before it is the remedy.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
	tables==3.11.1 h5py==3.16.0 numpy==2.4.6
"$folder/venv/bin/python" - "$folder" <<'PROGRAM'
import sys

import h5py
import numpy as np
import tables
from numpy.lib.recfunctions import repack_fields


def written_and_read(name, records):
    path = f"{sys.argv[1]}/{name}.h5"
    with tables.open_file(path, "w") as file:
        file.create_table("/", "readings", records)
    with h5py.File(path) as file:
        by_h5py = file["readings"][:].tolist()
    with tables.open_file(path) as file:
        assert file.root.readings.read().tolist() == by_h5py
    return by_h5py


def filled(*fields):
    records = np.zeros(3, np.dtype(list(fields), align=True))
    records["volts"], records["channel"] = [2.5, 3.5, 4.5], [1, 2, 3]
    return records


trailing = filled(("volts", "<f8"), ("channel", "u1"))
between = filled(("channel", "u1"), ("volts", "<f8"))
read = {}
for name, records in {
    "padding at the end": trailing,
    "padding between": between,
    "packed": repack_fields(trailing),
}.items():
    read[name] = written_and_read(name.replace(" ", "_"), records)
    print(f"{name}: wrote {records.tolist()}, read {read[name]}")
with tables.open_file(f"{sys.argv[1]}/append.h5", "w") as file:
    table = file.create_table("/", "readings", trailing.dtype)
    try:
        table.append(trailing)
        refused = False
    except ValueError as error:
        refused = True
        print("append: ValueError:", str(error).rsplit("<", 1)[1].rstrip(">."))
shifted = trailing.view("u1")[: 3 * 9].view(repack_fields(trailing).dtype).tolist()
right = read["padding between"] == between.tolist() and read["packed"] == trailing.tolist()
if not (right and refused and read["padding at the end"] == shifted):
    sys.exit("PyTables writes structs with padding differently now: read this finding again")
PROGRAM
# Seen on 2026-11-28:
# padding at the end: wrote [(2.5, 1), (3.5, 2), (4.5, 3)], read [(2.5, 1), (0.0, 0), (3.12926475302067e-309, 0)]
# padding between: wrote [(1, 2.5), (2, 3.5), (3, 4.5)], read [(1, 2.5), (2, 3.5), (3, 4.5)]
# packed: wrote [(2.5, 1), (3.5, 2), (4.5, 3)], read [(2.5, 1), (3.5, 2), (4.5, 3)]
# append: ValueError: When changing to a smaller dtype, its size must be a divisor of the size of original dtype

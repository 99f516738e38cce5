#!/bin/sh
# cdflib 1.3.16: a file that is written with `cdf_spec={"Majority": "column_major"}` says so in its
# header, but the values are written by rows. Its own reader, like every other, then reads by
# columns: a matrix of 2 x 3 comes back with its elements at other places. It is no transpose, so
# turning it back is no remedy; `np.asfortranarray` before makes no difference.
#
# Expected: the same matrix from both kinds of file, as from NASA's library. Seen: [[11, 12, 13],
# [21, 22, 23]] is read as [[11, 13, 22], [12, 21, 23]]. The docstring names column_major the default;
# without the option the file is by rows, and right.
#
# Who meets it: whoever writes spectrograms or images as CDF for tools of IDL, MATLAB or Fortran,
# which prefer columns. Vectors and numbers are right, so a look at the time series finds nothing.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check cdflib==1.3.16 numpy==2.4.6
"$folder/venv/bin/python" - "$folder" <<'PROGRAM'
import sys

import cdflib
import numpy as np
from cdflib.cdfwrite import CDF

CDF_INT4 = 4
matrix = np.array([[11, 12, 13], [21, 22, 23]], "i4")


def written_and_read(name, spec, values):
    path = f"{sys.argv[1]}/{name}"
    writer = CDF(path, cdf_spec=spec)
    variable = {"Variable": "x", "Data_Type": CDF_INT4, "Num_Elements": 1, "Rec_Vary": False}
    writer.write_var({**variable, "Dim_Sizes": list(values.shape)}, var_data=values)
    writer.close()
    reader = cdflib.CDF(f"{path}.cdf")
    return reader.cdf_info().Majority, np.asarray(reader.varget("x")).tolist()


default = written_and_read("default", {}, matrix)
rows = written_and_read("rows", {"Majority": "row_major"}, matrix)
columns = written_and_read("columns", {"Majority": "column_major"}, matrix)
fortran = written_and_read("fortran", {"Majority": "column_major"}, np.asfortranarray(matrix))
print("written:", matrix.tolist())
for name, (majority, read) in {
    "default": default,
    "row_major": rows,
    "column_major": columns,
    "column_major, Fortran order": fortran,
}.items():
    print(f"{name}: the file says {majority}, read: {read}")
scrambled = matrix.reshape(-1).reshape((2, 3), order="F").tolist()
if not (default == rows == ("Row_major", matrix.tolist()) and columns == fortran == ("Column_major", scrambled)):
    sys.exit("cdflib writes files by columns differently now: read this finding again")
PROGRAM
# Seen on 2026-11-28:
# written: [[11, 12, 13], [21, 22, 23]]
# default: the file says Row_major, read: [[11, 12, 13], [21, 22, 23]]
# row_major: the file says Row_major, read: [[11, 12, 13], [21, 22, 23]]
# column_major: the file says Column_major, read: [[11, 13, 22], [12, 21, 23]]
# column_major, Fortran order: the file says Column_major, read: [[11, 13, 22], [12, 21, 23]]

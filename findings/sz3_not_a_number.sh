#!/bin/sh
# hdf5plugin 7.1.0 (SZ3 filter): one NaN among the values. It is read back as a number of seven to
# ten digits; with a bound of the L2 norm the other values of the chunk are lost, too.
#
# Expected: NaN is kept, or refused, as a bound of the error cannot hold for it. Seen, with a bound
# of 0.001 and a sine of a thousand values: with absolute=0.001 the NaN is -1073742.375 and the
# others are within the bound; with norm2=0.001 it is -3682893568 and the others are off by up to
# 1; if the NaN is the first value, all thousand are NaN. There is no error and no warning, neither
# when it is written nor when it is read.
#
# Who meets it: whoever marks dead pixels or missing samples by NaN, and compresses what a detector
# gave within a bound: a mean over the file is off by thousands, or the chunk is gone.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
    numpy==2.4.6 h5py==3.16.0 hdf5plugin==7.1.0
cd "$folder"
venv/bin/python -W error - <<'PROGRAM'
import sys

import h5py
import hdf5plugin
import numpy as np


def read_back(values, **bound):
    with h5py.File("values.h5", "w") as file:
        file.create_dataset("x", data=values, chunks=values.shape, **hdf5plugin.SZ3(**bound))
    with h5py.File("values.h5") as file:
        return file["x"][:]


sine = np.sin(np.linspace(0, 20, 1000)).astype("f4")
seen = []
for bound in ({"absolute": 1e-3}, {"norm2": 1e-3}):
    for place in (500, 0):
        values = sine.copy()
        values[place] = np.nan
        read = read_back(values, **bound)
        error = float(np.abs(np.delete(read - sine, place)).max())
        seen.append((not np.isnan(read[place]), error <= 1e-3))
        print(f"{bound}: NaN at {place} -> {read[place]:.10g}, the others are off by {error:.4f}")
if seen != [(True, True), (True, True), (True, False), (False, False)]:
    sys.exit("SZ3 takes NaN differently now: read this finding again")
PROGRAM
# Seen on 2026-11-28:
# {'absolute': 0.001}: NaN at 500 -> -1073742.375, the others are off by 0.0005
# {'absolute': 0.001}: NaN at 0 -> -2147483.75, the others are off by 0.0005
# {'norm2': 0.001}: NaN at 500 -> -3682893568, the others are off by 1.0000
# {'norm2': 0.001}: NaN at 0 -> nan, the others are off by nan

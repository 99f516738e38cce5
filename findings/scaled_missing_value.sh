#!/bin/sh
# numcodecs 0.16.6: FixedScaleOffset stores a missing value as the offset, and lets large ones wrap.
#
# Expected: a filter that packs floats into integers refuses, or marks, what it cannot store, as the
# scale and offset of netCDF do by a fill value. Seen: NaN comes back as the offset itself, a
# number in the middle of the range, with numpy's warning about a cast at the most; what is outside
# of the integer's range wraps around: 10,000 with 0.1 as the step comes back as -3107.2.
#
# Who meets it: whoever stores a channel with gaps in a zarr array with this filter, the one that
# the documentation offers for measurements of a fixed number of decimals.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check numpy==2.4.6 numcodecs==0.16.6
"$folder/venv/bin/python" -W ignore - <<'PROGRAM'
import sys

import numpy as np
from numcodecs import FixedScaleOffset

packing = FixedScaleOffset(offset=20.0, scale=10, dtype="f8", astype="i2")
written = np.array([21.5, np.nan, 10000.0])
read = [round(value, 3) for value in packing.decode(packing.encode(written)).tolist()]
print("written:", written.tolist())
print("read:   ", read)
if read != [21.5, 20.0, -3107.2]:
    sys.exit("numcodecs packs floats differently now: read this finding again")
PROGRAM
# Seen on 2026-11-27:
# written: [21.5, nan, 10000.0]
# read:    [21.5, 20.0, -3107.2]

#!/bin/sh
# numpy 2.4.6: fmin.reduce, which passes over NaN, forgets all values before a signaling NaN.
#
# Expected: np.fmin and np.fmax ignore NaN, so the minimum of -5, NaN, 2, 3 is -5, whichever of the
# many bit patterns of a NaN it is. Seen: with a quiet NaN it is -5; with a signaling one it is 2,
# as the values before it are lost: fmin(-5, sNaN) is NaN, and fmin(NaN, 2) is 2. np.nanmin uses
# the same reduction for arrays of floats, and it depends on the place of the NaN in the array.
#
# Who meets it: whoever looks for the extremes of samples whose bytes come from elsewhere: memory
# of a device that is filled with a pattern such as 0x7fa00000, or integers taken for floats.
# Arithmetic never makes such a NaN, so a test with np.nan does not find it.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check numpy==2.4.6
"$folder/venv/bin/python" -W ignore - <<'PROGRAM'
import sys

import numpy as np


def minima(bits):
    samples = np.array([-5, 1, 2, 3], "<f4")
    samples.view("<u4")[1] = bits
    return [float(np.fmin.reduce(samples)), float(np.nanmin(samples))]


seen = {"quiet": minima(0x7FC00000), "signaling": minima(0x7FA00000)}
print("NaN        fmin.reduce  nanmin")
for kind, (least, least_of_numbers) in seen.items():
    print(f"{kind:9}  {least:11}  {least_of_numbers:6}")
if seen != {"quiet": [-5.0, -5.0], "signaling": [2.0, 2.0]}:
    sys.exit("numpy treats signaling NaN differently now: read this finding again")
PROGRAM
# Seen on 2026-11-27:
# NaN        fmin.reduce  nanmin
# quiet             -5.0    -5.0
# signaling          2.0     2.0

#!/bin/sh
# obspy 1.5.1: a GSE2 file of a noisy 24-bit channel is written without an error, and cannot be read.
#
# Expected: all 32-bit integers whose steps GSE2's compression (CM6) can say are stored, or write()
# raises. Seen: the buffer for the compressed text has four characters for each sample, and large
# steps need up to six. What does not fit is dropped: Python prints "Exception ignored ... IndexError"
# for each character and write() returns as if all were well. Reading raises, and the samples are
# lost. MiniSEED stores the same trace right.
#
# Who meets it: whoever archives a digitiser of 24 bits as GSE2: white noise of 2^20 counts, an
# eighth of the range, is enough.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
    numpy==2.4.6 obspy==1.5.1 setuptools==80.9.0
"$folder/venv/bin/python" -W ignore - "$folder" 2>"$folder/errors" <<'PROGRAM'
import sys

import numpy as np
from obspy import Trace, read

folder = sys.argv[1]
noise = np.random.default_rng(1).standard_normal(1000)
seen = {}
for amplitude in (2**12, 2**20):
    samples = (noise * amplitude).astype("i4")
    for kind in ("MSEED", "GSE2"):
        path = f"{folder}/trace.{kind}"
        Trace(samples.copy()).write(path, format=kind)
        try:
            same = np.array_equal(read(path, format=kind)[0].data, samples)
            result = "read back right" if same else "read back wrong"
        except Exception as error:
            result = f"written, then {type(error).__name__} at reading"
        seen[amplitude, kind] = result
        print(f"{amplitude:8} {kind:6} {result}")
as_described = {
    (2**12, "MSEED"): "read back right",
    (2**12, "GSE2"): "read back right",
    (2**20, "MSEED"): "read back right",
    (2**20, "GSE2"): "written, then GSEUtiError at reading",
}
if seen != as_described:
    sys.exit("obspy writes GSE2 differently now: read this finding again")
PROGRAM
grep -c "^Exception ignored" "$folder/errors" | sed 's/$/ exceptions ignored while writing/'
# Seen on 2026-11-27:
#     4096 MSEED  read back right
#     4096 GSE2   read back right
#  1048576 MSEED  read back right
#  1048576 GSE2   written, then GSEUtiError at reading
# 848 exceptions ignored while writing

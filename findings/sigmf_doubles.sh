#!/bin/sh
# sigmf 1.14.0: every recording is read as single precision, doubles and 32-bit integers too.
#
# Expected: autoscale=False gives the samples as they are stored: an "rf64_le" recording as
# float64, "ri32_le" as int32. Seen: both come as float32, "cf64_le" as complex64. A double loses
# 29 of its 53 bits, an integer above 2^24 its last ones; nothing says so.
#
# Who meets it: whoever reads a digitiser of 24 bits and more, counters, or the time base of a
# measurement from a SigMF recording. The remedy is numpy.fromfile with the type of the metadata.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check numpy==2.4.6 sigmf==1.14.0
"$folder/venv/bin/python" - "$folder" <<'PROGRAM'
import sys

import numpy as np
from sigmf import SigMFFile

folder = sys.argv[1]
seen = {}
for kind, dtype in (("rf64_le", "<f8"), ("ri32_le", "<i4"), ("cf64_le", "<c16")):
    stored = np.array([16777217, 3], dtype)
    path = f"{folder}/{kind}.sigmf-data"
    stored.tofile(path)
    recording = SigMFFile(
        data_file=path,
        global_info={
            "core:datatype": kind,
            "core:sample_rate": 1.0,
            "core:version": "1.0.0",
        },
        autoscale=False,
    )
    read = recording.read_samples()
    seen[kind] = (str(stored.dtype), str(read.dtype), float(abs(stored[0])), float(abs(read[0])))
    print(kind, *seen[kind])
as_described = {
    "rf64_le": ("float64", "float32", 16777217.0, 16777216.0),
    "ri32_le": ("int32", "float32", 16777217.0, 16777216.0),
    "cf64_le": ("complex128", "complex64", 16777217.0, 16777216.0),
}
if seen != as_described:
    sys.exit("sigmf reads samples differently now: read this finding again")
PROGRAM
# Seen on 2026-11-27 (type stored, type read, first sample stored, first sample read):
# rf64_le float64 float32 16777217.0 16777216.0
# ri32_le int32 float32 16777217.0 16777216.0
# cf64_le complex128 complex64 16777217.0 16777216.0

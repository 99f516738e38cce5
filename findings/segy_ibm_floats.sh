#!/bin/sh
# segyio 1.9.14 beside ObsPy 1.5.1: a SEG-Y file of IBM floats. NaN that segyio wrote is Infinity
# for ObsPy; a number above 2.2e37 that segyio reads back is Infinity for ObsPy, too; numbers below
# 1.2e-38 are others in the file than those that were written, and segyio alone turns them back.
#
# Expected: IBM floats have no NaN and no Infinity, so a writer refuses them; and what the words in
# the file stand for is the same for both readers. Seen: see the end. The word that stands for
# 1e-40 is 5.9e-39 by the rule of the format (fraction * 16 ** (exponent - 64)).
#
# Who meets it: whoever writes traces with dead samples by one library and reads them by the other:
# `isnan` finds nothing, a mean is Infinity. IBM floats (format 1) are still what SEG-Y files have.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
    numpy==2.4.6 segyio==1.9.14 obspy==1.5.1 'setuptools<81'
cd "$folder"
venv/bin/python -W ignore - <<'PROGRAM'
import math
import sys

import numpy as np
import segyio
from obspy.io.segy.segy import _read_segy

VALUES = [math.nan, -math.inf, 3e37, 1e-40, 0.5]
spec = segyio.spec()
spec.format, spec.samples, spec.tracecount = 1, np.arange(len(VALUES)), 1
with segyio.create("trace.sgy", spec) as file:
    file.header[0] = {
        segyio.TraceField.TRACE_SAMPLE_COUNT: len(VALUES),
        segyio.TraceField.TRACE_SAMPLE_INTERVAL: 1000,
    }
    file.trace[0] = np.array(VALUES, "f4")
with segyio.open("trace.sgy", ignore_geometry=True) as file:
    one = file.trace[0]
other = _read_segy("trace.sgy").traces[0].data
with open("trace.sgy", "rb") as file:
    words = np.frombuffer(file.read()[-4 * len(VALUES) :], ">u4")
rule = []
for word in map(int, words):
    sign = -1.0 if word >> 31 else 1.0
    rule.append(sign * (word & 0xFFFFFF) / 2.0**24 * 16.0 ** ((word >> 24 & 0x7F) - 64))
print("written       in the file  by the rule   segyio        ObsPy")
for row in zip(VALUES, words, rule, one, other, strict=True):
    print("{:<13.6g} {:08x}     {:<13.6g} {:<13.6g} {:.6g}".format(*row))
same = (
    [math.isnan(one[0]), math.isinf(other[0]), one[2] < math.inf, math.isinf(other[2])] == [True] * 4
    and abs(one[3] - 1e-40) < 1e-43
    and abs(other[3] - 5.9e-39) < 1e-40
)
if not same:
    sys.exit("segyio and ObsPy read IBM floats differently now: read this finding again")
PROGRAM
# Seen on 2026-11-28:
# written       in the file  by the rule   segyio        ObsPy
# nan           61180000     5.10424e+38   nan           inf
# -inf          e1100000     -3.40282e+38  -inf          -inf
# 3e+37         601691ca     3e+37         3e+37         inf
# 1e-40         212045b0     5.92747e-39   9.99967e-41   5.92747e-39
# 0.5           40800000     0.5           0.5           0.5

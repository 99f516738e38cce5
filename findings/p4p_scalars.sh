#!/bin/sh
# p4p 4.3.0 (PVAccess of EPICS): a number that does not fit a scalar of integers wraps around, and
# NaN becomes 0; the same number in an array raises.
#
# Expected: the client refuses it, or it is cut off at the end of the range. Seen: 300 for a scalar
# of unsigned bytes is 44, 2147483648 for one of 32 bits is -2147483648, -1 for an unsigned one is
# 4294967295, NaN is 0, all without an error or a warning; [1, 300] for an array of unsigned bytes
# raises OverflowError.
#
# Who meets it: whoever puts a computed set point, an average of no samples among them, to a PV of
# integers: the device gets another number that is within its range.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check numpy==2.4.6 p4p==4.3.0
"$folder/venv/bin/python" -W error - <<'PROGRAM'
import sys

from p4p.nt import NTScalar

CASES = [("B", 300), ("i", 2**31), ("I", -1), ("i", float("nan"))]
seen = []
for code, number in CASES:
    value = NTScalar(code).wrap(number).value
    seen.append(value)
    print(f"scalar {code!r}: {number} -> {value}")
try:
    array = NTScalar("aB").wrap([1, 300]).value
except OverflowError as error:
    print(f"array 'aB': [1, 300] -> OverflowError: {error}")
    refused = True
else:
    print(f"array 'aB': [1, 300] -> {array}")
    refused = False
if seen != [44, -(2**31), 2**32 - 1, 0] or not refused:
    sys.exit("p4p takes numbers that do not fit differently now: read this finding again")
PROGRAM
# Seen on 2026-11-28:
# scalar 'B': 300 -> 44
# scalar 'i': 2147483648 -> -2147483648
# scalar 'I': -1 -> 4294967295
# scalar 'i': nan -> 0
# array 'aB': [1, 300] -> OverflowError: Python integer 300 out of bounds for uint8

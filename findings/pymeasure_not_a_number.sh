#!/bin/sh
# PyMeasure 0.16.0: its validators take NaN as a set point. `truncated_discrete_set` makes the
# largest value of the set of it, `truncated_range` the smallest of the range; `modular_range` makes
# NaN of Infinity.
#
# Expected: a ValueError, as from `strict_range` and `strict_discrete_set`. Seen: the range of 20 A
# for NaN, 0 V for NaN, and 'nan' that goes on to the instrument.
#
# Who meets it: whoever computes a set point: the mean of no samples, or a fit that did not
# converge, switches an instrument to its largest range. The properties of instruments are made with
# these validators, so nothing else stands between the program and the device.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check pymeasure==0.16.0
"$folder/venv/bin/python" - <<'PROGRAM'
import math
import sys

from pymeasure.instruments import validators

nan = math.nan
largest = validators.truncated_discrete_set(nan, [0.02, 0.2, 2, 20])
print("truncated_discrete_set(nan, [0.02, 0.2, 2, 20]) ->", largest)
smallest = validators.truncated_range(nan, [0, 5])
print("truncated_range(nan, [0, 5]) ->", smallest)
turned = [validators.modular_range(number, [0, 360]) for number in (nan, math.inf)]
print("modular_range(nan), modular_range(inf) ->", *turned)
refused = []
for name, values in (("strict_range", [0, 5]), ("strict_discrete_set", [0, 5])):
    try:
        getattr(validators, name)(nan, values)
    except ValueError as error:
        refused.append(name)
        print(f"{name}(nan, {values}) -> ValueError: {error}")
same = (largest, smallest) == (20, 0) and all(map(math.isnan, turned)) and len(refused) == 2
if not same:
    sys.exit("PyMeasure takes NaN differently now: read this finding again")
PROGRAM
# Seen on 2026-11-28:
# truncated_discrete_set(nan, [0.02, 0.2, 2, 20]) -> 20
# truncated_range(nan, [0, 5]) -> 0
# modular_range(nan), modular_range(inf) -> nan nan
# strict_range(nan, [0, 5]) -> ValueError: Value of nan is not in range [0,5]
# strict_discrete_set(nan, [0, 5]) -> ValueError: Value of nan is not in the discrete set [0, 5]

#!/bin/sh
# pyEDFlib 0.1.42: a sample that is missing (NaN), and one that is +Infinity, become the lowest
# value of the range.
#
# Expected: NaN, which EDF cannot store, is refused, and what is above the range is cut off at its
# upper end, +Infinity too. Seen: 5.0 in a channel of -4 to 4 V is stored as 4, as expected;
# +Infinity and NaN are stored as -4, without a warning. In a plot they are downward spikes.
#
# Who meets it: whoever writes a channel with gaps, or a ratio whose divisor was 0, to EDF or BDF
# for a viewer of biosignals.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check numpy==2.4.6 pyEDFlib==0.1.42
"$folder/venv/bin/python" -W error - "$folder" <<'PROGRAM'
import sys

import numpy as np
import pyedflib

path = sys.argv[1] + "/channel.edf"
samples = np.array([1.0, 5.0, -7.0, np.nan, np.inf, -np.inf])
writer = pyedflib.EdfWriter(path, 1, file_type=pyedflib.FILETYPE_EDFPLUS)
writer.setSignalHeader(
    0,
    {
        "label": "ratio",
        "dimension": "V",
        "sample_frequency": len(samples),
        "physical_max": 4,
        "physical_min": -4,
        "digital_max": 32767,
        "digital_min": -32768,
        "prefilter": "",
        "transducer": "",
    },
)
writer.writeSamples([samples])
writer.close()
reader = pyedflib.EdfReader(path)
seen = [round(value, 3) for value in reader.readSignal(0).tolist()]
reader.close()
print("written:", samples.tolist())
print("read:   ", seen)
if seen != [1.0, 4.0, -4.0, -4.0, -4.0, -4.0]:
    sys.exit("pyEDFlib stores what is not finite differently now: read this finding again")
PROGRAM
# Seen on 2026-11-27:
# written: [1.0, 5.0, -7.0, nan, inf, -inf]
# read:    [1.0, 4.0, -4.0, -4.0, -4.0, -4.0]

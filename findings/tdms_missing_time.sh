#!/bin/sh
# npTDMS 1.13.0: a time that is missing (NaT) is recorded as the year 294181.
#
# Expected: a TDMS time stamp has no value for "missing", so the writer refuses NaT or writes the
# epoch. Seen: the smallest 64-bit integer, which stands for NaT in numpy, is converted as if it
# were a time, and the file says 294181-01-08, without a warning. In a plot the time axis then ends
# 292,000 years from now.
#
# Who meets it: whoever writes the time stamps of merged or resampled tables, where pandas has put
# NaT into the gaps, to a file for LabVIEW or DIAdem.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check numpy==2.4.6 npTDMS==1.13.0
"$folder/venv/bin/python" - "$folder" <<'PROGRAM'
import sys

import numpy as np
from nptdms import ChannelObject, TdmsFile, TdmsWriter

path = sys.argv[1] + "/times.tdms"
times = np.array(["2026-01-01T12:00", "NaT"], "M8[us]")
with TdmsWriter(path) as writer:
    writer.write_segment([ChannelObject("log", "time", times)])
seen = [str(time)[:-16] for time in TdmsFile.read(path)["log"]["time"][:]]
print("written ", [str(time)[:10] for time in times])
print("read    ", seen)
if seen != ["2026-01-01", "294181-01-08"]:
    sys.exit("npTDMS treats NaT differently now: read this finding again")
PROGRAM
# Seen on 2026-11-27:
# written  ['2026-01-01', 'NaT']
# read     ['2026-01-01', '294181-01-08']

#!/bin/sh
# asammdf 8.8.28: the second channel of a scan is read back as the values of another signal.
#
# Expected: a Signal whose samples have the shape (scans, channels) is stored as an array per sample
# or refused: its length fits the time stamps, and no error says otherwise. Seen: the samples are
# counted through as if they were flat, and where the second column was, get() shows the values of
# the signal that was appended beside it. Saved and opened again, only the first, wrong column is
# left. A record array with a field of that shape is stored right.
#
# Who meets it: whoever records scans of several channels (one row each millisecond) to MF4 for a
# colleague with a measurement data tool.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check numpy==2.4.6 asammdf==8.8.28
"$folder/venv/bin/python" -W ignore - "$folder" <<'PROGRAM'
import sys

import numpy as np
from asammdf import MDF, Signal

folder = sys.argv[1]
times = np.arange(3.0)
scans = np.array([[0.0, 1.0], [2.0, 3.0], [4.0, 5.0]])
record = np.rec.fromarrays([scans], dtype=[("scan", "<f8", (2,))])
recording = MDF()
recording.append([
    Signal(scans, times, name="scan"),
    Signal(np.array([70.0, 80.0, 90.0]), times, name="temperature"),
])
in_memory = recording.get("scan").samples.tolist()
path = recording.save(folder + "/plain.mf4")
plain = MDF(path).get("scan").samples.tolist()
recording = MDF()
recording.append([Signal(record, times, name="scan")])
path = recording.save(folder + "/record.mf4")
seen = {
    "written": scans.tolist(),
    "in memory": in_memory,
    "from file": plain,
    "as record": MDF(path).get("scan").samples["scan"].tolist(),
}
for name, value in seen.items():
    print(f"{name:10} {value}")
as_described = {
    "written": [[0.0, 1.0], [2.0, 3.0], [4.0, 5.0]],
    "in memory": [[0.0, 70.0], [1.0, 80.0], [2.0, 90.0]],
    "from file": [0.0, 1.0, 2.0],
    "as record": [[0.0, 1.0], [2.0, 3.0], [4.0, 5.0]],
}
if seen != as_described:
    sys.exit("asammdf stores scans differently now: read this finding again")
PROGRAM
# Seen on 2026-11-27:
# written    [[0.0, 1.0], [2.0, 3.0], [4.0, 5.0]]
# in memory  [[0.0, 70.0], [1.0, 80.0], [2.0, 90.0]]
# from file  [0.0, 1.0, 2.0]
# as record  [[0.0, 1.0], [2.0, 3.0], [4.0, 5.0]]

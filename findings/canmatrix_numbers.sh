#!/bin/sh
# canmatrix 1.3.3: `Frame.encode` takes a number as the raw value of a signal and a string as the
# physical one; a number that does not fit wraps within its bits.
#
# Expected: 12.3 and "12.3" mean the same, as `cantools` reads them, and what does not fit is
# refused. Seen for a signal of 12 bits with a factor of 0.1: 12.3 is cut off to the raw value 12
# and is read back as 1.2, "12.3" as 12.3; "1000" is read back as 180.8; 18 for a signal of 4 bits
# as 2. There is no error and no warning.
#
# Who meets it: whoever sends CAN frames by a matrix from Python, or moves from cantools to
# canmatrix: a set speed is a tenth of what was asked for, and still looks like one.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check canmatrix==1.3.3 cantools==45.1.0
"$folder/venv/bin/python" -W error - <<'PROGRAM'
import sys

import cantools
from canmatrix import ArbitrationId, Frame, Signal

frame = Frame("drive", arbitration_id=ArbitrationId(1, extended=False), size=2)
frame.add_signal(Signal("speed", start_bit=0, size=12, factor="0.1", is_signed=False))
frame.add_signal(Signal("gear", start_bit=12, size=4, is_signed=False))

seen = []
for speed, gear in ((12.3, 2), ("12.3", 2), ("1000", 2), (0, 18)):
    read = frame.decode(frame.encode({"speed": speed, "gear": gear}))
    back = float(read["speed"].phys_value), int(read["gear"].phys_value)
    seen.append(back)
    print(f"canmatrix: speed {speed!r}, gear {gear} -> {back[0]}, {back[1]}")
matrix = cantools.database.load_string(
    'VERSION ""\nBS_:\nBU_: A\nBO_ 1 drive: 2 A\n'
    ' SG_ speed : 0|12@1+ (0.1,0) [0|0] "" A\n SG_ gear : 12|4@1+ (1,0) [0|0] "" A\n',
)
drive = matrix.get_message_by_name("drive")
other = drive.decode(drive.encode({"speed": 12.3, "gear": 2}))
print(f"cantools: speed 12.3, gear 2 -> {other['speed']:.1f}, {other['gear']}")
if seen != [(1.2, 2), (12.3, 2), (180.8, 2), (0.0, 2)] or round(other["speed"], 1) != 12.3:
    sys.exit("canmatrix encodes numbers differently now: read this finding again")
PROGRAM
# Seen on 2026-11-28:
# canmatrix: speed 12.3, gear 2 -> 1.2, 2
# canmatrix: speed '12.3', gear 2 -> 12.3, 2
# canmatrix: speed '1000', gear 2 -> 180.8, 2
# canmatrix: speed 0, gear 18 -> 0.0, 2
# cantools: speed 12.3, gear 2 -> 12.3, 2

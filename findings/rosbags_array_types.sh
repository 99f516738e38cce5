#!/bin/sh
# rosbags 0.11.9 (numpy 2.4.6): `serialize_cdr` looks at the item size of a numpy array, not at its
# type. An array of integers goes into `float64[]` bit by bit, an array in big-endian order goes
# byte by byte, and int16 goes into `uint16[]`. float32 into `float64[]` is an error.
#
# Expected: the values are converted, or the array is refused. Seen: JointState.position of
# np.array([0, 1, 2]) is written as 0, 5e-324 and 1e-323; of an array of '>f8' as denormals, too.
#
# Who meets it: whoever converts recordings to ROS 2 bags. numpy makes int64 of whole numbers, and
# HDF5, FITS, SEG-Y and netCDF-3 readers give big-endian arrays. Nothing fails until somebody plots
# the bag; `np.asarray(values, "<f8")` before is the remedy.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check rosbags==0.11.9 numpy==2.4.6
"$folder/venv/bin/python" - "$folder/bag" <<'PROGRAM'
import sys

import numpy as np
from rosbags.rosbag2 import Reader, Writer
from rosbags.typesys import Stores, get_typestore

store = get_typestore(Stores.ROS2_HUMBLE)
state = store.types["sensor_msgs/msg/JointState"]
header = store.types["std_msgs/msg/Header"]
time = store.types["builtin_interfaces/msg/Time"]
arrays = [np.array([0.0, 1, 2]), np.array([0, 1, 2]), np.array([0.0, 1, 2], ">f8")]
none = np.empty(0)
with Writer(sys.argv[1], version=9) as writer:
    connection = writer.add_connection("/joints", state.__msgtype__, typestore=store)
    for number, positions in enumerate(arrays):
        stamp = header(stamp=time(sec=number, nanosec=0), frame_id="arm")
        message = state(header=stamp, name=["a", "b", "c"], position=positions, velocity=none, effort=none)
        writer.write(connection, number, store.serialize_cdr(message, state.__msgtype__))
with Reader(sys.argv[1]) as reader:
    read = [store.deserialize_cdr(raw, c.msgtype).position.tolist() for c, _, raw in reader.messages()]
for positions, found in zip(arrays, read, strict=True):
    print(positions.dtype.str, positions.tolist(), "->", found)
message = store.types["std_msgs/msg/UInt16MultiArray"]
layout = store.types["std_msgs/msg/MultiArrayLayout"](dim=[], data_offset=0)
raw = store.serialize_cdr(message(layout=layout, data=np.array([1, -3], "<i2")), message.__msgtype__)
counts = store.deserialize_cdr(raw, message.__msgtype__).data.tolist()
print("<i2 [1, -3] in uint16[] ->", counts)
try:
    singles = state(header=stamp, name=[], position=np.zeros(3, "f4"), velocity=none, effort=none)
    store.serialize_cdr(singles, state.__msgtype__)
    refused = False
except ValueError as error:
    refused = True
    print("<f4 in float64[] -> ValueError:", error)
swapped = np.array([0.0, 1, 2]).byteswap().tolist()
bits = np.array([0, 1, 2]).view("<f8").tolist()
if not (read == [[0.0, 1.0, 2.0], bits, swapped] and counts == [1, 65533] and refused):
    sys.exit("rosbags writes arrays of other types differently now: read this finding again")
PROGRAM
# Seen on 2026-11-28:
# <f8 [0.0, 1.0, 2.0] -> [0.0, 1.0, 2.0]
# <i8 [0, 1, 2] -> [0.0, 5e-324, 1e-323]
# >f8 [0.0, 1.0, 2.0] -> [0.0, 3.03865e-319, 3.16e-322]
# <i2 [1, -3] in uint16[] -> [1, 65533]
# <f4 in float64[] -> ValueError: memoryview assignment: lvalue and rvalue have different structures

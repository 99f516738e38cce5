#!/bin/sh
# npTDMS 1.13.0 and soundfile 0.14.0: a big-endian array is recorded with its bytes the wrong way
# round.
#
# Expected: numpy arrays know their byte order, so a writer converts them, as zarr, netCDF4, asammdf
# and tifffile do, or refuses them, as DuckDB does. Seen: both take the bytes as they are and write
# a file of this machine's order. It is a valid file; 1 becomes 256, 1.5 becomes 6.9e-41.
#
# Who meets it: whoever records what an instrument sends in network order, through
# np.frombuffer(data, ">i2"). The remedy is array.astype(array.dtype.newbyteorder("=")).
#
# Needs a little-endian machine.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
    numpy==2.4.6 npTDMS==1.13.0 soundfile==0.14.0
"$folder/venv/bin/python" - "$folder" <<'PROGRAM'
import sys

import numpy as np
import soundfile
from nptdms import ChannelObject, TdmsFile, TdmsWriter

folder = sys.argv[1]
counts = np.array([1, 2, -3, 1000], ">i2")
volts = np.array([1.5, -3.0], ">f4")
with TdmsWriter(folder + "/levels.tdms") as writer:
    arrays = {"counts": counts, "volts": volts}
    writer.write_segment([ChannelObject("adc", name, array) for name, array in arrays.items()])
recording = TdmsFile.read(folder + "/levels.tdms")["adc"]
soundfile.write(folder + "/levels.wav", counts, 8000)
samples, _ = soundfile.read(folder + "/levels.wav", dtype="int16")
seen = {
    "written": counts.tolist(),
    "npTDMS": recording["counts"][:].tolist(),
    "soundfile": samples.tolist(),
    "npTDMS, 1.5": f"{recording['volts'][0]:.4g}",
}
for name, value in seen.items():
    print(f"{name:12} {value}")
as_described = {
    "written": [1, 2, -3, 1000],
    "npTDMS": [256, 512, -513, -6141],
    "soundfile": [256, 512, -513, -6141],
    "npTDMS, 1.5": "6.896e-41",
}
if seen != as_described:
    sys.exit("one of them treats big-endian arrays differently now: read this finding again")
PROGRAM
# Seen on 2026-11-27:
# written      [1, 2, -3, 1000]
# npTDMS       [256, 512, -513, -6141]
# soundfile    [256, 512, -513, -6141]
# npTDMS, 1.5  6.896e-41

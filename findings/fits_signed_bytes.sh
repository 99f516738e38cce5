#!/bin/sh
# astropy 8.0.2: a column of signed bytes is written to a FITS table as truth values.
#
# Expected: int8 is stored with an offset, as uint16 to uint64 are, or refused. Seen: BinTableHDU
# takes numpy's int8 for the format L (logical), since a logical column is int8 in memory; the file
# has T and F, and each number that is not 0 is read back as true. Table.write does the same.
# No warning. The other widths beside it are stored right.
#
# Who meets it: whoever writes what a C program or a camera calls signed char (temperatures, trims,
# quality codes below zero) to FITS. The remedy is astype("i2").
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check numpy==2.4.6 astropy==8.0.2
"$folder/venv/bin/python" - "$folder" <<'PROGRAM'
import sys

import numpy as np
from astropy.io import fits
from astropy.table import Table

path = sys.argv[1] + "/table.fits"
rows = np.zeros(3, [("trim", "i1"), ("gain", "u1"), ("level", "u2"), ("step", "i2")])
rows["trim"] = [-5, 1, 84]
rows["gain"] = [200, 1, 84]
rows["level"] = [60000, 1, 84]
rows["step"] = [-5, 1, 84]
seen = {}
fits.BinTableHDU(rows).writeto(path)
with fits.open(path) as file:
    seen["formats"] = [column.format for column in file[1].columns]
    seen["by BinTableHDU"] = {name: file[1].data[name].tolist() for name in rows.dtype.names}
Table(rows).write(path, overwrite=True)
seen["trim by Table"] = Table.read(path)["trim"].tolist()
for name, value in seen.items():
    print(f"{name}: {value}")
as_described = {
    "formats": ["L", "B", "I", "I"],
    "by BinTableHDU": {
        "trim": [True, True, True],
        "gain": [200, 1, 84],
        "level": [60000, 1, 84],
        "step": [-5, 1, 84],
    },
    "trim by Table": [True, True, True],
}
if seen != as_described:
    sys.exit("astropy stores signed bytes differently now: read this finding again")
PROGRAM
# Seen on 2026-11-27:
# formats: ['L', 'B', 'I', 'I']
# by BinTableHDU: {'trim': [True, True, True], 'gain': [200, 1, 84], ...}
# trim by Table: [True, True, True]

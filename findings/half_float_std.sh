#!/bin/sh
# pandas 3.1.1 with numpy 2.4.6: the spread of a column of half floats is infinite.
#
# Expected: Series.std() is computed in a wider type, as Series.sum() and Series.mean() are, whose
# results are right for float16. Seen: std, var and sem of three harmless values (1, 400, 800) are
# inf, and describe() prints that inf beside a right mean. The same numbers by groupby().std() and
# rolling().std() are right (399.5). diff() of two values inside the range is inf, too.
#
# Who meets it: whoever puts half floats from a device (an ADC scaled on the GPU, `_Float16` of an
# MCU) into a DataFrame and looks at describe(). The remedy is astype("float32"), which is exact.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check pandas==3.1.1 numpy==2.4.6
"$folder/venv/bin/python" -W ignore - <<'PROGRAM'
import sys

import numpy as np
import pandas as pd

column = pd.Series(np.array([1, 400, 800], np.float16))
frame = pd.DataFrame({"group": 0, "value": column})
seen = {
    "mean": float(column.mean()),
    "std": float(column.std()),
    "describe, std": float(column.describe()["std"]),
    "groupby, std": float(frame.groupby("group")["value"].std()[0]),
    "rolling, std": float(column.rolling(3).std()[2]),
    "std of float32": float(column.astype("float32").std()),
    "diff": float(pd.Series(np.array([-60000, 60000], np.float16)).diff()[1]),
}
for name, value in seen.items():
    print(f"{name:15} {value:.4f}")
as_described = {
    "mean": 400.3333, "std": np.inf, "describe, std": np.inf, "groupby, std": 399.5001,
    "rolling, std": 399.5001, "std of float32": 399.5001, "diff": np.inf,
}
if {name: round(value, 4) for name, value in seen.items()} != as_described:
    sys.exit("pandas behaves differently now: read this finding again")
PROGRAM
# Seen on 2026-11-27:
# mean            400.3333
# std             inf
# describe, std   inf
# groupby, std    399.5001
# rolling, std    399.5001
# std of float32  399.5001
# diff            inf

#!/bin/sh
# fastparquet 2026.9.0: a Parquet column of half floats comes back as cut-off bytes.
#
# Expected: a column with the logical type FLOAT16 is read as numbers, or refused. Seen: it is an
# object column of `bytes`, two for each number, without a warning, and bytes that are zero are cut
# off the end: 0.0 is b"" and the smallest subnormal is b"\x01". The same file is right in pyarrow
# 26.0.1, and in DuckDB 2.0.1, which takes it for FLOAT; DuckDB refuses the very same table as an
# Arrow table in memory ("Unsupported Internal Arrow Type e").
#
# Who meets it: a colleague who opens your Parquet file with another reader than you wrote it with.
# The remedy is to write float32, which holds every half float exactly.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
    fastparquet==2026.9.0 pyarrow==26.0.1 duckdb==2.0.1 numpy==2.4.6 pandas==3.1.1
cd "$folder"
"$folder/venv/bin/python" -W ignore - <<'PROGRAM'
import sys

import duckdb
import fastparquet
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

values = np.array([0.0, 1.0, 0.5, 6e-8], np.float16)
halves = pa.table({"value": pa.array(values)})
pq.write_table(halves, "half.parquet")


def in_memory() -> str:
    try:
        return str(duckdb.sql("select value from halves").fetchall())
    except duckdb.Error as error:
        return str(error)


seen = {
    "pyarrow": pq.read_table("half.parquet")["value"].to_numpy().tolist() == values.tolist(),
    "fastparquet": fastparquet.ParquetFile("half.parquet").to_pandas()["value"].tolist(),
    "DuckDB, file": [row[0] for row in duckdb.sql("select value from 'half.parquet'").fetchall()]
    == values.tolist(),
    "DuckDB, Arrow": "Unsupported Internal Arrow Type" in in_memory(),
}
for name, value in seen.items():
    print(f"{name:14} {value}")
as_described = {
    "pyarrow": True,
    "fastparquet": [b"", b"\x00<", b"\x008", b"\x01"],
    "DuckDB, file": True,
    "DuckDB, Arrow": True,
}
if seen != as_described:
    sys.exit("a reader behaves differently now: read this finding again")
PROGRAM
# Seen on 2026-11-27 (pyarrow and DuckDB's file: equal to what was written; DuckDB's Arrow: refused):
# pyarrow        True
# fastparquet    [b'', b'\x00<', b'\x008', b'\x01']
# DuckDB, file   True
# DuckDB, Arrow  True

#!/bin/sh
# QCoDeS 0.58.0 (with SQLite 3.40.1): a measured scalar is in the database as the double that it
# was, but whatever is read back from the file has 15 significant digits. `load_by_id(...)
# .get_parameter_data()`, `to_pandas_dataframe_dict()` and exports give these; the cache of the run
# that just ended gives all digits. Integers beyond 2**53 are rounded in both. Arrays are exact.
#
# Expected: the doubles that were measured, since SQLite keeps a REAL as a double. Seen: QCoDeS
# has SQLite give the numbers as text, and SQLite writes 15 digits.
#
# Who meets it: whoever stores time stamps or frequencies in QCoDeS. A Unix time in seconds comes
# back in steps of 10 microseconds, 0.1 + 0.2 as 0.3, and the analysis of a loaded run is not quite
# that of the live one. Other versions of SQLite may write other numbers of digits.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check qcodes==0.58.0
HOME="$folder" "$folder/venv/bin/python" - "$folder" <<'PROGRAM' 2>/dev/null
import sqlite3
import sys

from qcodes.dataset import Measurement, initialise_or_create_database_at, load_by_id
from qcodes.dataset import load_or_create_experiment

database = f"{sys.argv[1]}/lab.db"
initialise_or_create_database_at(database)
load_or_create_experiment("clock", "sample")
measured = [1764300000.1234567, 0.1 + 0.2, 1 / 3]
run = Measurement()
run.register_custom_parameter("step")
run.register_custom_parameter("value", setpoints=("step",))
with run.run() as saver:
    for step, value in enumerate(measured):
        saver.add_result(("step", step), ("value", value))
print("SQLite", sqlite3.sqlite_version)
live = saver.dataset.cache.data()["value"]["value"].tolist()
loaded = load_by_id(saver.run_id).get_parameter_data()["value"]["value"].tolist()
table = saver.dataset.table_name
rows = sqlite3.connect(database).execute(f'select value from "{table}" order by id')
stored = [row[0] for row in rows]
for name, values in ("measured", measured), ("cache", live), ("in the file", stored), ("loaded", loaded):
    print(f"{name}:", *map(repr, values))
if not (measured == live == stored and loaded == [float(f"{value:.15g}") for value in measured]):
    print("QCoDeS reads digits differently now: read this finding again")
    sys.exit(1)
PROGRAM
# Seen on 2026-11-28:
# SQLite 3.40.1
# measured: 1764300000.1234567 0.30000000000000004 0.3333333333333333
# cache: 1764300000.1234567 0.30000000000000004 0.3333333333333333
# in the file: 1764300000.1234567 0.30000000000000004 0.3333333333333333
# loaded: 1764300000.12346 0.3 0.333333333333333

#!/bin/sh
# pandas 3.1.1 with numexpr 2.14.2: a query on unsigned 64-bit numbers finds nothing.
#
# Expected: frame.query("id > 10") gives the rows that frame[frame["id"] > 10] gives. Seen: pandas
# takes numexpr for queries wherever it is installed, and numexpr reads uint64 as int64 without a
# word: what is 2^63 or more is negative to it. The rows are missing; eval("id + 1") is negative,
# and, converted back by pandas, a float. Without numexpr, or with engine="python", both are right.
#
# Who meets it: whoever filters device ids, hashes, masks or counters of uint64_t. Another package
# that brings numexpr along (PyTables does) is enough to change the result of the same line.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check numpy==2.4.6 pandas==3.1.1
cat > "$folder/query.py" <<'PROGRAM'
import numpy as np
import pandas as pd

frame = pd.DataFrame({"id": np.array([2**63 + 5, 7], "u8")})
print("indexing:", frame[frame["id"] > 10].index.tolist())
print("query:", frame.query("id > 10").index.tolist())
print("query, engine python:", frame.query("id > 10", engine="python").index.tolist())
print("eval:", frame.eval("id + 1").tolist())
PROGRAM
echo "without numexpr" > "$folder/seen"
"$folder/venv/bin/python" "$folder/query.py" >> "$folder/seen"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check numexpr==2.14.2
echo "with numexpr" >> "$folder/seen"
"$folder/venv/bin/python" "$folder/query.py" >> "$folder/seen"
cat "$folder/seen"
cat > "$folder/described" <<'SEEN'
without numexpr
indexing: [0]
query: [0]
query, engine python: [0]
eval: [9223372036854775814, 8]
with numexpr
indexing: [0]
query: []
query, engine python: [0]
eval: [-9.223372036854776e+18, 8.0]
SEEN
if ! cmp -s "$folder/seen" "$folder/described"; then
    echo "pandas or numexpr behave differently now: read this finding again" >&2
    exit 1
fi
# Seen on 2026-11-27: the lines above, after "described".

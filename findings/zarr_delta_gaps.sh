#!/bin/sh
# zarr 3.1.6 with numcodecs 0.16.6: behind one missing sample (NaN), the filter Delta gives NaN for
# the rest of the chunk; behind one large sample, all that follows is shifted.
#
# Expected: Delta stores differences so that a compressor has less to do, and gives back what was
# written, or, for floats, something very near to it. Seen: a chunk with NaN in the third place has
# NaN from there to its end. With 1e17 there, what follows comes back as 0, 1, 2 in the place of 4, 5,
# 6. Nothing is raised, and no warning says that samples are lost: with floats, each sample is the
# sum of all differences before it. The next chunk is right again, so that in a plot it looks like a
# gap of the instrument. Integers are exact.
#
# Who meets it: whoever stores a channel of floats with gaps, or with one spike, and takes the filter
# that the examples for sorted integers take.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
    numpy==2.4.6 numcodecs==0.16.6 zarr==3.1.6
"$folder/venv/bin/python" -W error - <<'PROGRAM'
import sys

import numcodecs
import numpy as np
import zarr


def stored(samples: list[float]) -> list[float]:
    array = zarr.create_array(
        store={},
        shape=(len(samples),),
        chunks=(6,),
        dtype="f8",
        zarr_format=2,
        filters=[numcodecs.Delta(dtype="f8")],
    )
    array[:] = samples
    return array[:].tolist()


gap = [1.0, 2.0, np.nan, 4.0, 5.0, 6.0, 7.0, 8.0]
spike = [1.0, 2.0, 1e17, 4.0, 5.0, 6.0, 7.0, 8.0]
print("written:", gap)
print("read:   ", stored(gap))
print("written:", spike)
print("read:   ", stored(spike))
nan = np.nan
if not np.array_equal(stored(gap), [1, 2, nan, nan, nan, nan, 7, 8], equal_nan=True):
    sys.exit("a gap does not reach to the end of its chunk any more: read this finding again")
if stored(spike) != [1, 2, 1e17, 0, 1, 2, 7, 8]:
    sys.exit("a spike does not shift what follows any more: read this finding again")
PROGRAM
# Seen on 2026-11-28:
# written: [1.0, 2.0, nan, 4.0, 5.0, 6.0, 7.0, 8.0]
# read:    [1.0, 2.0, nan, nan, nan, nan, 7.0, 8.0]
# written: [1.0, 2.0, 1e+17, 4.0, 5.0, 6.0, 7.0, 8.0]
# read:    [1.0, 2.0, 1e+17, 0.0, 1.0, 2.0, 7.0, 8.0]

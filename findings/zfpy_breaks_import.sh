#!/bin/sh
# numcodecs 0.16.6 beside zfpy 1.0.1.post0: zarr and astropy's FITS reader cannot be imported.
#
# Expected: a compressor that is installed besides is used, or is left alone. Seen: numcodecs looks
# at zfpy's version at its own import, takes every part of it for a number, and ends in a ValueError
# at "post0". All that imports numcodecs fails with it, also programs that never compress by zfp:
# zarr 3.1.6, and astropy.io.fits of astropy 8.0.2, which looks whether numcodecs is there.
#
# Who meets it: whoever adds zfpy, to compress arrays of a simulation, to an environment that reads
# zarr stores or FITS files; the traceback names neither the file that is read nor the remedy
# (another version of zfpy).
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
    numpy==2.4.6 zarr==3.1.6 numcodecs==0.16.6 astropy==8.0.2
try_imports() {
    for module in numcodecs zarr astropy.io.fits; do
        if error=$("$folder/venv/bin/python" -c "import $module" 2>&1); then
            echo "$module: imported"
        else
            echo "$module: $(echo "$error" | tail -n 1)"
        fi
    done
}
echo "without zfpy" > "$folder/seen"
try_imports >> "$folder/seen"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check zfpy==1.0.1.post0
echo "with zfpy 1.0.1.post0" >> "$folder/seen"
try_imports >> "$folder/seen"
cat "$folder/seen"
cat > "$folder/described" <<'SEEN'
without zfpy
numcodecs: imported
zarr: imported
astropy.io.fits: imported
with zfpy 1.0.1.post0
numcodecs: ValueError: invalid literal for int() with base 10: 'post0'
zarr: ValueError: invalid literal for int() with base 10: 'post0'
astropy.io.fits: ValueError: invalid literal for int() with base 10: 'post0'
SEEN
if ! cmp -s "$folder/seen" "$folder/described"; then
    echo "the imports behave differently now: read this finding again" >&2
    exit 1
fi
# Seen on 2026-11-27: the lines above, after "described".

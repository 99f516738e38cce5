#!/bin/sh
# Builds ./driver, with make if there is one.
set -eu
cd "$(dirname "$0")"
if command -v make >/dev/null 2>&1; then
    exec make --no-print-directory -s driver "$@"
fi
exec "${CC:-cc}" -std=c99 -O2 -Iinclude -I. -Igenerated -pthread -o driver \
    driver.c demo.c commands.c generator.c camera.c pyramid.c wants.c src/*.c -lm

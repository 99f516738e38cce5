#!/bin/sh
# Installs Debian's cross compilers for the tests of foreign targets, where they are missing and can
# be installed: powerpc (big-endian), arm, and sh4, which libclang does not know. About 100 MB.
set -eu
wanted="powerpc-linux-gnu arm-linux-gnueabihf sh4-linux-gnu"
missing=""
for target in $wanted; do
    command -v "$target-gcc" >/dev/null 2>&1 || missing="$missing gcc-$target"
done
if [ -z "$missing" ]; then
    exit 0
fi
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "installing$missing for the tests of foreign targets"
    # shellcheck disable=SC2086 - one word for each package
    if apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null; then
        exit 0
    fi
fi
echo "missing here:$missing: tests of foreign targets will be skipped (apt-get install$missing)" >&2

#!/bin/sh
# Installs Debian's Xvfb and WebKitGTK for the tests of windows, where they are missing and can be
# installed: 30 MB, where Qt's WebEngine from PyPI, which the tests take if it is there, has 600.
set -eu
packages="xvfb python3-gi gir1.2-webkit2-4.1"
# shellcheck disable=SC2086
if command -v dpkg >/dev/null 2>&1 && dpkg -s $packages >/dev/null 2>&1; then
    exit 0
fi
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "installing $packages for the tests of windows"
    # shellcheck disable=SC2086
    if apt-get update -qq &&
        DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $packages >/dev/null; then
        exit 0
    fi
fi
echo "no window here: its tests will be skipped (apt-get install $packages)" >&2

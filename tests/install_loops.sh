#!/bin/sh
# Installs Debian's libuv and Qt's core, for the tests of drivers in their loops, where they are
# missing and can be installed: 14 MB.
set -eu
packages="libuv1-dev pkg-config qtbase5-dev"
# shellcheck disable=SC2086
if command -v dpkg >/dev/null 2>&1 && dpkg -s $packages >/dev/null 2>&1; then
    exit 0
fi
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "installing $packages for the tests of drivers in other loops"
    # shellcheck disable=SC2086
    if apt-get update -qq &&
        DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $packages >/dev/null; then
        exit 0
    fi
fi
echo "no libuv or Qt here: tests of them will be skipped (apt-get install $packages)" >&2

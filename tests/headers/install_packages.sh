#!/bin/sh
# Installs what `make headers` needs for its cross targets, where it is missing and can be
# installed: m68k's compiler (powerpc's comes with `make cross`) and qemu-user, which runs the
# programs that read values. About 50 MB. The SDKs' packages are only downloaded and unpacked.
set -eu
missing=""
command -v m68k-linux-gnu-gcc >/dev/null 2>&1 || missing="$missing gcc-m68k-linux-gnu"
[ -e /usr/m68k-linux-gnu/lib/libc.a ] || missing="$missing libc6-dev-m68k-cross"
command -v qemu-ppc >/dev/null 2>&1 || missing="$missing qemu-user"
if [ -z "$missing" ]; then
    exit 0
fi
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "installing$missing for make headers"
    # shellcheck disable=SC2086 - one word for each package
    if apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null; then
        exit 0
    fi
fi
echo "missing here:$missing: make headers leaves targets out (apt-get install$missing)" >&2

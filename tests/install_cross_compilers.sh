#!/bin/sh
# Installs Debian's cross compilers for the tests of foreign targets, where they are missing and can
# be installed: powerpc (big-endian), arm, sh4, which libclang does not know, and m68k and avr, which
# it lays out otherwise than gcc. About 165 MB to download, 590 MB installed.
# The headers of the targets' C libraries are only recommended by the compilers: they are named.
# m68k and avr are used without.
set -eu
wanted="powerpc-linux-gnu:powerpc arm-linux-gnueabihf:armhf sh4-linux-gnu:sh4"
missing=""
for each in $wanted; do
    target=${each%:*}
    command -v "$target-gcc" >/dev/null 2>&1 || missing="$missing gcc-$target"
    [ -d "/usr/$target/include" ] || missing="$missing libc6-dev-${each#*:}-cross"
done
command -v m68k-linux-gnu-gcc >/dev/null 2>&1 || missing="$missing gcc-m68k-linux-gnu"
command -v avr-gcc >/dev/null 2>&1 || missing="$missing gcc-avr"
# It runs programs for arm and powerpc.
command -v qemu-arm >/dev/null 2>&1 || missing="$missing qemu-user"
# A C++ cross compiler, and what moves debug information to another file.
command -v powerpc-linux-gnu-g++ >/dev/null 2>&1 || missing="$missing g++-powerpc-linux-gnu"
command -v dwz >/dev/null 2>&1 || missing="$missing dwz"
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

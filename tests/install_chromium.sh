#!/bin/sh
# Installs Debian's Chromium for the browser tests, where it is missing and can be installed.
set -eu
if command -v chromium >/dev/null 2>&1; then
    exit 0
fi
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "installing chromium for the browser tests"
    if apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium >/dev/null; then
        exit 0
    fi
fi
echo "no chromium here: the browser tests will be skipped (apt-get install chromium)" >&2

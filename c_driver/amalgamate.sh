#!/bin/sh
# Writes the library as one pair of files, cwire.c and cwire.h, into a directory, and beside them the
# driver for microcontrollers, which needs cwire.h.
set -eu
out=${1:?usage: amalgamate.sh DIRECTORY}
cd "$(dirname "$0")"
mkdir -p "$out"
cp mini/cwire_mini.c mini/cwire_mini.h "$out"
version=$(sed -n 's/^.define CWIRE_VERSION "\(.*\)"/\1/p' include/cwire.h)

banner() {
    printf '\n/* ======== %s ======== */\n\n' "$1"
}

{
    printf '/* cwire %s in one header. Made by amalgamate.sh: do not edit. */\n\n' "$version"
    while IFS= read -r line; do
        if [ "$line" = '#include "cwire_frame.h"' ]; then
            banner cwire_frame.h
            cat include/cwire_frame.h
            banner 'cwire.h goes on'
        else
            printf '%s\n' "$line"
        fi
    done <include/cwire.h
} >"$out/cwire.h"

# Headers in the order in which they need each other; system headers stay where they are.
{
    printf '/* cwire %s in one file: compile it with your program, or include it before all others.\n' \
        "$version"
    printf ' * Made by amalgamate.sh: do not edit. */\n'
    # In C++ there is one error, and not one for each line.
    sed -n -e 's/^#endif.*/#else/' -e '/^#ifdef __cplusplus/,/^#else/p' src/language.h
    printf '#ifndef _GNU_SOURCE\n#define _GNU_SOURCE\n#endif\n#include "cwire.h"\n'
    banner cwire_ring.h
    cat include/cwire_ring.h
    for file in platform.h ring.h cursor.h lane.h calls.h schema.h errors.h control.h endpoint.h link.h \
        caller.h sharing.h readers.h reply.h command.h peer.h; do
        banner "$file"
        sed '/^#include "/d' "src/$file"
    done
    for file in src/*.c; do
        [ "$file" = src/ring_reader.c ] && continue # it is for peers
        banner "${file#src/}"
        sed -e '/^#include "/d' -e '/^#define _GNU_SOURCE/d' "$file"
    done
    printf '#endif\n'
} >"$out/cwire.c"

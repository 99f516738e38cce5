#!/bin/sh
# gcc 12.2 (Debian 12): a constant 16-bit float in a struct of reversed byte order is stored as 0.
#
# Expected: in a struct with scalar_storage_order("big-endian") a static constant has the bytes that
# an assignment at run time makes: 259.0 is 5c0c. Seen: the _Float16 member of the constant is 0000,
# while the float and the integer beside it are right, and so is an assignment. The compiler says
# nothing; only the assembler warns that a value of a temporary file was truncated.
#
# Who meets it: whoever has tables of calibration or default telegrams as constants, for a device
# that sends big-endian half floats. The remedy is to fill such members at run time.
#
# Needs gcc (cc) for x86-64, which has _Float16 since version 12.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cat > "$folder/half.c" <<'HALF'
#include <stdint.h>
#include <stdio.h>
#include <string.h>
struct __attribute__((packed, scalar_storage_order("big-endian"))) telegram {
    _Float16 half;
    float single;
    uint16_t count;
};
static const struct telegram constant = { .half = 259, .single = 259, .count = 259 };
static void show(const char *name, const struct telegram *shown)
{
    unsigned char bytes[sizeof *shown];
    memcpy(bytes, shown, sizeof bytes);
    printf("%-9s", name);
    for (unsigned i = 0; i < sizeof bytes; i++)
        printf("%s%02x", i == 2 || i == 6 ? " " : "", bytes[i]);
    puts("");
}
int main(int argc, char **argv)
{
    struct telegram assigned;
    (void)argv;
    assigned.half = (_Float16)(258 + argc);
    assigned.single = (float)(258 + argc);
    assigned.count = (uint16_t)(258 + argc);
    show("assigned", &assigned);
    show("constant", &constant);
    return 0;
}
HALF
cc -o "$folder/half" "$folder/half.c"
cat > "$folder/expected" <<'EXPECTED'
assigned 5c0c 43818000 0103
constant 0000 43818000 0103
EXPECTED
"$folder/half" | tee "$folder/seen"
cmp -s "$folder/seen" "$folder/expected" || {
    echo "this gcc stores such constants otherwise: read this finding again" >&2
    exit 1
}
# Seen on 2026-11-27, with gcc 12.2:
# assigned 5c0c 43818000 0103
# constant 0000 43818000 0103

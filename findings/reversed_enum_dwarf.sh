#!/bin/sh
# gcc 12.2 with pyelftools 0.33: debug information loses the byte order of an enum member.
#
# Expected: in a struct with scalar_storage_order("big-endian") DWARF says of every member that it
# is stored the other way round, so that a debugger, or whatever reads the structs of a firmware
# image, shows the values of the program. Seen: a base type has DW_AT_endianity, and so have arrays
# and bit fields of it; the enumeration type of a member has none, though its bytes are turned, too.
# A reader that follows the debug information shows 33554432 for RUN = 2 and not a word of doubt.
#
# Who meets it: whoever decodes big-endian telegrams of an instrument (a fieldbus, a radio, a radar)
# that C code declares with that attribute, from the debug information of the program. The remedy is
# to take the order of the numbers beside it, or to have the member as an integer.
#
# Needs gcc (cc) and compiles for its own machine, a little-endian one.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check pyelftools==0.33
cat > "$folder/telegram.c" <<'TELEGRAM'
#include <stdint.h>
#include <stdio.h>
#include <string.h>
enum mode { HALT, IDLE, RUN };
struct __attribute__((scalar_storage_order("big-endian"))) telegram {
    uint32_t count;
    enum mode mode;
    uint16_t levels[2];
};
int main(void)
{
    const struct telegram sent = { .count = 2, .mode = RUN };
    unsigned char bytes[sizeof sent];
    memcpy(bytes, &sent, sizeof sent);
    for (unsigned i = 0; i < 8; i++)
        printf("%02x%s", bytes[i], i == 3 ? " " : "");
    return 0;
}
TELEGRAM
cc -g -o "$folder/telegram" "$folder/telegram.c"
"$folder/venv/bin/python" - "$folder/telegram" <<'PROGRAM'
import subprocess
import sys

from elftools.elf.elffile import ELFFile

ORDERS = {None: "none said", 1: "big", 2: "little"}
seen = {"bytes": subprocess.run([sys.argv[1]], capture_output=True, text=True, check=True).stdout}
with open(sys.argv[1], "rb") as stream:
    units = ELFFile(stream).get_dwarf_info().iter_CUs()
    entries = [entry for unit in units for entry in unit.iter_DIEs()]
    (struct,) = (
        entry
        for entry in entries
        if entry.tag == "DW_TAG_structure_type"
        and "DW_AT_name" in entry.attributes
        and entry.attributes["DW_AT_name"].value == b"telegram"
    )
    for member in struct.iter_children():
        said, type_ = None, member
        while said is None and "DW_AT_type" in type_.attributes:
            type_ = type_.get_DIE_from_attribute("DW_AT_type")
            attribute = type_.attributes.get("DW_AT_endianity")
            said = attribute and attribute.value
            if type_.tag in ("DW_TAG_base_type", "DW_TAG_enumeration_type"):
                break
        seen[member.attributes["DW_AT_name"].value.decode()] = ORDERS[said]
for name, value in seen.items():
    print(f"{name:7} {value}")
as_described = {
    "bytes": "00000002 00000002", "count": "big", "mode": "none said", "levels": "big",
}  # fmt: skip
if seen != as_described:
    sys.exit("the debug information is another one now: read this finding again")
PROGRAM
# Seen on 2026-11-27, with gcc 12.2:
# bytes   00000002 00000002
# count   big
# mode    none said
# levels  big

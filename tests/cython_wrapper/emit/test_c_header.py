"""NAME_schema.h is strict C and C++, and asserts what the header says."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from cwire_structs import wrap
from cwire_structs.header.message_ids import Choice

CASES = Path(__file__).parents[1] / "cases"
INCLUDE = Path(__file__).parents[3] / "c_driver" / "include"


def wrapped(name: str, ids: dict[str, int]) -> wrap.Wrapped:
    return wrap.wrap(CASES / name, "cc", Choice(ids=ids))


def compiles(made: wrap.Wrapped, folder: Path, command: list[str], suffix: str) -> None:
    """Compiles NAME_schema.h with all warnings as errors."""
    wrap.write(made, folder)
    source = folder / f"driver.{suffix}"
    source.write_text(f'#include "{made.schema.name}_schema.h"\nint main(void) {{ return 0; }}\n')
    flags = ["-Wall", "-Wextra", "-pedantic-errors", "-Werror", "-Wno-unused", "-fsyntax-only"]
    done = subprocess.run(
        [*command, *flags, f"-I{CASES}", f"-I{INCLUDE}", str(source)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


def test_the_drivers_header_sees_no_macros_named_like_members(tmp_path: Path) -> None:
    made = wrapped("macros_left_on.h", {"device": 1, "painted": 2})
    wrap.write(made, tmp_path)
    text = (CASES / "macros_left_on.h").read_text()
    # No C library compiles after these; what is left is what a driver can have.
    for line in ("const", "unsigned signed", "char int", "struct union"):
        text = text.replace(f"#define {line}\n", "")
    (tmp_path / "macros_left_on.h").write_text(text)
    source = tmp_path / "driver.c"
    source.write_text(
        '#include "macros_left_on_schema.h"\n'
        "int read_simple(struct inner *one) { return one->simple; }\n"  # still the macro
        "int main(void) { return RED - 7; }\n"
    )
    for flags in (["-std=c99", "-pedantic-errors", "-x", "c"], ["-x", "c++"]):
        done = subprocess.run(
            ["cc", *flags, f"-I{INCLUDE}", "-Wno-scalar-storage-order", "-fsyntax-only", source],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("command", "suffix"),
    [(["cc", "-std=c99"], "c"), (["cc", "-std=c11"], "c"), (["c++", "-std=c++11"], "cc")],
)
def test_the_drivers_header_is_strict_c_and_cplusplus(
    command: list[str], suffix: str, tmp_path: Path
) -> None:
    compiles(wrapped("reading.h", {"reading": 1}), tmp_path, command, suffix)

"""The writers in C are built from what is in the package."""

from __future__ import annotations

from pathlib import Path

import pytest

import cwire
from cwire.ipc import programs
from cwire_structs.wrap import wrap, write
from support.processes import ROOT

SOURCES = ROOT / "client_side" / "cwire" / "ipc" / "c"


def test_the_generated_header_is_the_headers(tmp_path: Path) -> None:
    write(wrap(SOURCES / "ipc_messages.h"), tmp_path)
    made = (tmp_path / "ipc_messages_schema.h").read_text()
    assert made == (SOURCES / "generated" / "ipc_messages_schema.h").read_text()


def test_the_writers_compile_without_a_warning(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CC", "cc -Wextra -Wpedantic -Werror")
    made = programs.build(tmp_path, publisher=True)
    assert made.publisher is not None
    assert made.writer.is_file()
    assert made.publisher.is_file()


def test_without_a_compiler(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CC", "no-such-compiler -m32")
    with pytest.raises(cwire.CwireError, match="no C compiler 'no-such-compiler'.*install gcc"):
        programs.build(tmp_path, publisher=False)


def test_a_compiler_that_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CC", "cc -include no-such.h")
    with pytest.raises(cwire.CwireError, match="failed: .*error: no-such.h: No such file"):
        programs.build(tmp_path, publisher=False)

"""Who runs a driver here: told beside its socket, and believed only while the process lives."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from cwire_structs.runs import Run, RunFile, read_run
from cwire_structs.runtime import RuntimeDirError


def test_what_is_said_while_it_runs(tmp_path: Path) -> None:
    socket = tmp_path / "demo.sock"
    assert read_run(socket) is None
    file = RunFile.take(socket)
    assert file is not None
    assert read_run(socket) == Run(os.getpid())
    run = Run(os.getpid(), {"pages": "http://127.0.0.1:1/"}, "ended with status 3; press r")
    file.write(run)
    assert read_run(socket) == run
    assert RunFile.take(socket) is None
    file.write(Run(os.getpid()))
    assert read_run(socket) == Run(os.getpid())
    file.close()
    assert read_run(socket) is None
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_nobody_holds_says_nothing(tmp_path: Path) -> None:
    (tmp_path / "demo.run").write_text('{"pid": 1, "links": {}, "ended": ""}')
    assert read_run(tmp_path / "demo.sock") is None
    file = RunFile.take(tmp_path / "demo.sock")
    assert file is not None
    file.close()


@pytest.mark.parametrize("text", ["", "{", "[]", '{"pid": "x", "links": {}, "ended": ""}', "null"])
def test_what_cannot_be_read_says_nothing(tmp_path: Path, text: str) -> None:
    file = RunFile.take(tmp_path / "demo.sock")
    assert file is not None
    (tmp_path / "demo.run").write_text(text)
    assert read_run(tmp_path / "demo.sock") is None
    file.close()


def test_only_this_account_can_read_the_links(tmp_path: Path) -> None:
    file = RunFile.take(tmp_path / "demo.sock")
    assert file is not None
    assert (tmp_path / "demo.run").stat().st_mode & 0o777 == 0o600
    file.close()


def test_a_link_in_its_place_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "other").write_text("mine")
    (tmp_path / "demo.run").symlink_to(tmp_path / "other")
    with pytest.raises(RuntimeDirError, match=r"demo\.run"):
        RunFile.take(tmp_path / "demo.sock")
    assert (tmp_path / "other").read_text() == "mine"

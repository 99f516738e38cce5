from pathlib import Path

import pytest

from cwire_structs.runtime import RuntimeDirError, runtime_dir


def test_the_session_directory_of_the_account(
    short_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CWIRE_RUNTIME_DIR", raising=False)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(short_dir))
    path = runtime_dir()
    assert path == short_dir / "cwire"
    assert path.stat().st_mode & 0o777 == 0o700


def test_a_directory_of_ones_own_comes_first(
    short_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(short_dir))
    monkeypatch.setenv("CWIRE_RUNTIME_DIR", str(short_dir / "mine"))
    assert runtime_dir() == short_dir / "mine"


def test_what_cannot_be_trusted_is_named(short_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CWIRE_RUNTIME_DIR", str(short_dir / "no" / "such"))
    with pytest.raises(RuntimeDirError, match="cannot make .*set CWIRE_RUNTIME_DIR"):
        runtime_dir()
    open_ = short_dir / "open"
    open_.mkdir(mode=0o755)
    monkeypatch.setenv("CWIRE_RUNTIME_DIR", str(open_))
    with pytest.raises(RuntimeDirError, match="open to other accounts"):
        runtime_dir()
    file = short_dir / "file"
    file.touch()
    monkeypatch.setenv("CWIRE_RUNTIME_DIR", str(file))
    with pytest.raises(RuntimeDirError, match="File exists|not a directory"):
        runtime_dir()

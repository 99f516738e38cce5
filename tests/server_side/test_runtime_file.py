import fcntl
import json
import os
from pathlib import Path

import pytest

from cwire_server.runtime_file import RuntimeFile


def lockable(path: Path) -> bool:
    with path.open() as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
    return True


def test_the_file_is_locked_while_the_relay_lives(runtime: Path) -> None:
    entry = RuntimeFile()
    entry.write("ws://127.0.0.1:1/ws")
    assert entry.path.stat().st_mode & 0o777 == 0o600
    assert not lockable(entry.path)
    told = json.loads(entry.path.read_text())
    assert told["pid"] == os.getpid()
    assert told["unix"] == str(entry.socket)
    assert told["url"] == "ws://127.0.0.1:1/ws"
    assert "token" not in told
    entry.close()
    assert list(runtime.iterdir()) == []


def test_what_a_killed_relay_left_is_removed_and_a_living_one_is_not(runtime: Path) -> None:
    dead = runtime / "relay-1.json"
    dead.write_text("{}")
    dead.with_suffix(".sock").touch()
    living = RuntimeFile()
    living.write("ws://127.0.0.1:1/ws")
    try:
        RuntimeFile()
        assert not dead.exists()
        assert not dead.with_suffix(".sock").exists()
        assert living.path.exists()
    finally:
        living.close()


def test_a_directory_that_others_can_write_is_not_used(
    runtime: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    runtime.chmod(0o755)
    with pytest.raises(OSError, match="open to other accounts .*chmod 700"):
        RuntimeFile()
    link = runtime.parent / "link"
    link.symlink_to(runtime)
    monkeypatch.setenv("CWIRE_RUNTIME_DIR", str(link))
    with pytest.raises(OSError, match="is not a directory"):
        RuntimeFile()

import fcntl
import json
import os
import socket
import stat
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from cwire_server.runtime_file import RuntimeFile
from cwire_structs.relays import living_relays
from cwire_structs.runtime import RuntimeDirError
from support.entries import entry as entry_of

URL = "ws://127.0.0.1:1/ws"
DRIVERS = {"demo": "/run/demo.sock"}


def lockable(path: Path) -> bool:
    with path.open() as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
    return True


def started() -> tuple[RuntimeFile, socket.socket]:
    entry = RuntimeFile(URL, DRIVERS)
    listener = entry.listen()
    entry.publish()
    return entry, listener


def test_the_file_is_locked_while_the_relay_lives(runtime: Path) -> None:
    entry = RuntimeFile(URL, DRIVERS)
    assert living_relays() == []  # not before it is published
    with closing(entry.listen()):
        entry.publish()
        assert entry.path.stat().st_mode & 0o777 == 0o600
        assert stat.S_IMODE(entry.socket.stat().st_mode) == 0o600
        assert not lockable(entry.path)
        told = json.loads(entry.path.read_text())
        assert told["pid"] == os.getpid()
        assert told["unix"] == str(entry.socket)
        assert told["url"] == URL
        assert told["drivers"] == DRIVERS
        assert "token" not in told
        (found,) = living_relays()
        assert (found.name, found.unix) == (entry.path.stem, str(entry.socket))
    entry.close()
    entry.close()  # harmless
    assert list(runtime.iterdir()) == []


def test_relays_with_one_pid_do_not_take_each_others_place(runtime: Path) -> None:
    """As in containers that share the directory: each of them may be process 1."""
    one, first = started()
    other, second = started()
    try:
        assert {relay.pid for relay in living_relays()} == {os.getpid()}
        assert len(living_relays()) == 2
        other.close()
        second.close()
        (left,) = living_relays()
        assert left.name == one.path.stem
        with socket.socket(socket.AF_UNIX) as client:
            client.connect(left.unix)
    finally:
        first.close()
        one.close()
    assert list(runtime.iterdir()) == []


def test_a_name_that_something_holds_is_not_taken(
    runtime: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    marks: Iterator[str] = iter(["aaaaaa", "bbbbbb", "cccccc", "dddddd"])
    monkeypatch.setattr("cwire_server.runtime_file.secrets.token_hex", lambda size: next(marks))
    for name in ("aaaaaa.sock", "bbbbbb.new"):
        (runtime / f"relay-{os.getpid()}-{name}").touch()
    entry = RuntimeFile(URL, DRIVERS)
    assert entry.path.stem.endswith("cccccc")
    entry.close()


def left_behind(runtime: Path, name: str, **changes: object) -> Path:
    entry, listener = started()
    listener.close()
    told = json.loads(entry.path.read_text())
    entry.close()
    path = runtime / name
    path.write_text(json.dumps({**told, **changes}))
    path.with_suffix(".sock").touch()
    return path


def test_what_a_killed_relay_left_is_removed_and_a_living_one_is_not(runtime: Path) -> None:
    living, listener = started()
    damaged = runtime / "relay-1.json"
    damaged.write_text("{}")
    dead = [
        damaged,
        left_behind(runtime, "relay-2-aaaaaa.json"),
        left_behind(runtime, "relay-3-aaaaaa.new"),
        left_behind(runtime, "relay-4-aaaaaa.json", boot="before"),  # of this host
    ]
    elsewhere = left_behind(runtime, "relay-5-aaaaaa.json", boot="other", host="another-machine")
    try:
        RuntimeFile(URL, DRIVERS).close()
        assert [path for path in dead if path.exists()] == []
        assert sorted(path.name for path in runtime.glob("*.sock")) == sorted(
            [living.socket.name, "relay-5-aaaaaa.sock"]
        )
        assert elsewhere.exists()  # its lock may be one that this machine does not see
        assert [one.name for one in living_relays()] == [living.path.stem]
    finally:
        listener.close()
        living.close()


def test_a_relay_of_another_machine_is_not_found_even_if_its_lock_is_seen(runtime: Path) -> None:
    path = left_behind(runtime, "relay-5-aaaaaa.json", boot="other", host="another-machine")
    with path.open("r+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        assert living_relays() == []
        RuntimeFile(URL, DRIVERS).close()
        assert path.exists()


def test_a_directory_that_others_can_write_is_not_used(
    runtime: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    runtime.chmod(0o755)
    with pytest.raises(OSError, match="open to other accounts .*chmod 700"):
        RuntimeFile(URL, DRIVERS)
    link = runtime.parent / "link"
    link.symlink_to(runtime)
    monkeypatch.setenv("CWIRE_RUNTIME_DIR", str(link))
    with pytest.raises(OSError, match="is not a directory"):
        RuntimeFile(URL, DRIVERS)


@pytest.mark.parametrize("call", ["open", "fsync", "rename", "bind"])
@pytest.mark.parametrize(
    ("number", "reason"),
    [
        (28, "No space left on device; free some space there, or set CWIRE_RUNTIME_DIR"),
        (30, "Read-only file system; set CWIRE_RUNTIME_DIR to a directory of yours that can"),
        (122, "Disk quota exceeded; remove files of yours there, or set CWIRE_RUNTIME_DIR"),
        (13, r"Permission denied; make the directory yours \(chmod 700\), or set"),
    ],
)
def test_a_directory_that_cannot_be_written(
    runtime: Path, monkeypatch: pytest.MonkeyPatch, call: str, number: int, reason: str
) -> None:
    def fail(*given: object, **more: object) -> object:
        raise OSError(number, os.strerror(number))

    class Socket(socket.socket):
        def bind(self, address: object) -> None:
            fail()

    target: object = Path if call == "rename" else os
    if call == "bind":
        monkeypatch.setattr("cwire_server.runtime_file.socket.socket", Socket)
    else:
        monkeypatch.setattr(target, call, fail)
    made: list[RuntimeFile] = []

    def start() -> None:
        made.append(RuntimeFile(URL, DRIVERS))
        with closing(made[0].listen()):
            made[0].publish()

    with pytest.raises(RuntimeDirError, match=f"cannot write {runtime}/relay-.*: {reason}"):
        start()
    monkeypatch.undo()
    for entry in made:
        entry.close()
    assert list(runtime.iterdir()) == []


def test_what_cannot_be_removed_is_told_of(
    runtime: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    entry, listener = started()
    listener.close()

    def fail(path: Path, missing_ok: bool = False) -> None:
        raise OSError(30, "Read-only file system", str(path))

    with monkeypatch.context() as patch:
        patch.setattr(Path, "unlink", fail)
        entry.close()
    assert f"cannot remove {entry.socket}: Read-only file system; remove it" in caplog.text
    assert living_relays() == []  # nobody holds it


def test_drivers_that_are_found_are_told(runtime: Path) -> None:
    entry = RuntimeFile(URL, {}, str(runtime))
    with closing(entry.listen()):
        entry.set_drivers({"a": "/run/a.sock"})  # before it is published
        assert living_relays() == []
        entry.publish()
        (found,) = living_relays()
        assert (found.drivers, found.watches) == ({"a": "/run/a.sock"}, str(runtime))
        with entry.path.open() as opened:
            for name in ("b", "c"):
                entry.set_drivers({"a": "/run/a.sock", name: "/run/x.sock"})
                assert not lockable(entry.path)
                (found,) = living_relays()
                assert list(found.drivers) == ["a", name]
                if name == "b":  # who has opened the one before sees that the relay lives
                    with pytest.raises(BlockingIOError):
                        fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
        before = len(list(Path("/proc/self/fd").iterdir()))
        entry.set_drivers({})
        assert len(list(Path("/proc/self/fd").iterdir())) == before
    entry.close()
    assert list(runtime.iterdir()) == []


def test_an_entry_that_cannot_be_written_anew_stays(
    runtime: Path, caplog: pytest.LogCaptureFixture
) -> None:
    entry, listener = started()
    with closing(listener):
        (runtime / f"{entry.path.stem}.new").mkdir()
        entry.set_drivers({"other": "/run/other.sock"})
        assert "does not say which drivers it serves: File exists" in caplog.text
        (found,) = living_relays()
        assert found.drivers == DRIVERS
        (runtime / f"{entry.path.stem}.new").rmdir()
    entry.close()


def test_the_newest_comes_first_whatever_it_watches(runtime: Path) -> None:
    with (
        entry_of(runtime, 1, started=3.0, drivers={}),
        entry_of(runtime, 2, started=1.0, drivers={}, watches=str(runtime)),
        entry_of(runtime, 3, started=1.0, watches=str(runtime)),
        entry_of(runtime, 4, started=2.0),
    ):
        assert [one.pid for one in living_relays()] == [4, 3, 2, 1]

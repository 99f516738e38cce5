"""The watcher of the runtime directory, with real files, sockets and locks."""

from __future__ import annotations

import fcntl
import os
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from cwire_server.config import DriverAddress
from cwire_server.drivers.discovery import Discovery


@contextmanager
def listener(path: Path, *, locked: bool = True) -> Iterator[None]:
    """A socket and its lock, as of libcwire; both stay when it ends, as of one that was killed."""
    with ExitStack() as stack:
        if locked:
            lock = stack.enter_context(Path(f"{path}.lock").open("w"))
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        path.unlink(missing_ok=True)
        made = stack.enter_context(socket.socket(socket.AF_UNIX))
        made.bind(str(path))
        made.listen()
        yield


class Watched:
    """A directory that is watched."""

    def __init__(self, directory: Path, room: int = 254) -> None:
        self.found: list[DriverAddress] = []
        self.room = room
        self.discovery = Discovery(directory, self._take)

    def _take(self, driver: DriverAddress) -> bool:
        if len(self.found) >= self.room:
            return False
        self.found.append(driver)
        return True

    def names(self) -> list[str]:
        """Those that were found, after one more look."""
        self.discovery.look()
        return [one.name for one in self.found]


def told(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [one.getMessage() for one in caplog.records if one.name == "cwire.driver"]


def test_those_that_are_there_and_those_that_come(
    runtime: Path, caplog: pytest.LogCaptureFixture
) -> None:
    watched = Watched(runtime)
    assert watched.names() == []
    with listener(runtime / "b.sock"), listener(runtime / "a-1.sock"):
        assert watched.names() == ["a-1", "b"]
        assert watched.found[1] == DriverAddress("b", runtime.resolve() / "b.sock")
        with listener(runtime / "c.sock"):
            assert watched.names() == ["a-1", "b", "c"]
    for name in ("a-1", "b", "c"):
        (runtime / f"{name}.sock").unlink()
    with listener(runtime / "a-1.sock"):
        assert watched.names() == ["a-1", "b", "c"]  # each once: its link looks for it again
    assert told(caplog) == []


def test_one_that_was_killed_is_found_when_it_is_started_again(
    runtime: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = runtime / "lab.sock"
    with listener(path):
        pass
    watched = Watched(runtime)
    assert watched.names() == watched.names() == []
    (said,) = told(caplog)
    assert said.startswith(f"{path} is not served: no driver holds its lock: a dead one left it")
    with listener(path):
        assert watched.names() == ["lab"]


def test_a_socket_is_looked_at_once(runtime: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A driver that is about to start cannot take its lock while somebody looks at it."""
    with listener(runtime / "dead.sock"):
        pass
    watched = Watched(runtime)
    watched.names()
    locks: list[int] = []
    monkeypatch.setattr(fcntl, "flock", lambda descriptor, _: locks.append(descriptor))
    (runtime / "something.else").touch()
    watched.names()
    assert locks == []


def plain_file(path: Path) -> None:
    path.touch()


def link(path: Path) -> None:
    path.symlink_to(path.parent / "elsewhere")


def no_lock(path: Path) -> None:
    with listener(path, locked=False):
        pass


def left(path: Path) -> None:
    with listener(path):
        pass


def a_pipe_for_a_lock(path: Path) -> None:
    no_lock(path)
    os.mkfifo(f"{path}.lock")


@pytest.mark.parametrize(
    ("name", "make", "reason"),
    [
        ("file", plain_file, "it is no socket"),
        ("link", link, "it is no socket"),
        ("foreign", no_lock, "no driver holds its lock"),
        ("dead", left, "no driver holds its lock"),
        ("pipe", a_pipe_for_a_lock, "no driver holds its lock"),
    ],
)
def test_what_is_no_driver_is_said_once(
    runtime: Path,
    caplog: pytest.LogCaptureFixture,
    name: str,
    make: Callable[[Path], None],
    reason: str,
) -> None:
    make(runtime / f"{name}.sock")
    with listener(runtime / "good.sock"):
        watched = Watched(runtime)
        assert watched.names() == ["good"]
        (runtime / "news").touch()
        assert watched.names() == ["good"]
    (said,) = told(caplog)
    assert said.startswith(f"{runtime / name}.sock is not served: {reason}")


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("my driver", "driver name 'my driver': use letters, digits, _ and - only"),
        ("1st", "driver name '1st'"),
        ("a=b", "driver name 'a=b'"),
        ("relay", "clients know the relay's own statistics by this name"),
    ],
)
def test_a_name_that_is_refused(
    runtime: Path, caplog: pytest.LogCaptureFixture, name: str, reason: str
) -> None:
    with listener(runtime / f"{name}.sock"), listener(runtime / "good.sock"):
        assert Watched(runtime).names() == ["good"]
    (said,) = told(caplog)
    assert f" is not served: {reason}" in said
    assert f"--driver NAME={runtime / name}.sock` gives it another one" in said


def test_one_of_another_account(
    runtime: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    with listener(runtime / "theirs.sock"):
        monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)
        assert Watched(runtime).names() == []
    (said,) = told(caplog)
    assert f"it belongs to another account (uid {os.getuid()})" in said


def test_more_than_a_relay_takes(runtime: Path, caplog: pytest.LogCaptureFixture) -> None:
    watched = Watched(runtime, room=1)
    with listener(runtime / "a.sock"), listener(runtime / "b.sock"):
        assert watched.names() == ["a"]
        with listener(runtime / "c.sock"):
            assert watched.names() == ["a"]
    assert [one.partition(" is not served: ")[2] for one in told(caplog)] == [
        "one relay takes 254; another serves it with --driver"
    ] * 2


def test_the_files_of_relays_are_none_of_its_business(
    runtime: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with listener(runtime / "relay-12-abcdef.sock", locked=False):
        (runtime / "relay-12-abcdef.json").touch()
        assert Watched(runtime).names() == []
    assert told(caplog) == []


def test_a_directory_that_goes_and_comes(runtime: Path) -> None:
    watched = Watched(runtime / "below")
    assert watched.names() == []
    (runtime / "below").mkdir()
    with listener(runtime / "below" / "lab.sock"):
        assert watched.names() == ["lab"]


def test_a_directory_that_has_not_changed_is_not_read(
    runtime: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    watched = Watched(runtime)
    os.utime(runtime, (1, 1))  # long ago: no change can be hidden by the same stamp
    watched.names()
    with monkeypatch.context() as patch:
        patch.setattr(os, "scandir", None)
        watched.names()
    with listener(runtime / "lab.sock"):
        assert watched.names() == ["lab"]

"""Which relay is meant, and where the one of this account is."""

from __future__ import annotations

import fcntl
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

import cwire
from cwire.link.address import find_relay, resolve


@contextmanager
def entry(runtime: Path, pid: int, *, started: float, locked: bool = True) -> Iterator[None]:
    path = runtime / f"relay-{pid}.json"
    with path.open("w+") as file:
        fields = {"pid": pid, "unix": f"/r-{pid}", "url": "ws://x/ws", "started": started}
        file.write(json.dumps({**fields, "protocol": 1}))
        file.flush()
        if locked:
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def test_none(runtime: Path) -> None:
    with pytest.raises(
        cwire.NotConnected, match=f"no relay runs.*{runtime}.*make run.*cwire serve"
    ):
        find_relay()


def test_the_newest_living_one(runtime: Path) -> None:
    with entry(runtime, 1, started=5), entry(runtime, 2, started=9):
        with entry(runtime, 3, started=7), entry(runtime, 4, started=99, locked=False):
            assert find_relay().unix == "/r-2"
            assert find_relay() == resolve()  # and looking does not take a lock for good


@pytest.mark.parametrize("text", ["", "{", "[]", '{"unix": 1}', '{"url": "x", "unix": "y"}'])
def test_damaged_entries_are_passed_over(runtime: Path, text: str) -> None:
    with (runtime / "relay-1.json").open("w+") as file:
        file.write(text)
        file.flush()
        fcntl.flock(file, fcntl.LOCK_EX)
        with entry(runtime, 2, started=1):
            assert find_relay().unix == "/r-2"


def test_a_directory_that_is_open_to_others(runtime: Path) -> None:
    runtime.chmod(0o755)
    with pytest.raises(cwire.NotConnected, match="open to other accounts"):
        find_relay()


@pytest.mark.parametrize(
    ("url", "found", "token"),
    [
        ("ws://127.0.0.1:8765/ws", "ws://127.0.0.1:8765/ws", None),
        ("ws://lab:1", "ws://lab:1/ws", None),
        ("wss://lab/base/ws", "wss://lab/base/ws", None),
        ("http://127.0.0.1:8765/#token=abc", "ws://127.0.0.1:8765/ws", "abc"),
        ("https://[::1]:9/", "wss://[::1]:9/ws", None),
        (" ws://h:1/ws ", "ws://h:1/ws", None),
    ],
)
def test_urls(url: str, found: str, token: str | None) -> None:
    address = resolve(url)
    assert (address.url, address.token, address.unix) == (found, token, None)


def test_the_token_that_is_given_wins() -> None:
    assert resolve("http://h:1/#token=abc", "def").token == "def"


def test_the_token_is_never_shown() -> None:
    address = resolve("http://h:1/#token=secret")
    assert "secret" not in f"{address} {address!r}"


@pytest.mark.parametrize(
    "url", ["", "x", "localhost:8765", "ftp://h", "ws://", "ws://h:x", "ws://h:99999", "ws://[::1"]
)
def test_what_is_no_url(url: str) -> None:
    with pytest.raises(cwire.NotConnected, match="ws://127.0.0.1:8765/ws"):
        resolve(url)


@pytest.mark.parametrize("token", ["a b", "a\r\nX: y", "ä", "\0"])
def test_what_is_no_token(token: str) -> None:
    with pytest.raises(cwire.NotConnected, match="no token has"):
        resolve("ws://h:1/ws", token)

"""Relays are found by addresses, drivers, and their entries in the runtime directory."""

from __future__ import annotations

import fcntl
from dataclasses import replace
from pathlib import Path

import pytest

import cwire
from cwire.errors import OtherDrivers
from cwire.link.address import find_again, resolve
from cwire_structs.relays import this_machine
from cwire_structs.served import Served
from support.entries import BENCH, DEMO, entry


def test_none(runtime: Path) -> None:
    with pytest.raises(
        cwire.NotConnected, match=f"no relay runs.*{runtime}.*cwire serve.*make run"
    ):
        resolve()


def test_the_newest_living_one(runtime: Path) -> None:
    with entry(runtime, 1, started=5), entry(runtime, 2, started=9) as newest:
        with entry(runtime, 3, started=7), entry(runtime, 4, started=99, locked=False):
            assert resolve().address.unix == newest
            assert resolve() == resolve()  # and looking does not take a lock for good
            assert resolve().note("") == ""  # they have the same drivers


def test_which_were_found_and_which_was_taken_is_said(runtime: Path) -> None:
    with (
        entry(runtime, 1, started=5, drivers=BENCH),
        entry(runtime, 2, started=9) as newer,
    ):
        choice = resolve()
        assert choice.address.unix == newer
        assert choice.note("choose") == (
            "2 relays run; taken is the newest, 2 (driver demo), not 1 (driver bench); choose"
        )


def test_the_driver_that_is_asked_for_chooses(runtime: Path) -> None:
    other = {"bench": "/elsewhere/bench.sock"}
    with entry(runtime, 1, started=5, drivers=BENCH) as bench, entry(runtime, 2, started=9) as demo:
        for driver, unix in (("bench", bench), ("demo", demo)):
            choice = resolve(driver=driver)
            assert (choice.address.unix, choice.note("")) == (unix, "")
        assert resolve(driver="relay").address.unix == demo  # each has its statistics
        with pytest.raises(cwire.UnknownDriver, match=r"serves a driver 'x'; there run: .*bench"):
            resolve(driver="x")
        with entry(runtime, 3, started=6, drivers=other) as newer:
            choice = resolve(driver="bench")
            assert choice.address.unix == newer
            assert "taken is the newest, 3 (driver bench), not 1 (driver bench)" in choice.note("")


def test_one_without_drivers_is_taken_only_if_no_other_runs(runtime: Path) -> None:
    with entry(runtime, 1, started=9, drivers={}) as server:
        assert resolve().address.unix == server
        with entry(runtime, 2, started=5) as demo:
            choice = resolve()
            assert (choice.address.unix, choice.note("")) == (demo, "")
            assert resolve("1").address.unix == server
            assert find_again("1", None, Served()).unix == server
            with pytest.raises(cwire.UnknownDriver, match=r"relay-1-aaaaaa.sock \(no driver\)"):
                resolve(driver="x")
    # Nor does one with drivers take its place.
    with entry(runtime, 2, started=5):
        with pytest.raises(OtherDrivers, match=r"had \(no driver\) runs; not taken"):
            find_again("1", None, Served())


def test_every_form_of_a_relay_of_the_runtime_directory(runtime: Path) -> None:
    with entry(runtime, 1, started=5) as unix, entry(runtime, 22, started=9):
        for form in (
            "1",
            " 1 ",
            "relay-1-aaaaaa",
            unix,
            f"ws+unix://{unix}",
            f"ws+unix:{unix}:/ws",
        ):
            assert resolve(form).address.unix == unix
    with pytest.raises(cwire.NotConnected, match=r"no relay 22 runs .*; start it.*ws://127"):
        resolve("22")


def test_two_relays_with_one_pid_have_names(runtime: Path) -> None:
    with entry(runtime, 1, started=5) as one:
        with entry(runtime, 1, started=6, drivers=BENCH, mark="bbbbbb") as other:
            with pytest.raises(
                cwire.NotConnected, match=r"relay-1-bbbbbb \(driver bench\), relay-1"
            ):
                resolve("1")
            assert resolve("relay-1-aaaaaa").address.unix == one
            assert resolve("relay-1-bbbbbb").address.unix == other


@pytest.mark.parametrize("relay", [None, "1", "relay-1-aaaaaa", "socket"])
def test_only_a_relay_with_the_same_drivers_is_found_again(
    runtime: Path, relay: str | None
) -> None:
    if relay == "socket":
        relay = str(runtime / "relay-1-aaaaaa.sock")
    with pytest.raises(cwire.NotConnected, match="no relay runs"):
        find_again(relay, None, Served(DEMO))
    moved = {"demo": "/elsewhere/demo.sock"}
    with entry(runtime, 2, started=5, drivers=BENCH), entry(runtime, 3, started=6, drivers=moved):
        why = (
            r"had \(demo at /run/demo.sock\) runs; not taken: .*relay-3-aaaaaa.sock \(demo at "
            r"/elsewhere/demo.sock\), .*relay-2-aaaaaa.sock \(bench at"
        )
        with pytest.raises(OtherDrivers, match=why):
            find_again(relay, None, Served(DEMO))
        with entry(runtime, 4, started=1, drivers=DEMO | BENCH) as same:
            assert find_again(relay, None, Served(DEMO)).unix == same


def test_another_place_is_where_it_was(runtime: Path) -> None:
    with entry(runtime, 2, started=5):
        assert find_again("ws://h:1/ws", "t", Served(DEMO)) == resolve("ws://h:1/ws", "t").address
        assert find_again("/x/relay.sock", None, Served(DEMO)).unix == "/x/relay.sock"


@pytest.mark.parametrize("text", ["", "{", "[]", '{"unix": 1}', '{"url": "x", "unix": "y"}'])
def test_damaged_entries_are_passed_over(runtime: Path, text: str) -> None:
    with (runtime / "relay-1-aaaaaa.json").open("w+") as file:
        file.write(text)
        file.flush()
        fcntl.flock(file, fcntl.LOCK_EX)
        with entry(runtime, 2, started=1) as unix:
            assert resolve().address.unix == unix


def test_a_directory_that_is_open_to_others(runtime: Path) -> None:
    runtime.chmod(0o755)
    with pytest.raises(cwire.NotConnected, match="open to other accounts"):
        resolve()


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
    address = resolve(url).address
    assert (address.url, address.token, address.unix) == (found, token, None)


def test_the_token_that_is_given_wins() -> None:
    assert resolve("http://h:1/#token=abc", "def").address.token == "def"


def test_the_token_is_never_shown() -> None:
    address = resolve("http://h:1/#token=secret").address
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


@pytest.mark.parametrize(
    ("first", "second", "told"),
    [
        ({"host": "a"}, {"host": "b"}, "on a"),
        ({"root": "r"}, {"root": "s"}, "on another container on"),
    ],
)
def test_a_relay_in_another_container_does_not_take_the_place(
    runtime: Path, first: dict[str, str], second: dict[str, str], told: str
) -> None:
    """They share the folder and the kernel; the same path leads each to a driver of its own."""
    there = [replace(this_machine(), **one) for one in (first, second)]
    with entry(runtime, 1, started=1, machine=there[0]) as former:
        with entry(runtime, 1, started=2, machine=there[1], mark="bbbbbb") as newer:
            choice = resolve()
            assert choice.address.unix == newer
            note = choice.note("choose")
            assert note.startswith(
                "2 relays run; taken is the newest, relay-1-bbbbbb (driver demo) on "
            )
            assert all(f"(driver demo) on {one}" in note for one in there)
            assert find_again(None, None, Served(DEMO, machine=there[1])).unix == newer
            assert find_again(None, None, Served(DEMO, machine=there[0])).unix == former
        with pytest.raises(OtherDrivers, match=rf" runs; not taken: .*demo.sock; {told}"):
            find_again(None, None, Served(DEMO, machine=there[1]))
        assert find_again(None, None, Served(DEMO)).unix == former


def test_of_several_the_one_with_the_most_of_its_drivers_is_found_again(runtime: Path) -> None:
    with (
        entry(runtime, 2, started=2, drivers=DEMO | BENCH) as both,
        entry(runtime, 3, started=3, drivers=DEMO) as one,
    ):
        assert find_again(None, None, Served(DEMO | BENCH)).unix == both
        assert find_again(None, None, Served(DEMO)).unix == one


def test_a_relay_that_watches_and_has_found_none_yet(runtime: Path) -> None:
    with entry(runtime, 2, started=5, drivers={}, watches="/run") as watching:
        assert find_again(None, None, Served(DEMO, "/run")).unix == watching
        with pytest.raises(OtherDrivers, match=r"sock \(no driver\)"):
            find_again(None, None, Served(DEMO, "/elsewhere"))
        assert resolve().address.unix == watching
        told = r"no driver yet\).*start the driver: the relay relay-2-aaaaaa finds it in /run"
        with pytest.raises(cwire.UnknownDriver, match=told):
            resolve(driver="demo")
        with entry(runtime, 3, started=9, drivers={}):  # actions only
            assert resolve().address.unix == watching
        with entry(runtime, 4, started=1) as demo:
            assert resolve().address.unix == demo

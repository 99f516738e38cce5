"""cwire doctor: what it finds, with real drivers, relays and what they leave behind."""

from __future__ import annotations

import errno
import importlib.metadata
import json
import os
import re
import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from threading import Thread
from types import ModuleType

import pytest

import cwire
from cwire import cli
from cwire.tools import doctor
from cwire_structs import _driver, _frames, _ring, control, installation
from cwire_structs import frames as codec
from support.processes import Driver, Relay, until


def report(capsys: pytest.CaptureFixture[str], status: int = 0) -> str:
    assert cli.main(["doctor"]) == status
    return capsys.readouterr().out


def line(out: str, text: str) -> str:
    (found,) = (line for line in out.splitlines() if text in line)
    return found


@pytest.fixture
def listener(runtime: Path) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX) as sock:
        sock.bind(str(runtime / "odd.sock"))
        sock.listen()
        yield sock


def test_what_is_installed(runtime: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = report(capsys)
    assert f"ok       cwire {cwire.__version__}" in out
    assert f"ok       numpy {importlib.metadata.version('numpy')}" in out
    assert "ok       for the relay: " in out
    assert "prometheus_client" in out
    assert "rich" in line(out, "ok       for cwire info and watch: ")
    assert line(out, "compiled extension").startswith("ok ")
    assert re.match(r"ok +C compiler .*libclang loads", line(out, "C compiler"))
    assert line(out, "Jupyter's kernel").startswith("ok ")
    assert line(out, "runtime directory") == f"ok       runtime directory {runtime}, mode 0700"
    assert "port 8765" in out
    assert re.search(r"^0 problems, \d+ warnings?$", out, re.MULTILINE)


def test_a_driver_and_a_relay_that_live(
    driver: Driver, relay: Relay, capsys: pytest.CaptureFixture[str]
) -> None:
    until(lambda: "drivers up: demo" in report(capsys))
    out = report(capsys)
    assert line(out, "relay at").startswith("ok ")
    assert line(out, "driver 'demo'") == f"ok       driver 'demo' at {driver.path}"
    driver.stop(9)
    until(lambda: "demo is down: " in report(capsys))
    relay.stop(9)
    out = report(capsys)
    left = f"{driver.path} was left by a driver that has ended: its next start takes its place"
    assert line(out, "has ended") == f"ok       {left}"
    entry = line(out, "dead relay: the next relay that starts removes it")
    assert entry.startswith("ok ")


def test_a_relay_socket_alone(runtime: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (runtime / "relay-1.sock").touch()
    assert "left by a dead relay: rm " in report(capsys)


def test_what_is_no_driver(
    listener: socket.socket, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor, "_SECONDS", 0.05)
    assert "odd.sock says nothing: is it stopped" in report(capsys)
    monkeypatch.undo()


@pytest.mark.parametrize(
    ("said", "status", "text"),
    [
        (b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", 1, "not a cwire driver"),
        (b"", 1, "closed the connection before its hello"),
        (codec.pack(0, bytes([4, 0, 0, 0, 0, 0, 0, 0])), 1, "did not begin with a hello"),
        (control.bye(-12, "too many peers"), 0, "refused: too many peers"),
        (
            control.hello(1, "x", b"{}", frame_bytes=1, heartbeat=1).replace(
                b"\1\0\0\0\1\0\0\0cwire", b"\1\0\0\0\2\0\0\0cwire"
            ),
            1,
            "speaks cwire protocol 2",
        ),
    ],
)
def test_what_says_something_else(
    listener: socket.socket,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    said: bytes,
    status: int,
    text: str,
) -> None:
    monkeypatch.setattr(doctor, "_SECONDS", 30.0)

    def answer() -> None:
        peer, _ = listener.accept()
        with peer:
            peer.sendall(said)

    thread = Thread(target=answer)
    thread.start()
    out = report(capsys, status)
    thread.join()
    assert text in line(out, "odd.sock")
    assert line(out, "odd.sock").startswith("problem" if status else "warning")


def test_an_open_runtime_directory(runtime: Path, capsys: pytest.CaptureFixture[str]) -> None:
    runtime.chmod(0o755)
    assert "is open to other accounts (mode 0755)" in report(capsys, 1)


def test_a_long_runtime_directory(
    runtime: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    long = runtime / ("x" * 80)
    monkeypatch.setenv("CWIRE_RUNTIME_DIR", str(long))
    assert "set CWIRE_RUNTIME_DIR to a shorter one" in report(capsys, 1)


def test_old_and_missing_packages(
    runtime: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def version(name: str) -> str:
        if name == "rich":
            raise importlib.metadata.PackageNotFoundError
        return {"numpy": "1.2.3"}.get(name, "999")

    monkeypatch.setattr(importlib.metadata, "version", version)
    out = report(capsys, 1)
    assert "problem  numpy 1.2.3 is older than 1.26: pip install 'numpy>=1.26'" in out
    assert (
        "warning  rich is not installed: for cwire info and watch, pip install 'cwire[tools]'"
        in out
    )


@pytest.mark.parametrize(
    ("module", "source", "header"),
    [
        (_driver, "link.c", "cwire.h"),
        (_frames, "frame.c", "cwire_frame.h"),
        (_ring, "ring_reader.c", "cwire_ring.h"),
    ],
)
def test_an_extension_that_is_older_than_its_sources(
    runtime: Path,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    module: ModuleType,
    source: str,
    header: str,
) -> None:
    name = module.__name__.rpartition(".")[2]
    built = tmp_path / "a" / "b" / f"{name}.so"
    monkeypatch.setattr(installation, "_PACKAGE", built.parent)
    built.parent.mkdir(parents=True)
    built.touch()
    os.utime(built, (0, 0))
    (tmp_path / "a" / "b" / f"{name}.pyx").touch()
    monkeypatch.setattr(module, "__file__", str(built))
    # As pip unpacks a wheel, in whatever order.
    assert line(report(capsys), "compiled extension").startswith("ok ")
    for path in (tmp_path / "c_driver/src" / source, tmp_path / "c_driver/include" / header):
        path.parent.mkdir(parents=True)
        path.touch()
        os.utime(path, (0, 0))
    (tmp_path / "c_driver/Makefile").touch()
    out = report(capsys, 1)
    assert f"{name}.so is older than {name}.pyx: make setup" in " ".join(out.split())
    assert "\n1 problem, " in out


def test_an_extension_that_is_missing(
    runtime: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "cwire_structs._driver", None)
    out = " ".join(report(capsys, 1).split())
    assert "_driver is missing" in out
    assert "make setup" in out
    monkeypatch.setattr(installation, "_PACKAGE", tmp_path / "site-packages" / "cwire_structs")
    out = " ".join(report(capsys, 1).split())
    assert "_driver is missing" in out
    assert "install cwire again" in out
    assert "make" not in out


def test_no_compiler(
    runtime: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CC", "no-such-compiler")
    found = line(report(capsys), "no C compiler")
    assert found.startswith("warning")
    assert "apt install gcc" in found


def test_no_kernel(
    runtime: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "jupyter_client.kernelspec", None)
    assert "pip install 'cwire[notebook]'" in line(report(capsys), "no Jupyter kernel")


def test_a_taken_port(
    runtime: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        monkeypatch.setattr(doctor, "DEFAULT_PORT", taken.getsockname()[1])
        assert "is in use by another program: start the relay with --port 0" in report(capsys)


@pytest.mark.parametrize(
    ("number", "reason"),
    [
        (errno.ENOSPC, "No space left on device; free some space there"),
        (errno.EROFS, "Read-only file system; set CWIRE_RUNTIME_DIR"),
        (errno.EDQUOT, "Disk quota exceeded; remove files of yours"),
    ],
)
def test_a_runtime_directory_that_cannot_be_written(
    runtime: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    number: int,
    reason: str,
) -> None:
    def fail(descriptor: int) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "fsync", fail)
    assert f"cannot write {runtime}: {reason}" in line(report(capsys, 1), "cannot write")
    assert list(runtime.iterdir()) == []


def test_a_relay_of_another_machine(runtime: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = {"pid": 1, "url": "ws://x/ws", "started": 1, "drivers": {}, "host": "lab2", "boot": "2"}
    (runtime / "relay-1-aaaaaa.json").write_text(json.dumps(told))
    found = line(report(capsys), "of a relay on another machine")
    assert found.endswith("rm it if it runs no more on lab2")

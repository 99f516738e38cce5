"""A way that cannot be compared here: told with the remedy."""

from __future__ import annotations

import importlib.metadata
import shutil
from collections import namedtuple
from pathlib import Path

import pytest

from cwire.ipc import ways
from cwire.ipc.plan import Case

_Usage = namedtuple("_Usage", "total used free")


def test_what_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ways, "find_spec", lambda name: None)
    found = ways.absent()
    assert set(found) == {"relay", "pyzmq", "iceoryx2"}
    assert all("pip install" in reason for reason in found.values())


def test_a_pyzmq_without_a_library_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    def none(name: str) -> None:
        raise importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(ways, "find_spec", lambda name: object())
    monkeypatch.setattr(importlib.metadata, "files", none)
    assert "install its wheel" in ways.absent()["pyzmq"]


def test_shared_memory_that_cannot_be_had(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ways, "SHARED", tmp_path / "gone")
    assert "mount a tmpfs" in ways.absent()["shared_memory"]


def test_a_container_with_little_shared_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda path: _Usage(64 << 20, 0, 64 << 20))
    large = Case("throughput", "shared_memory", 64 << 20)
    assert "--shm-size=1g" in ways.no_room(large)
    assert ways.no_room(Case("throughput", "shared_memory", 64)) == ""
    assert ways.no_room(Case("throughput", "pipe", 64 << 20)) == ""


def test_a_machine_with_little_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ways, "_free_memory", lambda: 256 << 20)
    assert "are free" in ways.no_room(Case("throughput", "pipe", 64))


def test_the_relay_copies_and_its_reader_sleeps() -> None:
    assert not ways.offers(Case("throughput", "relay", 64, mode="view"))
    assert not ways.offers(Case("latency", "relay", 64, mode="view", wait=False))
    assert ways.offers(Case("latency", "relay", 64, mode="view"))
    assert ways.offers(Case("throughput", "file", 64, mode="view"))
    assert ways.offers(Case("first", "file", 64))
    assert not ways.offers(Case("first", "relay", 64)), "its client keeps a history"

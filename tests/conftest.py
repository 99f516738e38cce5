"""Fixtures for all tests. Nothing is shared between tests but what is built."""

from __future__ import annotations

import faulthandler
import fcntl
import gc
import os
import re
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from support.folders import short_folder
from support.leftovers import Leftovers, mark_processes
from support.processes import ROOT, Driver, Relay

STUCK_SECONDS = 330
"""After which a step of a test ends pytest, more than any test's own limit.

That limit ends neither C code that does not come back nor what follows a failure, and pytest ends
only when all threads have.
"""

_LEFTOVERS = pytest.StashKey[Leftovers]()
_STDERR = pytest.StashKey[int]()


def pytest_configure(config: pytest.Config) -> None:
    """Times no example of Hypothesis; lets programs of tests hear Ctrl-C.

    They hear it also where pytest runs in the background of a shell.
    """
    config.stash[_STDERR] = os.dup(2)  # it is not captured yet
    mark_processes()
    os.environ["CWIRE_NO_BROWSER"] = "1"  # no test opens the browser of whoever runs it
    # Each program that imports numpy would start threads for linear algebra: a third of its start.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    slow = (HealthCheck.too_slow,)
    settings.register_profile("cwire", deadline=None, suppress_health_check=slow)
    settings.load_profile("cwire")
    if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:  # which programs would inherit
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Refuses names of tests that each worker would have its own of."""
    for item in items:
        if re.search(r" at 0x[0-9a-f]{6}", item.nodeid):
            raise pytest.UsageError(f"{item.nodeid}: give its parameters ids without addresses")


def pytest_collection_finish() -> None:
    """Sets aside what is there for good, thousands of tests: collecting garbage is quick then."""
    gc.collect()
    gc.freeze()


def _watch(config: pytest.Config) -> None:
    """Begins to count the seconds anew."""
    stderr = config.stash[_STDERR]
    faulthandler.dump_traceback_later(STUCK_SECONDS, exit=True, file=stderr)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Begins to watch a test."""
    _watch(item.config)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_teardown(item: pytest.Item) -> None:
    """Watches the end of a test, which nothing else does if it has failed."""
    _watch(item.config)
    if _LEFTOVERS in item.session.stash:
        item.session.stash[_LEFTOVERS].saw(item.nodeid)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Watches the end of pytest, which waits for every thread."""
    _watch(session.config)


@pytest.fixture(autouse=True, scope="module")
def _tell_what_is_left(request: pytest.FixtureRequest) -> Iterator[None]:
    """Names what the tests of a module have left running, behind the last of them."""
    leftovers = request.session.stash[_LEFTOVERS] = Leftovers()
    yield
    for line in leftovers.found():
        os.write(request.config.stash[_STDERR], f"\n{line}\n".encode())


@pytest.fixture
def short_dir() -> Iterator[Path]:
    """A directory whose path is short enough for Unix sockets (pytest's own may not be)."""
    with short_folder() as path:
        yield path


@pytest.fixture
def runtime(short_dir: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A runtime directory of this test's own, for it and for the processes that it starts."""
    path = short_dir / "run"
    path.mkdir(mode=0o700)
    monkeypatch.setenv("CWIRE_RUNTIME_DIR", str(path))
    return path


@pytest.fixture(scope="session")
def built_driver() -> None:
    """The demo driver is built."""
    with (ROOT / "c_driver" / "Makefile").open() as lock:  # other workers want it as well
        fcntl.flock(lock, fcntl.LOCK_EX)
        subprocess.run(["make", "-s", "-C", str(ROOT / "c_driver")], check=True)


@pytest.fixture
def driver(request: pytest.FixtureRequest, built_driver: None, runtime: Path) -> Iterator[Driver]:
    """A running demo driver at its default place; by a parameter, the one in Python."""
    made: type[Driver] = getattr(request, "param", Driver)
    with made(runtime / "demo.sock") as process:
        yield process


@pytest.fixture
def relay(driver: Driver) -> Iterator[Relay]:
    """A running relay that has met the demo driver."""
    with Relay(f"demo={driver.path}") as process:
        process.wait_for_drivers()
        yield process

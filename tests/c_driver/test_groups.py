"""Drivers and relays of different accounts: a group's socket, and who may connect to it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import cwire
from support.processes import DRIVER, ROOT, Relay, Running

pytestmark = pytest.mark.skipif(os.getuid() != 0, reason="only root may become another account")
GROUP, OTHER, NOBODY = 12345, 12346, 65534

# Loads everything, and becomes another account then: the checkout may be closed to it.
MEMBER = f"""
import os, sys
sys.path.insert(0, {str(ROOT / "tests")!r})
from support.wire import Peer
os.setgroups([int(sys.argv[2])])
os.setgid({NOBODY})
os.setuid({NOBODY})
try:
    with Peer(sys.argv[1], answer=False) as peer:
        frame = peer.frame()
        print("hello" if frame.payload[0] == 1 else frame.error[1])
except OSError as error:
    print(error.strerror)
"""


def answer(path: Path, group: int) -> str:
    """What another account, which is in a group, is told by a driver."""
    command = [sys.executable, "-c", MEMBER, str(path), str(group)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.fixture
def open_dir(short_dir: Path) -> Path:
    """A folder that all accounts can enter."""
    short_dir.chmod(0o755)
    return short_dir


def test_who_may_connect(open_dir: Path) -> None:
    path = open_dir / "made" / "lab.sock"
    with cwire.Driver("lab", {"data": "u2"}, path, group=GROUP):
        assert answer(path, GROUP) == "hello"
        assert answer(path, OTHER) == "Permission denied"
        path.parent.chmod(0o755)
        assert answer(path, OTHER) == "Permission denied"
        # Should somebody open the socket, the driver still looks at who comes.
        path.chmod(0o666)
        assert "belongs to another user: run both as one, or name a group" in answer(path, OTHER)
        assert answer(path, GROUP) == "hello"


def test_without_a_group_it_is_this_account_s_alone(open_dir: Path) -> None:
    path = open_dir / "lab.sock"
    with cwire.Driver("lab", {"data": "u2"}, path):
        assert answer(path, GROUP) == "Permission denied"
        path.chmod(0o666)
        assert "belongs to another user" in answer(path, GROUP)


def test_a_relay_takes_a_driver_of_another_account_only_if_told(
    open_dir: Path, runtime: Path
) -> None:
    as_nobody = ("setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups")
    if shutil.which("setpriv") is None:
        pytest.skip("there is no setpriv here (util-linux)")
    program = Path(shutil.copy(DRIVER, open_dir / "driver"))
    folder = open_dir / "theirs"
    folder.mkdir(mode=0o755)
    os.chown(folder, NOBODY, NOBODY)
    path = folder / "theirs.sock"
    with Running(*as_nobody, program, "--socket", path) as driver:
        driver.wait_for("listening at")
        with Relay(f"theirs={path}") as relay:
            told = f"start the relay with --allow-uid {NOBODY}"
            if not any(told in line for line in relay.output):
                relay.wait_for(told)
        with Relay(f"theirs={path}", options=("--allow-uid", str(NOBODY))) as relay:
            relay.wait_for_drivers()

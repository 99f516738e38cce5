"""A driver ends with the kernel that started it, however that ends. Real processes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from support.processes import Running, alive, until

# Starts a driver, says its pid, and waits.
KERNEL = """
import sys, threading, cwire
process = cwire.DriverProcess("sh", "-c", sys.argv[1])
thread = threading.Thread(target=process.start)  # not the main thread, and it ends
thread.start()
thread.join()
process.wait_until("ready")
print("pid", process.pid, flush=True)
sys.stdin.read() if len(sys.argv) > 2 else threading.Event().wait()
"""


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_a_dead_kernel_takes_its_driver_along(number: signal.Signals, tmp_path: Path) -> None:
    done = tmp_path / "off"
    script = f"trap 'touch {done}; exit' TERM; echo ready; while :; do sleep 0.05; done"
    with Running(sys.executable, "-c", KERNEL, script, session=True) as kernel:
        pid = int(kernel.wait_for("pid").split()[1])
        assert alive(pid)
        os.killpg(kernel.process.pid, number)  # as Jupyter does it: the whole group
        until(lambda: not alive(pid))
    assert done.exists()  # it could switch its hardware off


def test_what_does_not_heed_is_killed(tmp_path: Path) -> None:
    script = "trap '' TERM; echo ready; while :; do sleep 0.05; done"
    with Running(sys.executable, "-c", KERNEL, script) as kernel:
        pid = int(kernel.wait_for("pid").split()[1])
        kernel.stop(signal.SIGKILL)
        until(lambda: not alive(pid))


def test_a_kernel_that_ends_in_order_asks_first(tmp_path: Path) -> None:
    done = tmp_path / "off"
    script = f"trap 'touch {done}; exit' TERM; echo ready; while :; do sleep 0.05; done"
    finished = subprocess.run(
        [sys.executable, "-W", "error", "-c", KERNEL, script, "end"],
        input="",
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    )
    assert done.exists()
    assert not alive(int(finished.stdout.split()[1]))
    assert finished.stderr == ""

"""What a test leaves running is named, with the test."""

from __future__ import annotations

import subprocess
import threading

from support.leftovers import Leftovers


def test_a_process_and_a_thread_that_are_left_are_named() -> None:
    leftovers = Leftovers()
    end = threading.Event()
    thread = threading.Thread(target=end.wait, name="left")
    thread.start()
    with subprocess.Popen(["sleep", "1000"]) as process:
        leftovers.saw("test_it")
        said = leftovers.found(0)
        process.kill()
    end.set()
    thread.join()
    assert said[0] == "thread 'left' is left by test_it"
    assert said[1].startswith(f"process {process.pid} (sleep 1000 ) is left by PYTEST_CURRENT_TEST")
    assert "test_leftovers.py::test_a_process" in said[1]
    assert leftovers.found() == []

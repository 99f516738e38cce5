"""Starts a C driver from the notebook."""

from __future__ import annotations

from cwire.process.managed_process import ManagedProcess

__all__ = ["DriverProcess"]


class DriverProcess(ManagedProcess):
    """A C driver (or any program) that this notebook starts, watches and stops.

        driver = cwire.DriverProcess("./driver", "--rate", 100).start()
        driver.wait_until("listening")
        driver.console()  # its output, live, with buttons

    It runs in a process group of its own and ends with the kernel, however that ends: it is asked
    by SIGTERM first, so that it can switch hardware off, and killed after three seconds. What it
    writes comes line by line, as on a terminal. In a ``with`` block it is started and stopped.

    Args:
        command: The program's path, or its name, or a whole command line.
        *arguments: More arguments; numbers and paths may be given as they are.
        name: For people. Default: the program's file name.
        cwd: The folder where it runs. Default: the notebook's.
        env: Environment variables besides the notebook's.

    Attributes:
        command: Its words, with the program's full path.
        name: Its name.
        cwd: Where it runs.
        pid: Its process id; None unless it runs.
        status: What it returned, or a negative signal number; None before.

    Raises:
        CwireError: The command is empty or has an open quote.
    """

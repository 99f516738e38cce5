"""Attaching to a driver, where only this end of it is to be seen."""

from __future__ import annotations

import socket
import subprocess
import sys
from pathlib import Path

_FORKS = """
import asyncio, os, sys, warnings
from cwire.link.attaching import attach
warnings.simplefilter("ignore", DeprecationWarning)

async def main():
    attaching = asyncio.create_task(attach(sys.argv[1], "1", ()))
    for _ in range(10):
        await asyncio.sleep(0)
    if os.fork():
        attaching.cancel()
        await asyncio.wait([attaching])
        print("given up", flush=True)
        os.wait()
    else:
        sys.stdin.read()
        os._exit(0)

asyncio.run(main())
"""


def test_a_child_that_is_forked_meanwhile_does_not_hold_the_driver(short_dir: Path) -> None:
    with socket.socket(socket.AF_UNIX) as driver:
        driver.bind(str(short_dir / "silent.sock"))
        driver.listen()
        process = subprocess.Popen(
            [sys.executable, "-c", _FORKS, str(short_dir / "silent.sock")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        with process:
            assert process.stdin is not None
            assert process.stdout is not None
            peer, _ = driver.accept()
            with peer:
                assert process.stdout.readline() == b"given up\n"
                peer.settimeout(10)
                assert peer.recv(1) == b"", "the child, which still runs, has it no more"
                assert process.poll() is None
            process.stdin.close()
            assert process.wait(10) == 0

"""The relay as a part: its link stays the same when it is started again."""

from __future__ import annotations

import secrets
import sys
from collections.abc import Callable
from importlib.util import find_spec

from cwire_server.launch.links import free_port
from cwire_server.launch.part import LaunchError, Part

__all__ = ["relay_part", "wait_for_relay"]

_START_SECONDS = 60.0


def relay_part(driver: str, port: int, forward: Callable[[str], None]) -> tuple[Part, str]:
    """Makes the part of a relay, and the link to its pages.

    Args:
        driver: ``NAME`` or ``NAME=PATH``.
        port: TCP port; another one is taken if it is in use. 0: a free one.
        forward: Has each line of its output.

    Raises:
        LaunchError: There is no free port, or a relay cannot run in this installation.
    """
    if find_spec("tornado") is None:
        raise LaunchError(
            "the relay needs tornado, which is not installed: pip install 'cwire[server]'"
        )
    port, token = free_port(port), secrets.token_hex(24)
    part = Part(
        "relay",
        *(sys.executable, "-m", "cwire", "serve", "--driver", driver, "--port", str(port)),
        environment={"CWIRE_TOKEN": token},
        forward=forward,
    )
    return part, f"http://127.0.0.1:{port}/#token={token}"


async def wait_for_relay(part: Part) -> None:
    """Waits until it takes clients.

    Raises:
        LaunchError: It has ended before.
    """
    await part.says("cwire relay: ", _START_SECONDS)

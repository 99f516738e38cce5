"""A program that is run beside others, and what is told of its end."""

from __future__ import annotations

import sys

import pytest

from cwire_server.launch.part import LaunchError, Part

FAILS = "import sys; print('no port is free'); sys.exit(3)"


async def test_what_nobody_has_seen_is_told_of_a_failure() -> None:
    part = Part("JupyterLab", sys.executable, "-c", FAILS)
    await part.start()
    await part.wait()
    assert part.failed
    assert part.how_it_ended() == "ended with status 3"
    assert part.unseen == "\n  no port is free"
    assert str(part.failure()) == (
        "JupyterLab did not start: it ended with status 3\n  no port is free"
    )


async def test_what_was_forwarded_is_not_told_twice() -> None:
    seen: list[str] = []
    part = Part("relay", sys.executable, "-c", FAILS, forward=seen.append)
    await part.start()
    with pytest.raises(LaunchError, match=r"relay did not start: it ended with status 3$"):
        await part.says("ready", 30)
    await part.wait()
    assert seen == ["[relay] no port is free"]
    assert part.unseen == ""

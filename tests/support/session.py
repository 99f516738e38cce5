"""A client's session, and what a relay says to it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from cwire.session.drivers import Driver
from cwire.session.events import Hello
from cwire.session.pending_commands import Command
from cwire.session.session import Session
from cwire_structs import frames
from support import schemas
from support.fake_relay import driver


def hello(*drivers: dict[str, Any], **changes: Any) -> str:
    message = {"op": "hello", "protocol": 1, "server": "fake", "client": 3, "limits": {}}
    return json.dumps({**message, "drivers": list(drivers), **changes})


def event(op: str, **fields: Any) -> str:
    return json.dumps({"op": op, **fields})


def connected(*drivers: dict[str, Any]) -> Session:
    session = Session(1 << 20)
    assert session.receive_text(hello(*(drivers or (driver(),)))) == [Hello()]
    return session


def reply(request: int, type: int, payload: bytes = b"", flags: int = 0) -> bytes:
    return frames.pack(type, payload, flags=frames.REPLY | flags, source=1, request=request)


def failure(request: int, code: int, text: str = "no") -> bytes:
    return reply(request, schemas.SET, frames.error_payload(code, text), frames.ERROR)


def command(
    session: Session, driver: Driver, name: str, fields: Mapping[str, object] | None = None
) -> Command:
    """Encodes a command whose reply the session waits for."""
    return session.pending.make(session.encode(driver, name, fields or {}))

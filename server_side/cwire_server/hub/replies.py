"""Replies to clients: as frames, or as JSON to those who asked in JSON. Pure."""

from __future__ import annotations

from typing import Any

from cwire_server.hub.client import Client
from cwire_server.hub.driver_state import DriverState
from cwire_server.hub.json_values import fields_to_json, too_large
from cwire_server.hub.pending import Pending
from cwire_structs import frames
from cwire_structs.frames import ERROR, REPLY, Code, Header

__all__ = ["forward_reply", "refuse"]


def forward_reply(
    client: Client,
    driver: DriverState,
    pending: Pending,
    header: Header,
    payload: bytes,
    json_limit: int,
) -> None:
    """Puts a driver's reply into the sink of the client that waits for it."""
    if pending.text:
        fields = _reply_fields(driver, header, payload, json_limit)
        client.send("reply", id=pending.request, **fields)
        return
    client.sink.put_reply(
        frames.pack(
            header.type,
            payload,
            flags=header.flags,
            source=driver.source,
            request=pending.request,
            time_ns=header.time_ns,
        )
    )
    client.wake()


def _reply_fields(
    driver: DriverState, header: Header, payload: bytes, json_limit: int
) -> dict[str, Any]:
    fields: dict[str, Any] = {"driver": driver.name}
    message = driver.schema.by_id.get(header.type) if driver.schema else None
    try:
        if header.flags & ERROR:
            fields["error"] = _error(*frames.parse_error(payload))
        elif message is None or (message.command and not payload):
            fields.update(message=None, fields=None)
        elif reason := too_large(message, json_limit, len(payload)):
            text = f"the driver has carried it out, but {reason}: send it as a binary frame"
            fields["error"] = _error(Code.ETOOBIG, text)
        else:
            fields.update(message=message.name, fields=fields_to_json(message, payload))
    except ValueError as error:
        fields["error"] = _error(Code.EPROTOCOL, f"a broken reply: {error}")
    return fields


def refuse(client: Client, pending: Pending, code: Code, text: str, time_ns: int) -> None:
    """Answers a command with an error of the relay's own."""
    if pending.text:
        client.send("reply", id=pending.request, error=_error(code, text))
        return
    client.sink.put_reply(
        frames.pack(
            pending.type,
            frames.error_payload(code, text),
            flags=REPLY | ERROR,
            source=frames.RELAY_SOURCE,
            request=pending.request,
            time_ns=time_ns,
        )
    )
    client.wake()


def _error(code: int, text: str) -> dict[str, Any]:
    return {"code": code, "name": frames.code_name(code), "text": text}

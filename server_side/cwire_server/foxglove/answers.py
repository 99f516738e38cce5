"""Answers of services: requests to payloads, replies to responses. Pure."""

from __future__ import annotations

import json

from cwire_server.errors import quoted
from cwire_server.foxglove.offers import Service
from cwire_server.foxglove.protocol import (
    ENCODINGS,
    ServiceCall,
    service_failure,
    service_response,
)
from cwire_server.hub.json_values import fields_from_json, fields_to_json, too_large
from cwire_structs import frames
from cwire_structs.frames import ERROR, Header
from cwire_structs.mcap.bodies import body_of, payload_of

__all__ = ["failure_of", "request_payload", "response"]


def request_payload(service: Service, call: ServiceCall, json_limit: int) -> bytes:
    """Reads the payload of a command from a call.

    Args:
        service: What is called.
        call: The call.
        json_limit: Values of a struct that JSON is made of.

    Raises:
        ValueError: It cannot be read; the text says why.
    """
    if call.encoding not in ENCODINGS:
        raise ValueError(
            f"a request in {quoted(call.encoding)}: encode it as {' or '.join(ENCODINGS)}"
        )
    if call.encoding == "cdr":
        payload = payload_of(call.data, service.request_description)
        service.command.check_size(len(payload))
        return payload
    for message in filter(None, (service.command, service.reply)):
        if reason := too_large(message, json_limit):
            raise ValueError(f"{reason}: encode the request as cdr")
    try:
        fields = json.loads(call.data)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"its request is not JSON: {error}") from error
    if not isinstance(fields, dict):
        raise ValueError(f"its request is an object of values by field, not {quoted(fields)}")
    return service.command.encode(fields_from_json(service.command.struct, fields))


def failure_of(header: Header, payload: bytes) -> str:
    """Says why a driver or the relay has refused a command; empty: it has not."""
    if not header.flags & ERROR:
        return ""
    code, text = frames.parse_error(payload)
    return f"{frames.code_name(code)}: {text}"


def response(
    service: Service, call: ServiceCall, header: Header, payload: bytes, json_limit: int
) -> bytes | str:
    """Makes what a client is sent for a driver's reply to its call."""
    try:
        if why := failure_of(header, payload):
            return service_failure(call, f"{service.name}: {why}")
        return service_response(call, _encoded(service, call, payload, json_limit))
    except ValueError as error:
        text = f"{service.name}: the driver has carried it out, but its reply is broken: {error}"
        return service_failure(call, text)


def _encoded(service: Service, call: ServiceCall, payload: bytes, json_limit: int) -> bytes:
    if service.reply is None:
        empty = body_of(b"", service.reply_description)
        return empty if call.encoding == "cdr" else b"{}"
    service.reply.check_size(len(payload))
    if call.encoding == "cdr":
        return body_of(payload, service.reply_description)
    if reason := too_large(service.reply, json_limit, len(payload)):
        raise ValueError(f"{reason}: encode the request as cdr")
    return json.dumps(fields_to_json(service.reply, payload)).encode()

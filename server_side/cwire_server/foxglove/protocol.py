"""Messages of Foxglove's WebSocket protocol, in JSON and in bytes.

https://docs.foxglove.dev has its documentation, github.com/foxglove/ws-protocol the one of the
older version; what is said here is the same in both. Pure.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, TypeGuard

from cwire_server.errors import ErrorCode, RequestError, quoted
from cwire_structs.websocket import Opcode, head

__all__ = [
    "ENCODINGS",
    "SUBPROTOCOLS",
    "Level",
    "ServiceCall",
    "is_id",
    "message_head",
    "numbers",
    "operation",
    "parse_operation",
    "parse_service_call",
    "service_failure",
    "service_response",
    "status",
    "time_message",
]

SUBPROTOCOLS = ("foxglove.sdk.v1", "foxglove.websocket.v1")
"""The subprotocols that clients offer: what Foxglove speaks now, and what it spoke before."""

ENCODINGS = ("cdr", "json")
"""How a service's request may be encoded; the answer is encoded alike."""

_MESSAGE, _TIME, _SERVICE_RESPONSE = 1, 2, 3  # opcodes of binary messages to clients
_PUBLISH, _SERVICE_REQUEST = 1, 2  # and from them
_message_head = struct.Struct("<BIQ")
_time = struct.Struct("<BQ")
_service_head = struct.Struct("<BIII")


class Level(IntEnum):
    """How bad what a status tells is."""

    INFO = 0
    WARNING = 1
    ERROR = 2


def operation(op: str, **fields: Any) -> str:
    """The text of an operation, in ASCII."""
    return json.dumps({"op": op, **fields}, allow_nan=False)


def status(level: Level, message: str, id_: str | None = None) -> str:
    """The text of a status.

    Args:
        level: How bad it is.
        message: For people.
        id_: Of what it is about: a later one with the same id replaces it.
    """
    fields: dict[str, Any] = {"level": int(level), "message": message}
    if id_ is not None:
        fields["id"] = id_
    return operation("status", **fields)


def parse_operation(text: str, limit: int) -> Mapping[str, Any]:
    """Reads a client's text message.

    Args:
        text: The message.
        limit: Characters that it may have.

    Raises:
        RequestError: It is no operation; the text says why.
    """
    if len(text) > limit:
        raise RequestError(
            ErrorCode.BAD_REQUEST,
            f"a text of {len(text):,} characters: {limit:,} at most; ask in several messages",
        )
    try:
        request = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise RequestError(ErrorCode.BAD_JSON, f"this is not JSON: {error}") from error
    if not isinstance(request, dict) or not isinstance(request.get("op"), str):
        raise RequestError(
            ErrorCode.BAD_REQUEST, f'a message must be a JSON object {{"op": …}}: {quoted(request)}'
        )
    return request


def message_head(subscription: int, time_ns: int) -> bytes:
    """What is in front of the data of a message."""
    return _message_head.pack(_MESSAGE, subscription, time_ns)


def time_message(time_ns: int) -> bytes:
    """A WebSocket message that tells the time."""
    return head(Opcode.BINARY, _time.size) + _time.pack(_TIME, time_ns)


@dataclass(frozen=True, slots=True)
class ServiceCall:
    """A call of a service, as a client sends it."""

    service: int
    call: int
    """The client's own number."""
    encoding: str
    data: bytes


def parse_service_call(message: bytes) -> ServiceCall:
    """Reads a client's binary message.

    Raises:
        RequestError: It is no call of a service; the text says why.
    """
    if message[0] == _PUBLISH:
        raise _bad(
            "cwire takes no messages from clients, so it does not offer clientPublish: a command "
            "is sent by calling its service"
        )
    if message[0] != _SERVICE_REQUEST:
        raise _bad(
            f"a binary message with the opcode {message[0]}: there is {_SERVICE_REQUEST}, the call "
            "of a service"
        )
    if len(message) < _service_head.size:
        raise _bad(
            f"the call of a service with {len(message)} bytes: {_service_head.size} are in front "
            "of its encoding and data"
        )
    _, service, call, size = _service_head.unpack_from(message)
    rest = message[_service_head.size :]
    if size > len(rest):
        raise _bad(
            f"call {call} of service {service}: its encoding has {size} bytes, and {len(rest)} are "
            "here"
        )
    return ServiceCall(service, call, rest[:size].decode(errors="replace"), rest[size:])


def service_response(call: ServiceCall, data: bytes) -> bytes:
    """A WebSocket message that answers a call, in the encoding of the request."""
    encoding = call.encoding.encode()
    content = _service_head.pack(_SERVICE_RESPONSE, call.service, call.call, len(encoding))
    size = len(content) + len(encoding) + len(data)
    return b"".join((head(Opcode.BINARY, size), content, encoding, data))


def service_failure(call: ServiceCall, message: str) -> str:
    """The text that says why a call has failed."""
    return operation(
        "serviceCallFailure", serviceId=call.service, callId=call.call, message=message
    )


def numbers(request: Mapping[str, Any], name: str) -> list[int]:
    """Returns a list of ids in an operation.

    Raises:
        RequestError: It is none.
    """
    given = request.get(name)
    if not isinstance(given, list) or not all(is_id(one) for one in given):
        raise _bad(f"{request['op']} needs {name}, a list of ids, not {quoted(given)}")
    return given


def is_id(value: object) -> TypeGuard[int]:
    """Whether a value of JSON is an id: a number of 32 bits."""
    return type(value) is int and 0 <= value < 1 << 32


def _bad(text: str) -> RequestError:
    return RequestError(ErrorCode.BAD_REQUEST, text)

"""Errors in messages from drivers and clients. Pure."""

from __future__ import annotations

from enum import StrEnum

__all__ = ["BatchError", "ErrorCode", "RequestError", "internal_text", "quoted"]

_QUOTED = 60  # characters


class ErrorCode(StrEnum):
    """The codes of the `error` operation, as PROTOCOL.md lists them."""

    BAD_JSON = "bad_json"
    BAD_FRAME = "bad_frame"
    BAD_REQUEST = "bad_request"
    UNKNOWN_OP = "unknown_op"
    UNKNOWN_DRIVER = "unknown_driver"
    UNKNOWN_MESSAGE = "unknown_message"
    UNKNOWN_SUBSCRIPTION = "unknown_subscription"
    INTERNAL = "internal"


class RequestError(ValueError):
    """A client asked for what cannot be done; the text says why, for people."""

    def __init__(self, code: ErrorCode, text: str) -> None:
        super().__init__(text)
        self.code = code


class BatchError(ValueError):
    """A driver sent frames that its own schema does not allow."""


def internal_text(error: Exception) -> str:
    """Returns what a client is told of a fault of the relay's own."""
    return f"a fault of the relay's ({type(error).__name__}; its log says more): please report it"


def quoted(value: object) -> str:
    """Returns a value of a client's as an error quotes it: the beginning, if it is long."""
    text = repr(value)
    return text if len(text) <= _QUOTED else f"{text[:_QUOTED]}…"

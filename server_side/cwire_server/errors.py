"""Errors in messages from drivers and clients. Pure."""

from __future__ import annotations

from enum import StrEnum

__all__ = ["BatchError", "ErrorCode", "RequestError"]


class ErrorCode(StrEnum):
    """The codes of the `error` operation, as PROTOCOL.md lists them."""

    BAD_JSON = "bad_json"
    BAD_FRAME = "bad_frame"
    BAD_REQUEST = "bad_request"
    UNKNOWN_OP = "unknown_op"
    UNKNOWN_DRIVER = "unknown_driver"
    UNKNOWN_MESSAGE = "unknown_message"
    UNKNOWN_SUBSCRIPTION = "unknown_subscription"


class RequestError(ValueError):
    """A client asked for what cannot be done; the text says why, for people."""

    def __init__(self, code: ErrorCode, text: str) -> None:
        super().__init__(text)
        self.code = code


class BatchError(ValueError):
    """A driver sent frames that its own schema does not allow."""

"""What can be wrong with what a peer of the relay says."""

__all__ = ["BatchError", "RequestError"]


class RequestError(ValueError):
    """A client asked for what cannot be done. ``code`` is one of PROTOCOL.md's error codes."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code


class BatchError(ValueError):
    """A driver sent frames that its own schema does not allow."""

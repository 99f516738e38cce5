"""Starts a relay from the notebook, as ``cwire serve`` does from a shell."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Mapping

from cwire import errors
from cwire.data.arguments import names_of, seconds
from cwire.process.managed_process import ManagedProcess

__all__ = ["RelayProcess"]

_LINK = b"cwire relay: http"
_TOKEN = re.compile(rb"(#token=)(\S+)")


class RelayProcess(ManagedProcess):
    """A relay that this notebook starts; it ends with the kernel.

        relay = cwire.RelayProcess("scope", "camera").start()
        bridge = cwire.connect()

    Its token is not in `output`, which is saved with the notebook: take it from `link`.

    Args:
        *drivers: Names of drivers that listen in the runtime directory, or ``NAME=PATH``. Default:
            all that listen there, also those that come later.
        port: TCP port, for browsers and other machines' tunnels; 0: a free one.
        arguments: More arguments of ``cwire serve``.
        name: For people.
        env: Environment variables besides the notebook's.

    Attributes:
        link: The link for a browser, with the token; empty until the relay runs.
    """

    def __init__(
        self,
        *drivers: str,
        port: int = 0,
        arguments: Iterable[str] = (),
        name: str = "relay",
        env: Mapping[str, str] | None = None,
    ) -> None:
        self.link = ""
        self._held = b""
        if isinstance(arguments, str):
            raise errors.InvalidArgument(
                f"arguments is a list of words, such as {arguments.split()!r}, not {arguments!r}"
            )
        more = names_of(arguments, "arguments")
        words = ["-m", "cwire", "serve", "--port", _port(port), *_options(drivers), *more]
        super().__init__(sys.executable, *words, name=name, env=env)

    def start(self, timeout: float = 10.0) -> RelayProcess:
        """Starts it, and waits until it takes clients.

        Args:
            timeout: Seconds.

        Raises:
            CwireError: It does not start; the text has its last lines.
        """
        seconds(timeout)
        self._held = b""
        super().start()
        try:
            self.wait_until(_LINK.decode(), timeout)
        except errors.CwireError:
            self.stop()
            raise
        return self

    def _visible(self, data: bytes) -> bytes:
        data = self._held + data
        # A line with a link may come in pieces; half a token would not be known as one.
        begin = data.rfind(b"\n") + 1
        rest = data[begin:]
        if not rest.startswith(_LINK) and not _LINK.startswith(rest):
            begin = len(data)
        data, self._held = data[:begin], data[begin:]
        for found in re.finditer(rb"(https?://\S+)", data):
            self.link = found[1].decode() if _TOKEN.search(found[1]) else self.link
        return _TOKEN.sub(rb"\1(see link)", data)


def _options(drivers: Iterable[str]) -> list[str]:
    given = names_of(drivers, "drivers")
    return [word for driver in given for word in ("--driver", driver)]


def _port(given: int) -> str:
    if isinstance(given, int) and not isinstance(given, bool) and 0 <= given < 1 << 16:
        return str(given)
    raise errors.InvalidArgument(f"port is {given!r}; it can be 0 (any that is free) to 65535")

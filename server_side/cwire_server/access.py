"""Access rules: which Host, Origin and token a request must have, as functions on header values.

Why each is there: a page of any site can open a WebSocket to localhost, so the Origin must be
ours. A name that an attacker owns can be made to resolve to 127.0.0.1 (DNS rebinding), and then
Origin and Host agree: so the Host must be one of our names. Neither stops another account of this
machine: so TCP needs the token. Cookies are not used, since they are shared between ports. Pure.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Container, Iterable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

__all__ = [
    "FILES",
    "Origins",
    "PageAccess",
    "check_origin",
    "host_is_ours",
    "origin_is_allowed",
    "own_origins",
    "token_is_right",
]

_TOKEN_PREFIX = "cwire.token."  # noqa: S105 - not a token
_LOCAL_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})
_NAME = r"[a-z0-9_](?:[a-z0-9_.-]*[a-z0-9_])?"
_ORIGIN = re.compile(
    rf"(?:https?|vscode-webview)://(?:{_NAME}|\[[0-9a-f:.]+\])(?::([0-9]{{1,5}}))?"
)
_LONGEST_ORIGIN = 300
_ORIGINS_OF_A_CLIENT = 16


def host_is_ours(host: str, bound: str) -> bool:
    """Whether a Host header names this relay, which is bound to the address ``bound``."""
    try:
        name = urlsplit(f"//{host}").hostname
    except ValueError:
        return False
    return name is not None and name in _LOCAL_NAMES | {bound}


def own_origins(port: int) -> frozenset[str]:
    """The origins of pages that a relay at this port serves itself."""
    return frozenset(
        f"http://{f'[{name}]' if ':' in name else name}:{port}" for name in _LOCAL_NAMES
    )


def check_origin(origin: object) -> str:
    """Checks an origin: as a page's ``location.origin`` gives it, since nothing else can match.

    Raises:
        ValueError: It is none.
    """
    found = (
        _ORIGIN.fullmatch(origin)
        if isinstance(origin, str) and len(origin) <= _LONGEST_ORIGIN
        else None
    )
    if found is None or int(found[1] or 0) > 65535:
        raise ValueError(
            f"{str(origin)[:100]!r} is not an origin: give the page's location.origin, such as "
            "http://localhost:8888 (no path, in small letters)"
        )
    return found[0]


FILES = "file://"
"""The origin of pages that are files: those of desktop apps, but also any that was saved. So the
relay's user may allow it, and no client."""


class Origins:
    """The origins whose pages may connect: fixed ones, and those that clients ask for.

    A client's are forgotten when it leaves, so that what it opened does not stay open.

    Args:
        fixed: Allowed as long as the relay runs.
    """

    def __init__(self, fixed: Iterable[str] = ()) -> None:
        self._fixed = frozenset(fixed)
        self._asked: dict[int, set[str]] = {}

    def __contains__(self, origin: object) -> bool:
        return origin in self._fixed or any(origin in asked for asked in self._asked.values())

    def add(self, client: int, origin: object) -> None:
        """Allows an origin until the client leaves.

        Raises:
            ValueError: It is no origin, or the client has asked for too many.
        """
        checked = check_origin(origin)
        asked = self._asked.setdefault(client, set())
        if checked not in asked and len(asked) >= _ORIGINS_OF_A_CLIENT:
            raise ValueError(
                f"this client has asked for {_ORIGINS_OF_A_CLIENT} origins already; "
                "it must connect anew to ask for others"
            )
        asked.add(checked)

    def forget(self, client: int) -> None:
        """Forgets the origins that a client asked for: it has left."""
        self._asked.pop(client, None)


@dataclass(frozen=True)
class PageAccess:
    """Address and token for pages that connect over TCP; clients may ask for them."""

    url: str
    token: str = field(repr=False)
    origins: Origins


def origin_is_allowed(origin: str | None, allowed: Container[str]) -> bool:
    """Whether a browser at this origin may connect.

    Programs send no Origin; that alone opens nothing, since the token is checked as well.
    """
    return origin is None or origin in allowed


def token_is_right(authorization: str | None, subprotocols: Iterable[str], token: str) -> bool:
    """Whether the token is there, as a Bearer or (browsers cannot set headers) a subprotocol."""
    offered = [
        name[len(_TOKEN_PREFIX) :] for name in subprotocols if name.startswith(_TOKEN_PREFIX)
    ]
    if authorization is not None:
        scheme, _, value = authorization.partition(" ")
        if scheme.lower() == "bearer":
            offered.append(value.strip())
    # bytes: compare_digest refuses str that is not ASCII, which anyone may send.
    return any(hmac.compare_digest(value.encode(), token.encode()) for value in offered)

"""Who may talk to the relay: Host, Origin and token rules. Pure functions on header values.

Why each is there: a page of any site can open a WebSocket to localhost, so the Origin must be
ours. A name that an attacker owns can be made to resolve to 127.0.0.1 (DNS rebinding), and then
Origin and Host agree: so the Host must be one of our names. Neither stops another account of this
machine: so TCP needs the token. Cookies are not used, since they are shared between ports.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable
from urllib.parse import urlsplit

__all__ = ["SUBPROTOCOL", "host_is_ours", "origin_is_allowed", "own_origins", "token_is_right"]

SUBPROTOCOL = "cwire.v1"
_TOKEN_PREFIX = "cwire.token."  # noqa: S105 - not a token
_LOCAL_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})


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


def origin_is_allowed(origin: str | None, allowed: Iterable[str]) -> bool:
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

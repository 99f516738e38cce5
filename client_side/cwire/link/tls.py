"""Makes the TLS settings of a connection to a relay at a ``wss://`` URL.

The only module of the client that knows TLS: asyncio's transport encrypts, below what
`cwire.link.transport` writes. A certificate authority or a client certificate is to be loaded here.
"""

from __future__ import annotations

import ssl

__all__ = ["TlsError", "client_context"]

TlsError = ssl.SSLError


def client_context() -> ssl.SSLContext:
    """Checks the relay's certificate against those that the system or SSL_CERT_FILE trusts."""
    return ssl.create_default_context()

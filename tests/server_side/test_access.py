import pytest

from cwire_server.access import host_is_ours, origin_is_allowed, own_origins, token_is_right

TOKEN = "0123456789abcdef"


@pytest.mark.parametrize(
    "host", ["localhost", "localhost:8765", "127.0.0.1:1", "[::1]:8765", "LOCALHOST:8765"]
)
def test_own_names(host: str) -> None:
    assert host_is_ours(host, "127.0.0.1")


@pytest.mark.parametrize(
    "host",
    [
        "evil.com",
        "evil.com:8765",
        "localhost.evil.com",
        "127.0.0.1.evil.com",
        "127.0.0.1@evil.com",
        "[::1",
        "",
        "127.0.0.2",
    ],
)
def test_foreign_names(host: str) -> None:
    assert not host_is_ours(host, "127.0.0.1")


def test_the_bound_address_is_a_name() -> None:
    assert host_is_ours("127.0.0.2:8765", "127.0.0.2")


def test_origins_are_exact() -> None:
    allowed = own_origins(8765)
    assert origin_is_allowed("http://localhost:8765", allowed)
    assert origin_is_allowed("http://[::1]:8765", allowed)
    assert origin_is_allowed(None, allowed)
    for foreign in ("http://localhost:8766", "https://localhost:8765", "null", "http://localhost"):
        assert not origin_is_allowed(foreign, allowed)
    assert not origin_is_allowed("http://localhost:8765.evil.com", allowed)


def test_tokens() -> None:
    assert token_is_right(f"Bearer {TOKEN}", [], TOKEN)
    assert token_is_right(f"bearer {TOKEN}", [], TOKEN)
    assert token_is_right(None, ["cwire.v1", f"cwire.token.{TOKEN}"], TOKEN)


@pytest.mark.parametrize(
    ("authorization", "subprotocols"),
    [
        (None, []),
        (None, ["cwire.v1"]),
        (None, ["cwire.token."]),
        (None, [TOKEN]),
        ("", []),
        (TOKEN, []),
        (f"Basic {TOKEN}", []),
        ("Bearer", []),
        (f"Bearer {TOKEN}0", []),
        ("Bearer grün", ["cwire.token.grün"]),
    ],
)
def test_wrong_tokens(authorization: str | None, subprotocols: list[str]) -> None:
    assert not token_is_right(authorization, subprotocols, TOKEN)

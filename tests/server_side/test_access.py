import pytest

from cwire_server.access import (
    Origins,
    check_origin,
    host_is_ours,
    origin_is_allowed,
    own_origins,
    token_is_right,
)

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


@pytest.mark.parametrize(
    "origin",
    [
        "http://localhost",
        "https://hub.lab.example:8443",
        "http://127.0.0.1:8888",
        "http://[::1]:8888",
        "http://lab_pc:65535",
        "vscode-webview://1f2e3d4c-0000-4000-8000-123456789abc",
    ],
)
def test_origins_of_pages(origin: str) -> None:
    assert check_origin(origin) == origin


@pytest.mark.parametrize(
    "origin",
    [
        "null",
        "*",
        "http://",
        "file://",
        "ftp://localhost",
        "http://localhost/",
        "http://localhost/lab",
        "http://localhost:65536",
        "http://localhost:",
        "http://LOCALHOST",
        "http://user@localhost",
        "http://localhost#",
        "http://localhost\n",
        "http://localhost, http://evil.com",
        "http://" + "x" * 300,
        ["http://localhost"],
        None,
    ],
)
def test_no_origins(origin: object) -> None:
    with pytest.raises(ValueError, match="is not an origin"):
        check_origin(origin)


def test_asked_origins_last_as_long_as_their_client() -> None:
    origins = Origins(["http://fixed"])
    origins.add(1, "http://page")
    origins.add(2, "http://page")
    origins.forget(1)
    assert "http://page" in origins
    origins.forget(2)
    origins.forget(2)
    assert "http://page" not in origins
    assert "http://fixed" in origins


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

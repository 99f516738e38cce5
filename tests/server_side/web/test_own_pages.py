"""A user's own pages: what is sent, what is not, and under which policy."""

from __future__ import annotations

import base64
import hashlib
import os
from pathlib import Path

import pytest

from cwire_server import ConfigError, DriverAddress, RelayConfig
from cwire_server.web.handlers import POLICY
from cwire_server.web.own_pages import own_pages, policy_of

from ..conftest import StartRelay
from .test_pages import fetch, head

PAGE = b"<!doctype html>\r\n<style>p { color: red }</style><script>\r\nlet a = 1 < 2;</script>"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "mine"
    (made / "deep" / ".git").mkdir(parents=True)
    (made / "index.html").write_bytes(PAGE)
    (made / "deep" / "pläne 1.mjs").write_text("export const one = 1;")
    (made / "deep" / "tile.bin").write_bytes(bytes(3 << 20))
    (made / "inside.html").symlink_to(made / "index.html")
    (made / ".hidden.html").write_text("secret")
    (made / "deep" / ".git" / "config").write_text("secret")
    (tmp_path / "outside.html").write_text("secret")
    (tmp_path / "mine2").mkdir()
    (tmp_path / "mine2" / "near.html").write_text("secret")
    (made / "link.html").symlink_to(tmp_path / "outside.html")
    (made / "out").symlink_to(tmp_path / "mine2")
    (made / "shown.html").symlink_to(made / ".hidden.html")
    os.mkfifo(made / "pipe.html")
    return made


def digest(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


async def test_files_of_the_folder_are_sent(start_relay: StartRelay, folder: Path) -> None:
    relay = await start_relay("lab", pages=folder)
    for path in ("", "index.html", "inside.html"):
        page = await fetch(relay, f"/pages/{path}")
        assert (page.code, page.body) == (200, PAGE)
        assert page.headers["Content-Type"] == "text/html; charset=utf-8"
        assert page.headers["Content-Security-Policy"] == policy_of(PAGE)
        assert page.headers["X-Content-Type-Options"] == "nosniff"
    script = await fetch(relay, "/pages/deep/pl%C3%A4ne%201.mjs")
    assert script.headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert script.headers["Content-Security-Policy"] == POLICY
    assert (await head(relay, "/pages/index.html")).code == 200
    data = await fetch(relay, "/pages/deep/tile.bin")
    assert data.body == bytes(3 << 20)
    assert data.headers["Content-Type"] == "application/octet-stream"
    (links,) = [[link for link in relay.own_links() if "index" in link]]
    assert links == [f"http://127.0.0.1:{relay.port}/pages/index.html#token={relay.config.token}"]


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("none.html", "No such file"),
        ("deep", "it is no file"),
        ("pipe.html", "it is no file"),
        (".hidden.html", "hidden files"),
        ("deep/.git/config", "hidden files"),
        ("..%2foutside.html", "`..` is not followed"),
        ("%2e%2e/outside.html", "`..` is not followed"),
        ("deep/../../outside.html", ""),
        ("%2fetc/passwd", "no such file"),
        ("deep%5c..%5coutside.html", "no such file"),
        ("index.html%00", ""),
        ("link.html", "a link out of the folder"),
        ("out/near.html", "a link out of the folder"),
        ("shown.html", "a link to a hidden file"),
    ],
)
async def test_nothing_else_is_sent(
    start_relay: StartRelay, folder: Path, path: str, why: str
) -> None:
    relay = await start_relay("lab", pages=folder)
    page = await fetch(relay, f"/pages/{path}")
    assert page.code == 404
    assert b"secret" not in page.body
    assert why in page.body.decode()
    assert str(folder) not in page.body.decode()


async def test_they_have_the_rules_of_all_routes(start_relay: StartRelay, folder: Path) -> None:
    relay = await start_relay("lab", pages=folder)
    assert (await fetch(relay, "/pages/index.html", Host="evil.com")).code == 403
    assert (await fetch(relay, "/favicon.ico")).headers["Content-Type"].startswith("image/svg")
    without = await start_relay("bench")
    assert (await fetch(without, "/pages/index.html")).code == 404
    assert without.own_links() == []


def test_the_policy_names_what_is_in_the_page() -> None:
    policy = policy_of(PAGE)
    assert f"script-src 'self' 'sha256-{digest(chr(10) + 'let a = 1 < 2;')}';" in policy
    assert f"style-src 'self' 'sha256-{digest('p { color: red }')}';" in policy
    assert "unsafe" not in policy
    loaded = (
        b'<script src="/client.mjs"></script><p onclick="x()" style="top: 0">&lt;script&gt;</p>'
    )
    assert policy_of(loaded) == POLICY


def test_links_are_those_of_pages(folder: Path) -> None:
    assert own_pages(folder) == [
        f"/pages/{name}.html" for name in ("index", "inside", "link", "pipe", "shown")
    ]


def test_a_folder_that_is_none_is_said(folder: Path) -> None:
    address = DriverAddress("lab", folder / "lab.sock")
    for place in (folder / "none", folder / "index.html"):
        with pytest.raises(ConfigError, match="is no folder; give the one that has your HTML"):
            RelayConfig((address,), pages=place)


@pytest.mark.parametrize("name", ["client.mjs", "client.d.mts", "actions.mjs", "actions.d.mts"])
async def test_the_client_is_for_allowed_origins_too(start_relay: StartRelay, name: str) -> None:
    lab = "http://lab.example:8000"
    relay = await start_relay("lab", allowed_origins=frozenset({lab}))
    own = await fetch(relay, f"/{name}")
    assert own.code == 200
    assert own.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    kind = {".mjs": "text/javascript", ".mts": "text/plain"}[Path(name).suffix]
    assert own.headers["Content-Type"] == f"{kind}; charset=utf-8"
    allowed = await fetch(relay, f"/{name}", Origin=lab)
    assert allowed.headers["Access-Control-Allow-Origin"] == lab
    assert allowed.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    other = await fetch(relay, f"/{name}", Origin="http://evil.com")
    assert "Access-Control-Allow-Origin" not in other.headers
    assert own.headers["Vary"] == "Origin"

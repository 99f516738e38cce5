"""protocol.mjs says what PROTOCOL.md, cwire_frame.h and the Python client say."""

from __future__ import annotations

import json
import re
import subprocess
from typing import Any

import pytest

from cwire.data.ledger import UNWANTED
from cwire.session.options import POLICIES
from cwire_structs import frames
from support.node import NODE
from support.processes import ROOT

MODULE = ROOT / "client_side" / "web" / "protocol.mjs"
PROTOCOL = (ROOT / "PROTOCOL.md").read_text()
HEADER = (ROOT / "c_driver" / "include" / "cwire_frame.h").read_text()


@pytest.fixture(scope="module")
def words() -> dict[str, Any]:
    """The exports of the module."""
    code = (
        f"import * as words from {json.dumps(MODULE.as_uri())}; console.log(JSON.stringify(words))"
    )
    run = [str(NODE), "--input-type=module", "--eval", code]
    done = subprocess.run(run, capture_output=True, text=True, check=True)
    exported: dict[str, Any] = json.loads(done.stdout)
    return exported


def in_header(name: str) -> int:
    """A number of cwire_frame.h: `#define CWIRE_X 64u << 20`, or an enumerator."""
    match = re.search(rf"\bCWIRE_{name}\b(?: =)? \(?(\w+)(?: << (\d+))?", HEADER)
    assert match is not None, name
    number, shift = match.groups()
    return int(number.rstrip("u"), 0) << int(shift or 0)


def test_it_is_the_c_headers(words: dict[str, Any]) -> None:
    names = {
        "PROTOCOL": "PROTOCOL",
        "HEADER_BYTES": "HEADER_SIZE",
        "FRAME_LIMIT": "FRAME_LIMIT",
        "CONTROL": "CONTROL",
        "REPLY": "REPLY",
        "ERROR": "ERROR",
        "SHARED": "SHARED",
    }
    assert {name: words[name] for name in names} == {
        name: in_header(c_name) for name, c_name in names.items()
    }
    assert words["REPLY"] | words["ERROR"] | words["SHARED"] == in_header("FLAGS")


def test_it_is_the_python_clients(words: dict[str, Any]) -> None:
    assert words["HEADER_BYTES"] == frames.HEADER_SIZE
    assert words["FRAME_LIMIT"] == frames.FRAME_LIMIT
    assert words["RELAY_SOURCE"] == frames.RELAY_SOURCE
    assert words["EDOWN"] == frames.Code.EDOWN
    assert tuple(words["POLICIES"]) == POLICIES
    assert tuple(words["UNWANTED"]) == UNWANTED


def test_it_is_the_documents(words: dict[str, Any]) -> None:
    assert f"WebSocket subprotocol: `{words['SUBPROTOCOL']}`" in PROTOCOL
    assert f"subprotocol `{words['TOKEN_PREFIX']}TOKEN`" in PROTOCOL
    assert words["WINDOW_LIMIT"] == 2**30
    assert "`bytes` (1 to 2³⁰)" in PROTOCOL
    (policies,) = re.findall(r"^\| `policy` \| (.*) \|$", PROTOCOL, re.MULTILINE)
    assert re.findall(r"`(\w+)`(?: \(default\))?:", policies) == words["POLICIES"]
    (reasons,) = re.findall(r"The reasons: (.*?)\. delivered", PROTOCOL)
    assert re.findall(r"`(\w+)` \(", reasons) == words["LOST"] + words["UNWANTED"]

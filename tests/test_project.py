"""The project's own promises: versions, dependencies and documents agree with the code."""

from __future__ import annotations

import ast
import importlib.metadata
import json
import re
import tomllib
from pathlib import Path
from typing import Any

import yaml

import cwire
from cwire.data.ledger import UNWANTED
from cwire.session.incoming import PARSERS
from cwire_server.actions.requests import OPERATIONS as ACTION_OPERATIONS
from cwire_server.actions.texts import FROM_RELAY
from cwire_server.clients.requests import OPERATIONS
from cwire_server.errors import ErrorCode
from cwire_server.hub.ledger import REASONS
from cwire_server.hub.policies import POLICIES
from cwire_server.hub.subscription import SUBSCRIBE_FIELDS
from cwire_server.relay_schema import RELAY_SCHEMA
from cwire_server.statistics import DriverCount, MessageCount, Snapshot
from cwire_server.web.metrics import exposition
from cwire_structs import frames
from cwire_structs.action_values import DTYPES
from cwire_structs.schema import FORMAT
from support.examples import PAGES, all_examples
from support.processes import ROOT

PROTOCOL = (ROOT / "PROTOCOL.md").read_text()
# conda-forge's name for a package of PyPI, where they differ.
CONDA_NAMES = {"libclang": "python-libclang"}


def project() -> dict[str, Any]:
    table: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    return table


def test_every_folder_is_packaged() -> None:
    setuptools = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]
    there = {
        ".".join((name, *path.parent.relative_to(ROOT / folder).parts))
        for name, folder in setuptools["package-dir"].items()
        for path in (ROOT / folder).rglob("__init__.py")
    }
    assert there == set(setuptools["packages"])


def split(requirement: str) -> tuple[str, str]:
    name, separator, version = requirement.partition(">=")
    assert separator, requirement
    name = name.lower()
    return CONDA_NAMES.get(name, name), version


def test_environment_yml_agrees_with_pyproject() -> None:
    table = project()
    wanted = {"python": table["requires-python"].removeprefix(">=")}
    for requirements in (
        table["dependencies"],
        *(
            table["optional-dependencies"][extra]
            for extra in ("notebook", "server", "wrap", "tools")
        ),
    ):
        wanted.update(map(split, requirements))
    environment = yaml.safe_load((ROOT / "environment.yml").read_text())
    tools = {"c-compiler", "make", "pip"}
    entries = [entry for entry in environment["dependencies"] if entry not in tools]
    assert dict(map(split, entries)) == wanted
    assert len(entries) == len(wanted), "one is there twice"


def test_one_version_everywhere() -> None:
    version = project()["version"]
    header = (ROOT / "c_driver/include/cwire.h").read_text()
    assert re.search(r'#define CWIRE_VERSION "(.*)"', header)[1] == version  # type: ignore[index]
    assert cwire.__version__ == importlib.metadata.version("cwire") == version
    assert f"## {version}" in (ROOT / "CHANGELOG.md").read_text()


def test_protocol_md_has_the_version_that_the_code_speaks() -> None:
    header = (ROOT / "c_driver/include/cwire_frame.h").read_text()
    assert re.search(r"#define CWIRE_PROTOCOL (\d+)u", header)[1] == str(frames.PROTOCOL)  # type: ignore[index]
    assert f"Protocol version: **{frames.PROTOCOL}**" in PROTOCOL
    assert f"`cwire.v{frames.PROTOCOL}`" in PROTOCOL
    assert f"Schema format: `{FORMAT}`" in PROTOCOL
    assert re.search(rf"^- \*\*{frames.PROTOCOL}\*\*:", PROTOCOL, re.MULTILINE)


def test_protocol_md_has_the_limits_of_frames_and_hellos() -> None:
    (said,) = re.findall(r"A frame is at most (\d+) MiB, a hello at most (\d+) MiB", PROTOCOL)
    assert [int(size) << 20 for size in said] == [frames.FRAME_LIMIT, frames.HELLO_LIMIT]
    (schemas,) = re.findall(r"drivers have (\d+) MiB at most together", PROTOCOL)
    (message,) = re.findall(r"A WebSocket message of a relay's has (\d+) MiB at most", PROTOCOL)
    assert int(schemas) << 20 == frames.SCHEMAS_LIMIT
    assert int(message) << 20 == frames.MESSAGE_LIMIT


def test_protocol_md_lists_the_codes() -> None:
    rows = re.findall(r"^\| (-?\d+) \| (CWIRE_\w+) \| (.+) \|$", PROTOCOL, re.MULTILINE)
    assert {int(code): (name, text) for code, name, text in rows} == frames.CODES


def test_protocol_md_lists_the_header() -> None:
    rows = re.findall(r"^\| (\d+) \| (\d+) \| (\w+) \|", PROTOCOL, re.MULTILINE)
    fields = frames.HEADER.fields
    assert fields is not None
    listed = {name: (int(offset), int(size)) for offset, size, name in rows}
    assert listed == {name: (entry[1], entry[0].itemsize) for name, entry in fields.items()}


def sent_operations(folder: str) -> set[str]:
    """The first argument of every `send(...)` call, and every literal "op" value."""
    found = set()
    for path in (ROOT / folder).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr == "send"
                and node.args
                and isinstance(node.args[0], ast.Constant)
            ):
                found.add(str(node.args[0].value))
            if isinstance(node, ast.Dict):
                for key, value in zip(node.keys, node.values, strict=True):
                    if isinstance(key, ast.Constant) and key.value == "op":
                        found.add(str(getattr(value, "value", "")))
    return found


def rows(heading: str) -> set[str]:
    """The first cells of the table under a heading."""
    section = PROTOCOL.split(f"### {heading}\n")[1].split("\n#")[0]
    return set(re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE))


def test_protocol_md_lists_the_operations() -> None:
    # "" is an op that is a variable: its value is the argument of a send.
    from_relay = sent_operations("server_side/cwire_server") - {""}
    assert rows("From the relay") == from_relay - set(FROM_RELAY)
    # Not asked for by Python's.
    assert set(FROM_RELAY) <= set(PARSERS)
    assert set(PARSERS) - set(FROM_RELAY) == from_relay - {"message", "reply", "status"} - set(
        FROM_RELAY
    )
    assert rows("From the client") == set(OPERATIONS)


def test_protocol_md_lists_the_operations_of_actions() -> None:
    assert rows("Actions, from the relay") == set(FROM_RELAY)
    assert rows("Actions, from the client") == set(ACTION_OPERATIONS)


def test_protocol_md_lists_the_codes_of_failed_actions() -> None:
    section = PROTOCOL.split("| code of `failed` | when |\n")[1].split("\n\n")[0]
    listed = set(re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE))
    folders = ("actions", "workers")
    sources = (ROOT / "server_side/cwire_server" / folder for folder in folders)
    said = "".join(path.read_text() for folder in sources for path in folder.glob("*.py"))
    said += (ROOT / "cython_wrapper/cwire_structs/action_values.py").read_text()
    assert {code for code in listed if f'"{code}"' not in said} == set()


def test_protocol_md_lists_the_dtypes_of_actions() -> None:
    (row,) = re.findall(r"^\| \{`\$array`.*$", PROTOCOL, re.MULTILINE)
    listed = re.search(r"little-endian: `([^`]+)`", row)
    assert listed is not None
    assert tuple(listed[1].replace("\\|", "|").split()) == DTYPES


def test_protocol_md_lists_the_options_of_subscribe() -> None:
    (row,) = re.findall(r"^\| `subscribe` \|(.*)$", PROTOCOL, re.MULTILINE)
    named = {name for name in SUBSCRIBE_FIELDS if f"`{name}`" in row}
    assert named == {"id", "driver", "messages"}
    assert {"op", *named, *rows("Subscriptions")} == set(SUBSCRIBE_FIELDS)


def test_protocol_md_lists_the_policies() -> None:
    (row,) = re.findall(r"^\| `policy` \|(.*)$", PROTOCOL, re.MULTILINE)
    assert list(POLICIES) == re.findall(r"`(\w+)`(?: \(default\))?:", row)
    for policy in POLICIES.values():
        assert policy.reason in UNWANTED


def test_protocol_md_lists_the_reasons_of_drops() -> None:
    (row,) = re.findall(r"^\| `dropped` \|(.*)$", PROTOCOL, re.MULTILINE)
    listed = set(re.findall(r"`(\w+)` \(", row.split("The reasons:")[1]))
    assert listed == set(REASONS) == {"driver", "relay", *UNWANTED}


def test_protocol_md_lists_the_error_codes() -> None:
    (row,) = re.findall(r"^\| `error` \|(.*)$", PROTOCOL, re.MULTILINE)
    listed = set(re.findall(r"`(\w+)`", row.split("one of")[1].split("· `text`")[0]))
    assert listed == set(ErrorCode)
    used = set()
    for path in (ROOT / "server_side/cwire_server").rglob("*.py"):
        used |= set(re.findall(r"ErrorCode\.(\w+)", path.read_text()))
    assert used == set(ErrorCode.__members__)


def test_protocol_md_lists_the_statistics() -> None:
    section = PROTOCOL.split("### Statistics\n")[1].split("\n#")[0]
    rows = re.findall(r"^\| (\d+) \| `(\w+)` \|", section, re.MULTILINE)
    assert {int(id_): name for id_, name in rows} == {
        message.id: message.name for message in RELAY_SCHEMA.messages.values()
    }


def test_protocol_md_lists_the_metrics() -> None:
    snapshot = Snapshot(
        drivers=(DriverCount(1, "d", "up"),), messages=(MessageCount("d", 1, 1, "m"),)
    )
    made = set(re.findall(r"^(cwire_\w+)", exposition(snapshot).decode(), re.MULTILINE))
    section = PROTOCOL.split("## HTTP\n")[1].split("\n#")[0]
    assert set(re.findall(r"`(cwire_\w+)`", section)) == made


def test_the_example_schema_of_protocol_md_is_json() -> None:
    example = PROTOCOL.split("```json\n")[1].split("```")[0]
    assert json.loads(example)["schema"] == FORMAT


def test_every_example_is_run() -> None:
    """By a test that asks for it, or a reason stands beside it."""
    for one in all_examples():
        if not one.language or one.said.startswith("not run: "):
            continue
        assert one.runner, f"{one}: no comment before it says what runs it"
        file, _, name = one.runner.partition("::")
        source = (ROOT / file).read_text() if (ROOT / file).is_file() else ""
        assert f"def {name}(" in source, f"{one}: there is no {one.runner}"
        assert "from support.examples import" in source, f"{one}: {file} asks for no example"


def test_every_page_is_in_the_site_s_menu() -> None:
    text = re.sub(r"!!python\S+ ", "", (ROOT / "mkdocs.yml").read_text())
    menu = re.findall(r"[\w/-]+\.md", str(yaml.safe_load(text)["nav"]))
    docs = ROOT / "docs"
    made = set(re.findall(r'": "([\w/-]+\.md)"', (docs / "hooks/pages.py").read_text()))
    there = {str(page.relative_to(docs)) for page in PAGES if docs in page.parents}
    assert len(menu) == len(set(menu))
    assert set(menu) == there | made


def test_every_environment_variable_is_documented() -> None:
    """Those that are cwire's own."""
    page = (ROOT / "docs/reference/configuration.md").read_text()
    read = set()
    for package in ("client_side/cwire", "server_side", "cython_wrapper", "c_driver/src"):
        for path in (ROOT / package).rglob("*.[pc]*"):
            if path.suffix in (".py", ".c"):
                named = r'(?:environ(?:\.get\(|\[)|getenv\()"(CWIRE_\w+)"'
                read |= set(re.findall(named, path.read_text()))
    listed = set(re.findall(r"^\| `(CWIRE_\w+)` \|", page, re.MULTILINE))
    assert read == listed


def said_by_the_sources() -> list[str]:
    """Every text of the Python and C sources, with … in place of what is filled in."""
    found = []
    for package in ("client_side/cwire", "server_side", "cython_wrapper/cwire_structs"):
        for path in (ROOT / package).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.JoinedStr):
                    found.append("".join(str(getattr(one, "value", "…")) for one in node.values))
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    found.append(node.value)
    for path in (*ROOT.glob("c_driver/src/*.c"), *ROOT.glob("c_driver/include/*.h")):
        for text in re.findall(r'"(?:[^"\\]|\\.|"\s*")*"', path.read_text()):
            found.append(re.sub(r'"\s*"', "", text)[1:-1])
    return found


def test_troubleshooting_quotes_what_is_said() -> None:
    page = (ROOT / "docs/howto/troubleshooting.md").read_text()
    quoted = re.findall(r"^\| `([^`]+)` \|", page, re.MULTILINE)
    assert len(quoted) > 40
    sources = "\0".join(said_by_the_sources())
    for message in quoted:
        parts = (re.escape(part) for part in message.split("…"))
        said = re.search("[^\0]*".join(parts), sources)
        assert said, f"docs/howto/troubleshooting.md quotes {message!r}, which nothing says now"


def test_tracked_files_name_no_machine() -> None:
    own = Path(__file__)
    for path in ROOT.rglob("*.md"):
        if ".venv" not in path.parts and path != own:
            assert "/work/" not in path.read_text(), path

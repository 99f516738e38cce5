"""Types for TypeScript: tsc takes what client.mjs really gives, and refuses what it does not."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from random import Random
from typing import Any

import pytest

from cwire_server.hub.json_values import fields_to_json
from cwire_structs import frames, wrap
from cwire_structs.emit import typescript
from cwire_structs.emit.typescript import typescript as types_of
from cwire_structs.errors import WrapError
from cwire_structs.header.message_ids import Choice
from cwire_structs.schema import Schema
from cwire_structs.schema.layout_hash import layout_hash
from support.node import NODE, TSC
from support.processes import ROOT
from support.web_cases import cases

WRAPPER = ROOT / "tests" / "cython_wrapper"
HEADERS = (WRAPPER / "zoo.h", WRAPPER / "cases" / "tails.h", WRAPPER / "cases" / "names.h")
TYPES = ROOT / "server_side" / "cwire_server" / "static" / "client.d.mts"

# The demo driver's messages, as a program would use them.
PROGRAM = """
import { Client } from "./client.mjs";
import type { Messages, ScopeBlock, WaveformShape } from "./messages";

const client = new Client<Messages>({ url: "ws://127.0.0.1:8765/ws" });
for await (const batch of client.stream("scope_block", { driver: "demo", policy: "latest" })) {
  const row: ScopeBlock = batch.row(-1);
  const first: bigint = row.first_sample;
  const samples: Float32Array = batch.column("samples");
  const wide: BigUint64Array = batch.column("first_sample");
  const numbers: Float64Array = batch.column("first_sample", { as: "number" });
  const bytes: Uint8Array = batch.column("samples", { as: "bytes" });
  console.log(row, first, samples, wide, numbers, bytes);
  // @ts-expect-error: 64-bit integers are BigInt
  const wrong: number = row.first_sample;
  // @ts-expect-error: there is no such column
  batch.column("sampels");
}
for await (const batch of client.stream("driver_status")) {
  const all: Float64Array = batch.column("channels.frequency");
  const one: Float64Array = batch.column("channels[1].frequency");
  const some: Float32Array = batch.column("calibration[:][2]");
  const shape: WaveformShape | number = batch.row(0).channels[1].shape;
  console.log(all, one, some, shape, batch.row(0).calibration[0][2].toFixed());
  // @ts-expect-error: a struct has no column, its members have
  batch.column("channels");
}
const reply = await client.command("demo", "set_waveform", { frequency: 5, shape: "SINE" });
const volts: number | null | undefined = reply?.fields.amplitude;
const name: "waveform" | undefined = reply?.message;
const echo = await client.command(null, "echo", { number: 2n ** 64n - 1n, values: [1, 2, 3, 4] });
const number: number | string | undefined = echo?.fields.number;
const nothing: null = await client.command("demo", "start");
await client.command("demo", "echo", { "values[1]": 3 });
console.log(volts, name, number, nothing);
// @ts-expect-error: there is no such message
client.stream("scope_blokc");
// @ts-expect-error: it is a command
client.stream("set_waveform");
// @ts-expect-error: there is no such command
await client.command("demo", "scope_block");
// @ts-expect-error: there is no such field
await client.command("demo", "set_waveform", { frequncy: 5 });
// @ts-expect-error: it has no such name
await client.command("demo", "set_waveform", { shape: "ROUND" });
// @ts-expect-error: a reply has no BigInt
const integer: bigint | undefined = echo?.fields.number;

// Nothing is known of these: every name is taken.
const any = new Client({ url: "ws://127.0.0.1:8765/ws" });
for await (const batch of any.stream("whatever")) console.log(batch.column("x"), batch.row(0).x);
console.log((await any.command(null, "whatever", { x: 1 }))?.fields.y);
"""
CONFIG = {
    "compilerOptions": {
        "strict": True,
        "noEmit": True,
        "target": "es2022",
        "module": "es2022",
        "moduleResolution": "bundler",
        "lib": ["es2022", "dom", "dom.iterable"],
        "types": [],
    },
    "include": ["*.mts", "*.d.ts"],
}


def commanding(document: dict[str, Any]) -> Schema:
    """The same messages, and beside each a command that takes and returns it."""
    messages = dict(document["messages"])
    for number, message in document["messages"].items():
        if not message.get("command"):
            command = {"name": f"set_{message['name']}", "type": message["type"], "command": True}
            messages[str(30_000 + int(number))] = {**command, "reply": message["name"]}
    made = {**document, "messages": messages}
    made["layout_hash"] = layout_hash(made)
    return Schema.from_json(json.dumps(made))


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with types, and programs that use them."""
    folder = tmp_path_factory.mktemp("typescript")
    shutil.copy(TYPES, folder)
    (folder / "tsconfig.json").write_text(json.dumps(CONFIG))
    (folder / "program.mts").write_text(PROGRAM)
    demo = wrap.wrap(ROOT / "c_driver" / "messages.h", "cc").schema
    (folder / "messages.d.ts").write_text(types_of(demo, "Made."))
    told, given = [], []
    for header in HEADERS:
        choice = Choice(all=("*",)) if header.name == "names.h" else None
        schema = commanding(wrap.wrap(header, "cc", choice).schema.json)
        (folder / f"{schema.name}.d.ts").write_text(types_of(schema, "Made."))
        published = {one.name for one in schema.messages.values() if not one.command}
        some = [one for one in cases(schema, Random(1)) if one["message"] in published]
        interface = types_of(schema, "").rpartition("export interface ")[2].split()[0]
        told.append(
            {"name": interface, "module": schema.name, "schema": schema.json, "cases": some}
        )
        given.append(f'import type {{ {interface} }} from "./{schema.name}";')
        given += [line for one in some for line in _given(interface, schema, one)]
    (folder / "cases.json").write_text(json.dumps(told))
    (folder / "given.mts").write_text("\n".join(given) + "\n")
    script = [NODE, ROOT / "tests" / "web" / "literals.mjs", "cases.json", "told.mts"]
    subprocess.run([str(word) for word in script], cwd=folder, check=True)
    return folder


def _given(interface: str, schema: Schema, case: dict[str, Any]) -> list[str]:
    """Replies as the relay makes them, and rows as commands."""
    name = case["message"]
    command = f'{interface}["commands"]["set_{name}"]'
    lines = [f'((row: {interface}["messages"]["{name}"]["row"]): {command}["fields"] => row);']
    data = bytes.fromhex(case["batch"])
    while data:
        header = frames.unpack_header(data)
        fields = fields_to_json(schema.messages[name], data[frames.HEADER_SIZE : header.size])
        reply = f'NonNullable<{command}["reply"]>["fields"]'
        lines.append(f"((_: {reply}) => {{}})({json.dumps(fields)});")
        lines.append(f"((_: {command}['fields']) => {{}})({_without_null(fields)});")
        data = data[frames.span(header.size) :]
    return lines


def _without_null(fields: Any) -> str:
    return json.dumps(fields).replace("null", "0")  # NaN has no JSON: no command takes it


def test_tsc_takes_what_the_client_gives_and_nothing_else(project: Path) -> None:
    done = subprocess.run(
        [str(NODE), str(TSC), "--project", "."],
        cwd=project,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[:5000]
    told = (project / "told.mts").read_text()
    assert told.count("b.column(") > 100
    assert told.count('["row"]') > 50


def test_the_option_writes_it_and_checks_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    header = tmp_path / "lab.h"
    header.write_text("/** A reading. @msg 1 */\nstruct reading { double volts; };\n")
    assert wrap.main([str(header), "--typescript"]) == 0
    made = header.parent / "generated" / "lab.d.ts"
    text = made.read_text()
    assert text.startswith("// Made by `cwire wrap lab.h --typescript`: do not edit.\n")
    assert "reading: { row: Reading; columns: ReadingColumns };" in text
    assert wrap.main([str(header), "--typescript", "--check"]) == 0
    made.write_text("")
    assert wrap.main([str(header), "--typescript", "--check"]) == 1
    assert "lab.d.ts is not what the header makes" in capsys.readouterr().err
    assert wrap.main([str(header), "--check"]) == 0


def test_what_has_too_many_columns_is_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    header = tmp_path / "deep.h"
    header.write_text("struct a { int x, y; };\n/** @msg 1 */\nstruct b { struct a c, d; };\n")
    schema = wrap.wrap(header, "cc").schema
    monkeypatch.setattr(typescript, "COLUMN_LIMIT", 3)
    with pytest.raises(WrapError, match="b has more than 3 columns: leave --typescript out"):
        types_of(schema, "Made.")

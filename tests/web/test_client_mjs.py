"""client.mjs under Node: its own tests, with cases and programs that they need from here."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest

from cwire.errors import CwireError
from cwire.panel.form import CommandForm
from cwire.scope.recipe import ScopeOptions, ScopeRecipe
from cwire.session.drivers import Driver
from cwire_server.hub.json_values import fields_from_json
from cwire_structs import frames, wrap
from cwire_structs.expression.meaning import resolve
from cwire_structs.schema import Message, Schema
from cwire_structs.schema.getters import Getter, find_getter
from support.expressions import expression, find, given
from support.kept_bytes import kept
from support.node import NODE, node_options, npm_packages
from support.ports import held_port
from support.processes import ROOT
from support.random_structs import StructWriter
from support.web_cases import big_endian, cases

HERE = Path(__file__).parent
ZOO = ROOT / "tests" / "cython_wrapper" / "zoo.h"
TAILS = ROOT / "tests" / "cython_wrapper" / "cases" / "tails.h"
STRUCTS = 40


def run_tests(*names: str, **environment: str) -> None:
    done = subprocess.run(
        [str(NODE), *node_options(), "--test", *(str(HERE / name) for name in names)],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_everything_that_needs_no_program() -> None:
    found = {path.relative_to(HERE) for path in HERE.rglob("*.test.mjs")}
    names = {str(path) for path in found if "node_modules" not in path.parts}
    fed = (
        "actions_live",
        "decode/cases",
        "decode/kinds",
        "expression/expression",
        "live",
        "panel/inputs",
        "panel/rules",
        "scope/recipe",
        "stream",
    )
    run_tests(*sorted(names - {f"{name}.test.mjs" for name in fed}))


def test_the_page_sends_what_the_kernel_would(tmp_path: Path) -> None:
    table = json.loads((ROOT / "tests" / "panel.json").read_text())
    header, told = tmp_path / "all.h", tmp_path / "controls.json"
    header.write_text("\n".join(table["header"]))
    message = wrap.wrap(header, "cc").schema.messages["set_all"]
    form = CommandForm(message, None, lambda name, fields, done: None)
    told.write_text(json.dumps(form.recipe(Driver("lab", 1), None)["controls"]))
    form.close()
    run_tests("panel/rules.test.mjs", CWIRE_CONTROLS=str(told))


def test_random_expressions_are_true_where_they_are_in_python() -> None:
    random = Random(17)
    texts = [expression(random) for _ in range(400)]
    cases = [[text, given(resolve(text, find))] for text in texts]
    assert {truth for _, gives in cases for truth in gives} == {True, False}
    run_tests("expression/expression.test.mjs", EXPRESSIONS=json.dumps(cases))


TAGGED = """
enum message_id { BOARD = 1, AIR = 2, TABLE = 3, MIXED = 4 };
enum state { OFF, ON };
struct motor { float speed; /**< @unit rpm */ short raw[3]; enum state state; };
/** A board. */
struct board { struct motor axis[2]; float volts[8]; /**< @channels A B C D E F G H @unit V */
  unsigned long when; /**< @time us */ _Bool on; };
struct air { short warm; /**< @scale 0.5 @offset -40 @unit degC @name warmth */
  short plain[4]; /**< @unit V */ unsigned step; /**< @time us */
  unsigned char load; /**< @unit % */ };
struct table { float gains[2][3]; /**< @channels x y z */ float wide[40]; double picture[16][16];
  unsigned dt; /**< @time ms */ double place[40]; float a_min[4]; float a_max[4]; int index; };
struct mixed { unsigned channel; unsigned long count; unsigned long count2; float value;
  double both[2]; unsigned long first_sample; char name[8];
  unsigned low : 3; int high : 5; float rest[]; };
"""
LOOKS = """
enum message_id { BOTH = 1, COUNTS = 2, FLAGS = 3, ROOM = 4, STAMPED = 5 };
enum state { IDLE, RUNNING, PAUSED = 5, SAME = 5 };
struct both { unsigned long t_ns; float a, b; /**< @unit V */ float amps; /**< @unit A */
  float warm; /**< @unit degC @name warmth */ unsigned seq; enum state state; _Bool on, hot, open;
  double share; int reserved0; };
struct counts { unsigned frameCount; unsigned short crc16; int level; unsigned spare[2]; };
struct flags { enum state state; _Bool on; char name[8]; };
struct room { float padding; unsigned reserved; };
struct stamped { double timestamp; unsigned seqNo; double when; /**< @unit s */ };
"""
CHOICES: tuple[dict[str, Any], ...] = (
    {},
    {"by": "index"},
    {"window": 2},
    {"decimate": 4},
    {"x": "dt"},
    {"x": "place"},
    {"x": "step", "y": ["plain"]},
    {"by": "low"},
    {"y": ["axis.speed"]},
    {"y": ["axis[:].raw"]},
    {"y": ["axis[1].raw[:]"]},
    {"y": ["axis.raw[0]"]},
    {"y": ["axis[0].state", "volts[2]"]},
    {"y": ["volts[1]", "gains"]},
    {"y": ["gains[1]"]},
    {"y": ["gains[1][:]", "wide[3]"]},
    {"y": ["a_min", "a_max"]},
    {"y": ["wide[:]"]},
    {"y": ["amps", "a", "b", "warm", "state", "share"]},
    {"y": ["channels[1].frequency", "uptime"]},
    {"y": []},
    {"y": ["volts[8]"]},
    {"y": ["volts["]},
    {"y": [".volts"]},
)


def test_a_page_draws_what_a_notebook_would(tmp_path: Path) -> None:
    header = tmp_path / "tagged.h"
    header.write_text(TAGGED)
    looks = tmp_path / "looks.h"
    looks.write_text(LOOKS)
    demo = ROOT / "c_driver" / "generated" / "messages.schema.json"
    relay = ROOT / "server_side" / "cwire_server" / "relay_messages.schema.json"
    wrapped = [wrap.wrap(source, "cc").schema for source in (header, looks, ZOO, TAILS)]
    told = [Schema.from_json(path.read_text()) for path in (demo, relay)]
    made: list[dict[str, Any]] = [
        {
            "name": schema.name,
            "schema": schema.json,
            "cases": [
                recipe_case(message, choice)
                for message in schema.published.values()
                for choice in (*CHOICES, *({"y": [field.name]} for field in message.struct.fields))
            ],
        }
        for schema in (*wrapped, *told)
    ]
    drawn = [case for entry in made for case in entry["cases"] if "told" in case]
    assert {case["told"]["kind"] for case in drawn} == {"trend", "block"}
    assert len(drawn) > 200
    file = tmp_path / "recipes.json"
    file.write_text(json.dumps(made))
    run_tests("scope/recipe.test.mjs", CWIRE_RECIPES=str(file))


def recipe_case(message: Message, choice: dict[str, Any]) -> dict[str, Any]:
    case = {"message": message.name, "choice": choice}
    try:
        told = ScopeRecipe("lab", message, ScopeOptions(**choice)).as_json()
    except CwireError as error:
        return {**case, "refused": str(error)}
    return {**case, "told": told}


AXES = """
#include <stdint.h>
/** @msg 3 */ struct axis { uint8_t axis; double speed, limit; };
/** @msg 1 @command @reply axis */ struct set_axis { uint8_t axis; double speed, limit; };
/** @msg 2 @command @reply axis */ struct get_axis { uint8_t axis; };
"""


def test_a_page_has_the_inputs_of_a_notebook(tmp_path: Path) -> None:
    table = json.loads((ROOT / "tests" / "panel.json").read_text())
    header = tmp_path / "all.h"
    header.write_text("\n".join(table["header"]))
    demo = ROOT / "c_driver" / "generated" / "messages.schema.json"
    axes = tmp_path / "axes.h"
    axes.write_text(AXES)
    wrapped = [wrap.wrap(source, "cc").schema for source in (header, ZOO, TAILS, axes)]
    getter = find_getter(wrapped[-1], wrapped[-1].messages["set_axis"])
    assert getter == Getter("get_axis", shared=("axis",))
    schemas = (*wrapped, Schema.from_json(demo.read_text()))
    made = [
        {
            "name": schema.name,
            "schema": schema.json,
            "commands": [inputs_case(schema, message) for message in schema.messages.values()],
        }
        for schema in schemas
    ]
    file = tmp_path / "inputs.json"
    file.write_text(json.dumps(made))
    run_tests("panel/inputs.test.mjs", CWIRE_INPUTS=str(file))


def inputs_case(schema: Schema, message: Message) -> dict[str, Any]:
    reply = schema.messages[message.reply] if message.reply else None
    form = CommandForm(message, find_getter(schema, message), lambda name, fields, done: None)
    told = form.recipe(Driver("lab", 1), reply)
    form.close()
    return {
        "command": message.name,
        "controls": told["controls"],
        "getter": told["getter"],
        "reply": told["reply"],
    }


def test_it_reads_half_floats_as_numpy_does(tmp_path: Path) -> None:
    values = np.arange(1 << 16, dtype="u2").view("f2").astype("f8")
    file = tmp_path / "halves.json"
    file.write_text(json.dumps([repr(float(value)) for value in values]))
    run_tests("decode/kinds.test.mjs", CWIRE_HALVES=str(file))


@pytest.mark.parametrize("seed", range(3))
def test_it_reads_what_python_reads(seed: int, tmp_path: Path) -> None:
    random = Random(seed)
    header = tmp_path / "unit.h"
    header.write_text(StructWriter(random, ("_Float16",), ("big-endian",)).header(STRUCTS))
    made = []
    made_of = []
    for source in (header, ZOO, TAILS):
        native = wrap.wrap(source, "cc").schema
        for schema in (native, Schema.from_json(json.dumps(big_endian(native.json)))):
            name = f"{source.name} {schema.byte_order}"
            some = cases(schema, random)
            made_of.append((schema, some))
            made.append({"name": name, "schema": schema.json, "cases": some})
    file = tmp_path / "cases.json"
    file.write_text(json.dumps(made))
    rows = tmp_path / "rows.json"
    run_tests("decode/cases.test.mjs", CWIRE_CASES=str(file), CWIRE_ROWS=str(rows))
    lines = iter(rows.read_text().split("\n"))
    compared = sum(
        compare_json(schema.messages[case["message"]], payload, next(lines))
        for schema, some in made_of
        for case in some
        for payload in payloads(case["batch"])
    )
    assert next(lines, None) is None
    assert compared > 100


def payloads(batch: str) -> Iterator[bytes]:
    data = bytes.fromhex(batch)
    while data:
        header = frames.unpack_header(data)
        yield data[frames.HEADER_SIZE : header.size]
        data = data[frames.span(header.size) :]


def compare_json(message: Message, payload: bytes, text: str) -> bool:
    """A row that goes back as JSON has the same bytes; NaN and infinities have no JSON."""
    if "null" in text:
        return False
    values = fields_from_json(message.struct, json.loads(text))
    assert bytes(message.type.from_dict(values)) == kept(message.struct, payload), text
    return True


def test_before_a_real_relay(built_driver: None, runtime: Path) -> None:
    with held_port() as port:
        run_tests("live.test.mjs", CWIRE_PYTHON=sys.executable, CWIRE_PORT=str(port))


def test_streams_in_loops_and_in_rxjs(built_driver: None, runtime: Path) -> None:
    npm_packages()  # RxJS
    run_tests("stream.test.mjs", CWIRE_PYTHON=sys.executable)


def test_actions_before_a_real_server(runtime: Path) -> None:
    npm_packages()  # RxJS
    run_tests("actions_live.test.mjs", CWIRE_PYTHON=sys.executable)

"""The schema of what the user gives."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from cwire.demo.messages import MESSAGES
from cwire.driver.sources import schema_of
from cwire.errors import InvalidArgument
from cwire_structs.schema import Schema, SchemaError
from cwire_structs.schema.written import Written
from support.processes import ROOT

DEMO = ROOT / "c_driver" / "generated" / "messages.schema.json"
HASH = json.loads(DEMO.read_text())["layout_hash"]


def module() -> ModuleType:
    made = ModuleType("messages")
    made.SCHEMA = Schema.from_json(DEMO.read_bytes())  # type: ignore[attr-defined]
    return made


def read(source: object) -> Schema:
    found = schema_of(source, "demo")
    return found.schema() if isinstance(found, Written) else found


@pytest.mark.parametrize(
    "source",
    [
        DEMO,
        str(DEMO),
        json.loads(DEMO.read_text()),
        Schema.from_json(DEMO.read_bytes()),
        module(),
        MESSAGES,
        ROOT / "c_driver" / "messages.h",
    ],
    ids=["path", "text", "dict", "schema", "module", "classes", "header"],
)
def test_all_sources_give_one_layout(source: object) -> None:
    assert read(source).layout_hash == HASH


class Block:
    x: float


@pytest.mark.parametrize(
    ("source", "names"),
    [
        (np.dtype("f8"), ["data"]),
        ({"a": "f8", "b": Block}, ["a", "b"]),
        (Block, ["block"]),
        ((Block,), ["block"]),
    ],
)
def test_dtypes_and_classes_can_still_grow(source: object, names: list[str]) -> None:
    found = schema_of(source, "lab 2")
    assert isinstance(found, Written)
    schema = found.schema()
    assert list(schema.messages) == names
    assert schema.name == "lab_2"


@pytest.mark.parametrize(
    ("source", "error", "reason"),
    [
        (3, InvalidArgument, "3 has no schema: give a header"),
        (None, InvalidArgument, "None has no schema"),
        ("nowhere.h", InvalidArgument, "there is no file nowhere.h"),
        ("messages", InvalidArgument, "'messages' is neither a header nor a schema"),
        (ModuleType("empty"), InvalidArgument, "the module empty has no SCHEMA"),
        ({}, SchemaError, "at least one message"),
        ([np.dtype("f8")], SchemaError, "a dtype has no name"),
        ({"schema": "cwire-schema/1"}, SchemaError, "has no 'byte_order'"),
        (int, SchemaError, "a dtype has no name"),
    ],
)
def test_what_has_no_schema_is_refused(source: Any, error: type[Exception], reason: str) -> None:
    with pytest.raises(error, match=reason):
        read(source)


def test_files_are_named_in_errors(tmp_path: Path) -> None:
    (tmp_path / "bad.json").write_text("{}")
    with pytest.raises(SchemaError, match=r"bad\.json: schema: has no 'schema'"):
        schema_of(tmp_path / "bad.json", "lab")
    (tmp_path / "bad.h").write_text("struct a { int x; ")
    with pytest.raises(SchemaError, match=r"bad\.h"):
        schema_of(tmp_path / "bad.h", "lab")


def test_a_header_without_its_reader_says_what_to_install(tmp_path: Path) -> None:
    (tmp_path / "a.h").write_text("struct a { int x; };")
    code = """
import sys
sys.modules.update(dict.fromkeys(("clang", "clang.cindex", "elftools")))
from cwire.driver.sources import schema_of
try:
    schema_of("a.h", "lab")
except Exception as error:
    print(type(error).__name__, error)
"""
    ran = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert ran.stdout.startswith("SchemaError reading a header needs libclang")
    assert "pip install 'cwire[wrap]'" in ran.stdout

"""A small schema, written by hand so that tests of the relay and the client need no compiler."""

import json
from typing import Any

from cwire_structs.schema import Schema
from cwire_structs.schema.layout_hash import layout_hash

TICK, RARE, PICTURE, STATE, SET, GO = 1, 2, 3, 4, 16, 17


def _uint(name: str, offset: int, size: int) -> dict[str, Any]:
    return {
        "name": name,
        "c_type": f"uint{8 * size}_t",
        "offset": offset,
        "size": size,
        "type": {"kind": "uint", "np": f"<u{size}"},
        "doc": "",
    }


def _double(name: str, offset: int) -> dict[str, Any]:
    number = {"kind": "float", "np": "<f8"}
    return {"name": name, "c_type": "double", "offset": offset, "size": 8, "type": number}


def _struct(name: str, size: int, *fields: dict[str, Any]) -> dict[str, Any]:
    return {
        "c_name": f"struct {name}",
        "kind": "struct",
        "size": size,
        "align": 8,
        "doc": f"The {name}.",
        "fields": list(fields),
    }


def document(name: str = "lab", *, extra_field: bool = False) -> dict[str, Any]:
    """The schema as data; with ``extra_field`` its layout is another one."""
    values = {
        "name": "values",
        "c_type": "double[4]",
        "offset": 8,
        "size": 32,
        "type": {"kind": "array", "shape": [4], "of": {"kind": "float", "np": "<f8"}},
        "unit": "V",
    }
    pixels = {
        "name": "pixels",
        "c_type": "uint16_t[]",
        "offset": 8,
        "size": 0,
        "type": {"kind": "tail", "of": {"kind": "uint", "np": "<u2"}, "stride": 2},
    }
    rare = [_uint("a", 0, 4), _uint("b", 4, 4)] + ([_uint("c", 8, 8)] if extra_field else [])
    schema = {
        "schema": "cwire-schema/1",
        "name": name,
        "byte_order": "little",
        "abi": {"pointer": 8, "long": 8, "wchar": 4, "char_signed": True},
        "source": {"header": f"{name}.h", "verified": True},
        "constants": {},
        "enums": {},
        "types": {
            "tick": _struct("tick", 40, _uint("index", 0, 8), values),
            "rare": _struct("rare", 16 if extra_field else 8, *rare),
            "picture": _struct("picture", 8, _uint("number", 0, 8), pixels),
            "state": _struct("state", 8, _double("x", 0)),
            "set": _struct("set", 8, {**_double("x", 0), "range": [0, 10], "default": 1}),
            "go": _struct("go", 8, _uint("steps", 0, 8)),
        },
        "messages": {
            str(TICK): {"name": "tick", "type": "tick"},
            str(RARE): {"name": "rare", "type": "rare"},
            str(PICTURE): {"name": "picture", "type": "picture"},
            str(STATE): {"name": "state", "type": "state"},
            str(SET): {"name": "set", "type": "set", "command": True, "reply": "state"},
            str(GO): {"name": "go", "type": "go", "command": True},
        },
    }
    schema["layout_hash"] = layout_hash(schema)
    return schema


def text(name: str = "lab", *, extra_field: bool = False) -> bytes:
    """The schema as a driver sends it."""
    return json.dumps(document(name, extra_field=extra_field)).encode()


def schema(name: str = "lab", *, extra_field: bool = False) -> Schema:
    """The schema, read."""
    return Schema.from_json(text(name, extra_field=extra_field))

"""Tails, nested and repeated ones too, end with the message; empty members have no bytes."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from cwire_structs import wrap
from cwire_structs.errors import FieldError, LayoutMismatch, SchemaError, WrapError
from cwire_structs.header.message_ids import Choice
from cwire_structs.schema import Message, Schema
from cwire_structs.schema.document import compact
from support.c_values import compare_with_objects, compiler

HEADER = Path(__file__).parent / "cases" / "tails.h"
INCLUDE = Path(__file__).parents[2] / "c_driver" / "include"
Wrap = Callable[..., wrap.Wrapped]

# Of each message, how C fills the buffer that p points to and how many bytes it has; its values.
MESSAGES: list[tuple[str, str, str, dict[str, Any]]] = [
    ("reset", "", "sizeof *p", {}),
    ("poll", "", "sizeof *p", {}),
    ("part", "p->m = 2; p->c = 'x'; p->data[0] = 1; p->data[1] = -2;",
     "offsetof(struct part, data) + 4", {"m": 2, "c": 120, "data": [1, -2]}),
    ("outer", "p->n = 1; p->tail.m = 2; p->tail.c = 'x'; p->tail.data[0] = 3;",
     "offsetof(struct outer, tail.data) + 2", {"n": 1, "tail": {"m": 2, "c": 120, "data": [3]}}),
    ("deep", "p->d = 1.5; p->out.n = 3; p->out.tail.m = 4; p->out.tail.data[1] = 5;",
     "offsetof(struct deep, out.tail.data) + 4",
     {"d": 1.5, "out": {"n": 3, "tail": {"m": 4, "c": 0, "data": [0, 5]}}}),
    ("rows", "p->n = 3; p->address[0][5] = 6; p->address[1][0] = 255;",
     "offsetof(struct rows, address) + 12",
     {"n": 3, "address": [[0, 0, 0, 0, 0, 6], [255, 0, 0, 0, 0, 0]]}),
    ("names", 'p->n = 1; strcpy(p->name[0][0], "a"); strcpy(p->name[0][1], "bcdefgh");',
     "offsetof(struct names, name) + 16", {"n": 1, "name": [["a", "bcdefgh"]]}),
    ("alone", "p->args[0] = 1; p->args[1] = 0x8000000000000001ULL;", "16",
     {"args": [1, 0x8000000000000001]}),
    ("late", "p->q = 3; p->rest.args[0] = 9;", "sizeof *p + 8", {"q": 3, "rest": {"args": [9]}}),
    ("flex", "p->n = 1; p->more[1] = 4;", "sizeof *p + 8", {"n": 1, "more": [0, 4]}),
    ("gaps", "p->a = 1; p->b = 2; p->v.u = 3;", "sizeof *p",
     {"a": 1, "b": 2, "v": bytes([3, 0, 0, 0])}),
    ("pairs", "p->n = -3; p->in.q.y = 2; p->in.p[0][1].x = 5;",
     "offsetof(struct pairs, in.p) + 8",
     {"n": -3, "in": {"q": {"x": 0, "y": 2}, "p": [[{"x": 0, "y": 0}, {"x": 5, "y": 0}]]}}),
]  # fmt: skip
VALUES = {name: values for name, _, _, values in MESSAGES}


@pytest.fixture(scope="module")
def tails() -> wrap.Wrapped:
    return wrap.wrap(HEADER, "cc")


@pytest.fixture(scope="module")
def module(tails: wrap.Wrapped, compile_classes: Callable[..., ModuleType]) -> ModuleType:
    return compile_classes(tails, HEADER)


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The bytes that a C program writes, by message."""
    folder = tmp_path_factory.mktemp("program")
    blocks = [
        f"{{ memset(buffer, 0, sizeof buffer); struct {name} *p = (void *)buffer; (void)p; {fill}"
        f' printf("{name} "); for (size_t i = 0; i < ({size}); i++) printf("%02x", buffer[i]);'
        ' printf("\\n"); }'
        for name, fill, size, _ in MESSAGES
    ]
    lines = [f'#include "{HEADER}"', *(f"#include <{one}.h>" for one in ("stdio", "string"))]
    lines += ["#include <stddef.h>", "static _Alignas(8) unsigned char buffer[64];"]
    (folder / "unit.c").write_text("\n".join([*lines, "int main(void) {", *blocks, "}", ""]))
    subprocess.run(["cc", "-std=gnu11", "-o", "unit", "unit.c"], cwd=folder, check=True)
    done = subprocess.run([folder / "unit"], capture_output=True, text=True, check=True)
    pairs = (line.partition(" ") for line in done.stdout.splitlines())
    return {name: bytes.fromhex(digits) for name, _, digits in pairs}


def classes(tails: wrap.Wrapped, module: ModuleType, name: str) -> list[Any]:
    """Returns the message's class of both routes."""
    return [tails.schema.messages[name].type, getattr(module, name.capitalize())]


@pytest.mark.parametrize("name", VALUES)
def test_both_routes_read_and_write_what_c_does(
    tails: wrap.Wrapped, module: ModuleType, written: dict[str, bytes], name: str
) -> None:
    payload, message = written[name], tails.schema.messages[name]
    message.check_size(len(payload))
    shown = set()
    for cls in classes(tails, module, name):
        read = cls.from_bytes(payload)
        assert read.to_dict() == VALUES[name]
        assert bytes(cls.from_dict(VALUES[name])) == bytes(read) == payload
        assert cls(**VALUES[name]) == read
        shown.add(repr(read))
    assert len(shown) == 1
    record = message.decode(payload)
    assert record.tobytes() == payload
    assert record.dtype.itemsize == len(payload)


def test_tables_of_the_driver(tails: wrap.Wrapped) -> None:
    rows = [
        line.strip(" {},").split(", ")
        for line in tails.files["tails_schema.h"].splitlines()
        if line.startswith("    {")
    ]
    assert {row[5].strip('"'): (int(row[3]), int(row[4])) for row in rows} == {
        "reset": (0, 0), "poll": (0, 0), "echo": (4, 0), "part": (6, 2), "outer": (10, 2),
        "deep": (18, 2), "rows": (4, 6), "names": (2, 16), "alone": (0, 8), "late": (8, 8),
        "flex": (4, 4), "gaps": (12, 0), "pairs": (8, 8), "say": (8, 8),
        "ask": (4, 0),
    }  # fmt: skip


@pytest.mark.parametrize(
    "cc", ["powerpc-linux-gnu-gcc", "arm-linux-gnueabihf-gcc", "sh4-linux-gnu-gcc"]
)
def test_cross_compilers(tmp_path: Path, cc: str) -> None:
    """sh4 is read from DWARF."""
    schema = wrap.wrap(HEADER, compiler(cc)).schema
    compare_with_objects(schema, HEADER, cc, tmp_path)
    for name, values in VALUES.items():
        cls = schema.messages[name].type
        values = values if name != "gaps" else {**values, "v": bytes([0, 0, 0, 3])}
        assert cls.from_bytes(bytes(cls.from_dict(values))).to_dict() == values


def test_an_image_says_the_same(tmp_path: Path, tails: wrap.Wrapped) -> None:
    lines = [f'#include "{HEADER}"', *(f"struct {name} *{name};" for name in VALUES)]
    (tmp_path / "image.c").write_text("\n".join(lines))
    subprocess.run(["cc", "-g", "-c", "image.c"], cwd=tmp_path, check=True)
    image = wrap.wrap(tmp_path / "image.o", "cc", Choice(only=tuple(VALUES))).schema
    for name, values in VALUES.items():
        ours, its = tails.schema.messages[name], image.messages[name]
        assert (its.size, its.tail_size) == (ours.size, ours.tail_size)
        payload = ours.encode(values)
        assert its.encode(values) == payload
        assert its.type.from_bytes(payload).to_dict() == values


def test_a_header_in_cxx(tmp_path: Path) -> None:
    """There an empty struct has a byte."""
    text = (
        "enum message_id { RESET = 1, OUTER };\nstruct reset { };\n"
        "struct part { int m; short data[]; };\nstruct outer { int n; part tail; };\n"
    )
    (tmp_path / "unit.hpp").write_text(text)
    schema = wrap.wrap(tmp_path / "unit.hpp").schema
    assert schema.messages["reset"].size == 1
    assert schema.messages["reset"].type.from_bytes(b"\7").to_dict() == {}
    assert schema.messages["outer"].size == 8
    made = schema.messages["outer"].encode({"n": 1, "tail": {"m": 2, "data": [3]}})
    assert made == bytes([1, 0, 0, 0, 2, 0, 0, 0, 3, 0])


def test_a_cxx_driver_is_told_that_it_lays_out_empty_structs_otherwise(
    tails: wrap.Wrapped, tmp_path: Path
) -> None:
    wrap.write(tails, tmp_path)
    command = ["g++", "-x", "c++", "-fsyntax-only", f"-I{INCLUDE}", f"-I{HEADER.parent}", "-"]
    text = f'#include "{tmp_path}/tails_schema.h"\n'
    done = subprocess.run(command, input=text, capture_output=True, text=True, check=False)
    assert "tails_reset_size" in done.stderr
    assert "tails_flex_more_offset" in done.stderr
    assert "tails_outer" not in done.stderr


def test_members_without_bytes(tails: wrap.Wrapped) -> None:
    assert [field.name for field in tails.schema.structs["gaps"].fields] == ["a", "b", "v"]
    told = [text for text in tails.warnings if "0 elements" in text]
    assert [text.partition(" is ")[0].partition(" ")[2] for text in told] == [
        "struct gaps.none", "struct gaps.bytes", "struct gaps.words",
    ]  # fmt: skip


def test_a_member_without_bytes_is_proved(wrap_text: Wrap) -> None:
    text = (
        "enum message_id { M = 1 };\n#ifdef __clang__\nstruct e { };\n#else\n"
        "struct e { char x; };\n#endif\nstruct m { char a; struct e e; short b; };\n"
    )
    with pytest.raises(LayoutMismatch, match=r"struct m.e: size is 1 for gcc, but 0 for libclang"):
        wrap_text(text, "gcc")


def test_the_tail_of_a_nested_struct_is_proved(wrap_text: Wrap) -> None:
    text = (
        "enum message_id { M = 1 };\n#ifdef __clang__\n#define SHIFT\n#else\n"
        "#define SHIFT char shift;\n#endif\nstruct p { short a; char b; SHIFT char data[]; };\n"
        "struct m { int n; struct p p; };\n"
    )
    with pytest.raises(LayoutMismatch) as caught:
        wrap_text(text, "gcc")
    assert "struct m.p: offset of the tail is 8 for gcc, but 7 for libclang" in str(caught.value)


def test_views_of_a_nested_tail(tails: wrap.Wrapped, module: ModuleType) -> None:
    for cls in classes(tails, module, "deep"):
        made = cls.from_dict(VALUES["deep"])
        before = made.out
        part = before.tail
        part.data = [7, 8]
        part.data[1] = 9
        part.m = -1
        assert made.to_dict()["out"]["tail"] == {"m": -1, "c": 0, "data": [7, 9]}
        assert bytes(part) == bytes(made)[12:]
        with pytest.raises(
            FieldError, match=r"data: has 4 bytes, and so it must keep: it is a part"
        ):
            part.data = [1]
        made.out = {"n": 1, "tail": {"data": [1, 2, 3]}}  # other memory: views keep the old one
        assert made.to_dict()["out"] == {"n": 1, "tail": {"m": 0, "c": 0, "data": [1, 2, 3]}}
        assert (before.n, part.data.tolist()) == (3, [7, 9])
        made.out = before
        assert bytes(made.out) == bytes(before)
        with pytest.raises(FieldError, match=r"out\.tail\.data"):
            made.out = {"tail": {"data": ["no"]}}
        alone = type(part)(m=1, data=[1, 2])
        alone.data = [3]
        assert alone.to_dict() == {"m": 1, "c": 0, "data": [3]}


@pytest.mark.parametrize("name", ["outer", "rows", "names", "late", "pairs"])
def test_records_of_numpy(tails: wrap.Wrapped, written: dict[str, bytes], name: str) -> None:
    message, payload = tails.schema.messages[name], written[name]
    count = (len(payload) - message.size) // message.tail_size
    record = message.decode(payload)
    storage = message.storage_dtype(count)
    assert np.frombuffer(payload, storage).view(message.dtype(count))[0] == record
    frame = np.zeros(1, message.frame_dtype(len(payload)))
    for field in frame.dtype.names or ():
        if not field.startswith("_bits"):
            frame[field] = record[field]
            assert np.array_equal(frame[field][0], record[field])


def test_a_frame_has_a_limit_for_nested_tails_too(tails: wrap.Wrapped) -> None:
    huge = np.zeros(1 << 25, "i2")
    with pytest.raises(FieldError, match=r"outer.tail: the message would have 6\d+ bytes"):
        tails.schema.messages["outer"].encode({"tail": {"data": huge}})


def test_a_tail_of_structs_without_bytes(wrap_text: Callable[..., wrap.Wrapped]) -> None:
    made = wrap_text(
        "struct p { };\nstruct m { int n; struct p p[]; };\n", choice=Choice(ids={"m": 1})
    )
    assert (made.schema.structs["m"].size, list(made.schema.structs["m"].by_name)) == (4, ["n"])


UNION = "is a flexible array member in a union: how long a message is without it depends"
REST = "whose flexible array member takes the rest of the message: only the last member can be one"


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("struct p { int m; char data[]; }; struct m { struct p p; int n; };",
         f"struct m.p is a struct p, {REST}"),
        ("struct p { int m; char data[]; }; struct m { int n; struct p p[2]; };",
         f"struct m.p is a struct p, {REST}"),
        ("struct p { int m; char data[]; }; struct m { int n; union { struct p p; int q; }; };",
         f"struct m.p is a struct p, {REST}"),
        ("struct m { int n; union { int one; struct { struct { } e; int more[]; }; }; };",
         f"struct m.more {UNION}"),
        ("struct m { struct { int n; char data[]; }; int after; };",
         "struct m.data is a flexible array member, which must come last"),
        ("struct p { int n; char data[]; }; struct m { int n; struct p p[]; };",
         f"struct m.p has elements of the type struct p, {REST}"),
    ],
)  # fmt: skip
def test_tails_that_no_message_ends_with(
    wrap_text: Wrap, tmp_path: Path, text: str, complaint: str
) -> None:
    with pytest.raises(WrapError) as caught:
        wrap_text("enum message_id { M = 1 };\n" + text)
    assert complaint in str(caught.value)
    (tmp_path / "image.c").write_text(text + "\nstruct m *m;")
    subprocess.run(["cc", "-g", "-c", "image.c"], cwd=tmp_path, check=True)
    with pytest.raises(WrapError, match=r"flexible array member"):
        wrap.wrap(tmp_path / "image.o", "cc", Choice(only=("m",)))


@pytest.mark.parametrize("name", ["outer", "rows", "names", "reset", "late"])
def test_a_schema_with_lies(tails: wrap.Wrapped, name: str) -> None:
    """The reader of schemas believes no tail and no empty struct unchecked."""
    document = tails.schema.json
    assert isinstance(Schema.from_json(tails.files["tails.schema.json"]).messages[name], Message)
    types = {**document["types"]}
    lies: dict[str, tuple[str, dict[str, Any]]] = {
        "outer": ("array", {"fields": [
            {"name": "p", "offset": 0, "size": 16,
             "type": {"kind": "array", "shape": [2],
                      "of": {"kind": "struct", "struct": "part"}}}]}),
        "rows": ("stride", {"fields": [
            {"name": "p", "offset": 0, "size": 0, "type": {
                "kind": "tail", "of": {"kind": "uint", "np": "|u1"}, "stride": 5, "shape": [6]}}]}),
        "names": ("without bytes", {"fields": [
            {"name": "p", "offset": 0, "size": 0,
             "type": {"kind": "array", "shape": [9],
                      "of": {"kind": "struct", "struct": "poll"}}}]}),
        "reset": ("without bytes", {"fields": [
            {"name": "p", "offset": 0, "size": 0, "type": {"kind": "struct", "struct": "poll"}}]}),
        "late": ("must be last", {"fields": [
            {"name": "p", "offset": 0, "size": 0, "type": {"kind": "struct", "struct": "alone"}},
            {"name": "q", "offset": 0, "size": 1, "type": {"kind": "uint", "np": "|u1"}}]}),
    }  # fmt: skip
    word, changes = lies[name]
    types[name] = {**types[name], "size": 16, **changes}
    text = compact({**document, "types": types})
    with pytest.raises(SchemaError, match=word if word != "array" else "flexible array member"):
        Schema.from_json(text)

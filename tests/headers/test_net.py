"""The net can fail: a schema that says something else than C is found out."""

from __future__ import annotations

import copy
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import pytest

from cwire_structs import wrap
from cwire_structs.compiler import toolchain
from cwire_structs.emit import cython_compiler
from cwire_structs.header.message_ids import Choice
from cwire_structs.schema import Schema
from cwire_structs.schema.layout_hash import layout_hash
from headers import run
from headers.header_sets import HeaderSet
from headers.records import Leaf, Record, RefusedHeaderError, compile_debug, read_records
from headers.report import HeaderResult, StructResult, is_bad, table
from headers.run import MACHINES, Job, find_machines, look
from headers.truth import Machine, read_values, samples
from headers.verdicts import (
    LOSSY,
    REFUSED,
    RIGHT,
    TRACEBACK,
    UNKNOWN,
    WRONG,
    Verdict,
    Wrapping,
    judge,
    reason_kind,
)
from support import warm_cython

HEADER = """\
#include <stdint.h>
enum way { UP, DOWN };
struct inner { int16_t first; float second; };
struct sound {
    uint8_t small;
    int32_t number;
    uint16_t low : 4, high : 12;
    double real;
    struct inner pair[2];
    union { uint32_t word; uint8_t bytes[4]; };
    uint16_t rest[];
};
struct chosen { enum way way; };
struct named { double at; int next; char name[]; };
struct held { uint16_t n; uint16_t data[]; };
struct holder { uint32_t a; struct held held; };
struct pointed { int a; const char *text; };
typedef struct { long double wide; } wide_t;
"""
TEXT: dict[str, Any] = {
    "schema": "cwire-schema/1", "name": "unit", "layout_hash": "", "byte_order": "little",
    "abi": {"pointer": 8, "long": 8, "wchar": 4, "char_signed": True}, "source": {},
    "enums": {}, "types": {"label": {
        "c_name": "struct label", "kind": "struct", "size": 2, "align": 1, "fields": [
            {"name": "text", "c_type": "char[2]", "offset": 0, "size": 2,
             "type": {"kind": "char", "np": "|S2", "length": 2}}]}},
    "messages": {"1": {"name": "label", "type": "label"}},
}  # fmt: skip
Edit = Callable[[dict[str, Any]], None]


def field(document: dict[str, Any], name: str, struct: str = "sound") -> dict[str, Any]:
    fields: list[dict[str, Any]] = document["types"][struct]["fields"]
    return next(one for one in fields if one["name"] == name)


def label_schema() -> Schema:
    return Schema.from_json(json.dumps({**TEXT, "layout_hash": layout_hash(TEXT)}))


class Pipe:
    """Keeps what is sent."""

    def __init__(self) -> None:
        self.sent: list[HeaderResult] = []

    def send(self, result: HeaderResult) -> None:
        self.sent.append(copy.deepcopy(result))


@pytest.fixture(scope="session")
def header(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("net") / "random.h"  # its module is not called random
    path.write_text(HEADER)
    return path


def look_at(path: Path, tmp_path: Path, *, compiled: bool = False) -> HeaderResult:
    machine = MACHINES["native"]
    main = machine.make_main(tmp_path)
    pipe: Any = Pipe()
    look(Job(machine, HeaderSet("unit", (path,)), path, main, 1), pipe, compiled=compiled)
    result: HeaderResult = pipe.sent[-1]
    assert not result.failed, result.failed
    return result


def test_all_that_ends_with_a_message_is_compared(tmp_path: Path) -> None:
    path = Path(__file__).parents[1] / "cython_wrapper" / "cases" / "tails.h"
    result = look_at(path, tmp_path)
    assert len(result.structs) == 16
    for one in result.structs:
        assert one.schema.outcome == RIGHT, (one.name, one.schema.why)


class Sound:
    """A struct with what C and cwire say of it."""

    def __init__(self, header: Path, folder: Path, machine: Machine, name: str = "sound") -> None:
        image = folder / "image"
        image.write_bytes(compile_debug([machine.cc], header, folder))
        with image.open("rb") as file:
            records = [one for one in read_records(file, header) if one.name == name]
        wrapping = Wrapping(header, toolchain.find(machine.cc))
        wrapping.take([name])
        self.record = records[0]
        self.json = wrapping.groups[0].wrapped.schema.json
        self.data = samples(self.record, 7)
        main = machine.make_main(folder)
        command = [machine.cc]
        truth = read_values(machine, command, header, records, [self.data], main, folder)
        self.truth = truth[0]

    def verdict(self, edit: Edit) -> Verdict:
        """The verdict on a schema that was edited."""
        document: dict[str, Any] = copy.deepcopy(dict(self.json))
        edit(document)
        document["layout_hash"] = layout_hash(document)
        message = Schema.from_json(json.dumps(document)).messages[self.record.name]
        return judge(message, message.type, self.record, self.data, self.truth, numpy=True)


@pytest.fixture(scope="session")
def sound(header: Path, tmp_path_factory: pytest.TempPathFactory) -> Sound:
    return Sound(header, tmp_path_factory.mktemp("sound"), MACHINES["native"])


def put(name: str, struct: str = "sound", /, **values: object) -> Edit:
    return lambda document: field(document, name, struct).update(values)


def drop(name: str) -> Edit:
    def edit(document: dict[str, Any]) -> None:
        document["types"]["sound"]["fields"].remove(field(document, name))

    return edit


def swap_bytes(document: dict[str, Any]) -> None:
    swapped = json.loads(json.dumps(document).replace('"<', '">'))
    document.update(swapped, byte_order="big")


WRONG_SCHEMAS: dict[str, Edit] = {
    "offset": put("small", offset=1),
    "offset of a nested one": put("first", "inner", offset=2),
    "sign": put("number", type={"kind": "uint", "np": "<u4"}),
    "kind": put("real", type={"kind": "int", "np": "<i8"}),
    "byte order": swap_bytes,
    "bit offset": put("high", bit_offset=69, bit_width=11),
    "bit width": put("high", bit_width=11),
    "sign of bits": put("high", type={"kind": "int", "np": "<i2"}),
    "name": put("number", name="numbers"),
    "missing": drop("real"),
    "order in an array": put("bytes", "sound__anonymous_6", type={
        "kind": "array", "shape": [4], "of": {"kind": "int", "np": "|i1"}}),
    "shape": put("bytes", "sound__anonymous_6", size=3, type={
        "kind": "array", "shape": [3], "of": {"kind": "uint", "np": "|u1"}}),
    "tail": put("rest", type={
        "kind": "tail", "of": {"kind": "int", "np": "<i2"}, "stride": 2}),
    "no tail": drop("rest"),
    "size": lambda document: document["types"]["sound"].update(size=56),
}  # fmt: skip


def test_the_net_lets_a_right_schema_through(sound: Sound) -> None:
    assert sound.verdict(lambda _: None) == Verdict(RIGHT)


@pytest.mark.parametrize("name", WRONG_SCHEMAS)
def test_a_wrong_schema_is_found_out(name: str, sound: Sound) -> None:
    verdict = sound.verdict(WRONG_SCHEMAS[name])
    assert verdict.outcome == WRONG, verdict
    assert verdict.why


def test_a_wrong_tail_of_a_struct_inside_is_found_out(header: Path, tmp_path: Path) -> None:
    holder = Sound(header, tmp_path, MACHINES["native"], "holder")
    assert holder.verdict(lambda _: None) == Verdict(RIGHT)
    signed = {"kind": "tail", "of": {"kind": "int", "np": "<i2"}, "stride": 2}
    assert holder.verdict(put("data", "held", type=signed)).outcome == WRONG


def test_a_wrong_schema_of_another_machine_is_found_out(header: Path, tmp_path: Path) -> None:
    machine = MACHINES["powerpc"]
    if not find_machines(["powerpc"], tmp_path):
        pytest.skip(f"there is no {machine.cc} or no {machine.runner[0]} here (make headers)")
    sound = Sound(header, tmp_path, machine)
    assert sound.verdict(lambda _: None) == Verdict(RIGHT)
    assert sound.verdict(put("small", offset=1)).outcome == WRONG


def test_every_struct_has_a_verdict(header: Path, tmp_path: Path) -> None:
    result = look_at(header, tmp_path, compiled=True)
    found = {one.name: one for one in result.structs}
    assert list(found) == [
        "struct inner",
        "struct sound",
        "struct chosen",
        "struct named",
        "struct held",
        "struct holder",
        "struct pointed",
        "wide_t",
    ]
    for name in ("struct inner", "struct sound"):
        assert found[name].schema.outcome == RIGHT, found[name]
        assert found[name].compiled == Verdict(RIGHT)
    # Its tail begins before its end, so that there is room for more than what is compared.
    assert found["struct named"].schema.outcome in (RIGHT, LOSSY), found["struct named"]
    assert found["struct pointed"].pointer == "text"
    assert found["struct pointed"].schema.outcome == REFUSED
    assert "text is a pointer" in found["struct pointed"].schema.why
    assert found["wide_t"].schema.outcome == REFUSED
    assert "long double" in found["wide_t"].schema.why
    assert found["wide_t"].compiled is None


def test_what_a_header_leaves_behind_does_not_reach_the_truth(tmp_path: Path) -> None:
    header = tmp_path / "unit.h"
    header.write_text(
        "struct loud { char small; int number; };\n#define number 5\n#define loud 6\n"
        "#define printf 7\n#pragma pack(1)\n"
    )
    machine = MACHINES["native"]
    image = tmp_path / "image"
    image.write_bytes(compile_debug([machine.cc], header, tmp_path))
    with image.open("rb") as file:
        records = read_records(file, header)
    main = machine.make_main(tmp_path)
    data = [[b"\xff\0\0\0\1\2\0\0"]]
    values = read_values(machine, [machine.cc], header, records, data, main, tmp_path)
    assert values == [[[-1, 513]]]


def test_text_is_compared() -> None:
    message = label_schema().messages["label"]
    leaf = Leaf(("text",), "text", 2, 0)
    record = Record("label", "struct label", 2, 2, [leaf])
    verdict = judge(message, message.type, record, [b"a\0"], [[b"a\0"]], numpy=True)
    assert verdict == Verdict(RIGHT)
    verdict = judge(message, message.type, record, [b"a\0"], [[b"b\0"]], numpy=True)
    assert verdict.outcome == WRONG


def test_chars_that_are_numbers_are_compared_as_numbers(tmp_path: Path) -> None:
    header = tmp_path / "unit.h"
    header.write_text(
        "typedef char s8, pair_t[2], name_t[3]; typedef s8 mine_t[2];\n"
        "struct chars { char c; s8 trim[2][2]; mine_t mine[2]; pair_t text; name_t names[3];\n"
        "    int class; int class_; };\n"  # the first one is called class__
    )
    result = look_at(header, tmp_path, compiled=True)
    assert [(one.schema, one.compiled) for one in result.structs] == [
        (Verdict(RIGHT), Verdict(RIGHT))
    ]
    message = label_schema().messages["label"]  # has text
    record = Record("label", "struct label", 2, 2, [Leaf(("text", 0), "char", 1, 0)])
    verdict = judge(message, message.type, record, [b"a\0"], [[97]], numpy=False)
    assert verdict.outcome == WRONG


def test_bytes_of_a_text_that_get_lost_are_a_loss() -> None:
    class Cut(label_schema().messages["label"].type):  # type: ignore[misc]
        @classmethod
        def from_dict(cls, values: dict[str, Any]) -> Any:
            return cls.from_bytes(values["text"].partition(b"\0")[0].ljust(2, b"\0"))

    message = label_schema().messages["label"]
    record = Record("label", "struct label", 2, 2, [Leaf(("text",), "text", 2, 0)])
    given: Any = ([b"\0a"], [[b"\0a"]])
    assert judge(message, message.type, record, *given, numpy=True) == Verdict(RIGHT)
    verdict = judge(message, Cut, record, *given, numpy=True)
    assert (verdict.outcome, verdict.why) == (
        LOSSY,
        "from_dict(to_dict()): the bytes of text are others",
    )


def test_a_traceback_is_no_refusal() -> None:
    class Broken:
        @classmethod
        def from_bytes(cls, data: bytes) -> None:
            raise RuntimeError(f"{len(data)} bytes")

    message = label_schema().messages["label"]
    record = Record("label", "struct label", 2, 2, [Leaf(("text",), "text", 2, 0)])
    verdict = judge(message, Broken, record, [b"a\0"], [[b"a\0"]], numpy=False)
    assert verdict.outcome == TRACEBACK
    assert "RuntimeError: 2 bytes" in verdict.why


def test_what_cannot_be_shown_is_not_right() -> None:
    message = label_schema().messages["label"]
    record = Record("label", "struct label", 2, 2, [Leaf(("text",), "unknown", 2, 0)])
    verdict = judge(message, message.type, record, [b"a\0"], [[None]], numpy=True)
    assert verdict.outcome == UNKNOWN


def test_a_header_that_the_compiler_does_not_take(tmp_path: Path) -> None:
    header = tmp_path / "unit.h"
    header.write_text("struct lost { missing_t a; };\n")
    with pytest.raises(RefusedHeaderError, match="missing_t"):
        compile_debug(["cc"], header, tmp_path)
    assert "missing_t" in look_at(header, tmp_path).refused


def test_what_a_header_does_not_include_is_included_before_it(tmp_path: Path) -> None:
    header = tmp_path / "unit.h"
    header.write_text("struct found { uint8_t a; };\n")
    result = look_at(header, tmp_path)
    assert "-include stdint.h" in result.flags
    assert [one.schema.outcome for one in result.structs] == [RIGHT]


def test_kinds_of_reasons() -> None:
    pointer = "usb.h:12: struct usb_block.data is a pointer; send numbers"
    assert reason_kind(pointer) == reason_kind("x.h:1: union other.p is a pointer; send numbers")
    assert reason_kind(pointer) != reason_kind("x.h:1: union other.p is a bit field")
    compiler = "cc -I/a does not compile this header:\nIn file x.h:1\nx.h:2:1: error: no 'A'"
    assert reason_kind(compiler) == "the compiler does not compile this: no '…'"


def make_jobs(folder: Path, count: int) -> list[Job]:
    paths = [folder / f"unit{number}.h" for number in range(count)]
    for path in paths:
        path.write_text("struct one { int a; };\n")
    machine = MACHINES["native"]
    main = machine.make_main(folder)
    headers = HeaderSet("unit", tuple(paths))
    return [Job(machine, headers, path, main, 1) for path in paths]


def test_cython_that_is_loaded_makes_the_same(tmp_path: Path) -> None:
    warm_cython.warm(tmp_path / "first")
    path = tmp_path / "unit.h"
    path.write_text("struct one { int a; float b[2]; };\n")
    wrap.write(wrap.wrap(path, "cc", Choice(ids={"one": 1})), tmp_path)
    code = "import sys; from cwire_structs.emit import cython_compiler as one\n"
    code += "one.translate(*sys.argv[1:])"
    made = []
    for start in ("cold", "warm"):
        arguments = ("unit", str(tmp_path / "unit.pyx"), "", str(tmp_path / start))
        if start == "cold":
            subprocess.run([sys.executable, "-c", code, *arguments], check=True)
        else:
            cython_compiler.translate(*arguments)
        (found,) = (tmp_path / start).rglob("unit.c")
        made.append(found.read_text())
    assert made[0] == made[1]


def test_an_interrupted_run_tells_what_it_has(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def look_or_interrupt(job: Job, said: Connection, *, compiled: bool) -> None:
        if len(list(tmp_path.glob("*.seen"))) == 2:
            os.kill(os.getppid(), signal.SIGINT)  # as Ctrl-C does
            signal.pause()
        job.header.with_suffix(".seen").touch()
        look(job, said, compiled=compiled)

    monkeypatch.setattr(run, "look", look_or_interrupt)
    jobs = make_jobs(tmp_path, 4)
    results = run.run_jobs(jobs, 1, compiles=False)
    assert len(results) == 2
    assert not is_bad(results)


def test_nothing_is_begun_without_time(tmp_path: Path) -> None:
    assert run.run_jobs(make_jobs(tmp_path, 1), 1, compiles=False, minutes=0) == []


def test_the_table_counts_everything() -> None:
    outcomes = (RIGHT, REFUSED, LOSSY, WRONG, TRACEBACK, UNKNOWN)
    structs = [StructResult(f"struct {one}", None, Verdict(one, "why")) for one in outcomes]
    structs += [StructResult("struct p", "p", Verdict(REFUSED, "is a pointer"))]
    result = HeaderResult("native", "linux", "a.h", structs=structs)
    lines = table([result]).splitlines()
    assert lines[1].split()[:11] == ["native", "linux", "1", "6", "1", "1", "1", "1", "1", "1", "0"]
    assert "16.7" in lines[1]
    assert "1/1 refused" in lines[1]
    assert sum("(schema): why" in line for line in lines) == 5
    both = [result, HeaderResult("m68k", "linux", "b.h", structs=structs[1:])]
    reasons = [line for line in table(both).splitlines() if "by reason" in line]
    assert reasons == ["native, not right, by reason:", "m68k, not right, by reason:"]
    assert is_bad([result])
    right = HeaderResult("native", "linux", "a.h", structs=structs[:2])
    assert not is_bad([right])
    assert is_bad([HeaderResult("native", "linux", "a.h", failed="it took too long")])

"""Decimation of every struct that C knows: all that is no series stays as it is, to the bit."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random

import numpy as np
import pytest

from cwire_server.errors import RequestError
from cwire_server.hub.batch import Batch
from cwire_server.hub.decimation import Decimation
from cwire_structs import frames, wrap
from cwire_structs.schema import Message, Schema
from support.random_structs import StructWriter

HEADER = """
#include <stdbool.h>
#include <stdint.h>
enum gain { LOW = 0, HIGH = 2 };
struct inner { uint8_t kind; float gains[40]; union { double d; uint8_t raw[3]; } u; };
/** @msg 1 */
struct bits { unsigned a : 3; int b : 6; bool c : 1; uint16_t s[50]; unsigned d : 9;
              enum gain e : 2; uint8_t tail; };
/** @msg 2 */
struct unions { uint8_t n; union { float f; uint32_t u; }; double s[33];
                union { uint16_t x[3]; struct { uint8_t y; int16_t z; }; } named; };
/** @msg 3 */
struct anonymous { char name[5]; struct { int16_t first; float s[40]; struct { int64_t t[20]; }; };
                   uint8_t last; };
/** @msg 4 */
struct nested { struct inner one; int8_t s[64]; struct inner many[2]; bool flags[20]; };
/** @msg 5 */
struct tailed { uint32_t n; float s[40]; double x; uint16_t extra[]; };
/** @msg 6 */
struct close_tail { uint8_t n; uint8_t s[21]; double extra[]; };
/** @msg 7 */
struct text_tail { uint64_t s[20]; char text[]; };
#pragma pack(push, 1)
/** @msg 8 */
struct packed { uint8_t n; double s[31]; uint16_t m; int32_t t[17]; enum gain gains[30]; };
#pragma pack(pop)
/** @msg 9 */
struct two { float s[20][20]; int32_t a[17], a_low[18]; double b[19]; };
struct wide { char c; char data[]; } __attribute__((aligned(32)));
/** @msg 11 */
struct wide_tail { int8_t s[40]; struct wide part; };
struct outer_by_16 { int a; };
/** @msg 10 */
struct outer { struct outer_by_16 inner; float s[100]; };
struct open { double d; uint16_t n; uint8_t rest[]; };
/** @msg 14 */
struct deep_tail { float s[40]; uint8_t k; struct open last; };
/** @msg 15 */
struct rows { float s[40]; uint8_t k; uint16_t row[][3]; };
/** @msg 16 */
struct unnamed_tail { uint8_t k; float s[40]; struct { uint16_t n; double rest[]; }; };
/** @msg 17 */
struct hollow { float s[40]; struct { } nothing; uint8_t k; };
/** @msg 20 */
struct names { float s[20]; uint8_t s_max; };
/** @msg 21 */
struct both { float s[20]; uint8_t s_min[20]; };
/** @msg 22 */
struct plain { float s[100]; };
/** @msg 23 */
struct plain_by_16 { float s[100]; };
/** @msg 24 */
union either { float s[100]; uint32_t words[100]; };
/** @msg 25 */
struct only_tail { uint32_t n; float s[]; };
/** @msg 26 */
struct channels { float volts[20]; /**< @channels a b c d e f g h i j k l m n o p q r s t */ };
/** @msg 28 */
struct nothing { };
/** @msg 27 */
struct LONG { float s[100]; };
""".replace("LONG", "l" * 252)

REFUSED = {
    "names": "s would become s_max, which is another field",
    "both": "s would become s_min, which is another field",
    "plain": "another message plain_by_16: use another factor",
    "either": "it is a union",
    "only_tail": "no one-dimensional array of numbers .* fixed length, apart from s",
    "channels": "no one-dimensional array",
    "l" * 252: "255",
}


def read(text: str, path: Path) -> Schema:
    path.write_text(text)
    return wrap.wrap(path, "cc").schema


@pytest.fixture(scope="module")
def schema(tmp_path_factory: pytest.TempPathFactory) -> Schema:
    return read(HEADER, tmp_path_factory.mktemp("derived") / "unit.h")


def check(schema: Schema, message: Message, factor: int, random: Random) -> None:
    """Frames of random bytes, and tails of several lengths, decimated in one batch."""
    made = Decimation(schema, message, factor, 0xF005)
    step = message.tail_size
    payloads = [
        random.randbytes(message.size + (random.randrange(4) * step if step else 0))
        for _ in range(6)
    ]
    data = b"".join(
        frames.pack(message.id, payload, source=3, sequence=n, time_ns=n + 5)
        for n, payload in enumerate(payloads)
    )
    *_, derived = made.steps(Batch(3, data, 0, len(data), frames.scan(data).tallies))
    assert isinstance(derived, Batch)
    at = derived.start
    for n, payload in enumerate(payloads):
        header = frames.unpack_header(derived.buffer, at)
        assert (header.type, header.source, header.sequence) == (0xF005, 3, n)
        assert header.time_ns == n + 5
        result = bytes(derived.view[at + frames.HEADER_SIZE : at + header.size])
        compare(message, payload, made.message, result, factor)
        at += frames.span(header.size)
    assert at == derived.end


def compare(message: Message, payload: bytes, short: Message, result: bytes, factor: int) -> None:
    before = message.type.from_bytes(payload).to_dict()
    after = short.type.from_bytes(result).to_dict()
    series = [name for name in before if name not in after]
    assert series
    for name in series:
        samples = np.array(before.pop(name), message.struct.by_name[name].element.dtype())
        parts = [samples[at : at + factor] for at in range(0, len(samples), factor)]
        for end, reduce in (("min", np.min), ("max", np.max)):
            got = np.array(after.pop(f"{name}_{end}"), samples.dtype)
            known = [part[~np.isnan(part)] if samples.dtype.kind == "f" else part for part in parts]
            np.testing.assert_array_equal(got, [reduce(part) for part in known])
    assert repr(after) == repr(before)
    assert list(after) == list(before)


@pytest.mark.parametrize(
    "name",
    [
        *("bits", "unions", "anonymous", "nested", "packed", "two", "outer"),
        *("tailed", "close_tail", "text_tail", "wide_tail"),
        *("deep_tail", "rows", "unnamed_tail", "hollow"),
    ],
)
def test_what_is_no_series_stays_as_it_is(schema: Schema, name: str) -> None:
    check(schema, schema.messages[name], 16, Random(name))


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_decimated_is_refused_with_a_sentence(schema: Schema, name: str) -> None:
    with pytest.raises(RequestError, match=f"{name} cannot be decimated by 16: .*{REFUSED[name]}"):
        Decimation(schema, schema.messages[name], 16, 0xF000)


def test_another_factor_has_another_name(schema: Schema) -> None:
    check(schema, schema.messages["plain"], 15, Random(1))


def test_random_structs(tmp_path: Path) -> None:
    """Either decimated or refused; never anything else."""
    schema = read(StructWriter(Random(5)).header(60), tmp_path / "unit.h")
    done = 0
    for message in schema.messages.values():
        try:
            check(schema, message, 2, Random(message.id))
        except RequestError:
            continue
        done += 1
    assert done > 5


def test_the_schema_has_no_more_than_it_needs(schema: Schema) -> None:
    document = json.loads(Decimation(schema, schema.messages["nested"], 16, 0xF000).schema_text)
    inner = {field["type"]["struct"] for field in document["types"]["inner"]["fields"][-1:]}
    assert document["types"].keys() == {"inner", "nested_by_16", *inner}
    assert document["enums"] == {}
    assert document["constants"] == {}

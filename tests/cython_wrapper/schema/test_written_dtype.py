"""Structs of numpy dtypes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cwire_structs.schema import Message, SchemaError
from cwire_structs.schema.written import Written

NESTED = np.dtype(
    [("at", [("x", ">f4"), ("y", ">f4")], (2,)), ("name", "S8"), ("z", "c16"), ("on", "?")],
    align=True,
)
HOLES = np.dtype(
    {"names": ["late", "early"], "formats": ["u2", "f8"], "offsets": [13, 3], "itemsize": 32}
)


def message_of(dtype: Any) -> Message:
    made = Written("lab")
    made.add(dtype, "it")
    return made.schema().messages["it"]


@pytest.mark.parametrize("dtype", [NESTED, HOLES, np.dtype([]), np.dtype([("x", "f2", (3, 4))])])
def test_the_message_has_the_dtypes_bytes(dtype: np.dtype[Any]) -> None:
    found = message_of(dtype).dtype()
    assert found.itemsize == dtype.itemsize
    for name in dtype.names or ():
        assert found.fields is not None
        assert dtype.fields is not None
        assert found.fields[name][:2] == dtype.fields[name][:2]


def test_an_aligned_one_has_cs_alignment() -> None:
    assert message_of(NESTED).struct.align == 8
    assert message_of(HOLES).struct.align == 1


@pytest.mark.parametrize("dtype", ["f8", "<i2", ("u1", (480, 640)), "S5"])
def test_what_is_no_struct_is_one_field(dtype: Any) -> None:
    message = message_of(dtype)
    assert message.dtype()["value"] == np.dtype(dtype)
    assert message.size == np.dtype(dtype).itemsize


@pytest.mark.parametrize(
    ("dtype", "unit", "epoch"), [("M8[us]", "us", "unix"), ("m8[ns]", "ns", "none")]
)
def test_times_are_integers_with_a_unit(dtype: str, unit: str, epoch: str) -> None:
    field = message_of(dtype).struct.by_name["value"]
    assert field.type.np == "<i8"
    assert field.time is not None
    assert (field.time.unit, field.time.epoch) == (unit, epoch)


@pytest.mark.parametrize(
    ("dtype", "reason"),
    [
        ([("a", "O")], r"it\.a: '\|O' holds Python objects"),
        ([("a", "U4")], r"it\.a: '<U4' is text of 4 bytes a character: use S"),
        ([("a", "V4")], r"it\.a: '\|V4' is bytes without a meaning"),
        ([("a", "S")], r"it\.a: a text needs a length"),
        ([("a b", "f8")], "'a b' is no name in C"),
        ([("a", "f8", (0,))], r"an array of shape \(0,\) has no bytes"),
        ([("a", [])], r"it\.a: a struct without fields has no bytes"),
        ([("a", np.longdouble)], r"it\.a: float128 is no number that other machines have"),
        ([("a", "M8[D]")], r"counts in other units"),
        ([("a", "m8")], r"counts in other units"),
        ([("_union", "f8")], "_union"),
        (
            {"names": ["a", "b"], "formats": ["u4", "u2"], "offsets": [0, 2]},
            "'a' and 'b' share bytes, as in a C union",
        ),
    ],
)
def test_what_has_no_layout_in_c_is_refused(dtype: Any, reason: str) -> None:
    with pytest.raises(SchemaError, match=reason):
        message_of(np.dtype(dtype))


def test_two_nested_structs_cannot_have_one_name() -> None:
    made = Written("lab")
    made.add(np.dtype([("a", [("x", "f8")])]), "it")
    with pytest.raises(SchemaError, match="two structs 'it_a'"):
        made.add(np.dtype([("x", "f8")]), "it_a")


NUMBERS = st.sampled_from(["?", "i1", "<u2", ">u2", "<i4", ">f4", "f2", "f8", "c8", ">c16", "S3"])


def structs(element: st.SearchStrategy[Any]) -> st.SearchStrategy[np.dtype[Any]]:
    shape = st.sampled_from([(), (1,), (3,), (2, 2)])
    fields = st.lists(st.tuples(element, shape), min_size=1, max_size=5)
    return st.builds(
        lambda found, align: np.dtype(
            [(f"f{i}", one, shape) for i, (one, shape) in enumerate(found)], align=align
        ),
        fields,
        st.booleans(),
    )


@settings(max_examples=60, deadline=None)
@given(structs(structs(NUMBERS) | NUMBERS), st.randoms(use_true_random=False))
def test_any_dtype_reads_the_same_bytes(dtype: np.dtype[Any], random: Any) -> None:
    message = message_of(dtype)
    payload = random.randbytes(dtype.itemsize)
    assert message.size == dtype.itemsize
    found, expected = message.decode(payload), np.frombuffer(payload, dtype)[0]
    for name in dtype.names or ():
        assert found[name].dtype == expected[name].dtype
        assert found[name].tobytes() == expected[name].tobytes()

"""A whole header at once: numbers for its structs, ids from elsewhere, and what is left out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from cwire_structs import wrap
from cwire_structs.errors import WrapError
from cwire_structs.header.id_sources import StructsByWords, is_sentinel
from cwire_structs.header.message_ids import Choice

CASES = Path(__file__).parents[1] / "cases"
ZERO = CASES / "foreign_zero.h"
ALL = Choice(all=("*",))


def ids(wrapped: wrap.Wrapped) -> dict[str, int]:
    return {name: message.id for name, message in wrapped.schema.messages.items()}


def test_all_numbers_what_has_a_place_and_tells_the_rest() -> None:
    choice = replace(ALL, id_offset=1)
    wrapped = wrap.wrap(ZERO, "cc", choice)
    # Ids of #define X_MSG_ID and X_ID are kept; the others are free numbers in the header's order.
    assert ids(wrapped) == {
        "heartbeat": 1, "GpsFix": 2, "radio": 3, "spare": 4, "battery_t": 31, "engine": 32,
    }  # fmt: skip
    sources = {name: one.source_id for name, one in wrapped.schema.messages.items()}
    assert sources == {
        "heartbeat": 0, "battery_t": 30, "engine": 31, "GpsFix": None, "radio": None, "spare": None,
    }  # fmt: skip
    left_out = [one.text for one in wrapped.notices if one.kind == "structs that are left out"]
    assert left_out[0].startswith(
        "foreign_zero.h:11: struct linked is left out: struct linked.next is a pointer"
    )
    assert left_out[1] == "foreign_zero.h:12: struct chain is left out: a struct in it is left out"
    assert len(left_out) == 2
    assert set(wrapped.schema.structs) == {
        "_heartbeat", "battery_t", "engine", "GpsFix", "radio", "spare"
    }  # fmt: skip


def test_an_id_of_zero_says_what_to_do() -> None:
    with pytest.raises(WrapError, match=r"#define HEARTBEAT_MSG_ID 0: ids .* --id-offset 1"):
        wrap.wrap(ZERO, "cc", ALL)


def test_patterns() -> None:
    assert ids(wrap.wrap(ZERO, "cc", Choice(all=("Gps*", "radio")))) == {"GpsFix": 1, "radio": 2}
    chosen = replace(ALL, only=("r*", "spare"))
    assert ids(wrap.wrap(ZERO, "cc", chosen)) == {"radio": 1, "spare": 2}
    with pytest.raises(WrapError, match=r"--only z\*: there is no such message"):
        wrap.wrap(ZERO, "cc", replace(ALL, only=("z*",)))
    with pytest.raises(WrapError, match="--only radio: there is no such message; --all numbers"):
        wrap.wrap(ZERO, "cc", Choice.of(["spare=5"], ["radio"]))


def test_given_ids_are_kept() -> None:
    choice = replace(Choice.of(["radio=1", "heartbeat=7"], []), all=("*",))
    found = ids(wrap.wrap(ZERO, "cc", choice))
    assert found == {
        "radio": 1, "GpsFix": 2, "spare": 3, "heartbeat": 7, "battery_t": 30, "engine": 31,
    }  # fmt: skip


def test_a_file_of_ids(tmp_path: Path) -> None:
    path = tmp_path / "ids.txt"
    path.write_text("# ours\nradio = 0x20\n\nspare 5 // one\nengine=6,\n")
    assert ids(wrap.wrap(ZERO, "cc", Choice.of(["spare=8"], [], path))) == {
        "engine": 6, "spare": 8, "radio": 32,
    }  # fmt: skip
    path.write_text("radio = x\n")
    with pytest.raises(WrapError, match=r"ids\.txt:1: 'radio = x' is not NAME = ID"):
        Choice.of([], [], path)
    path.write_text("radio = 1\nradio 2\n")
    with pytest.raises(WrapError, match=r"ids\.txt:2: radio has the id 1 already"):
        Choice.of([], [], path)
    with pytest.raises(WrapError, match="No such file"):
        Choice.of([], [], tmp_path / "nil.txt")


def test_ids_from_any_enum() -> None:
    assert ids(wrap.wrap(ZERO, "cc", Choice(ids_enum="packet"))) == {"GpsFix": 40, "radio": 41}
    with pytest.raises(WrapError, match="--ids-enum pakcet: there is no such enum; did you mean"):
        wrap.wrap(ZERO, "cc", Choice(ids_enum="pakcet"))


def test_an_own_enum_of_ids_counts_where_it_fits() -> None:
    path = CASES / "foreign_ids.h"
    assert ids(wrap.wrap(path, "cc", Choice.of(["pedals=7"], []))) == {"pedals": 7}
    assert ids(wrap.wrap(path, "cc", Choice.of([], ["pedals"]))) == {"pedals": 1}
    assert ids(wrap.wrap(path, "cc", ALL)) == {"pedals": 1}
    with pytest.raises(WrapError) as caught:  # NONE and COUNT are no messages, ENGINE may be one
        wrap.wrap(path, "cc")
    assert str(caught.value) == (
        "foreign_ids.h:2: message id MSG_ENGINE = 2: there is no struct msg_engine (the id's name "
        "in lower case); with --only or --id such ids are passed over"
    )


def test_an_offset_is_no_lie_to_the_compiler() -> None:
    """The proof and the driver's assertions compare the enumerator with the protocol's number."""
    choice = replace(Choice.of([], ["pedals"]), id_offset=0x100)
    wrapped = wrap.wrap(CASES / "foreign_ids.h", "cc", choice)
    assert (ids(wrapped), wrapped.schema.messages["pedals"].source_id) == ({"pedals": 257}, 1)
    assert "CWIRE_ASSERT(MSG_PEDALS == 1," in wrapped.files["foreign_ids_schema.h"]


@pytest.mark.parametrize(
    ("label", "struct"),
    [
        ("MSG_WHEEL_SPEED", "wheel_speed"), ("WHEEL_SPEED_ID", "wheel_speed_t"),
        ("WHEEL_SPEED_MSG_ID", "WheelSpeed"), ("wheelSpeedMsgId", "wheel_speed_msg"),
        ("MAVLINK_MSG_ID_ATTITUDE", "mavlink_attitude_t"), ("GPS2_RAW", "gps2_raw"),
    ],
)  # fmt: skip
def test_the_words_of_a_name_count(label: str, struct: str) -> None:
    assert StructsByWords([struct, "other"]).find(label) == struct


def test_sentinels() -> None:
    assert all(map(is_sentinel, ("MSG_NONE", "MSG_COUNT", "ID_LAST", "MSG_ID_MAX")))
    assert not any(map(is_sentinel, ("MSG_ENGINE", "COUNTER", "LAST_ERROR")))


def test_structs_of_included_headers_count_but_not_the_systems(
    tmp_path: Path, wrap_text: Callable[..., wrap.Wrapped]
) -> None:
    (tmp_path / "part.h").write_text("struct part { int a; };\n")
    text = '#include <time.h>\n#include "part.h"\nstruct own { struct part part; };\n'
    assert ids(wrap_text(text, choice=ALL)) == {"part": 1, "own": 2}

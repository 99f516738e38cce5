"""Fields as widgets; what they hold is what the command takes."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest

from cwire.panel.inputs import make_group
from cwire_structs import wrap
from cwire_structs.header.message_ids import Choice
from cwire_structs.schema import Message
from cwire_structs.schema.decode import to_dict
from cwire_structs.schema.paths import find_path
from support.widgets import open_widgets

HEADER = """
#include <stdint.h>
#include <stdbool.h>
enum message_id { SET_ALL = 16 };
enum shape { SINE = 0, SQUARE = 5 };
struct point { double x; /**< Across. @unit mm */ int8_t y; };
/** Sets everything. @command */
struct set_all {
    double gain;        /**< How much. @unit dB @range -10 10 @default 2.5 */
    double frequency;   /**< How fast. @unit Hz @range 0.01 1e6 @default 10 */
    double free;
    uint32_t steps;     /**< @range 1 100000 @default 100 */
    int16_t small;      /**< @range -5 5 */
    uint64_t large;
    uint16_t plain;     /**< @default 7 */
    bool on;            /**< @default 1 */
    enum shape shape;   /**< The form. @default SQUARE */
    char name[8];       /**< Who. @default "bob" */
    float curve[4];     /**< @default 1 */
    float matrix[2][2];
    uint8_t many[100];
    struct point at;
    struct point corners[2];
    struct point cloud[50];
    unsigned mode : 3;
    unsigned mark : 1;
    union { float volts; uint32_t raw; };
    union { uint16_t word; uint8_t bytes[2]; } named;
};
"""


@pytest.fixture(scope="module")
def message(tmp_path_factory: pytest.TempPathFactory) -> Message:
    path = tmp_path_factory.mktemp("inputs") / "all.h"
    path.write_text(HEADER)
    return wrap.wrap(path, "cc").schema.messages["set_all"]


@pytest.fixture
def group(message: Message) -> Any:
    group = make_group(message.struct)
    group.write(to_dict(message.struct, message.encode({}), message.size))
    yield group
    group.close()
    assert open_widgets() == []


def control(group: Any, name: str) -> Any:
    return next(one.control for one in group.inputs if one.name == name)


def test_the_widget_fits_the_field(group: Any) -> None:
    kinds = {
        "gain": ("FloatSlider", "dB"),
        "frequency": ("FloatLogSlider", "Hz"),
        "free": ("FloatText", ""),
        "steps": ("FloatLogSlider", ""),
        "small": ("IntSlider", ""),
        "large": ("Text", ""),
        "plain": ("BoundedIntText", ""),
        "on": ("Checkbox", ""),
        "shape": ("Dropdown", ""),
        "name": ("Text", ""),
        "curve": ("Text", "4"),
        "mode": ("BoundedIntText", ""),
    }
    for one in group.inputs:
        if one.name in kinds:
            found = type(one.control).__name__, one.widget.children[1].value
            assert found == kinds.pop(one.name), one.name
    assert not kinds
    assert control(group, "gain").tooltip == "How much.\nin dB, -10 to 10, default 2.5"
    assert control(group, "shape").options == ("SINE", "SQUARE")
    assert control(group, "mode").max == 7
    assert (control(group, "small").min, control(group, "small").max) == (-5, 5)


def test_the_defaults_come_back_as_they_are(group: Any, message: Message) -> None:
    values = group.values()
    assert values["gain"] == 2.5
    assert values["steps"] == 100
    assert values["shape"] == "SQUARE"
    assert values["curve"] == [1, 1, 1, 1]
    assert "many" not in values
    assert message.encode(values) == message.encode({})


def test_what_is_chosen_is_what_is_sent(group: Any, message: Message) -> None:
    control(group, "frequency").value = 1e6
    control(group, "steps").value = 99999.6
    control(group, "large").value = "0xffffffffffffffff"
    control(group, "shape").value = "SINE"
    control(group, "curve").value = "1 2 3 4"
    control(group, "matrix").value = "[[1, 2], [3, 4]]"
    control(group, "cloud").value = '[{"x": 1}]'
    corners = next(one for one in group.inputs if one.name == "corners")
    corners.inputs[1].inputs[0].control.value = 9.0
    union = next(one for one in group.inputs if "volts" in getattr(one, "_inputs", {}))
    union._chooser.value = "raw"
    union._inputs["raw"].control.value = 77
    values = group.values()
    assert values["frequency"] == 1e6
    assert values["steps"] == 100000
    assert values["large"] == 2**64 - 1
    assert values["corners"][1] == {"x": 9.0, "y": 0}
    assert values["cloud"] == [{"x": 1}]
    assert values["raw"] == 77
    assert "volts" not in values
    assert values["named"] == {"word": 0}
    del values["cloud"]  # fifty would be needed
    assert message.encode(values)


def test_a_logarithm_stays_in_its_range(group: Any) -> None:
    slider = control(group, "frequency")
    slider.value = 0.01
    assert group.values()["frequency"] >= 0.01


def test_what_cannot_be_read_names_the_field(group: Any) -> None:
    control(group, "curve").value = "1, two"
    with pytest.raises(ValueError, match="^curve: 'two' is not a number$"):
        group.values()


def test_every_widget_has_its_path(group: Any, message: Message) -> None:
    paths = [one.path for one in group.controls()]
    assert {"at.x", "corners[0].x", "corners[1].y", "volts", "named.bytes"} <= set(paths)
    for path in paths:
        assert find_path(message.struct, path).field.name == path.rpartition(".")[2]
    assert [one["path"] for one in group.recipes()] == paths
    (word, byte) = [one for one in group.recipes() if one["path"].startswith("named.")]
    named = next(one for one in group.inputs if one.name == "named")
    assert word["when"] == ((named._chooser.model_id, 0),)
    assert byte["when"] == ((named._chooser.model_id, 1),)


def test_only_what_moves_is_told(group: Any) -> None:
    told: list[int] = []
    group.observe(lambda: told.append(1))
    control(group, "gain").value = 3.0
    control(group, "gain").value = 3.0
    assert told == [1]
    assert not control(group, "gain").continuous_update
    group.follow(True)
    assert control(group, "gain").continuous_update
    group.write({"shape": 17, "gain": "x"})  # an enumerator that this header has not
    assert group.values()["shape"] == "SQUARE"


def test_every_construct_has_its_widget() -> None:
    zoo = Path(__file__).parents[2] / "cython_wrapper" / "zoo.h"
    for message in wrap.wrap(zoo, "cc").schema.messages.values():
        group = make_group(message.struct)
        group.write(to_dict(message.struct, message.encode({}), message.size))
        sent = message.encode(group.values())
        # Some enums of these two have no zero: a form offers enumerators only.
        assert sent == message.encode({}) or message.name in ("numbers", "flags")
        group.close()
    assert open_widgets() == []


def test_a_scaled_number_is_typed_as_people_read_it(tmp_path: Path) -> None:
    path = tmp_path / "air.h"
    path.write_text(
        "enum message_id { AIR = 1 };\n/** @command */\nstruct air {\n"
        'short warm; /**< @scale 0.01 @offset -40 @unit °C @range 0 8000 @name "Outside" */\n'
        "short free; /**< @scale 0.5 */\nshort pair[2]; /**< @scale 0.5 */\n"
        "unsigned wait; /**< @time ms */ };\n"
    )
    message = wrap.wrap(path, "cc").schema.messages["air"]
    group: Any = make_group(message.struct)
    warm, free, pair, wait = group.inputs
    group.write({"warm": 6150, "free": 3, "pair": [1, 2], "wait": 1500})
    assert (warm.control.value, warm.control.min, warm.control.max) == (21.5, -40, 40)
    assert (warm.control.description, warm.widget.children[1].value) == ("Outside", "°C")
    assert (free.control.value, pair.control.value) == (1.5, "0.5, 1.0")
    assert (wait.control.value, wait.widget.children[1].value) == (1500, "ms")
    warm.control.value, pair.control.value = -12.34, "2.5 -1"
    values = group.values()
    assert values == {"warm": 2766, "free": 3, "pair": [5, -2], "wait": 1500}
    assert message.decode(message.encode(values))["warm"] == 2766
    group.close()


def test_what_the_page_shows_is_newer(group: Any) -> None:
    """As a click brings it along: by the model's id, and of a choice its index."""
    carries = group.carries()
    named = next(one for one in group.inputs if one.name == "named")
    corners = next(one for one in group.inputs if one.name == "corners")
    across = corners.inputs[1].inputs[0].control
    shown = {
        control(group, "small").model_id: -4,
        control(group, "steps").model_id: 250.4,
        control(group, "shape").model_id: 0,
        across.model_id: 6.5,
        named._chooser.model_id: 1,
    }
    assert set(shown) < set(carries)
    assert carries[control(group, "shape").model_id] == "index"
    assert carries[across.model_id] == "value"
    before, after = group.values(), group.values(shown)
    assert {key: after[key] for key in ("small", "steps", "shape", "gain")} == {
        "small": -4,
        "steps": 250,
        "shape": "SINE",
        "gain": 2.5,
    }
    assert after["corners"][1]["x"] == 6.5
    assert after["corners"][0] == before["corners"][0]
    assert list(before["named"]) == ["word"]
    assert list(after["named"]) in ([], ["bytes"])
    assert group.values() == before


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("gain", math.nan, "dB (now nan)"),
        ("gain", 40.0, "dB (now 40)"),
        ("frequency", -math.inf, "Hz (now -inf)"),
        ("frequency", 1e9, "Hz (now 1e+09)"),
        ("free", math.inf, "(now inf)"),
        ("small", 7, "(now 7)"),
    ],
)
def test_a_value_that_no_widget_can_show_is_told(
    group: Any, name: str, value: float, text: str
) -> None:
    control = next(one for one in group.inputs if one.name == name)
    _, label = control.widget.children
    before = label.value
    group.write({name: value})
    assert label.value == text
    assert math.isfinite(group.values()[name])
    group.write({name: 1})
    assert label.value == before


TEXTS = """
enum message_id { NAMED = 1 };
/** @command */
struct named { char name[4]; char both[2][3]; char rest[]; };
"""


def test_bytes_that_no_text_can_say_are_shown_and_typed(tmp_path: Path) -> None:
    (tmp_path / "texts.h").write_text(TEXTS)
    choice = Choice(ids={"named": 1})
    message = wrap.wrap(tmp_path / "texts.h", "cc", choice).schema.messages["named"]
    data = b"\xffa\0b" + b"ab\0" + b"\xfe\0\1" + b"b'\xff'\0"
    group = make_group(message.struct)
    group.write(to_dict(message.struct, data, len(data)))
    assert control(group, "name").value == r"b'\xffa\x00b'"
    assert message.encode(group.values()) == data
    control(group, "rest").value = "b'x'"
    assert message.encode(group.values())[10:] == b"x"
    control(group, "rest").value = "x"
    control(group, "both").value = r"['c', b'\xff']"
    assert message.encode(group.values())[4:] == b"c\0\0\xff\0\0x"
    control(group, "name").value = r"b'\xzz'"
    with pytest.raises(ValueError, match="^name: .* neither text nor bytes such as"):
        group.values()
    group.close()


TAILS = """
enum message_id { ROWS = 1, DEEP, RESET, NOTHING };
/** @command */
struct rows { int n; unsigned char address[][3]; };
struct part { int m; short data[]; };
/** @command */
struct deep { int n; struct part tail; };
/** @command */
struct reset { };
/** @command */
union nothing { };
"""


def test_tails_of_arrays_nested_ones_and_no_fields_at_all(tmp_path: Path) -> None:
    (tmp_path / "tails.h").write_text(TAILS)
    ids = {"rows": 1, "deep": 2, "reset": 3, "nothing": 4}
    messages = wrap.wrap(tmp_path / "tails.h", "cc", Choice(ids=ids)).schema.messages
    groups = {name: make_group(message.struct) for name, message in messages.items()}
    for name, message in messages.items():
        groups[name].write(to_dict(message.struct, message.encode({}), message.size))
        assert message.encode(groups[name].values()) == message.encode({})
    control(groups["rows"], "address").value = "[[1, 2, 3], [4, 5, 6]]"
    assert messages["rows"].encode(groups["rows"].values())[4:] == bytes([1, 2, 3, 4, 5, 6])
    (inner,) = (one for one in groups["deep"].inputs if one.name == "tail")
    control(inner, "data").value = "7, -1"
    assert groups["deep"].values() == {"n": 0, "tail": {"m": 0, "data": [7, -1]}}
    for group in groups.values():
        group.close()
    assert open_widgets() == []

"""Each tag of a field: its value in the schema, and what Python makes of it."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from cwire_structs import wrap
from cwire_structs.errors import FieldError, WrapError
from cwire_structs.schema import Schema
from cwire_structs.schema.fields import FieldTime

CASES = Path(__file__).parents[1] / "cases"
README = Path(__file__).parents[3] / "cython_wrapper" / "README.md"
Wrap = Callable[..., wrap.Wrapped]


@pytest.fixture(scope="module")
def tagged() -> wrap.Wrapped:
    return wrap.wrap(CASES / "tags.h", "cc")


def test_ranges_and_defaults_by_constants(tagged: wrap.Wrapped) -> None:
    message = tagged.schema.messages["go"]
    rate, volts = message.struct.by_name["rate"], message.struct.by_name["volts"]
    assert (rate.range, rate.default, rate.unit) == ((0, 500), 500, "Hz")
    assert volts.range == (-9.0, 9.0)
    assert tagged.schema.constants == {"MAX_RATE": 500, "MAX_VOLTS": 9.0}
    assert message.encode({})[:2] == (500).to_bytes(2, "little")
    with pytest.raises(FieldError, match="501 is out of range"):
        message.encode({"rate": 501})


def test_a_constant_is_proved_and_one_that_is_none_is_refused(wrap_text: Wrap) -> None:
    head = '#define TEXT "a"\nenum top { TOP = 9 };\nenum message_id { M = 1 };\n'
    schema = wrap_text(head + "struct m { int a; /**< @range -TOP +TOP */ };").schema
    assert schema.structs["m"].fields[0].range == (-9, 9)
    assert schema.enums["top"].values == {"TOP": 9}
    for word in ("TEXT", "NOWHERE"):
        with pytest.raises(WrapError, match=f"unit.h:4: struct m.a: @range: '{word}' is not a num"):
            wrap_text(head + f"struct m {{ int a; /**< @range 0 {word} */ }};")
    other = "#ifdef __clang__\n#define TOP 5\n#else\n#define TOP 6\n#endif\n"
    with pytest.raises(WrapError, match=r"TOP, which a tag names, is 6 for gcc, but 5 for libcl"):
        wrap_text(other + "/** @msg 1 */ struct m { int a; /**< @range 0 TOP */ };", "gcc")
    other = other.replace("6", '"six"')
    with pytest.raises(WrapError, match=r"TOP, which a tag names, is no number for gcc, but 5 for"):
        wrap_text(other + "/** @msg 1 */ struct m { int a; /**< @range 0 TOP */ };", "gcc")


def test_constants_of_an_included_header(wrap_text: Wrap, tmp_path: Path) -> None:
    # A firmware's header is included by the one that numbers its messages.
    (tmp_path / "limits.h").write_text("#define END 25.0f\nenum top { TOP = 9 };\n")
    (tmp_path / "board.h").write_text(
        '#include "limits.h"\nstruct m { float to; /**< @range -END END @default END */\n'
        "int a; /**< @range -TOP +TOP */ };\n"
    )
    schema = wrap_text('#include "board.h"\nenum message_id { M = 1 };\n').schema
    to, a = schema.structs["m"].fields
    assert (to.range, to.default, a.range) == ((-25, 25), 25, (-9, 9))


def test_an_enum_names_the_values_of_an_integer(
    tagged: wrap.Wrapped, compile_classes: Callable[[wrap.Wrapped, Path], object]
) -> None:
    schema = tagged.schema
    message = schema.messages["go"]
    at = message.struct.by_name["gear"].offset
    payload = message.encode({"gear": "REVERSE", "gears": ["FIRST", 0]})
    assert payload[at : at + 3] == b"\xff\x01\x00"
    assert message.encode({})[at] == 1  # @default FIRST
    assert message.type.from_bytes(payload).to_dict()["gear"] == "REVERSE"
    assert message.decode(payload)["gear"] == -1
    with pytest.raises(FieldError, match="REVERSE = -1 does not fit: the field holds 0 to 255"):
        message.encode({"gears": ["REVERSE", 0]})
    with pytest.raises(FieldError, match=r"has no 'SECOND'"):
        message.encode({"gear": "SECOND"})
    told = "tags.h:11: struct go.gears: @enum gear: no value of the field is REVERSE"
    assert told in tagged.warnings
    module = compile_classes(tagged, CASES / "tags.h")
    one = module.Go.from_bytes(payload)  # type: ignore[attr-defined]
    assert (one.gear, one.gears.tolist(), bytes(one)) == (-1, [1, 0], payload)
    assert repr(one).count("gear='REVERSE'") == 1


def test_an_enum_of_a_bit_field(wrap_text: Wrap) -> None:
    text = (
        "enum g { LOW = -1, MID, HIGH };\n/** @msg 1 */\nstruct m { int a : 3; /**< @enum g */ };"
    )
    message = wrap_text(text).schema.messages["m"]
    assert message.encode({"a": "LOW"})[0] == 0b111
    assert message.type.from_bytes(b"\x01\0\0\0").to_dict() == {"a": "HIGH"}


def test_commands_and_replies(wrap_text: Wrap) -> None:
    text = "/** Sets. @msg 1 @command @reply state */\nstruct set_state { int a; };\n"
    schema = wrap_text(text + "/** @msg 2 */\nstruct state { int a; };").schema
    message = schema.messages["set_state"]
    assert (message.command, message.reply, message.doc) == (True, "state", "Sets.")
    assert not schema.messages["state"].command


@pytest.mark.parametrize(
    ("member", "complaint"),
    [
        ("int a; /**< @enum gaer */", "@enum gaer: there is no such enum; did you mean gear"),
        ("float a; /**< @enum gear */", "@enum is only for integers"),
        ("char a[4]; /**< @scale 2 */", "@scale is only for real numbers"),
        ("int a; /**< @scale 0 */", "@scale must not be 0"),
        ("int a; /**< @scale x */", "@scale: 'x' is not a number"),
        ("int a; /**< @offset */", "@offset needs a word after it"),
        ("int a; /**< @time h */", "@time: 'h' is none of ns, us, ms, s"),
        ("int a; /**< @scale 2 @time s */", "@time and @scale or @offset exclude each other"),
        ("int a; /**< @channels x */", "@channels is only for arrays"),
        ("int a[2]; /**< @channels x */", "@channels names 1 elements, the array has 2"),
        ("float a; /**< @text */", "@text is only for char, int8_t and uint8_t"),
        ("short a[4]; /**< @number */", "@number is only for char, int8_t and uint8_t"),
        ("char a : 3; /**< @text */", "@text is only for char, int8_t and uint8_t"),
        ("int a; /**< @tile z */", "@tile: 'z' is none of x, y"),
        ("int a[2]; /**< @tile x */", "@tile: x is one whole number"),
        ("float a; /**< @tile level */", "@tile: level is one whole number"),
        ("int a; /**< @tile pixels */", "@tile: pixels are an array of numbers"),
        ("int a[2]; /**< @tile wanted */", "@tile: wanted is an array of structs"),
        ("char a[4]; /**< @text @number */", "@text and @number exclude each other"),
        ("char a[4]; /**< @text @range 0 5 */", "@range is only for real numbers"),
        ("char a[4]; /**< @number @default x */", "@default: 'x' is not a number"),
        ("int a; /**< @enum gear @default SECOND */", "@default: .* has no 'SECOND'"),
    ],
)
def test_a_wrong_tag_is_refused(wrap_text: Wrap, member: str, complaint: str) -> None:
    text = f"enum gear {{ FIRST }};\n/** @msg 1 */\nstruct m {{\n{member}\n}};"
    with pytest.raises(WrapError, match=rf"unit\.h:4: struct m\.a: {complaint}"):
        wrap_text(text)


def test_scales_times_channels_and_names(tagged: wrap.Wrapped) -> None:
    fields = tagged.schema.structs["go"].by_name
    warm = fields["warm"]
    assert (warm.scale, warm.bias, warm.unit, warm.label) == (0.01, -40, "°C", "Outside air")
    assert (warm.doc, warm.range) == ("Outside.", (0, 8000))
    assert (fields["pair"].scale, fields["pair"].bias) == (0.5, None)
    assert fields["stamp"].time == FieldTime("us", "unix")
    assert fields["tow"].time == FieldTime("ms", "gps")
    assert fields["dt"].time == FieldTime("us", "none")
    assert (fields["force"].channels, fields["force"].unit) == (("x", "y", "z down"), "N")


def test_roles_in_tiles(tagged: wrap.Wrapped, wrap_text: Wrap) -> None:
    left = tagged.schema.structs["go"].by_name["left"]
    assert (left.tile, left.doc) == ("x", "")
    fields = "int x; /**< @tile x. */ float pixels[]; /**< Values. @tile{pixels} */"
    schema = wrap_text(f"/** @msg 1 */\nstruct m {{ {fields} }};").schema
    assert [field.tile for field in schema.structs["m"].fields] == ["x", "pixels"]
    assert schema.structs["m"].fields[1].doc == "Values."


def test_tags_that_explain_do_not_change_the_hash(tagged: wrap.Wrapped, wrap_text: Wrap) -> None:
    plain = "/** @msg 1 */\nstruct m { int a; };"
    tags = "@scale 2 @offset 1 @unit V @name A @range 0 5 @default 1 @tile x"
    one = wrap_text(plain).schema
    assert wrap_text(plain.replace("a; }", f"a; /**< {tags} */ }}")).schema.layout_hash == (
        one.layout_hash
    )
    loose = wrap_text("enum loose { X };\n" + plain).schema
    assert (list(loose.enums), loose.layout_hash) == (["loose"], one.layout_hash)
    # Decoding needs the enum: to_dict gives its names.
    text = "enum e { X };\n" + plain.replace("a; }", "a; /**< @enum e */ }")
    assert wrap_text(text).schema.layout_hash != one.layout_hash


@pytest.mark.parametrize(
    ("key", "value", "complaint"),
    [
        ("scale", 0, "scale: must not be 0"),
        ("bias", "x", "bias: must be a number"),
        ("time", {"unit": "h", "epoch": "unix"}, "time.unit: must be one of ns, us, ms, s"),
        ("time", {"unit": "s", "epoch": "x"}, "time.epoch: must be one of unix, gps, boot, none"),
        ("channels", ["a"], "channels: needs a name for each element"),
        ("label", 5, "label: must be text"),
        ("tile", "z", "tile: 'z' is none of x, y"),
    ],
)
def test_a_schema_with_wrong_tags_is_refused(
    wrap_text: Wrap, key: str, value: object, complaint: str
) -> None:
    import json

    schema = wrap_text("/** @msg 1 */\nstruct m { int a; };").schema
    document = json.loads(json.dumps(schema.json))
    document["types"]["m"]["fields"][0][key] = value
    with pytest.raises(ValueError, match=complaint):
        Schema.from_json(json.dumps(document))


def test_the_reference_has_every_tag() -> None:
    from cwire_structs.header.docs import FIELD_TAGS, STRUCT_TAGS

    row = r"^\| `@(\w+)[^`]*` \| (?:struct|member|integers|numbers|arrays) \|"
    rows = re.findall(row, README.read_text(), re.MULTILINE)
    assert sorted(rows) == sorted((*STRUCT_TAGS, *FIELD_TAGS))

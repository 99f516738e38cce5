"""Whose a comment is, comments of any encoding, and those that nobody reads."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from cwire_structs import wrap
from cwire_structs.errors import WrapError
from cwire_structs.header.docs import parse
from cwire_structs.header.message_ids import Choice

CASES = Path(__file__).parents[1] / "cases"
Wrap = Callable[..., wrap.Wrapped]


def test_a_trailing_comment_belongs_to_one_declaration() -> None:
    schema = wrap.wrap(CASES / "two_on_a_line.h", "cc").schema
    fields = schema.structs["go"].by_name
    assert {name: field.doc for name, field in fields.items()} == {
        "speed": "", "share": "Part of all.", "a": "Both.", "b": "Both.", "c": "", "d": "Last.",
        "in": "Inner.", "mode": "",
    }  # fmt: skip
    assert (fields["speed"].range, fields["speed"].unit) == (None, None)
    assert (fields["share"].range, fields["share"].unit) == ((0, 1), "%")
    assert schema.structs["go__in"].by_name["x"].doc == ""
    assert schema.enums["mode"].docs == {"ON": "Goes."}
    # The command that was refused when the range was the first one's, too.
    assert schema.messages["go"].encode({"speed": 5.0})[:8] == bytes.fromhex("0000000000001440")


def test_comments_and_macros_of_any_bytes(tmp_path: Path) -> None:
    text = (
        '#define MAKER "Müller"\n#define COUNT 3 /* für alle */\n'
        "/** Temperatur in °C (Gehäuse). @msg 1 */\n"
        "struct thermo { int value; /**< Wärme. @unit °C */ };\n"
    )
    for encoding in ("latin-1", "utf-8"):
        path = tmp_path / "unit.h"
        path.write_bytes(text.encode(encoding))
        wrapped = wrap.wrap(path, "cc")
        struct = wrapped.schema.structs["thermo"]
        assert struct.doc == "Temperatur in °C (Gehäuse)."
        assert (struct.fields[0].doc, struct.fields[0].unit) == ("Wärme.", "°C")
        assert wrapped.schema.constants == {"COUNT": 3}
        assert '"""Temperatur in °C (Gehäuse)."""' in wrapped.files["unit.pyx"]


def test_names_of_any_alphabet(
    compile_classes: Callable[[wrap.Wrapped, Path], object], tmp_path: Path
) -> None:
    header = CASES / "utf8_names.h"
    wrapped = wrap.wrap(header, "gcc")
    payload = bytes.fromhex("0000c03f0700000005000000")
    message = wrapped.schema.messages["optic"]
    values = {"λ": 1.5, "größe": 7, "a$b": 5}
    assert message.encode(values) == payload
    assert message.decode(payload)["größe"] == 7
    assert message.type.from_bytes(payload).to_dict() == values
    assert message.type.from_bytes(payload).a_b == 5  # Python has no $
    module = compile_classes(wrapped, header)
    made = module.Optic(λ=1.5, größe=7, a_b=5)  # type: ignore[attr-defined]
    assert (bytes(made), made.λ, made.größe) == (payload, 1.5, 7)


def test_tags_that_are_not_read_are_warned_of(wrap_text: Wrap) -> None:
    text = """
/* @command */
struct go { int a; /* @range 0 5 */ };
/** Typos. @comand */
struct typo { int a; /**< @rnage 0 5 */ int b; /**< \\range 0 5 */ int c; ///< a @param b
int d; /**< @range: 0 5 */ };

// @command is a word of a comment that is far from any struct.

enum message_id { GO = 1, TYPO = 2 };
"""
    assert wrap_text(text).warnings == (
        "unit.h:5: struct typo: @comand is no tag of cwire; did you mean @command?",
        "unit.h:5: struct typo.a: @rnage is no tag of cwire; did you mean @range?",
        "unit.h:5: struct typo.b: \\range is not read; did you mean @range?",
        "unit.h:6: struct typo.d: @range: is not read; leave the colon out",
        "unit.h:2: @command in a comment that belongs to no declaration is not read; a doc "
        "comment begins with /**",
        "unit.h:3: @range in a comment that belongs to no declaration is not read; a doc comment "
        "begins with /**",
    )


def test_tags_of_other_tools_are_told_of(wrap_text: Wrap) -> None:
    text = """
/** @cmd @msg 1 */
struct go { int a; /**< @min 0 @Limits 0 5 */ int b; /**< @brief Max. @note @see */ };
"""
    assert wrap_text(text).warnings == (
        "unit.h:3: struct go: @cmd is no tag of cwire; did you mean @command?",
        "unit.h:3: struct go.a: @min is no tag of cwire; did you mean @range?",
        "unit.h:3: struct go.a: @Limits is no tag of cwire; did you mean @range?",
    )


def test_lines_may_end_as_those_of_windows(tmp_path: Path) -> None:
    header = tmp_path / "unit.h"
    text = """
/** @msg 1 */
struct m { int a; /**< @unit V */
int b; ///< of the pump @unit m/s
int c; //!< @range 0 5
};
"""
    header.write_bytes(b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode())
    made = wrap.wrap(header, "cc")
    a, b, c = made.schema.structs["m"].fields
    assert (a.unit, b.doc, b.unit, c.range) == ("V", "of the pump", "m/s", (0, 5))
    assert made.warnings == ()


def test_comments_of_other_tools_are_kept_as_text() -> None:
    """A header that was not written for cwire is never refused for what is in its comments."""
    wrapped = wrap.wrap(CASES / "foreign_tags.h", "cc", Choice.of(["node=1"], []))
    fields = wrapped.schema.structs["node"].by_name
    assert {name: (field.doc, field.range) for name, field in fields.items()} == {
        "channel": ("Channel index. @range 0..255", None),
        "state": ("State. @range NA", None),
        "volts": ("@default: 5", None),
        "opcode": ("The @command byte of the device.", None),
    }
    assert fields["volts"].unit == "V"
    assert not wrapped.schema.messages["node"].command
    told = "\n".join(wrapped.warnings)
    assert "foreign_tags.h:4: struct node.channel: @range needs 2 words after it" in told
    assert "foreign_tags.h:6: struct node.volts: @default: is not read; did you mean" in told
    assert "foreign_tags.h:7: struct node.opcode: @command belongs into a struct's" in told


def test_a_range_that_does_not_fit_a_foreign_header_stays_text(wrap_text: Wrap) -> None:
    text = "struct m { char a[4]; /**< Name. @range 1 16 */ int b; /**< @range 9 1 */ };"
    wrapped = wrap_text(text, choice=Choice.of(["m=1"], []))
    a, b = wrapped.schema.structs["m"].fields
    assert (a.doc, a.range, b.doc, b.range) == ("Name. @range 1 16", None, "@range 9 1", None)
    assert "unit.h:1: struct m.a: @range is only for real numbers" in wrapped.warnings


@pytest.mark.parametrize(
    ("comment", "warning"),
    [
        ("@msg", "@msg needs a word after it"),
        ("@msg the one that is sent first", "@msg the: is not a number"),
        ("@msg{next}", "@msg next: is not a number"),
        ("Sent @reply other", "@reply without @command; only commands are answered"),
        ("@command @reply OK", "@reply OK is no message"),
    ],
)
def test_words_like_tags_of_messages_refuse_no_foreign_header(
    wrap_text: Wrap, comment: str, warning: str
) -> None:
    text = f"/** {comment} */\nstruct m {{ int a; }};\nstruct other {{ int b; }};\n"
    wrapped = wrap_text(text, choice=Choice.of(["m=1"], []))
    assert wrapped.schema.messages["m"].reply is None
    assert any(warning in one for one in wrapped.warnings)
    with pytest.raises(WrapError):  # nothing else says which structs are messages
        wrap_text(text)


def test_members_in_the_form_of_the_kernel_are_no_tags_of_messages(wrap_text: Wrap) -> None:
    """Of linux/dvb/frontend.h, whose members are called so, all structs were refused."""
    text = """
/** struct m - A command. @scale of the dish
 * @msg: What is sent.
 */
struct m { char msg[6]; };
"""
    wrapped = wrap_text(text, choice=Choice.of(["m=1"], []))
    assert wrapped.schema.structs["m"].fields[0].doc == "What is sent."
    assert wrapped.warnings == ("unit.h:5: struct m: @scale belongs into a field's comment",)


def test_an_offset_of_a_foreign_header_is_told(wrap_text: Wrap) -> None:
    text = "struct m { int a; /**< Register. @offset 4 */ };"
    wrapped = wrap_text(text, choice=Choice.of(["m=1"], []))
    told = "unit.h:1: struct m.a: @offset 4 is added to what people read of it; a place in memory?"
    assert wrapped.warnings == (told,)


def test_each_member_of_a_line_has_its_own_comment(wrap_text: Wrap) -> None:
    text = """/** @msg 1 */
struct m {
    int a; /**< A. */ int b; /**< B. */
    /** C. */ int c; /** D. */ int d;
    int e; int f; // plain
    int g, /* one */ h; /**< Both: x; y. */
    int i[2]; unsigned j : 2, k : 3; ///< J and K.
};
"""
    docs = {field.name: field.doc for field in wrap_text(text).schema.structs["m"].fields}
    assert docs == {
        "a": "A.", "b": "B.", "c": "C.", "d": "D.", "e": "", "f": "", "g": "Both: x; y.",
        "h": "Both: x; y.", "i": "", "j": "J and K.", "k": "J and K.",
    }  # fmt: skip


def test_parse() -> None:
    doc = parse('/** Gain. @unit{m/s} @range{0 5} @name "The gain" mail a@unit.org */')
    assert doc.text == "Gain. mail a@unit.org"
    assert doc.tags == {"unit": ("m/s",), "range": ("0", "5"), "name": ('"The gain"',)}
    doc = parse("///< Forces. @channels x y\n///< of the arm")
    assert (doc.text, doc.tags) == ("Forces. of the arm", {"channels": ("x", "y")})
    assert parse("/**< @time us unix time */").tags == {"time": ("us", "unix")}
    assert parse("/**< @time us. */").text == ""
    assert parse("/**< @unit V @unit A */").problems == ("@unit is there twice",)
    assert parse("/**< @unit V @unit A */").text == "@unit A"
    assert parse("/** @enum gear */", ["enum"]).text == "@enum gear"

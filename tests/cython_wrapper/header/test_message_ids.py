"""Ids of messages come from options, then tags, then the enum; what does not fit is named."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from cwire_structs import wrap
from cwire_structs.errors import FieldError, WrapError
from cwire_structs.header.message_ids import Choice

CASES = Path(__file__).parents[1] / "cases"
THREE = """
enum message_id { A = 1, B = 2 };
struct a { int x; };
/** @command @reply a */
struct b { int x; };
/** Third. @msg 0x101 */
typedef struct { int x; } c;
struct d { int x; };
"""


@pytest.fixture
def ids_of(tmp_path: Path) -> Callable[..., dict[str, int]]:
    def run(text: str, *ids: str, only: tuple[str, ...] = ()) -> dict[str, int]:
        path = tmp_path / "unit.h"
        path.write_text(text)
        schema = wrap.wrap(path, "cc", Choice.of(ids, only)).schema
        return {name: message.id for name, message in schema.messages.items()}

    return run


Ids = Callable[..., dict[str, int]]


def test_options_tags_and_the_enum_in_this_order(ids_of: Ids) -> None:
    assert ids_of(THREE) == {"a": 1, "b": 2, "c": 0x101}
    assert ids_of(THREE, "d=7") == {"a": 1, "b": 2, "d": 7, "c": 0x101}
    assert ids_of(THREE, "a=0x20", "c=5") == {"b": 2, "c": 5, "a": 32}
    assert ids_of("struct d { int x; };", "d=7") == {"d": 7}
    assert ids_of("/** @msg 3 */\nunion u { int x; };") == {"u": 3}
    assert ids_of("/** @msg 3 */\ntypedef struct tag { int x; } name;") == {"tag": 3}
    assert ids_of("typedef struct tag { int x; } name;", "name=4") == {"name": 4}


def test_a_tag_may_repeat_the_enum(ids_of: Ids) -> None:
    assert ids_of("enum message_id { M = 3 };\n/** @msg 3 */\nstruct m { int x; };") == {"m": 3}


def test_only(ids_of: Ids) -> None:
    assert ids_of(THREE, only=("a",)) == {"a": 1}
    assert ids_of(THREE, "d=7", only=("b", "a", "d")) == {"a": 1, "b": 2, "d": 7}
    # What is not wanted need not be right.
    assert ids_of(THREE + "/** @msg 9 */\nstruct bad { char *p; };", only=("a",)) == {"a": 1}


@pytest.mark.parametrize(
    ("text", "ids", "only", "complaint"),
    [
        (THREE, ["d"], (), "--id d: write --id NAME=ID"),
        (THREE, ["d=x"], (), "--id d=x: write --id NAME=ID"),
        (THREE, ["d=5", "d=6"], (), "--id d=6: d has the id 5 already"),
        (THREE, ["e=5"], (), r"--id e=5: there is no struct e"),
        (THREE, ["scop=5"], (), r"--id scop=5: there is no struct scop"),
        (THREE, ["d=0"], (), r"unit\.h:8: --id d=0: ids are from 1 to 0xEFFF"),
        (THREE, ["d=61440"], (), "--id d=61440: ids are from"),
        (THREE, ["d=2"], (), r"unit\.h:2: message id B = 2: --id d=2 has this number, too"),
        (THREE, ["d=0x101"], (), r"struct c|c: @msg 0x101: --id d=257 has this number, too"),
        (THREE, [], ("e",), "--only e: there is no such message"),
        (THREE, [], ("b",), r"struct b: @reply a is not among --only b"),
        (
            "enum message_id { M = 1 };\n/** @msg 2 */\nstruct m { int x; };",
            [], (), r"unit\.h:1: message id M = 1: struct m: @msg 2 stands for m, too",
        ),
        ("/** @msg two */\nstruct m { int x; };", [], (), r"unit\.h:2: struct m: @msg two: is not"),
        ("/** @msg */\nstruct m { int x; };", [], (), r"unit\.h:2: struct m: @msg needs a word"),
        (
            "enum message_id { M = 1 };\nstruct m { int x; /**< @msg 3 */ };",
            [], (), "@msg belongs into a struct's",
        ),
        (
            "typedef struct tag { int x; } name;",
            ["tag=1", "name=2"], (), "--id name=2: --id tag=1 is the same struct",
        ),
        ("/** @command */\nstruct m { int x; };", [], (), "is tagged @command, but has no id"),
        ("enum message_id { M = 1 };", [], (), "message id M = 1: there is no struct m"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_named(
    ids_of: Ids, text: str, ids: list[str], only: tuple[str, ...], complaint: str
) -> None:
    with pytest.raises(WrapError, match=complaint):
        ids_of(text, *ids, only=only)


def test_the_typedefs_of_an_included_header(tmp_path: Path) -> None:
    """As an instrument's engineer would number them: without `_t`, with a prefix and a count."""
    shutil.copy(CASES / "stage.h", tmp_path)
    header = tmp_path / "messages.h"
    header.write_text(
        '#include "stage.h"\n'
        "enum message_id { MSG_NONE, MSG_STAGE_STATUS, MSG_PD_SCAN, MSG_SCOPE_BUF, MSG_EVENT,\n"
        "MSG_IMU, MSG_CMD_MOVE = 16, MSG_MOVE_DONE, MSG_COUNT };\n"
    )
    schema = wrap.wrap(header, "cc").schema
    assert list(schema.messages) == [
        "stage_status_t", "pd_scan_t", "scope_buf_t", "event_t", "imu_t", "cmd_move_t",
        "move_done_t",
    ]  # fmt: skip
    (move,) = schema.commands.values()
    assert (move.reply, move.struct.by_name["to"].range) == ("move_done_t", (-25, 25))
    with pytest.raises(FieldError, match=r"axis: enum axis_id_t has no 'CH_Q'"):
        move.encode({"axis": "CH_Q"})

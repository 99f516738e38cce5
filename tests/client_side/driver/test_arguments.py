"""Arguments of drivers as libcwire takes them."""

from __future__ import annotations

from math import nan
from typing import Any

import numpy as np
import pytest

from cwire.driver.arguments import count, milliseconds, stamp, table_of
from cwire.errors import InvalidArgument
from cwire_structs.schema import Schema
from support.processes import ROOT


def test_the_table_is_the_one_of_the_generated_header() -> None:
    generated = ROOT / "c_driver" / "generated"
    schema = Schema.from_json((generated / "messages.schema.json").read_bytes())
    rows = [
        f'    {{{id_}, {reply}, {int(command)}, {size}, {tail}, "{name.decode()}"}},'
        for id_, reply, command, size, tail, name in table_of(schema)
    ]
    assert "\n".join(rows) in (generated / "messages_schema.h").read_text()


@pytest.mark.parametrize("value", [0, -1, 1.0, True, "3", 101])
def test_counts_are_whole_numbers(value: Any) -> None:
    assert (count("peers", None, 100), count("peers", 100, 100)) == (0, 100)
    with pytest.raises(InvalidArgument, match="peers=.*: give a whole number from 1 to 100"):
        count("peers", value, 100)


@pytest.mark.parametrize("value", [0, -1, nan, 1e9])
def test_heartbeats_are_seconds(value: float) -> None:
    assert (milliseconds(None), milliseconds(0.25)) == (0, 250)
    with pytest.raises(InvalidArgument, match="heartbeat=.*: give seconds from 0.001 to 3600"):
        milliseconds(value)


@pytest.mark.parametrize("value", [-1, 1 << 64, 1.0, None])
def test_stamps_are_whole_nanoseconds(value: Any) -> None:
    assert (stamp(5), stamp(np.int64(6)), stamp((1 << 64) - 1)) == (5, 6, (1 << 64) - 1)
    with pytest.raises(InvalidArgument, match="give whole nanoseconds since 1970"):
        stamp(value)

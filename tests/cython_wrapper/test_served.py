from __future__ import annotations

import json
from typing import Any

import pytest

from cwire_structs.machine import Machine
from cwire_structs.served import Served
from support.processes import ROOT

CASES = json.loads((ROOT / "tests/relays.json").read_text())


@pytest.mark.parametrize("case", CASES, ids=[case["about"] for case in CASES])
def test_a_relay_that_is_met_again(case: dict[str, Any]) -> None:
    before, now = Served(**case["before"]), Served(**case["now"])
    assert now.same_drivers(before) is case["same"]
    assert now.takes_over(before) is case["same"]


def test_what_both_have_is_counted() -> None:
    both = Served({"lab": "/run/lab.sock", "cam": "/run/cam.sock"})
    assert Served({"lab": "/run/lab.sock"}).common(both) == 1
    assert Served({"lab": "/elsewhere/lab.sock"}).common(both) == 0
    assert both.common(both) == 2


def test_the_same_path_on_another_machine_is_another_socket() -> None:
    drivers = {"lab": "/run/lab.sock"}
    here, there = (Served(drivers, machine=Machine(host)) for host in ("lab", "pc"))
    unknown = Served(drivers)
    assert here.takes_over(here)
    assert not there.takes_over(here)
    assert unknown.takes_over(here)
    assert here.takes_over(unknown)

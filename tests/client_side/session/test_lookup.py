"""Names to drivers, messages, commands and feeds."""

from __future__ import annotations

import json
from typing import Any

import pytest

from cwire import errors
from cwire.session.lookup import Lookup
from cwire.session.options import Options
from cwire.session.session import Session
from support.fake_relay import driver
from support.schemas import document


def lookup(*drivers: dict[str, Any]) -> Lookup:
    session = Session()
    session.receive_text(json.dumps({"op": "hello", "protocol": 1, "drivers": list(drivers)}))
    return Lookup(session)


def test_what_one_driver_has() -> None:
    one = lookup(driver())
    owner, message = one.message("tick")
    assert (owner.name, message.name) == ("lab", "tick")
    assert one.driver(None) is owner
    assert one.command("set")[1].name == "set"
    assert one.feed("tick") is one.feed("tick", "lab")
    assert "tick" in one.messages()
    assert "set" in one.commands()
    assert one.source_of(one.feed("tick")) == ("tick", Options())
    assert one.samples(one.feed("tick")) == {}


def test_names_that_one_driver_does_not_have() -> None:
    one = lookup(driver())
    with pytest.raises(errors.UnknownMessage, match="driver 'lab' has no message 'tik'; did you"):
        one.message("tik")
    with pytest.raises(errors.UnknownMessage, match="'set' is a command of driver 'lab'.* state"):
        one.message("set")
    with pytest.raises(errors.UnknownCommand, match="driver 'lab' has no command 'sit'"):
        one.command("sit")
    with pytest.raises(errors.UnknownDriver, match="no driver 'lap'; did you mean 'lab'"):
        one.driver("lap")
    with pytest.raises(errors.UnknownMessage, match=r"subscribe\('tick', decimate=2\)"):
        one.message("tick_by_2")


def test_names_that_none_of_two_drivers_has() -> None:
    two = lookup(driver("a", 1), driver("b", 2))
    with pytest.raises(errors.UnknownMessage) as message:
        two.message("tik")
    assert str(message.value) == "no driver has the message 'tik'; did you mean 'tick'?"
    with pytest.raises(errors.UnknownCommand) as command:
        two.command("nothing of the kind")
    text = str(command.value)
    assert text.startswith("no driver has the command 'nothing of the kind'; there are: set, ")
    assert text.count("set") == 1
    with pytest.raises(errors.UnknownMessage, match=r"subscribe\('tick', decimate=2\)"):
        two.message("tick_by_2")


def test_none_of_two_drivers_was_ever_up() -> None:
    off = {"state": "down", "session": None, "schema": None}
    two = lookup(driver("a", 1, **off), driver("b", 2, **off))
    with pytest.raises(errors.UnknownMessage) as caught:
        two.message("tick")
    assert str(caught.value) == "no driver has the message 'tick'; there are: none"


def test_names_that_two_drivers_share() -> None:
    two = lookup(driver("a", 1), driver("b", 2))
    with pytest.raises(errors.Ambiguous, match=r"message 'tick' \(a, b\): use bridge\['a'\]"):
        two.message("tick")
    with pytest.raises(errors.Ambiguous, match=r"several drivers \(a, b\): use bridge\['a'\]"):
        two.driver(None)
    assert two.message("tick", "b")[0].name == "b"
    assert two.feed("tick", "a") is not two.feed("tick", "b")


def test_one_of_two_drivers_has_it() -> None:
    two = lookup(driver("a", 1), driver("b", 2, state="down", session=None, schema=None))
    assert two.message("tick")[0].name == "a"
    with pytest.raises(errors.DriverDown):
        two.message("tick", "b")


def test_the_relay_itself_is_meant_only_by_name() -> None:
    both = lookup(driver(), driver("relay", 255, schema=document()))
    assert list(both.served()) == ["lab"]
    assert both.message("tick")[0].name == "lab"
    assert both.message("tick", "relay")[0].name == "relay"
    assert both.driver(None).name == "lab"


def test_no_driver_at_all() -> None:
    none = lookup()
    for ask in (lambda: none.driver(None), lambda: none.message("tick"), lambda: none.command("s")):
        with pytest.raises(errors.UnknownDriver, match="--driver NAME=PATH"):
            ask()
    assert none.messages() == none.commands() == {}


def test_one_that_is_preferred() -> None:
    two = lookup(driver("a", 1), driver("b", 2))
    with pytest.raises(errors.Ambiguous):
        two.command("set")
    two.preferred = "b"
    assert two.command("set")[0].name == two.driver(None).name == "b"
    assert two.message("tick", "a")[0].name == "a"
    two.preferred = "gone"
    with pytest.raises(errors.Ambiguous):
        two.driver(None)

"""Functions and the commands that they handle, without a driver."""

from __future__ import annotations

import pytest

from cwire.driver.commands import Commands
from cwire.driver.dispatcher import Dispatcher
from cwire.errors import InvalidArgument, UnknownCommand
from cwire_structs.schema.written import Written


class Point:
    x: float


@pytest.fixture
def commands() -> Commands:
    written = Written("lab")
    written.add(Point)
    return Commands("lab", written, Dispatcher("lab"))


def set_rate(rate: float) -> None: ...


async def wait_a_while(seconds: float) -> None: ...


def test_a_written_schema_grows_until_it_is_fixed(commands: Commands) -> None:
    commands.handle(set_rate, None)
    assert list(commands.schema.commands) == ["set_rate"]
    # Binding alone changes nothing: a driver that could not listen may get further commands.
    commands.bind()
    commands.handle(set_rate, "set_other_rate")
    schema = commands.bind()
    commands.fix(schema)
    assert list(schema.commands) == ["set_rate", "set_other_rate"]
    with pytest.raises(UnknownCommand, match="'set_third'.*takes no new commands"):
        commands.handle(set_rate, "set_third")
    assert commands.schema is schema


def test_a_fixed_schema_takes_handlers_of_its_own_commands_only(commands: Commands) -> None:
    commands.handle(set_rate, None)
    fixed = Commands("lab", commands.schema, Dispatcher("lab"))
    with pytest.raises(UnknownCommand, match=r"no command 'set_rat'; did you mean 'set_rate'\?$"):
        fixed.handle(set_rate, "set_rat")
    with pytest.raises(InvalidArgument, match="'seconds'"):
        fixed.handle(wait_a_while, "set_rate")
    fixed.handle(set_rate, None)


def test_a_message_is_no_command(commands: Commands) -> None:
    with pytest.raises(InvalidArgument, match="'point' is a message of the schema"):
        commands.handle(set_rate, "point")


def test_the_first_async_handler(commands: Commands) -> None:
    commands.handle(set_rate, None)
    assert commands.first_async is None
    commands.handle(wait_a_while, None)
    assert commands.first_async == "wait_a_while"

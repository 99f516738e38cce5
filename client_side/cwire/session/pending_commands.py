"""Commands that wait for their reply: values to bytes, bytes to replies. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from cwire import errors
from cwire.data.frame_array import FrameArray, Record, record_of
from cwire.session.drivers import Driver, down_text, unknown_text, usable_schema
from cwire.session.events import Reply, Resend
from cwire.session.layout_changes import layout_changes
from cwire_structs import frames
from cwire_structs.frames import ERROR, HEADER_SIZE, Code, FrameError
from cwire_structs.schema import FieldError, Message, Schema

__all__ = ["Command", "Encoded", "PendingCommands", "encode"]

_KINDS: Mapping[int, type[errors.CommandError]] = {
    Code.EDOWN: errors.DriverDown,
    Code.ETIMEOUT: errors.CommandTimeout,
    Code.ESESSION: errors.LayoutMismatch,
}


@dataclass(frozen=True, slots=True)
class Encoded:
    """A command's values as bytes, checked.

    Attributes:
        driver: Whom it is for.
        message: The command's description, of the schema that it was encoded with.
        schema: That schema.
        session: The run of the driver that it is for.
        payload: The bytes.
    """

    driver: Driver
    message: Message
    schema: Schema
    session: int
    payload: bytes


@dataclass(frozen=True, slots=True)
class Command:
    """A command, to be sent as a binary message.

    Attributes:
        request: Its number, for the reply.
        driver: Name of the driver.
        message: The command's description, of the schema that it was encoded with.
        schema: That schema.
        session: The run of the driver that it is for.
        data: The bytes.
    """

    request: int
    driver: str
    message: Message
    schema: Schema
    session: int
    data: bytes


def encode(
    driver: Driver, name: str, fields: Mapping[str, object], limit: int | None = None
) -> Encoded:
    """Encodes a command; any thread may do it.

    Args:
        driver: Whom it is for.
        name: The command.
        fields: Values by field name; what is left out takes its default, else zero.
        limit: Bytes that the relay takes; None: unknown.

    Raises:
        DriverDown: The driver does not run.
        UnknownCommand: It has no such command.
        InvalidArgument: The fields are not given by their names.
        InvalidCommand: The values do not fit; nothing is to be sent.
    """
    if not isinstance(fields, Mapping):
        raise errors.InvalidArgument(
            f"fields are given by their names, such as {{'frequency': 5.0}}, not {fields!r}"
        )
    # The run first: of a driver that restarts now, its structs may be newer, but never older.
    run, state = driver.session, driver.state
    schema = usable_schema(driver)
    message = schema.commands.get(name)
    if message is None:
        raise errors.UnknownCommand(unknown_text("command", name, driver.name, schema.commands))
    if state == "down" or run is None:
        raise errors.DriverDown(driver.name, name, Code.EDOWN, down_text(driver))
    try:
        payload = message.encode(fields)
    except FieldError as problem:
        reason = f"{problem.field}: {problem.reason}" if problem.field else problem.reason
        raise errors.InvalidCommand(driver.name, name, Code.EINVAL, reason) from None
    except RecursionError:
        reason = "a value is nested too deeply"
        raise errors.InvalidCommand(driver.name, name, Code.EINVAL, reason) from None
    size = frames.span(HEADER_SIZE + len(payload))
    if limit is not None and size > limit:
        text = f"it has {size} bytes, the relay takes {limit} at most"
        raise errors.InvalidCommand(driver.name, name, Code.ETOOBIG, text)
    return Encoded(driver, message, schema, run, payload)


class PendingCommands:
    """A client's commands that are under way: each until its reply."""

    def __init__(self) -> None:
        self._waiting: dict[int, Command] = {}
        self._request = 0

    def make(self, encoded: Encoded) -> Command:
        """Makes the message of an encoded command, and waits for its reply from now on.

        Raises:
            LayoutMismatch: The driver has come back with other structs since it was encoded.
        """
        driver, message = encoded.driver, encoded.message
        # By itself the relay would not notice: another relay counts its drivers' runs anew.
        if driver.schema is None or not _means_the_same(driver.schema, encoded.schema):
            text = _what_changed(message, driver.name, driver)
            raise errors.LayoutMismatch(driver.name, message.name, Code.ESESSION, text)
        request = self._next_request()
        data = frames.pack(
            message.id,
            encoded.payload,
            source=driver.source,
            sequence=encoded.session,
            request=request,
        )
        command = Command(request, driver.name, message, encoded.schema, encoded.session, data)
        self._waiting[request] = command
        return command

    def forget(self, request: int) -> None:
        """Forgets a command: its reply is ignored if it comes."""
        self._waiting.pop(request, None)

    def abandon(self, error: errors.CwireError) -> list[Reply]:
        """Answers everything that waits with an error."""
        waiting, self._waiting = self._waiting, {}
        return [Reply(request, error=error) for request in waiting]

    def reply(self, frame: bytes, drivers: Mapping[str, Driver]) -> Reply | Resend | None:
        """Takes a reply frame; None if nobody waits for it."""
        header = frames.unpack_header(frame)
        command = self._waiting.get(header.request)
        if command is None:
            return None
        payload = frame[HEADER_SIZE : header.size]
        if header.flags & ERROR:
            try:
                code, text = frames.parse_error(payload)
            except FrameError as problem:
                return self._failed(command, Code.EPROTOCOL, str(problem))
            if code == Code.ESESSION and (again := self._again(command, drivers)) is not None:
                return Resend(again.data)
            if code == Code.ESESSION:
                driver = drivers.get(command.driver)
                changed = _what_changed(command.message, command.driver, driver)
                text = f"{text}; {changed}"
            return self._failed(command, code, text)
        value = None
        if payload or header.type != command.message.id:  # else it is an empty OK
            try:
                value = _record(command.schema, header.type, frame, len(payload))
            except ValueError as problem:
                return self._failed(command, Code.EPROTOCOL, f"the reply cannot be read: {problem}")
        del self._waiting[header.request]
        return Reply(header.request, value)

    def _again(self, command: Command, drivers: Mapping[str, Driver]) -> Command | None:
        """The command for the driver's present run, if the structs are still the same."""
        driver = drivers.get(command.driver)
        if driver is None or driver.schema is None or driver.session in (None, command.session):
            return None
        if not _means_the_same(driver.schema, command.schema):
            return None
        header = frames.unpack_header(command.data)
        data = frames.pack(
            header.type,
            command.data[HEADER_SIZE : header.size],
            source=driver.source,
            sequence=driver.session,
            request=command.request,
        )
        again = replace(command, session=driver.session, data=data)
        self._waiting[command.request] = again
        return again

    def _failed(self, command: Command, code: int, text: str) -> Reply:
        del self._waiting[command.request]
        kind = _KINDS.get(code, errors.CommandError)
        return Reply(command.request, error=kind(command.driver, command.message.name, code, text))

    def _next_request(self) -> int:
        while True:
            self._request = self._request % 0xFFFFFFFF + 1
            if self._request not in self._waiting:
                return self._request


def _means_the_same(now: Schema, then: Schema) -> bool:
    """Whether bytes mean the same in two runs.

    With the same layout, too, units may differ, and the range that a value was checked against.
    """
    return now is then or (now.layout_hash == then.layout_hash and now.json == then.json)


def _what_changed(message: Message, owner: str, driver: Driver | None) -> str:
    """Says why a command of an earlier run cannot be carried out, and what to do."""
    name = message.name
    again = f"look at bridge[{owner!r}].schema[{name!r}] and send it again"
    if driver is None or driver.schema is None:
        return f"its structs are not known any more: {again}"
    now = driver.schema.commands.get(name)
    if now is None:
        return unknown_text("command", name, "its new header", driver.schema.commands)
    changes = layout_changes(message.struct, now.struct)
    return f"its structs have changed{f' ({changes})' if changes else ''}: {again}"


def _record(schema: Schema, type: int, frame: bytes, size: int) -> Record:
    message = schema.by_id.get(type)
    if message is None:
        raise ValueError(f"it has the unknown type {type}")
    dtype = message.frame_dtype(size)
    return record_of(FrameArray.from_frames(bytearray(frame), dtype, message))

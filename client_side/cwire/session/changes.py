"""Commands that keep what the driver has where nothing else is given: read, change, send. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cwire import errors
from cwire.data.frame_array import Record
from cwire.session.drivers import Driver, usable_schema
from cwire_structs.errors import FieldError
from cwire_structs.frames import Code
from cwire_structs.schema import Message, Schema, shown
from cwire_structs.schema.decode import to_dict
from cwire_structs.schema.encode import find_field, put_fields
from cwire_structs.schema.fields import CHECK_ALL, Field, Struct
from cwire_structs.schema.getters import Getter, find_getter

__all__ = ["Change", "getter_of", "left_out"]


def getter_of(driver: Driver, message: Message) -> Getter:
    """What tells the present values of a command's fields.

    Raises:
        InvalidCommand: Nothing does.
    """
    getter = find_getter(usable_schema(driver), message)
    if getter is None:
        raise _refusal(driver, message, _no_getter(message))
    return getter


@dataclass(frozen=True, slots=True)
class Change:
    """A command of which only some fields are given; the others keep what the driver has.

    The driver is asked by `getter` with `request`; `fields` makes the command of its answer. In
    between others may send commands, too.

    Attributes:
        driver: Whom it is for.
        message: The command.
        schema: Of which it is.
        getter: What tells the present values.
        request: The fields to send with the getter: which axis, where both commands have that.
        given: The fields that are given, by name or path.
    """

    driver: Driver
    message: Message
    schema: Schema
    getter: Getter
    request: Mapping[str, Any]
    given: Mapping[str, object]

    @classmethod
    def of(cls, driver: Driver, message: Message, given: Mapping[str, object]) -> Change:
        """The change of these fields.

        Raises:
            InvalidArgument: The fields are not given by their names.
            InvalidCommand: No command tells the present values of all that is not given; or a
                value does not fit.
        """
        if not isinstance(given, Mapping):
            raise errors.InvalidArgument(
                f"fields are given by their names, such as {{'frequency': 5.0}}, not {given!r}"
            )
        schema = usable_schema(driver)
        getter = getter_of(driver, message)
        asked = _filled(driver, message, {}, given)
        change = cls(driver, message, schema, getter, getter.request(asked), dict(given))
        change._check_told()
        return change

    def fields(self, reply: Record | None) -> dict[str, Any]:
        """All fields of the command, as it is to be sent.

        Args:
            reply: What has answered the getter.

        Raises:
            InvalidCommand: It does not tell of what is meant, or a value does not fit.
            LayoutMismatch: The driver has come back with other structs meanwhile.
        """
        now = self.driver.schema
        if now is None or (now is not self.schema and now.json != self.schema.json):
            text = "the driver has come back with other structs, units or ranges: send it again"
            raise errors.LayoutMismatch(self.driver.name, self.message.name, Code.ESESSION, text)
        if reply is None:
            raise self._refuse(f"{self.getter.command} was answered without values")
        data = bytes(reply)
        told = self._meant(to_dict(reply.message.struct, data, len(data)))
        asked = _filled(self.driver, self.message, {}, self.given)
        for name in self.request:
            if name in told and told[name] != asked[name]:
                raise self._refuse(
                    f"{self.getter.command} was asked for {name} {asked[name]}, and has told of "
                    f"{told[name]}: send all fields"
                )
        kept = {name: told[name] for name in asked if name in told}
        if self.getter.key is not None:
            kept[self.getter.key] = asked[self.getter.key]
        return _filled(self.driver, self.message, kept, self.given)

    @property
    def left_out(self) -> list[str]:
        """The fields that keep what the driver has."""
        names = left_out(self.message, self.given)
        return [name for name in names if name != self.getter.key]

    def _meant(self, reply: dict[str, Any]) -> dict[str, Any]:
        """The part of the getter's reply that has the values of this command."""
        getter = self.getter
        if getter.field is None:
            return reply
        found = reply[getter.field]
        if not isinstance(found, list):
            return dict(found)
        if getter.key is None:
            if len(found) == 1:
                return dict(found[0])
            raise self._refuse(
                f"which of the {len(found)} {getter.field} of {getter.command} is meant, no field "
                "says: send all fields"
            )
        wanted = _filled(self.driver, self.message, {}, self.given)[getter.key]
        for one in found:
            if one[getter.key] == wanted:
                return dict(one)
        known = ", ".join(str(one[getter.key]) for one in found)
        raise self._refuse(
            f"{getter.command} tells nothing of {getter.key} {wanted}; it tells of: {known}"
        )

    def _check_told(self) -> None:
        """Checks that the getter tells of all that is not given, and means the same by it."""
        reply = self.schema.commands[self.getter.command].reply
        assert reply is not None  # find_getter's promise
        told = self.schema.messages[reply].struct
        if self.getter.field is not None:
            inner = told.by_name[self.getter.field].element.struct
            assert inner is not None
            told = inner
        named = {one.name: one for one in _tops(told)}
        wanted = {one.name: one for one in _tops(self.message.struct)}
        lacks = [
            name for name in self.left_out if not _means_the_same(wanted[name], named.get(name))
        ]
        if lacks:
            one, given = lacks[0], ", ".join(f"{name}=…" for name in lacks)
            raise self._refuse(
                f"{self.getter.command} does not tell {one!r}, or tells it in another unit: give "
                f"{given}, too"
            )

    def _refuse(self, text: str) -> errors.InvalidCommand:
        return _refusal(self.driver, self.message, text)


def left_out(message: Message, given: Mapping[str, object]) -> list[str]:
    """The fields of a command that are not given, or only in part.

    Raises:
        FieldError: There is no such field.
    """
    struct = message.struct
    whole = {find_field(message.name, struct, name).span for name in given}
    return [field.name for field in _tops(struct) if field.span not in whole]


def _refusal(driver: Driver, message: Message, text: str) -> errors.InvalidCommand:
    return errors.InvalidCommand(driver.name, message.name, Code.EINVAL, text)


def _no_getter(message: Message) -> str:
    stem = message.name.removeprefix("set_")
    return (
        "no command tells what the driver has now, so nothing can be kept: send all fields; the "
        f"header can have a command get_{stem} whose reply (@reply) has the fields of a set_{stem}"
    )


def _filled(
    driver: Driver, message: Message, kept: Mapping[str, Any], given: Mapping[str, object]
) -> dict[str, Any]:
    """The command's fields as plain values: what is given, what is kept, else the default.

    Raises:
        InvalidCommand: A value does not fit.
    """
    owner, struct = message.name, message.struct
    try:
        tops = {field.span: field.name for field in _tops(struct)}
        whole: dict[str, object] = {}
        parts: dict[str, object] = {}  # of fields that are kept otherwise
        for name, value in given.items():
            top = tops.get(find_field(owner, struct, name).span)
            if top is None:
                parts[name] = value
            else:
                whole[name] = value
                kept = {one: value for one, value in kept.items() if one != top}
        data = bytearray(message.encode({**kept, **whole}))
        if parts:
            message.encode(given)  # which refuses what overlaps
            put_fields(owner, struct, data, 0, parts, "", CHECK_ALL)
        return to_dict(struct, data, len(data))
    except FieldError as problem:
        reason = f"{problem.field}: {problem.reason}" if problem.field else problem.reason
        raise _refusal(driver, message, reason) from None
    except RecursionError:
        raise _refusal(driver, message, "a value is nested too deeply") from None


def _tops(struct: Struct) -> list[Field]:
    """The fields as `to_dict` names them: an anonymous union is one."""
    fields: list[Field] = []
    for member in struct.members:
        inner = member.type.struct if member.anonymous else None
        if inner is not None and inner.kind == "struct":
            fields += [one.moved(member.offset) for one in _tops(inner)]
        else:
            fields.append(member)
    return fields


def _means_the_same(field: Field, other: Field | None) -> bool:
    """Whether a number of one is the same thing as a number of the other."""
    if other is None:
        return False
    one, two = field.element.struct, other.element.struct
    if one is not None and two is not None:
        named = {inner.name: inner for inner in _tops(two)}
        return all(_means_the_same(inner, named.get(inner.name)) for inner in _tops(one))
    if one is not two:
        return False
    units = {field.unit, other.unit} - {None}  # one that says none means no other
    same = shown.scaling(field) == shown.scaling(other) and field.time == other.time
    return same and len(units) <= 1

"""Finds drivers, messages, commands and feeds by the names that users give. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from cwire import errors
from cwire.data.condition import Condition
from cwire.data.feed import Feed
from cwire.session.drivers import Driver, unknown_text, usable_schema
from cwire.session.options import Options
from cwire.session.session import Session
from cwire_structs.errors import hint_text
from cwire_structs.expression.meaning import resolve
from cwire_structs.expression.syntax import ExpressionError
from cwire_structs.schema import Message
from cwire_structs.schema.getters import Getter, find_getter

__all__ = ["Lookup"]


class Lookup:
    """Looks up by name what a session knows. Any thread may ask.

    Where a method takes a driver, None stands for the one that has what is asked for.

    Args:
        session: Where it looks.

    Attributes:
        preferred: The driver that None stands for if several have it; None: there is none such.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self.preferred: str | None = None

    def served(self) -> dict[str, Driver]:
        """The drivers that are meant where none is named: all but the relay itself."""
        return {name: one for name, one in self._session.drivers.items() if not one.is_relay}

    def driver(self, name: str | None) -> Driver:
        """A driver; None: the preferred one, or the only one.

        Raises:
            InvalidArgument: The name is no text.
            UnknownDriver: The relay has no such driver, or none at all.
            Ambiguous: There are several.
        """
        drivers = self._session.drivers
        if name is not None:
            if not isinstance(name, str):
                raise errors.InvalidArgument(f"a driver has a name, such as 'demo', not {name!r}")
            if name not in drivers:
                raise errors.UnknownDriver(unknown_text("driver", name, "the relay", drivers))
            return drivers[name]
        drivers = self.served()
        if self.preferred in drivers:
            return drivers[self.preferred]
        if len(drivers) == 1:
            return next(iter(drivers.values()))
        if not drivers:
            raise errors.UnknownDriver(
                "the relay serves no driver yet: start one; one that listens elsewhere than in the "
                "runtime directory is served by `cwire serve --driver NAME=PATH`"
            )
        raise errors.Ambiguous(f"there are several drivers ({', '.join(drivers)})", [*drivers])

    def message(self, name: str, driver: str | None = None) -> tuple[Driver, Message]:
        """The driver that has this message, and the message.

        Raises:
            UnknownMessage: There is no such message.
            Ambiguous: Several drivers have it.
            DriverDown: The driver was never up, so its messages are not known.
        """
        return self._find("message", name, driver, lambda one: one.published)

    def command(self, name: str, driver: str | None = None) -> tuple[Driver, Message]:
        """The driver that has this command, and the command.

        Raises:
            UnknownCommand: There is no such command.
            Ambiguous: Several drivers have it.
            DriverDown: The driver was never up, so its commands are not known.
        """
        return self._find("command", name, driver, _commands)

    def messages(self, driver: str | None = None) -> dict[str, Message]:
        """The messages that can come from a driver; None: from any but the relay itself."""
        chosen = self.served().values() if driver is None else [self.driver(driver)]
        return {name: message for one in chosen for name, message in one.published.items()}

    def commands(self, driver: str | None = None) -> dict[str, Message]:
        """The commands that are known of a driver; None: of all."""
        chosen = self._session.drivers.values() if driver is None else [self.driver(driver)]
        return {name: message for one in chosen for name, message in _commands(one).items()}

    def changes(self, driver: str | None = None) -> dict[str, tuple[Message, Getter]]:
        """Those of which a getter tells the present values, with that."""
        chosen = self._session.drivers.values() if driver is None else [self.driver(driver)]
        return {
            name: (message, getter)
            for one in chosen
            if one.schema is not None
            for name, message in one.schema.commands.items()
            if (getter := find_getter(one.schema, message)) is not None
        }

    def feed(self, message: str, driver: str | None = None) -> Feed:
        """The feed of a message; see `message` for what it raises."""
        return self._session.feed(*self.message(message, driver))

    def condition(self, text: str) -> Condition:
        """Reads an expression over the messages that there are.

        Raises:
            InvalidArgument: It is none, or does not fit them; the text says where and why.
        """

        def find(driver: str | None, name: str) -> tuple[str, Message]:
            try:
                owner, message = self.message(name, driver)
            except errors.Ambiguous as error:
                raise LookupError(f"{error.reason}: write {error.drivers[0]}/{name}") from None
            except errors.CwireError as error:
                raise LookupError(str(error)) from None
            return owner.name, message

        if not isinstance(text, str):
            raise errors.InvalidArgument(
                f"an expression is a text, such as 'status.temperature > 80', not {text!r}"
            )
        try:
            return Condition(resolve(text, find))
        except ExpressionError as error:
            raise errors.InvalidArgument(str(error)) from None

    def source_of(self, feed: Feed) -> tuple[str, Options]:
        """The message and the options to ask the relay for, to have a feed filled."""
        made = self._session.drivers[feed.driver].derived.get(feed.message.name)
        if made is None:
            return feed.message.name, Options()
        return made.of, Options(decimate=made.decimate)

    def samples(self, feed: Feed) -> dict[str, int]:
        """By field of a decimated message: the samples behind each of its values."""
        driver = self._session.drivers[feed.driver]
        made = driver.derived.get(feed.message.name)
        original = driver.published.get(made.of) if made else None
        return made.samples(original) if made and original else {}

    def _find(
        self,
        what: str,
        name: str,
        driver: str | None,
        known_of: Callable[[Driver], Mapping[str, Message]],
    ) -> tuple[Driver, Message]:
        if not isinstance(name, str):
            raise errors.InvalidArgument(f"a {what} has a name, such as 'status', not {name!r}")
        served = self.served()
        if driver is not None or len(served) <= 1:
            owner = self.driver(driver)
            known = known_of(owner)
            if name not in known:
                usable_schema(owner)
                text = _other_kind(what, name, owner) or unknown_text(
                    what, name, f"driver {owner.name!r}", known
                )
                raise _unknown(what, name, known, text)
            return owner, known[name]
        owners = [one for one in served.values() if name in known_of(one)]
        owners = [one for one in owners if one.name == self.preferred] or owners
        if len(owners) == 1:
            return owners[0], known_of(owners[0])[name]
        if owners:
            names = [one.name for one in owners]
            reason = f"several drivers have the {what} {name!r} ({', '.join(names)})"
            raise errors.Ambiguous(reason, names)
        every = dict.fromkeys(known for one in served.values() for known in known_of(one))
        others = (_other_kind(what, name, one) for one in served.values())
        text = f"no driver has the {what} {name!r}; {hint_text(name, every)}"
        text = next(filter(None, others), text)
        raise _unknown(what, name, every, text)


def _commands(driver: Driver) -> Mapping[str, Message]:
    return {} if driver.schema is None else driver.schema.commands


def _other_kind(what: str, name: str, driver: Driver) -> str:
    """Says that a message is a command, or that a command is a message; empty if it is neither."""
    if what == "message" and name in _commands(driver):
        reply = _commands(driver)[name].reply
        text = f"{name!r} is a command of driver {driver.name!r}, not a message: it is sent"
        return f"{text}, and answered with {reply}" if reply else text
    if what == "command" and name in driver.published:
        return f"{name!r} is a message of driver {driver.name!r}, not a command: it is read"
    return ""


def _unknown(what: str, name: str, known: Iterable[str], text: str) -> errors.UnknownMessage:
    """The error of a name that is not known; a decimated message can be asked for."""
    of, by, factor = name.rpartition("_by_")
    if by and of in known and factor.isdecimal():
        text = f"{name} is made on demand: bridge.subscribe({of!r}, decimate={factor})"
    return errors.UnknownCommand(text) if what == "command" else errors.UnknownMessage(text)

"""What both faces of one driver share, ``bridge["scope"]`` of a sync and of an async bridge."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, TypeVar

from cwire.bridge.commands import Commands
from cwire.session.drivers import Driver, driver_text, usable_schema
from cwire.view.html import driver_html
from cwire.view.text import SchemaView

if TYPE_CHECKING:
    from cwire.bridge.base import BridgeBase

__all__ = ["DriverFace", "commands_of"]

_T = TypeVar("_T")


class DriverFace:
    """One driver of a bridge: the bridge's calls, without other drivers' messages."""

    def __init__(self, bridge: BridgeBase, name: str) -> None:
        self._bridge = bridge
        self.name = name

    @property
    def driver(self) -> Driver:
        """What the relay says of it."""
        return self._bridge._driver(self.name)

    @property
    def state(self) -> str:
        """``up``, ``down`` or ``stale``; ``unknown`` when the relay is gone."""
        return self.driver.state

    @property
    def schema(self) -> SchemaView:
        """Its messages."""
        return SchemaView(usable_schema(self.driver))

    def __repr__(self) -> str:
        return driver_text(self.driver)

    def _repr_html_(self) -> str:
        return driver_html(self._bridge, self.driver)


def commands_of(
    bridge: BridgeBase,
    driver: str | None,
    call: Callable[[str | None, str, Mapping[str, object]], _T],
) -> Commands[_T]:
    """The commands of a driver, or of all.

    Args:
        bridge: Whose they are.
        driver: Its name; None: all.
        call: Sends one, by driver, name and fields.
    """
    return Commands(
        lambda: bridge._commands(driver),
        lambda name: bridge._owner("command", name, driver)[1],
        lambda name, fields: call(driver, name, fields),
    )

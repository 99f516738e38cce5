"""``bridge.panel(commands=…, actions=…)``: forms for commands and for actions, in one panel."""

from __future__ import annotations

from typing import Any

import ipywidgets as widgets

from cwire import errors
from cwire.kernel.cell import OncePerCell
from cwire.kernel.placed import Placed
from cwire.panel.action_panel import ActionForm, ActionPanel
from cwire.panel.form import CommandForm
from cwire.panel.panel import Panel

__all__ = ["CombinedPanel"]

_of_cells: OncePerCell[CombinedPanel] = OncePerCell(lambda panel, _: panel.close())


class CombinedPanel:
    """Forms for commands, and below them for actions. Made by `Bridge.panel`.

    Args:
        commands: The forms for commands.
        actions: The forms for actions.

    Attributes:
        commands: The forms for commands by themselves.
        actions: The forms for actions by themselves.
        widget: The ipywidgets box, to be put into others.
    """

    def __init__(self, commands: Panel, actions: ActionPanel) -> None:
        self.commands = commands
        self.actions = actions
        self.widget = widgets.VBox([commands.widget, actions.widget])
        self._placed = Placed(self.widget)
        _of_cells.add(self)

    def __getitem__(self, name: str) -> CommandForm | ActionForm:
        """The form of a command, or of an action; of the command, if both have this name.

        Raises:
            UnknownAction: There is none in this panel.
        """
        try:
            return self.commands[name]
        except errors.UnknownCommand:
            return self.actions[name]

    def _ipython_key_completions_(self) -> list[str]:
        return [
            *self.commands._ipython_key_completions_(),
            *self.actions._ipython_key_completions_(),
        ]

    def close(self) -> None:
        """Removes the widgets; nothing is sent any more, and calls that run are cancelled."""
        _of_cells.remove(self)
        self.commands.close()
        self.actions.close()
        self._placed.close_box()

    def __repr__(self) -> str:
        return f"{self.commands!r} {self.actions!r}"

    def _repr_mimebundle_(self, **options: object) -> Any:
        return self._placed.output(repr(self), **options)

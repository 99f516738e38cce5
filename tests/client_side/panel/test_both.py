"""Forms for commands and for actions in one panel, with the demo driver behind a real server."""

from __future__ import annotations

from pathlib import Path

import pytest

import cwire
from cwire.panel.action_panel import ActionForm
from cwire.panel.both import CombinedPanel
from cwire.panel.form import CommandForm
from cwire_server import Server
from support.actions import API
from support.processes import Driver, until
from support.widgets import open_widgets


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_commands_and_actions_are_called_from_one_panel(driver: Driver, runtime: Path) -> None:
    with (
        Server(API, {"port": 0, "drivers": {"demo": driver.path}}) as server,
        cwire.connect(server.link, subscribe=None) as bridge,
    ):
        until(lambda: bridge["demo"].state == "up")
        panel = bridge.panel(commands=["self_test"], actions=["scan", "who"])
        assert isinstance(panel, CombinedPanel)
        assert panel._ipython_key_completions_() == ["self_test", "scan", "who"]
        assert repr(panel) == "<panel of demo: self_test> <panel of the actions scan, who>"
        assert panel._repr_mimebundle_()
        command, action = panel["self_test"], panel["scan"]
        assert isinstance(command, CommandForm)
        assert isinstance(action, ActionForm)
        action.run.click()
        until(lambda: "all measured" in action.status.value)
        command.send.click()
        until(lambda: bool(command.status.value) and not command.send.disabled)
        with pytest.raises(cwire.UnknownAction, match="this panel"):
            panel["get_status"]
        with pytest.raises(cwire.UnknownAction, match="the relay has no action 'scna'"):
            bridge.panel("demo", actions="scna")
        panel.close()
        assert open_widgets() == []

"""bridge.call as people see it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cwire.actions.description import Description
from cwire.actions.names import Actions


class Nothing:
    """Knows no actions."""

    def known(self) -> Mapping[str, Description]:
        return {}


def test_nothing_is_known() -> None:
    call: Actions[Any, Any] = Actions(Nothing())  # type: ignore[arg-type]
    assert repr(call) == "no actions are known"
    assert repr(call.scan) == "no actions scan.* are known"

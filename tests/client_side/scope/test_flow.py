"""The rate of curves to a page that acknowledges them, or does not."""

from __future__ import annotations

from cwire.scope.flow import Flow


def test_flow_waits_for_the_page_but_not_for_ever() -> None:
    flow = Flow(0.0)
    assert flow.may_send(0.0)
    flow.sent(0.0)
    flow.sent(0.01)
    assert not flow.may_send(0.02)
    flow.acknowledged(1, 0.1)
    assert flow.may_send(0.1)
    flow.sent(0.1)
    assert not flow.may_send(0.2)
    assert flow.may_send(0.7)
    assert not flow.may_send(1000.0)
    flow.acknowledged(99, 1000.0)
    assert flow.may_send(1000.0)

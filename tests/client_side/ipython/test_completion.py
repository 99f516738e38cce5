"""Tab: in a real IPython shell, with jedi and without, and in a real kernel."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from traitlets.config import Config

import cwire
from cwire.ipython.code_context import Argument, Attribute, Entry, Key, find_place
from cwire.ipython.completion import offers
from cwire.ipython.hooks import install
from cwire_structs import frames
from cwire_structs.schema import Schema
from support.fake_relay import FakeRelay, driver, ticks
from support.processes import ROOT, Relay

pytestmark = pytest.mark.filterwarnings(
    "ignore::DeprecationWarning", "ignore::PendingDeprecationWarning", "ignore::ResourceWarning"
)

SCHEMA = Schema.from_json((ROOT / "c_driver/generated/messages.schema.json").read_text())
PATHS = json.loads((ROOT / "tests/paths.json").read_text())


@pytest.fixture(scope="module")
def bridge() -> Iterator[cwire.Bridge]:
    """Three drivers: the demo, one with `tick`, one whose messages are nested."""
    demo = driver("demo", 1, schema=SCHEMA.json)
    nested = driver("rig", 3, schema=Schema.from_json(json.dumps(PATHS["schema"])).json)
    status = frames.pack(1, bytes.fromhex(PATHS["payload"]), source=3, sequence=0, time_ns=1)
    with (
        FakeRelay(demo, driver("lab", 2), nested) as relay,
        cwire.connect(relay.url) as bridge,
    ):
        relay.send(ticks(0, 3, source=2))
        relay.send(status)
        bridge.latest("tick", 3, timeout=10)
        bridge.latest("status", timeout=10)
        yield bridge


@pytest.mark.parametrize(
    ("code", "place"),
    [
        ("bridge.send.se", Attribute("bridge.send", "se")),
        ('bridge["demo"].send.', Attribute('bridge["demo"].send', "")),
        ("x = f(bridge . send.", Attribute("bridge . send", "")),
        ('bridge["de', Key("bridge", "de", '"')),
        ("bridge['", Key("bridge", "", "'")),
        ("f(", Argument("f", 0, "", "", "")),
        ("f(sh", Argument("f", 0, "", "sh", "")),
        ("f(shape=", Argument("f", 0, "shape", "", "")),
        ("f(shape = 'SI", Argument("f", 0, "shape", "SI", "'")),
        ("f(1, g(2), sh", Argument("f", 2, "", "sh", "", (None, None))),
        (
            'f("a", b="c", d=[1, 2], e=',
            Argument("f", 1, "e", "", "", ("a",), frozenset("bd"), {"b": "c"}),
        ),
        ('f(\n    # it, "is"\n    "a",\n    y=["b", "', Argument("f", 1, "y", "", '"', ("a",))),
        ('f(**{"', Entry(Argument("f", 0, "**", "", ""), (), "", '"', True)),
        (
            'f(a={"b": [1, {"c": "d',
            Entry(Argument("f", 0, "a", "", ""), ("b", 1, "c"), "d", '"', False),
        ),
        (
            'f("w", {\n    "b": (1, 2),  # "c": it\n    "d": 3, "',
            Entry(Argument("f", 1, "", "", "", ("w",)), (), "", '"', True, frozenset({"b", "d"})),
        ),
        ("f(a=[[tr", Argument("f", 0, "a", "tr", "")),
        ("f(a=[[1, 2], [3, tr", Argument("f", 0, "a", "tr", "")),
        ("[[tr", None),
        ('f({"a": 1 + ', None),
        ('f({a: "', None),
        ('f(1 + {"', None),
        ('x = {"a": "', None),
        ('f(x[{"', None),
        ("f(a == ", None),
        ("f(1 + ", None),
        ("f(x for y in ", None),
        ("# bridge.", None),
        ('"""bridge.', None),
        ("'bridge.", None),
        ("3.", None),
        ("f()[", None),
        ("{", None),
        ("", None),
        (")]}", None),
        ("x = 'not closed\nbridge.", Attribute("bridge", "")),
        ("'it''s \\' ' + bridge.", Attribute("bridge", "")),
    ],
)
def test_where_the_cursor_is(code: str, place: object) -> None:
    assert find_place(code) == place


class Shell:
    """A real IPython shell with the bridge in it."""

    def __init__(self, names: dict[str, Any], jedi: bool) -> None:
        from IPython.core.interactiveshell import InteractiveShell

        config = Config()
        config.HistoryManager.enabled = False
        config.Completer.use_jedi = jedi
        make: Any = InteractiveShell
        self.shell = make(config=config, user_ns=dict(names))
        assert install(self.shell)
        assert install(self.shell)  # a second time changes nothing

    def __call__(self, code: str, behind: str = "") -> list[str]:
        """The lines as they would be after each completion."""
        from IPython.core.completer import provisionalcompleter

        with provisionalcompleter():
            found = list(self.shell.Completer.completions(code + behind, len(code)))
        return [code[: one.start] + one.text + (code + behind)[one.end :] for one in found]

    def old(self, code: str) -> list[str]:
        """By the older interface."""
        return list(self.shell.complete("", code, len(code))[1])


@pytest.fixture(params=[True, False], ids=["jedi", "no jedi"], scope="module")
def tab(
    request: pytest.FixtureRequest,
    bridge: cwire.Bridge,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Shell]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("IPYTHONDIR", str(tmp_path_factory.mktemp("ipython")))
        names: dict[str, Any] = {
            "bridge": bridge,
            "ticks": bridge.latest("tick", 3),
            "other": {"a": 1},
        }
        names |= {"states": bridge.latest("status"), "view": bridge["demo"]}
        yield Shell(names, request.param)


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("bridge.sen", ["bridge.send"]),
        ("bridge.send.set_w", ["bridge.send.set_waveform"]),
        ('bridge["demo"].send.set_w', ['bridge["demo"].send.set_waveform']),
        ('bridge["d', ['bridge["demo"]']),
        ("bridge['lab'].schema['ti", ["bridge['lab'].schema['tick']"]),
        ("bridge.send.set_waveform(fr", ["bridge.send.set_waveform(frequency="]),
        (
            "x = [bridge.send.set_waveform(channel=1, shape=",
            [
                f'x = [bridge.send.set_waveform(channel=1, shape="{name}"'
                for name in SCHEMA.enums["waveform_shape"].values
            ],
        ),
        ('bridge.send.set_waveform(shape="SQ', ['bridge.send.set_waveform(shape="SQUARE"']),
        ("bridge.send.set_waveform(shape=SQ", ['bridge.send.set_waveform(shape="SQUARE"']),
        ('bridge["demo"].send.set_waveform(fr', ['bridge["demo"].send.set_waveform(frequency=']),
        ('view.send.set_waveform(shape="SQ', ['view.send.set_waveform(shape="SQUARE"']),
        ('bridge.send["set_waveform"](fr', ['bridge.send["set_waveform"](frequency=']),
        ('view.send["set_waveform"](shape=SQ', ['view.send["set_waveform"](shape="SQUARE"']),
        ('bridge.send["set_w', ['bridge.send["set_waveform"]']),
        ("bridge.change.set_w", ["bridge.change.set_waveform"]),
        ('view.change.set_waveform(shape="SQ', ['view.change.set_waveform(shape="SQUARE"']),
        ('bridge.send.move(acquisition={"l', ['bridge.send.move(acquisition={"level"']),
        ('bridge.send.move(axis=[{"speed": 1}, {"fl', [
            'bridge.send.move(axis=[{"speed": 1}, {"flags"',
            'bridge.send.move(axis=[{"speed": 1}, {"flags.enabled"',
            'bridge.send.move(axis=[{"speed": 1}, {"flags.level"',
        ]),
        ('bridge.send.move(axis=[{"mode": "', [
            'bridge.send.move(axis=[{"mode": "MODE_OFF"',
            'bridge.send.move(axis=[{"mode": "MODE_RUN"',
        ]),
        ('bridge.send["move"](**{"axis[1].sp', ['bridge.send["move"](**{"axis[1].speed"']),
        ('bridge.send.move(**{"volts[', [
            f'bridge.send.move(**{{"volts[{at}]"' for at in (0, 1, 2, 3)
        ]),
        ('bridge.send.move(**{"axis[0].mode": "MODE_R', [
            'bridge.send.move(**{"axis[0].mode": "MODE_RUN"'
        ]),
        ('bridge.command("demo", "set_waveform", {"shape": "SQ', [
            'bridge.command("demo", "set_waveform", {"shape": "SQUARE"'
        ]),
        ('bridge.command("rig", name="move", fields={"gr', [
            'bridge.command("rig", name="move", fields={"grid"'
        ]),
        ('bridge.latest("sc', ['bridge.latest("scope_block"']),
        ("bridge.latest(sco", ['bridge.latest("scope_block"']),
        ('bridge["lab"].stream("ti', ['bridge["lab"].stream("tick"']),
        ('bridge.latest("tick", driver="l', ['bridge.latest("tick", driver="lab"']),
        ('bridge["lab"].latest("tick", copy=F', ['bridge["lab"].latest("tick", copy=False']),
        ('bridge.plot("scope_block", y="sam', ['bridge.plot("scope_block", y="samples"']),
        ('bridge.plot("tick", y=["index", "va', ['bridge.plot("tick", y=["index", "values"']),
        ('bridge.plot("tick", win', ['bridge.plot("tick", window=']),
        ('bridge.record_to_dataframe("tick", "i', ['bridge.record_to_dataframe("tick", "index"']),
        ('ticks.to_pandas(arrays="lo', ['ticks.to_pandas(arrays="long"']),
        ('bridge.subscribe("tick", "sc', ['bridge.subscribe("tick", "scope_block"']),
        ('bridge.subscribe("tick", policy="l', ['bridge.subscribe("tick", policy="latest"']),
        ('bridge.command("la', ['bridge.command("lab"']),
        ('bridge.command("demo", "set_w', ['bridge.command("demo", "set_waveform"']),
        ('bridge.panel("demo", ["set_w', ['bridge.panel("demo", ["set_waveform"']),
        ('bridge["demo"].panel("set_w', ['bridge["demo"].panel("set_waveform"']),
        ('bridge["lab"].scope("tick", y="va', ['bridge["lab"].scope("tick", y="values"']),
        ('bridge.scope("tick", driver="lab", by="in', [
            'bridge.scope("tick", driver="lab", by="index"'
        ]),
        ('bridge.history(message="ti', ['bridge.history(message="tick"']),
        ('ticks["va', ['ticks["values"]']),
        ('ticks.to_pandas("in', ['ticks.to_pandas("index"']),
        ('bridge.plot("status", "axis.s', ['bridge.plot("status", "axis.speed"']),
        ('bridge.scope("status", ["axis[1].sp', ['bridge.scope("status", ["axis[1].speed"']),
        ('bridge.record_to_dataframe("status", "acquisition.', [
            'bridge.record_to_dataframe("status", "acquisition.level"'
        ]),
        ('bridge.plot("status", "volts[', [
            f'bridge.plot("status", "volts[{at}]"' for at in (":", 0, 1, 2, 3)
        ]),
        ('states["axis[0].fl', [
            'states["axis[0].flags"]',
            'states["axis[0].flags.enabled"]',
            'states["axis[0].flags.level"]',
        ]),
        ('states[0]["grid[1][', [f'states[0]["grid[1][{at}]"]' for at in (":", 0, 1, 2)]),
        ('states[0]["axis"]["fl', [
            'states[0]["axis"]["flags"]',
            'states[0]["axis"]["flags.enabled"]',
            'states[0]["axis"]["flags.level"]',
        ]),
    ],
)  # fmt: skip
def test_tab(tab: Shell, code: str, expected: list[str]) -> None:
    found = tab(code)
    if expected[0].endswith(('"]', "']")) and expected[0] not in found:
        expected = [one[:-1] for one in expected]  # the bracket is a matter of taste
    assert [one for one in found if one in expected] == expected
    if '"' in code.rpartition("(")[2] or code.endswith("="):
        assert set(found) == set(expected)  # no file names


def test_the_editor_may_have_set_the_quote_already(tab: Shell) -> None:
    assert 'bridge.latest("scope_block")' in tab('bridge.latest("sc', '")')


def test_all_commands_and_no_others(tab: Shell) -> None:
    found = {line.rpartition(".")[2] for line in tab('bridge["demo"].send.')}
    assert found == set(SCHEMA.commands)
    found = {line.rpartition(".")[2] for line in tab('bridge["demo"].change.')}
    assert found == {"set_waveform", "set_acquisition"}


def test_the_older_interface(tab: Shell) -> None:
    assert any("SQUARE" in one for one in tab.old("bridge.send.set_waveform(shape="))


@pytest.mark.parametrize(
    "code",
    [
        'bridge["nope"].send.',
        "bridge.send.nope(",
        "bridge.nope.",
        'bridge.plot("nope", y="',
        "nobody.send.",
        "bridge._link.",
        "bridge.latest(1, y='",
        "bridge.latest('tick', y='",
        "bridge.wait_for('tick', '",
        'other["a"].',
        "bridge.latest(n=",
        "bridge.send.set_waveform(nope=",
        "bridge.send.set_waveform('",
        'bridge.send.move({"',
        'bridge.send.move(axis={"',
        'bridge.send.move(axis=[[{"',
        'bridge.send.move(volts={"',
        'bridge.send.move(acquisition={"level": "',
        'bridge.send.move(nope={"',
        'bridge.plot("tick", {"',
        'bridge.command("rig", {"',
        'bridge.command("rig", "nope", {"',
        'nobody({"',
    ],
)
def test_nothing_to_offer(bridge: cwire.Bridge, code: str) -> None:
    assert offers(code, "", {"bridge": bridge, "other": {"a": 1}}) == []


def test_a_new_method_is_completed_by_the_names_of_its_parameters(
    bridge: cwire.Bridge, monkeypatch: pytest.MonkeyPatch
) -> None:
    def draw(self: cwire.Bridge, message: str, y: str, *, driver: str | None = None) -> None: ...

    monkeypatch.setattr(cwire.Bridge, "draw", draw, raising=False)
    for code, text in (
        ('bridge.draw("ti', '"tick"'),
        ('bridge.draw("tick", "va', '"values"'),
        ('bridge.draw("tick", driver="l', '"lab"'),
        ('bridge.draw("tick", dr', "driver="),
    ):
        (offer,) = offers(code, "", {"bridge": bridge})
        assert offer.text.endswith(text.lstrip('"'))


def test_nothing_is_evaluated_but_our_own(bridge: cwire.Bridge) -> None:
    class Trap:
        def __getattr__(self, name: str) -> object:
            raise AssertionError("looked at")

        def __getitem__(self, key: object) -> object:
            raise AssertionError("looked at")

    for code in ("trap.a.b", "trap['x'].send.", "trap.latest('"):
        assert offers(code, "", {"trap": Trap()}) == []


def test_help_shows_the_header(tab: Shell) -> None:
    info = tab.shell.object_inspect("bridge.send.set_waveform")
    assert "frequency" in info["definition"]
    assert "Hz" in info["docstring"]
    assert "waveform" in info["docstring"]


@pytest.fixture
def kernel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], list[str]]]:
    from jupyter_client.manager import start_new_kernel

    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    manager, client = start_new_kernel(kernel_name="python3")
    try:
        client.execute_interactive("import cwire\nbridge = cwire.connect()", timeout=60)

        def complete(code: str) -> list[str]:
            reply = client.complete(code, reply=True, timeout=60)["content"]
            return list(reply["matches"])

        yield complete
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def test_a_kernel(relay: Relay, kernel: Callable[[str], list[str]]) -> None:
    assert "set_waveform" in kernel('bridge["demo"].send.')
    assert kernel("bridge.send.set_waveform(shape=")[:2] == ['"SINE"', '"SQUARE"']
    assert kernel('bridge.latest("sc') == ['scope_block"']

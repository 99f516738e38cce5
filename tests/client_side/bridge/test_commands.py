"""bridge.send as people see it: completion, signatures, docs."""

from __future__ import annotations

import inspect
from collections.abc import Mapping

import pytest

from cwire.bridge.commands import CommandFunction, Commands, command_signature
from cwire_structs.schema import Field, Message, Schema, Struct
from cwire_structs.schema.kinds import ComplexType
from support.processes import ROOT

SCHEMA = Schema.from_json((ROOT / "c_driver" / "generated" / "messages.schema.json").read_bytes())


@pytest.fixture
def sent() -> list[tuple[str, Mapping[str, object]]]:
    return []


@pytest.fixture
def send(sent: list[tuple[str, Mapping[str, object]]]) -> Commands[None]:
    return Commands(
        lambda: {name: (one, None) for name, one in SCHEMA.commands.items()},
        lambda name: (SCHEMA.commands[name], None),
        lambda name, fields: sent.append((name, fields)),
    )


def test_tab(send: Commands[None]) -> None:
    assert dir(send) == sorted(SCHEMA.commands)
    assert send._ipython_key_completions_() == sorted(SCHEMA.commands)


def test_a_call(send: Commands[None], sent: list[tuple[str, Mapping[str, object]]]) -> None:
    send.set_waveform(frequency=5.0, shape="SINE")
    send["start"](blocks=3)
    assert sent == [
        ("set_waveform", {"frequency": 5.0, "shape": "SINE"}),
        ("start", {"blocks": 3}),
    ]
    with pytest.raises(TypeError):
        send.set_waveform(5.0)


def test_the_signature(send: Commands[None]) -> None:
    signature = inspect.signature(send.set_waveform)
    assert str(signature) == (
        "(*, channel: int = 0, shape: str = SINE, frequency: float = 10, "
        "amplitude: float = 1, offset: float = 0)"
    )
    assert str(inspect.signature(send.get_status)) == "(*, reset_counters: bool = False)"
    assert "values=..." in str(inspect.signature(send.echo))


def test_the_signature_of_a_complex_field() -> None:
    field = Field("gain", "double _Complex", 0, 16, ComplexType("<c16"))
    message = Message(1, "set_gain", Struct("set_gain", "struct set_gain", 16, 8, "", (field,)))
    assert str(command_signature(message)) == "(*, gain: complex = 0j)"


def test_the_docs(send: Commands[None]) -> None:
    doc = inspect.getdoc(send.set_waveform)
    assert doc is not None
    assert doc.startswith("Sets what the generator makes on one channel.")
    assert "frequency: Periods per second. (in Hz, 0.01 to 1e+06, default 10)" in doc
    assert "SINE | SQUARE | TRIANGLE | NOISE" in doc
    assert "Returns: waveform." in doc
    assert send.set_waveform.__name__ == "set_waveform"
    assert "set_waveform(*, channel" in repr(send)
    assert repr(CommandFunction(SCHEMA.commands["stop"], lambda name, fields: None)).startswith(
        "stop(*, reset_time"
    )


def test_private_names_are_not_commands(send: Commands[None]) -> None:
    assert not hasattr(send, "_repr_png_")
    assert not hasattr(send, "__len__")

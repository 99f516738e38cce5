"""`cwire send`: sends one command and prints the reply, with an exit status for scripts.

cwire send set_waveform frequency=5 shape=SINE
cwire send --keep set_waveform amplitude=2
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from typing import Any

from cwire.tools import terminal
from cwire.tools.as_json import as_json
from cwire_structs.schema.decode import to_dict

__all__ = ["register", "run"]

_LONG = 60  # letters of a value that are shown


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Adds `send` to the `cwire` command."""
    parser = subparsers.add_parser(
        "send",
        help="send a command and print its reply",
        description="Sends a command to a driver and prints the reply. Fields that are left out "
        "take their default, else zero, and a second line says which; with --keep they stay as "
        "they are. `cwire info COMMAND` lists the fields.",
        epilog=terminal.EXIT_STATUS,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("command", metavar="COMMAND")
    # With a default it is not among the arguments that argparse calls required.
    parser.add_argument(
        "fields",
        nargs="*",
        default=[],
        metavar="FIELD=VALUE",
        help="a value; a name may be a path: axis[0].speed=3, volts='[1, 2]'; bytes for a text "
        r"""that is none: label="b'\xff\x00'" """,
    )
    parser.add_argument(
        "--keep",
        action="store_true",
        help="leave the fields that are not given as they are: the command that tells them is sent "
        "first (get_waveform for set_waveform, or what tells of all channels)",
    )
    parser.add_argument(
        "--json",
        action="store_true",
        help="the reply, what was sent, and what of it is a default or was kept, as an object",
    )
    parser.add_argument("--driver", metavar="NAME", help="where several drivers or relays run")
    terminal.add_relay_arguments(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Carries out `cwire send`; returns the exit status."""

    def send() -> None:
        with terminal.connect_once("cwire send", arguments) as bridge:
            sent = terminal.send(
                bridge,
                arguments.driver,
                arguments.command,
                arguments.fields,
                arguments.timeout,
                keep=arguments.keep,
            )
        print(json.dumps(_object(sent)) if arguments.json else "\n".join(_lines(sent)))

    return terminal.report_errors("cwire send", send)


def _lines(sent: terminal.Sent) -> list[str]:
    lines = [str(sent)]
    if sent.kept:
        lines.append(f"kept, as {sent.getter} has told: {_words(sent, sent.kept)}")
    if sent.defaults:
        hint = "" if sent.kept or sent.getter is None else "; --keep leaves them as they are"
        lines.append(f"set to defaults: {_words(sent, sent.defaults)}{hint}")
    return lines


def _words(sent: terminal.Sent, names: Sequence[str]) -> str:
    return " ".join(f"{name}={_short(sent.fields[name])}" for name in names)


def _short(value: object) -> str:
    text = value if isinstance(value, str) else json.dumps(as_json(value), ensure_ascii=False)
    text = "".join(letter if letter.isprintable() else " " for letter in text)
    return text if len(text) <= _LONG else f"{text[: _LONG - 1]}…"


def _object(sent: terminal.Sent) -> dict[str, Any]:
    reply = None
    if sent.reply is not None:
        data = bytes(sent.reply)
        reply = as_json(to_dict(sent.reply.message.struct, data, len(data)))
    return {
        "driver": sent.driver,
        "command": sent.message.name,
        "fields": as_json(sent.fields),
        "defaults": list(sent.defaults),
        "kept": list(sent.kept),
        "message": sent.reply.message.name if sent.reply is not None else None,
        "reply": reply,
    }

"""Shows a round of the relay's statistics in a terminal, as `cwire watch` does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from cwire.bridge.alarm import Alarm
from cwire.data.frame_array import Record
from cwire.tools.as_json import as_json
from cwire.tools.tables import Cell, fitted_table, plain
from cwire.view.text import counted
from cwire_structs.schema.decode import to_dict

__all__ = ["Round", "alarm_object", "as_object", "view"]

_FEW_CLIENTS = 12  # that are shown
_STATE_STYLES = {"UP": "green", "STALE": "yellow", "DOWN": "red"}


@dataclass(frozen=True)
class Round:
    """The relay's statistics of one moment.

    Attributes:
        place: Of the relay: ``at ADDRESS``, or in this process.
        client: The number of this client itself.
        status: Of the relay as a whole.
        drivers: A record for each driver.
        messages: A record for each message.
        clients: A record for each client.
        problems: By name of a driver: why it is not up.
    """

    place: str
    client: int | None
    status: Record
    drivers: list[Record]
    messages: list[Record]
    clients: list[Record]
    problems: dict[str, str] = field(default_factory=dict)


def view(now: Round, width: int, note: str = "", alarms: Sequence[Alarm] = ()) -> Group:
    """The whole screen of a round.

    Args:
        now: The round.
        width: Columns of the terminal: where they are too few, the less important ones are left
            out.
        note: What is wrong, above all.
        alarms: What is watched beside it.
    """
    names = {driver["source"]: driver["name"] for driver in now.drivers}
    gap = Text()
    parts: list[RenderableType] = [plain(note, "bold red")] if note else []
    parts += [_alarm(one) for one in alarms]
    parts += [gap] if alarms else []
    parts += [_relay(now), gap, _drivers(now.drivers, width)]
    parts += [plain(text, "red") for text in now.problems.values()]
    parts += [gap, _messages(now.messages, names, width), gap, _clients(now, width)]
    return Group(*parts)


def _alarm(alarm: Alarm) -> Text:
    since = "" if alarm.since is None else f" since {str(alarm.since)[11:19]} UTC"
    times = "" if not alarm.count else f", {counted(alarm.count, 'time')}"
    if alarm.problem:
        return plain(f"alarm  {alarm.expression}: {alarm.problem}", "yellow")
    if alarm.on:
        values = ", ".join(f"{path} = {value}" for path, value in alarm.values.items())
        text = f"ALARM  {alarm.expression}{since}{times}; it began with {values}"
        return plain(text, "bold white on red")
    state = "nothing has come yet" if alarm.on is None else f"ok{since}"
    return plain(f"alarm  {alarm.expression}: {state}{times}", "green" if alarm.on is False else "")


def alarm_object(alarm: Alarm) -> dict[str, Any]:
    """An alarm for programs."""
    since = None if alarm.since is None else f"{alarm.since}Z"
    return {
        "expression": alarm.expression,
        "on": alarm.on,
        "since": since,
        "count": alarm.count,
        "values": alarm.values,
        "problem": alarm.problem,
    }


def as_object(now: Round) -> dict[str, Any]:
    """The same for programs."""
    return {
        "time": f"{now.status.time}Z",
        "relay": {"place": now.place, **_fields(now.status)},
        "drivers": [
            {**(one := _fields(driver)), "problem": now.problems.get(one["name"], "")}
            for driver in now.drivers
        ],
        "messages": [_fields(message) for message in now.messages],
        "clients": [_fields(client) for client in now.clients],
    }


def _fields(record: Record) -> dict[str, Any]:
    data = bytes(record)
    fields: dict[str, Any] = as_json(to_dict(record.message.struct, data, len(data)))
    return fields


def _relay(now: Round) -> Text:
    status = now.status
    waits = status["queue_bytes"] / 1e6
    return plain(
        f"relay {now.place}, up {_duration(status['uptime'])}: "
        f"{status['drivers_up']} of {status['drivers']} drivers up, clients: {status['clients']}, "
        f"{status['frame_rate']:,.0f} frames/s, {status['byte_rate'] / 1e6:,.2f} MB/s in, "
        f"{status['sent_byte_rate'] / 1e6:,.2f} MB/s out, {waits:,.2f} MB wait, "
        f"loop lag {status['loop_lag'] * 1e3:.1f} ms"
    )


_COUNTS = ("frames/s", "MB/s", "frames", "lost/s", "lost", "dropped/s", "dropped")


def _counts(row: Record) -> tuple[Cell, ...]:
    return (
        f"{row['frame_rate']:,.1f}",
        f"{row['byte_rate'] / 1e6:,.2f}",
        f"{row['frames']:,}",
        _bad(row["lost_rate"], ".1f"),
        _bad(row["lost"]),
        _bad(row["dropped_rate"], ".1f"),
        _bad(row["dropped"]),
    )


def _drivers(rows: list[Record], width: int) -> Table:
    return fitted_table(
        "Drivers",
        ("driver", "state", *_COUNTS, "commands", "pending"),
        [
            (
                row["name"],
                _state(row["state"].name),
                *_counts(row),
                f"{row['commands']:,}",
                f"{row['pending']:,}",
            )
            for row in rows
        ],
        right=range(2, 11),
        order=(0, 1, 2, 6, 8, 3, 10, 4, 5, 7, 9),
        names=(0,),
        width=width,
    )


def _messages(rows: list[Record], names: dict[int, str], width: int) -> Table:
    return fitted_table(
        "Messages",
        ("driver", "message", *_COUNTS),
        [(names.get(row["source"], "?"), row["name"], *_counts(row)) for row in rows],
        right=range(2, 9),
        order=(1, 2, 0, 6, 8, 3, 4, 5, 7),
        names=(0, 1),
        width=width,
    )


def _clients(now: Round, width: int) -> Table:
    # Those in trouble first.
    rows = sorted(
        now.clients,
        key=lambda row: (row["dropped_rate"], row["queue_bytes"], row["dropped"]),
        reverse=True,
    )
    more = f", {_FEW_CLIENTS} of {len(rows)}" if len(rows) > _FEW_CLIENTS else ""
    return fitted_table(
        f"Clients{more}",
        ("client", "subscriptions", "MB/s", "MB", "kB wait", "dropped/s", "dropped", ""),
        [
            (
                str(row["id"]),
                str(row["subscriptions"]),
                f"{row['sent_byte_rate'] / 1e6:,.2f}",
                f"{row['sent_bytes'] / 1e6:,.1f}",
                f"{row['queue_bytes'] / 1e3:,.1f}",
                _bad(row["dropped_rate"], ".1f"),
                _bad(row["dropped"]),
                "this one" if row["id"] == now.client else "",
            )
            for row in rows[:_FEW_CLIENTS]
        ],
        right=range(7),
        order=(0, 6, 2, 4, 7, 5, 3, 1),
        width=width,
    )


def _state(name: str | None) -> Text:
    return plain((name or "?").lower(), _STATE_STYLES.get(name or "", ""))


def _bad(value: float, form: str = "") -> Text:
    """A number that should be 0."""
    return plain(format(value, "," + form), "bold red" if value else "")


def _duration(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}"

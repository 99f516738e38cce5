"""Writes the rows of a bridge and of its drivers as text and as escaped HTML. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

from cwire.bridge.health import Health
from cwire.session.drivers import Driver, driver_text
from cwire.view.html import commands_html, html_table
from cwire.view.text import kind_text, text_table

__all__ = ["bridge_html", "bridge_text", "driver_html"]

_HEAD = ("driver", "state", "message", "frames", "/s", "MB/s", "lost")


def bridge_text(title: str, drivers: Mapping[str, Driver], health: Health) -> str:
    """A bridge as text: drivers, messages, rates, losses."""
    rows = [row[: len(_HEAD)] for row in _rows(drivers, health)]
    return f"{title}\n{text_table(_HEAD, rows, right=range(3, 7))}"


def bridge_html(title: str, drivers: Mapping[str, Driver], health: Health) -> str:
    """The same for a notebook, with the messages' comments."""
    table = html_table((*_HEAD, ""), _rows(drivers, health), right=range(3, 7))
    return f"<div>{escape(title)}</div>{table}"


def driver_html(driver: Driver, health: Health) -> str:
    """A driver: its state, its messages with what came of them, and its commands."""
    came = {row.message: row for row in health if row.driver == driver.name}
    rows = []
    for name, message in driver.published.items():
        row = came.get(name)
        counts = ("", "", "", "")
        if row is not None and row.published:
            rates = (f"{row.rate:,.1f}", f"{row.byte_rate / 1e6:.2f}")
            counts = (f"{row.frames:,}", *rates, f"{row.lost:,}")
        rows.append((name, kind_text(message), *counts, message.doc))
    head = ("message", "size", "frames", "/s", "MB/s", "lost", "")
    title = f"<div><b>{escape(driver_text(driver))}</b></div>"
    table = html_table(head, rows, right=range(2, 6)) if rows else ""
    commands = driver.schema.commands.values() if driver.schema else ()
    return f"{title}{table}{commands_html(commands) if commands else ''}"


def _rows(drivers: Mapping[str, Driver], health: Health) -> list[tuple[str, ...]]:
    """Of each message that has come: the columns of the table, and its comment."""
    rows: list[tuple[str, ...]] = []
    for driver in drivers.values():
        feeds = [row for row in health if row.driver == driver.name and row.published]
        note = driver.problem or driver.reason
        if driver.is_relay and not feeds:
            note = note or f"statistics: bridge[{driver.name!r}].schema"
        if note or not feeds:
            note = note or ("nothing received" if driver.state == "up" else "")
            rows.append((driver.name, driver.state, note, "", "", "", "", ""))
        for i, row in enumerate(feeds):
            lead = (driver.name, driver.state) if i == 0 and not note else ("", "")
            counts = (f"{row.frames:,}", f"{row.rate:,.1f}", f"{row.byte_rate / 1e6:.2f}")
            known = driver.published.get(row.message)
            doc = known.doc if known else ""
            rows.append((*lead, row.message, *counts, f"{row.lost:,}", doc))
    return rows

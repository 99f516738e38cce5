"""The relay's counters in the text format of Prometheus. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from prometheus_client import CollectorRegistry
from prometheus_client.exposition import generate_latest
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from cwire_server.statistics import Snapshot

__all__ = ["CONTENT_TYPE", "exposition"]

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

# Names as https://prometheus.io/docs/practices/naming/ has them; prometheus_client adds _total.
_COUNTERS = {
    "frames": ("frames", "Frames received."),
    "bytes": ("bytes", "Bytes of frames received, headers included."),
    "lost": ("lost", "Frames that the driver published and the relay did not get."),
    "dropped": ("dropped_frames", "Frames dropped for clients that read too slowly."),
}


def exposition(snapshot: Snapshot) -> bytes:
    """Makes the answer to a scrape."""
    registry = CollectorRegistry()
    registry.register(_Snapshot(snapshot))
    return generate_latest(registry)


class _Snapshot(Collector):
    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot

    def collect(self) -> Iterator[Metric]:
        yield from _relay(self._snapshot)
        yield from _drivers(self._snapshot)
        yield from _messages(self._snapshot)


def _relay(snapshot: Snapshot) -> Iterator[Metric]:
    relay = snapshot.relay
    yield GaugeMetricFamily("cwire_clients", "Clients connected.", relay.clients)
    yield GaugeMetricFamily("cwire_queue_bytes", "Bytes that wait for clients.", relay.queue_bytes)
    yield CounterMetricFamily("cwire_sent_bytes", "Bytes sent to clients.", relay.sent_bytes)
    yield GaugeMetricFamily(
        "cwire_loop_lag_seconds", "How late the event loop's last timer was.", relay.loop_lag
    )
    yield GaugeMetricFamily("cwire_uptime_seconds", "Time since the relay started.", relay.uptime)


def _drivers(snapshot: Snapshot) -> Iterator[Metric]:
    label = ["driver"]
    up = GaugeMetricFamily("cwire_driver_up", "Whether the driver is up.", labels=label)
    commands = CounterMetricFamily("cwire_commands", "Commands sent to the driver.", labels=label)
    pending = GaugeMetricFamily(
        "cwire_pending_commands", "Commands that wait for the driver's reply.", labels=label
    )
    damaged = CounterMetricFamily(
        "cwire_damaged_frames", "Frames that came damaged by a serial line.", labels=label
    )
    for driver in snapshot.drivers:
        up.add_metric([driver.name], driver.state == "up")
        commands.add_metric([driver.name], driver.commands)
        pending.add_metric([driver.name], driver.pending)
        damaged.add_metric([driver.name], driver.damaged)
    yield from (up, commands, pending, damaged)
    for counter, (name, text) in _COUNTERS.items():
        family = CounterMetricFamily(f"cwire_{name}", f"{text}", labels=label)
        for driver in snapshot.drivers:
            family.add_metric([driver.name], getattr(driver, counter))
        yield family


def _messages(snapshot: Snapshot) -> Iterator[Metric]:
    for counter, (name, text) in _COUNTERS.items():
        family = CounterMetricFamily(
            f"cwire_message_{name}", f"{text}", labels=["driver", "message"]
        )
        for message in snapshot.messages:
            family.add_metric([message.driver, message.name], getattr(message, counter))
        yield family

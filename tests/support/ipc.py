"""A comparison that nobody had to measure."""

from __future__ import annotations

from cwire.ipc.plan import QUICK
from cwire.ipc.results import (
    Ceiling,
    Comparison,
    Cpu,
    FirstPass,
    Latency,
    Left,
    Loss,
    Throughput,
)

__all__ = ["comparison"]


def comparison() -> Comparison:
    """Two ways, of which shared memory is twice as good, but for losses."""
    made = Comparison(
        machine={"processor": "Test", "cores_allowed": 2, "load_before": 0.1, "kernel": "Linux"},
        settings=QUICK,
        titles={"unix": "Unix socket", "pyzmq": "pyzmq ipc", "shared_memory": "shared_memory"},
        families={"unix": "socket", "pyzmq": "socket", "shared_memory": "memory"},
        ceilings=[Ceiling("hot", 64, 1e10), Ceiling("dram", 64, 5e9)],
        left=[Left("pyzmq", "", "not installed")],
    )
    for factor, way in ((1, "unix"), (2, "shared_memory")):
        for mode in ("view", "touch", "copy"):
            for size, batch, rate in ((64, 1, 1e6), (64, 64, 1e7), (1 << 20, 1, 2e3)):
                runs = [factor * rate, factor * rate * 1.5]
                made.throughputs.append(Throughput(way, mode, size, batch, runs))
        for wait in (True, False):
            latency = Latency(way, 64, wait)
            latency.add([20_000 // factor] * 100)
            made.latencies.append(latency)
        made.firsts.append(FirstPass(way, 1 << 20, [500.0 * factor], [2000.0 * factor]))
        made.cpus += [Cpu(way, 1, [5e-10 / factor]), Cpu(way, 2, [1e-9 / factor])]
    made.losses += [
        Loss("unix", 600, 300, 300, 0),
        Loss("shared_memory", 600, 600, 300, 300, torn=3),
    ]
    return made

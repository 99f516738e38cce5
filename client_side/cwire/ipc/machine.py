"""Facts about the machine that figures depend on, and none about its owner."""

from __future__ import annotations

import os
import platform
from pathlib import Path
from typing import Any

import numpy as np

from cwire.version import __version__

__all__ = ["machine"]

_CPU = Path("/sys/devices/system/cpu/cpu0")


def machine() -> dict[str, Any]:
    """The processor, its caches and governor, the memory, the kernel, the versions."""
    return {
        "processor": _processor(),
        "architecture": platform.machine(),
        "cores": os.cpu_count(),
        "cores_allowed": len(os.sched_getaffinity(0)),
        "caches": _caches(),
        "governor": _read(_CPU / "cpufreq" / "scaling_governor"),
        "memory_gib": round(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30, 1),
        "page_bytes": os.sysconf("SC_PAGE_SIZE"),
        "kernel": f"{platform.system()} {platform.release()}",
        "load_before": round(os.getloadavg()[0], 2),
        "python": platform.python_version(),
        "numpy": np.__version__,
        "cwire": __version__,
    }


def _processor() -> str | None:
    for line in (_read(Path("/proc/cpuinfo")) or "").splitlines():
        name, _, value = line.partition(":")
        if name.strip() in ("model name", "Model"):
            return value.strip()
    return None


def _caches() -> dict[str, str]:
    found = {}
    for folder in sorted((_CPU / "cache").glob("index*")):
        level, kind, size = (_read(folder / name) for name in ("level", "type", "size"))
        if level and size and kind != "Instruction":
            found[f"L{level}"] = size
    return found


def _read(path: Path) -> str | None:
    try:
        return path.read_text().strip()
    except OSError:
        return None

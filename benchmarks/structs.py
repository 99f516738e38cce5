"""Measures wrapping and reading of structs: generation, single messages, views over batches."""

from __future__ import annotations

import importlib.util
import statistics
import tempfile
import timeit
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from cwire_structs.emit.build_classes import build_classes
from cwire_structs.wrap import Wrapped, wrap, write

REPEATS = 7
GENERATED_STRUCTS = 200
GENERATE_TARGET_S = 5.0
DECODE_TARGET_S = 80e-9
VIEW_TARGET_S = 1e-6
BATCHES = (1, 100, 10_000, 1_000_000)
HEADER = """
#include <stdint.h>
/** 64 bytes, as many messages have. @msg 1 */
struct sample {
    uint64_t number;
    double time, value;
    int32_t channel;
    uint32_t flags : 4, gain : 12;
    float parts[6];
    uint16_t low, high;
};
"""


@dataclass(frozen=True)
class Cost:
    """Seconds of one thing.

    Attributes:
        subject: What was done.
        frame_bytes: Bytes of one message; 0 where there is none.
        p50_s: The median run.
        p99_s: The slowest run.
        target_s: What it may cost at most; None: for comparison.
    """

    subject: str
    frame_bytes: int
    p50_s: float
    p99_s: float
    target_s: float | None = None


def measure_structs() -> Iterator[Cost]:
    """Measures everything, in this process."""
    with tempfile.TemporaryDirectory(prefix="cwire-bench-") as name:
        folder = Path(name)
        yield _generation(folder)
        header = folder / "bench.h"
        header.write_text(HEADER)
        wrapped = wrap(header, "cc")
        module = _compiled(wrapped, header, folder)
        yield from _single_messages(wrapped, module)
        yield from _views(wrapped)


def _generation(folder: Path) -> Cost:
    header = folder / "many.h"
    members = (
        "uint64_t a; double b; float c[16]; uint16_t d, e; int32_t f; char g[8]; uint8_t h[8];"
    )
    structs = [
        f"/** @msg {n} */\nstruct message_{n} {{ {members} }};\n"
        for n in range(1, GENERATED_STRUCTS + 1)
    ]
    header.write_text("#include <stdint.h>\n" + "".join(structs))
    runs = timeit.repeat(lambda: write(wrap(header, "cc"), folder / "many"), number=1, repeat=3)
    return _cost(f"generate {GENERATED_STRUCTS} structs", 0, runs, 1, GENERATE_TARGET_S)


def _compiled(wrapped: Wrapped, header: Path, folder: Path) -> ModuleType:
    write(wrapped, folder)
    include = Path(__file__).resolve().parents[1] / "c_driver" / "include"
    built = build_classes(wrapped.schema, folder, [header.parent, include], wrapped.toolchain)
    spec = importlib.util.spec_from_file_location("bench", built.path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _single_messages(wrapped: Wrapped, module: ModuleType) -> Iterator[Cost]:
    message = wrapped.schema.messages["sample"]
    payload = message.encode({"value": 2.5, "channel": 3, "gain": 9})
    decode = module.Sample.from_bytes
    made = message.type.from_bytes
    cases: list[tuple[str, Callable[[], Any], float | None]] = [
        ("compiled class: decode + one field", lambda: decode(payload).value, DECODE_TARGET_S),
        ("compiled class: decode + one bit field", lambda: decode(payload).gain, DECODE_TARGET_S),
        ("class from the schema: decode + one field", lambda: made(payload).value, None),
        ("numpy record: decode + one field", lambda: message.decode(payload)["value"], None),
    ]
    nothing = min(timeit.repeat(lambda: None, number=100_000, repeat=REPEATS)) / 100_000
    for subject, call, target in cases:
        number = 200_000 if target else 20_000
        runs = timeit.repeat(call, number=number, repeat=REPEATS)
        # The call of the lambda itself is not what is measured.
        runs = [run - nothing * number for run in runs]
        yield _cost(subject, message.size, runs, number, target)


def _views(wrapped: Wrapped) -> Iterator[Cost]:
    message = wrapped.schema.messages["sample"]
    span = message.frame_dtype(message.size).itemsize
    for count in BATCHES:
        batch = bytes(span * count)
        runs = timeit.repeat(
            lambda batch=batch: np.frombuffer(batch, message.frame_dtype(message.size)),  # type: ignore[misc]
            number=20_000,
            repeat=REPEATS,
        )
        subject = f"view over a batch of {count:,}"
        yield _cost(subject, message.size, runs, 20_000, VIEW_TARGET_S)


def _cost(
    subject: str, frame_bytes: int, runs: list[float], number: int, target: float | None
) -> Cost:
    seconds = [run / number for run in runs]
    return Cost(subject, frame_bytes, statistics.median(seconds), max(seconds), target)


if __name__ == "__main__":
    for cost in measure_structs():
        target = "" if cost.target_s is None else f"  (at most {cost.target_s * 1e9:,.0f})"
        print(f"{cost.subject:45} {cost.p50_s * 1e9:15,.1f} ns{target}")

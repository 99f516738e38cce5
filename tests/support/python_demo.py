"""The demo driver in Python: the same messages and commands as `c_driver/driver`.

python python_demo.py --socket PATH
"""

from __future__ import annotations

import signal
import sys
import time
from itertools import count
from pathlib import Path
from types import SimpleNamespace

sys.path.insert(0, str(Path(__file__).parents[1]))

import numpy as np
import numpy.typing as npt

import cwire
from support import demo_messages as demo

SAMPLES = 1024
driver = cwire.Driver("demo", demo.MESSAGES, sys.argv[2])
waveforms = [
    demo.Waveform(channel, frequency=180.0 * (channel + 1), amplitude=1.0) for channel in (0, 1)
]
acquisition = SimpleNamespace(sample_rate=61440.0, level=0.0, trigger=0, channel=0)
state = SimpleNamespace(running=True, blocks=0, commands=0)


@driver.command
def set_waveform(request: demo.SetWaveform) -> demo.Waveform:
    waveforms[request.channel] = demo.Waveform(**vars(request))
    return waveforms[request.channel]


@driver.command
def get_status(reset_counters: bool) -> object:
    state.commands += 1
    return status()


@driver.command
def start(blocks: int) -> None:
    state.running = True


@driver.command
def stop(reset_time: bool) -> None:
    state.running = False


@driver.command
def self_test(channel: int) -> object:
    wave = waveforms[channel]
    if wave.amplitude + abs(wave.offset) > 10:
        raise cwire.Refused(f"channel {channel} clips at 10 V")
    return {"channel": channel, "peak": wave.amplitude, "verdict": "passed"}


@driver.command
def set_acquisition(request: demo.SetAcquisition) -> object:
    vars(acquisition).update(vars(request))
    return acquisition


@driver.command
def echo(request: demo.Echo) -> demo.Echo:
    return request


def status() -> dict[str, object]:
    return {
        **vars(state),
        "firmware": "python",
        "acquisition": acquisition,
        "channels": waveforms,
    }


def blocks(first: int) -> npt.NDArray[np.void]:
    made = np.zeros(2, driver.schema.messages["scope_block"].dtype())
    made["first_sample"], made["dt"], made["trigger"] = first, 1 / acquisition.sample_rate, -1
    times = (first + np.arange(SAMPLES)) / acquisition.sample_rate
    for block, wave in zip(made, waveforms, strict=True):
        block["channel"] = wave.channel
        sine = np.sin(2 * np.pi * wave.frequency * times)
        block["samples"] = wave.offset + wave.amplitude * sine
    return made


def main() -> None:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    image = np.zeros((64, 48), "u2")
    with driver:
        print(f"listening at {driver.path}", flush=True)
        begin = time.monotonic()
        for number in count():
            if state.running:
                driver.publish("scope_block", blocks(number * SAMPLES))
                state.blocks += 1
            driver.publish("camera_tile", image, image=number, tiles=1)
            if number % 30 == 0:
                driver.publish("driver_status", status())
            due = begin + (number + 1) * SAMPLES / 61440
            time.sleep(max(0.0, due - time.monotonic()))


if __name__ == "__main__":
    main()

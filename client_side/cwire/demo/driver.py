"""The demo driver in Python: messages and commands of the one in C, where nothing compiles that.

python -m cwire.demo.driver [--socket PATH]
"""

from __future__ import annotations

import argparse
import signal
import sys
import time
from itertools import count
from types import SimpleNamespace
from typing import Any

import numpy as np
import numpy.typing as npt

from cwire.demo import messages as demo
from cwire.driver.driver import Driver
from cwire.errors import Refused

__all__ = ["Demo", "main"]

_SAMPLES = 1024
_SAMPLE_RATE = 61440.0  # Hz
_HEIGHT, _WIDTH = 64, 48
_STATUS_EVERY = 30  # blocks


class Demo:
    """Makes what the driver publishes, and handles its commands.

    Args:
        driver: It has the demo's messages; its commands are given to it.
    """

    def __init__(self, driver: Driver) -> None:
        self._driver = driver
        self._waveforms = [
            demo.Waveform(channel, frequency=180.0 * (channel + 1), amplitude=1.0)
            for channel in range(demo.SCOPE_CHANNELS)
        ]
        self._acquisition = SimpleNamespace(
            sample_rate=_SAMPLE_RATE, level=0.0, trigger=0, channel=0
        )
        self._state = SimpleNamespace(running=True, blocks=0, commands=0)
        for handler in (
            self.set_waveform,
            self.get_status,
            self.start,
            self.stop,
            self.self_test,
            self.set_acquisition,
            self.echo,
        ):
            driver.command(handler)

    def set_waveform(self, request: demo.SetWaveform) -> demo.Waveform:
        """Sets what the generator makes on one channel."""
        self._waveforms[request.channel] = demo.Waveform(**vars(request))
        return self._waveforms[request.channel]

    def get_status(self, reset_counters: bool) -> object:
        """Returns the status."""
        self._state.commands += 1
        return self._status()

    def start(self, blocks: int) -> None:
        """Starts the acquisition."""
        self._state.running = True

    def stop(self, reset_time: bool) -> None:
        """Stops the acquisition."""
        self._state.running = False

    def self_test(self, channel: int) -> object:
        """Tests whether a channel clips."""
        wave = self._waveforms[channel]
        if wave.amplitude + abs(wave.offset) > 10:
            raise Refused(f"channel {channel} clips at 10 V")
        return {"channel": channel, "peak": wave.amplitude, "verdict": "passed"}

    def set_acquisition(self, request: demo.SetAcquisition) -> object:
        """Sets how the scope samples."""
        vars(self._acquisition).update(vars(request))
        return self._acquisition

    def echo(self, request: demo.Echo) -> demo.Echo:
        """Returns what it gets."""
        return request

    def publish(self, number: int) -> None:
        """Publishes a block of each channel, an image, and now and then the status."""
        if self._state.running:
            self._driver.publish("scope_block", self._blocks(number * _SAMPLES))
            self._state.blocks += 1
        self._driver.publish("camera_tile", _image(number), image=number, tiles=1)
        if number % _STATUS_EVERY == 0:
            self._driver.publish("driver_status", self._status())

    def _blocks(self, first: int) -> npt.NDArray[np.void]:
        message = self._driver.schema.messages["scope_block"]
        made = np.zeros(demo.SCOPE_CHANNELS, message.dtype())
        rate = self._acquisition.sample_rate
        made["first_sample"], made["dt"], made["trigger"] = first, 1 / rate, -1
        times = (first + np.arange(_SAMPLES)) / rate
        for block, wave in zip(made, self._waveforms, strict=True):
            block["channel"] = wave.channel
            sine = np.sin(2 * np.pi * wave.frequency * times)
            block["samples"] = wave.offset + wave.amplitude * sine
        return made

    def _status(self) -> dict[str, object]:
        return {
            **vars(self._state),
            "firmware": "python",
            "acquisition": self._acquisition,
            "channels": self._waveforms,
        }


def _image(number: int) -> npt.NDArray[np.uint16]:
    """Waves that run over a small image."""
    rows, columns = np.ogrid[:_HEIGHT, :_WIDTH]
    waves: npt.NDArray[Any] = np.sin((rows + number) / 6) + np.cos((columns - number) / 9)
    return (16000 * (waves + 2)).astype(np.uint16)


def main() -> None:
    """The command line of `python -m cwire.demo.driver`: runs until SIGTERM or Ctrl-C."""
    parser = argparse.ArgumentParser(
        prog="cwire.demo.driver", description="The demo driver in Python, for cwire."
    )
    parser.add_argument("--socket", metavar="PATH", help="default: demo.sock, where relays look")
    socket = parser.parse_args().socket
    for ending in (signal.SIGTERM, signal.SIGINT):
        signal.signal(ending, lambda *_: sys.exit(0))
    with Driver("demo", demo.SERVED, socket) as driver:
        made = Demo(driver)
        print(f"listening at {driver.path}", flush=True)
        begin = time.monotonic()
        for number in count():
            made.publish(number)
            due = begin + (number + 1) * _SAMPLES / _SAMPLE_RATE
            time.sleep(max(0.0, due - time.monotonic()))


if __name__ == "__main__":
    main()

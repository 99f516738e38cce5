"""The demo driver's messages, written in Python: the layout of those of the driver in C. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Annotated

import numpy.typing as npt
from numpy import float32, int32, uint8, uint16, uint32, uint64

from cwire_structs.schema import tags
from cwire_structs.schema.tags import array, command, message, tail, text, tile, unit

__all__ = ["MESSAGES", "SERVED"]

SCOPE_CHANNELS = 2


class WaveformShape(IntEnum):
    """The shapes of a signal."""

    SINE = 0
    SQUARE = 1
    TRIANGLE = 2
    NOISE = 3


class TriggerMode(IntEnum):
    """When a block begins."""

    FREE_RUN = 0
    RISING_EDGE = 1
    FALLING_EDGE = 2


class PixelFormat(IntEnum):
    """The kind of number that a pixel is."""

    UINT8 = 0
    UINT16 = 1
    INT16 = 2
    INT32 = 3
    FLOAT16 = 4
    FLOAT32 = 5
    FLOAT64 = 6


class ScopeBlock:
    """One block of samples of one channel of the scope."""

    first_sample: Annotated[int, uint64, "Index of samples[0] since the driver started."]
    dt: Annotated[float, unit("s")]
    channel: uint32
    trigger: int32
    samples: Annotated[npt.NDArray[float32], array(1024), unit("V")]


class CameraTile:
    """A part of the camera's image."""

    image: uint32
    tile: uint16
    tiles: uint16
    x: Annotated[uint16, unit("px"), tile("x")]
    y: Annotated[uint16, unit("px"), tile("y")]
    width: Annotated[uint16, unit("px"), tile("width")]
    height: Annotated[uint16, unit("px"), tile("height")]
    pixels: Annotated[uint16, tail(), tile("pixels")]


@dataclass
class Waveform:
    """What the generator makes on one channel."""

    channel: Annotated[int, uint32] = 0
    shape: WaveformShape = WaveformShape.SINE
    frequency: float = 0.0
    amplitude: float = 0.0
    offset: float = 0.0


class Acquisition:
    """How the scope samples."""

    sample_rate: Annotated[float, unit("Hz")]
    level: float
    trigger: TriggerMode
    channel: uint32


class DriverStatus:
    """The state of the driver."""

    running: bool
    cpu_load: Annotated[uint8, unit("%")]
    peers: uint16
    temperature: float32
    blocks: uint64
    commands: uint64
    uptime: float
    firmware: Annotated[str, text(16)]
    calibration: Annotated[float32, array(SCOPE_CHANNELS, 3)]
    acquisition: Acquisition
    channels: Annotated[list[Waveform], array(SCOPE_CHANNELS)]


class SelfTestResult:
    """What a self-test found."""

    channel: uint32
    peak: float32
    rms: float32
    verdict: Annotated[str, text(52)]


class ImageTile:
    """A tile of a large image, sent where somebody looks."""

    picture: uint32
    level: Annotated[uint32, tile("level")]
    x: Annotated[uint32, tile("x")]
    y: Annotated[uint32, tile("y")]
    width: Annotated[uint16, tile("width")]
    height: Annotated[uint16, tile("height")]
    format: Annotated[PixelFormat, tile("format")]
    pixels: Annotated[uint8, tail(), tile("pixels")]


class Image:
    """A large image, of which tiles can be had."""

    width: Annotated[uint32, tile("image_width")]
    height: Annotated[uint32, tile("image_height")]
    tile_size: Annotated[uint32, tile("tile_width")]
    tile_rows: Annotated[uint32, tile("tile_height")]
    levels: Annotated[uint32, tile("levels")]
    lease: Annotated[float32, unit("s"), tile("lease")]


class WantedTile:
    """A tile that a viewer wants."""

    x: Annotated[uint32, tile("x")]
    y: Annotated[uint32, tile("y")]
    level: Annotated[uint16, tile("level")]
    have: Annotated[uint16, tile("have")]


@command(id=23, reply=Image)
class WantTiles:
    """Tells which tiles of the image a viewer shows."""

    viewer: Annotated[uint64, tile("viewer")]
    format: Annotated[PixelFormat, tile("format")]
    rate: Annotated[uint32, tags.range(1, 60), tile("rate")]
    tiles: Annotated[WantedTile, tail(), tile("wanted")]


@command(id=16, reply=Waveform)
@dataclass
class SetWaveform:
    """Sets what the generator makes on one channel."""

    channel: Annotated[int, uint32, tags.range(0, 1)] = 0
    shape: Annotated[WaveformShape, "The shape of the signal."] = WaveformShape.SINE
    frequency: Annotated[float, unit("Hz"), tags.range(0.01, 1e6)] = 10
    amplitude: Annotated[float, unit("V"), tags.range(0, 10)] = 1
    offset: Annotated[float, unit("V"), tags.range(-10, 10)] = 0


@command(id=17, reply="driver_status")
class GetStatus:
    """Returns the status."""

    reset_counters: bool


@command(id=18)
class Start:
    """Starts the acquisition."""

    blocks: uint64


@command(id=19)
class Stop:
    """Stops the acquisition."""

    reset_time: bool


@command(id=20, reply=SelfTestResult)
class SelfTest:
    """Tests a channel."""

    channel: Annotated[uint32, tags.range(0, 1)]


@command(id=21, reply=Acquisition)
class SetAcquisition:
    """Sets how the scope samples."""

    sample_rate: float
    level: float
    trigger: TriggerMode
    channel: uint32


@command(id=22, reply="echo")
class Echo:
    """Returns what it gets."""

    number: uint64
    values: Annotated[float, array(4)]


MESSAGES = [
    message(id=id_)(cls)
    for id_, cls in enumerate(
        (
            ScopeBlock,
            CameraTile,
            DriverStatus,
            Waveform,
            SelfTestResult,
            Acquisition,
            ImageTile,
            Image,
        ),
        1,
    )
] + [SetWaveform, GetStatus, Start, Stop, SelfTest, SetAcquisition, Echo, WantTiles]
"""All of them."""

SERVED = [one for one in MESSAGES if one not in (ImageTile, Image, WantTiles)]
"""Those of the driver in Python, which has no large image."""

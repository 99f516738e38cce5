# Made by `cwire wrap messages.h`: do not edit.
import builtins as _builtins
from collections.abc import Mapping, Sequence
from enum import IntEnum
from typing import Any, ClassVar, Final, Literal, SupportsFloat, SupportsIndex

import numpy as np
import numpy.typing as npt
from cwire_structs import schema as _schema
from typing_extensions import Buffer, Self

SCHEMA: Final[_schema.Schema]
MESSAGES: Final[dict[int, type[Any]]]

SCOPE_CHANNELS: Final = 2
SCOPE_SAMPLES: Final = 1024
CAMERA_TILE_WIDTH: Final = 64
CAMERA_TILE_HEIGHT: Final = 64
IMAGE_TILE_SIZE: Final = 256

class PixelFormat(IntEnum):
    """What the pixels of the large image are."""
    UINT8 = 0
    UINT16 = 1
    INT16 = 2
    INT32 = 3
    FLOAT16 = 4
    FLOAT32 = 5
    FLOAT64 = 6

class TriggerMode(IntEnum):
    """When a block of samples begins."""
    FREE_RUN = 0
    RISING_EDGE = 1
    FALLING_EDGE = 2

class WaveformShape(IntEnum):
    """The shape of a generated signal."""
    SINE = 0
    SQUARE = 1
    TRIANGLE = 2
    NOISE = 3

class ScopeBlock:
    """One block of samples of one channel of the scope."""
    STRUCT: ClassVar[Literal['scope_block']]
    MESSAGE: ClassVar[_schema.Message]
    ID: ClassVar[Literal[1]]
    __hash__: ClassVar[None]  # type: ignore[assignment]
    def __init__(
        self,
        /,
        *,
        first_sample: SupportsIndex = ...,
        dt: SupportsFloat = ...,
        channel: SupportsIndex = ...,
        trigger: SupportsIndex = ...,
        samples: npt.ArrayLike = ...,
    ) -> None: ...
    @classmethod
    def from_bytes(cls, data: Buffer) -> Self: ...
    @classmethod
    def from_dict(cls, values: Mapping[str, object]) -> Self: ...
    def to_dict(self) -> dict[str, Any]: ...
    def __bytes__(self) -> bytes: ...
    def __buffer__(self, flags: int, /) -> memoryview: ...
    def __eq__(self, other: object, /) -> bool: ...
    @property
    def first_sample(self) -> int:
        """Index of samples[0] since the driver started."""
    @first_sample.setter
    def first_sample(self, value: SupportsIndex) -> None: ...
    @property
    def dt(self) -> float:
        """Time from one sample to the next. [s]"""
    @dt.setter
    def dt(self, value: SupportsFloat) -> None: ...
    @property
    def channel(self) -> int:
        """Which channel: 0 or 1."""
    @channel.setter
    def channel(self, value: SupportsIndex) -> None: ...
    @property
    def trigger(self) -> int:
        """Index of the sample at the trigger; -1 without one."""
    @trigger.setter
    def trigger(self, value: SupportsIndex) -> None: ...
    @property
    def samples(self) -> npt.NDArray[np.float32]:
        """The signal. [V]"""
    @samples.setter
    def samples(self, value: npt.ArrayLike) -> None: ...

class CameraTile:
    """A rectangle of the camera's picture, row by row."""
    STRUCT: ClassVar[Literal['camera_tile']]
    MESSAGE: ClassVar[_schema.Message]
    ID: ClassVar[Literal[2]]
    __hash__: ClassVar[None]  # type: ignore[assignment]
    def __init__(
        self,
        /,
        *,
        image: SupportsIndex = ...,
        tile: SupportsIndex = ...,
        tiles: SupportsIndex = ...,
        x: SupportsIndex = ...,
        y: SupportsIndex = ...,
        width: SupportsIndex = ...,
        height: SupportsIndex = ...,
        pixels: npt.ArrayLike = ...,
    ) -> None: ...
    @classmethod
    def from_bytes(cls, data: Buffer) -> Self: ...
    @classmethod
    def from_dict(cls, values: Mapping[str, object]) -> Self: ...
    def to_dict(self) -> dict[str, Any]: ...
    def __bytes__(self) -> bytes: ...
    def __buffer__(self, flags: int, /) -> memoryview: ...
    def __eq__(self, other: object, /) -> bool: ...
    @property
    def image(self) -> int:
        """Counts pictures."""
    @image.setter
    def image(self, value: SupportsIndex) -> None: ...
    @property
    def tile(self) -> int:
        """Index of this tile in its picture."""
    @tile.setter
    def tile(self, value: SupportsIndex) -> None: ...
    @property
    def tiles(self) -> int:
        """Tiles in the picture."""
    @tiles.setter
    def tiles(self, value: SupportsIndex) -> None: ...
    @property
    def x(self) -> int:
        """Left edge in the picture. [px]"""
    @x.setter
    def x(self, value: SupportsIndex) -> None: ...
    @property
    def y(self) -> int:
        """Top edge in the picture. [px]"""
    @y.setter
    def y(self, value: SupportsIndex) -> None: ...
    @property
    def width(self) -> int:
        """Pixels in a row. [px]"""
    @width.setter
    def width(self, value: SupportsIndex) -> None: ...
    @property
    def height(self) -> int:
        """Rows. [px]"""
    @height.setter
    def height(self, value: SupportsIndex) -> None: ...
    @property
    def pixels(self) -> npt.NDArray[np.uint16]:
        """width * height brightness values, row by row."""
    @pixels.setter
    def pixels(self, value: npt.ArrayLike) -> None: ...

class Acquisition:
    """How the scope samples."""
    STRUCT: ClassVar[Literal['acquisition']]
    MESSAGE: ClassVar[_schema.Message]
    ID: ClassVar[Literal[6]]
    __hash__: ClassVar[None]  # type: ignore[assignment]
    def __init__(
        self,
        /,
        *,
        sample_rate: SupportsFloat = ...,
        level: SupportsFloat = ...,
        trigger: Literal['FREE_RUN', 'RISING_EDGE', 'FALLING_EDGE'] | SupportsIndex = ...,
        channel: SupportsIndex = ...,
    ) -> None: ...
    @classmethod
    def from_bytes(cls, data: Buffer) -> Self: ...
    @classmethod
    def from_dict(cls, values: Mapping[str, object]) -> Self: ...
    def to_dict(self) -> dict[str, Any]: ...
    def __bytes__(self) -> bytes: ...
    def __buffer__(self, flags: int, /) -> memoryview: ...
    def __eq__(self, other: object, /) -> bool: ...
    @property
    def sample_rate(self) -> float:
        """Samples per second of each channel. [Hz]"""
    @sample_rate.setter
    def sample_rate(self, value: SupportsFloat) -> None: ...
    @property
    def level(self) -> float:
        """Trigger level. [V]"""
    @level.setter
    def level(self, value: SupportsFloat) -> None: ...
    @property
    def trigger(self) -> int:
        """What begins a block."""
    @trigger.setter
    def trigger(self, value: Literal['FREE_RUN', 'RISING_EDGE', 'FALLING_EDGE'] | SupportsIndex) -> None: ...
    @property
    def channel(self) -> int:
        """Channel that triggers."""
    @channel.setter
    def channel(self, value: SupportsIndex) -> None: ...

class Waveform:
    """What the generator makes on one channel."""
    STRUCT: ClassVar[Literal['waveform']]
    MESSAGE: ClassVar[_schema.Message]
    ID: ClassVar[Literal[4]]
    __hash__: ClassVar[None]  # type: ignore[assignment]
    def __init__(
        self,
        /,
        *,
        channel: SupportsIndex = ...,
        shape: Literal['SINE', 'SQUARE', 'TRIANGLE', 'NOISE'] | SupportsIndex = ...,
        frequency: SupportsFloat = ...,
        amplitude: SupportsFloat = ...,
        offset: SupportsFloat = ...,
    ) -> None: ...
    @classmethod
    def from_bytes(cls, data: Buffer) -> Self: ...
    @classmethod
    def from_dict(cls, values: Mapping[str, object]) -> Self: ...
    def to_dict(self) -> dict[str, Any]: ...
    def __bytes__(self) -> bytes: ...
    def __buffer__(self, flags: int, /) -> memoryview: ...
    def __eq__(self, other: object, /) -> bool: ...
    @property
    def channel(self) -> int:
        """Which channel: 0 or 1."""
    @channel.setter
    def channel(self, value: SupportsIndex) -> None: ...
    @property
    def shape(self) -> int:
        """The shape of the signal."""
    @shape.setter
    def shape(self, value: Literal['SINE', 'SQUARE', 'TRIANGLE', 'NOISE'] | SupportsIndex) -> None: ...
    @property
    def frequency(self) -> float:
        """Periods per second. [Hz]"""
    @frequency.setter
    def frequency(self, value: SupportsFloat) -> None: ...
    @property
    def amplitude(self) -> float:
        """From the middle to the peak. [V]"""
    @amplitude.setter
    def amplitude(self, value: SupportsFloat) -> None: ...
    @property
    def offset(self) -> float:
        """The middle. [V]"""
    @offset.setter
    def offset(self, value: SupportsFloat) -> None: ...

class DriverStatus:
    """How the driver is; published twice a second and in answer to get_status."""
    STRUCT: ClassVar[Literal['driver_status']]
    MESSAGE: ClassVar[_schema.Message]
    ID: ClassVar[Literal[3]]
    __hash__: ClassVar[None]  # type: ignore[assignment]
    def __init__(
        self,
        /,
        *,
        running: bool = ...,
        cpu_load: SupportsIndex = ...,
        peers: SupportsIndex = ...,
        temperature: SupportsFloat = ...,
        blocks: SupportsIndex = ...,
        commands: SupportsIndex = ...,
        uptime: SupportsFloat = ...,
        firmware: str | bytes = ...,
        calibration: npt.ArrayLike = ...,
        acquisition: Acquisition | Mapping[str, object] | np.void = ...,
        channels: Sequence[Waveform | Mapping[str, object]] | Sequence[Any] | npt.NDArray[Any] = ...,
    ) -> None: ...
    @classmethod
    def from_bytes(cls, data: Buffer) -> Self: ...
    @classmethod
    def from_dict(cls, values: Mapping[str, object]) -> Self: ...
    def to_dict(self) -> dict[str, Any]: ...
    def __bytes__(self) -> bytes: ...
    def __buffer__(self, flags: int, /) -> memoryview: ...
    def __eq__(self, other: object, /) -> bool: ...
    @property
    def running(self) -> bool:
        """Blocks are being published."""
    @running.setter
    def running(self, value: bool) -> None: ...
    @property
    def cpu_load(self) -> int:
        """The driver's own processor load. [%]"""
    @cpu_load.setter
    def cpu_load(self, value: SupportsIndex) -> None: ...
    @property
    def peers(self) -> int:
        """Peers that want scope blocks."""
    @peers.setter
    def peers(self, value: SupportsIndex) -> None: ...
    @property
    def temperature(self) -> float:
        """Of the (simulated) front end. [degC]"""
    @temperature.setter
    def temperature(self, value: SupportsFloat) -> None: ...
    @property
    def blocks(self) -> int:
        """Blocks published since the start."""
    @blocks.setter
    def blocks(self, value: SupportsIndex) -> None: ...
    @property
    def commands(self) -> int:
        """Commands handled since the start."""
    @commands.setter
    def commands(self, value: SupportsIndex) -> None: ...
    @property
    def uptime(self) -> float:
        """Time since the start. [s]"""
    @uptime.setter
    def uptime(self, value: SupportsFloat) -> None: ...
    @property
    def firmware(self) -> str:
        """Version text."""
    @firmware.setter
    def firmware(self, value: str | bytes) -> None: ...
    @property
    def calibration(self) -> npt.NDArray[np.float32]:
        """Gain, offset and noise of each channel."""
    @calibration.setter
    def calibration(self, value: npt.ArrayLike) -> None: ...
    @property
    def acquisition(self) -> Acquisition:
        """How the scope samples now."""
    @acquisition.setter
    def acquisition(self, value: Acquisition | Mapping[str, object] | np.void) -> None: ...
    @property
    def channels(self) -> tuple[Waveform, ...]:
        """What the generator makes now."""
    @channels.setter
    def channels(self, value: Sequence[Waveform | Mapping[str, object]] | Sequence[Any] | npt.NDArray[Any]) -> None: ...

class SelfTestResult:
    """What a self test found."""
    STRUCT: ClassVar[Literal['self_test_result']]
    MESSAGE: ClassVar[_schema.Message]
    ID: ClassVar[Literal[5]]
    __hash__: ClassVar[None]  # type: ignore[assignment]
    def __init__(
        self,
        /,
        *,
        channel: SupportsIndex = ...,
        peak: SupportsFloat = ...,
        rms: SupportsFloat = ...,
        verdict: str | bytes = ...,
    ) -> None: ...
    @classmethod
    def from_bytes(cls, data: Buffer) -> Self: ...
    @classmethod
    def from_dict(cls, values: Mapping[str, object]) -> Self: ...
    def to_dict(self) -> dict[str, Any]: ...
    def __bytes__(self) -> bytes: ...
    def __buffer__(self, flags: int, /) -> memoryview: ...
    def __eq__(self, other: object, /) -> bool: ...
    @property
    def channel(self) -> int:
        """The tested channel."""
    @channel.setter
    def channel(self, value: SupportsIndex) -> None: ...
    @property
    def peak(self) -> float:
        """Largest deviation seen. [V]"""
    @peak.setter
    def peak(self, value: SupportsFloat) -> None: ...
    @property
    def rms(self) -> float:
        """Root mean square of the signal. [V]"""
    @rms.setter
    def rms(self, value: SupportsFloat) -> None: ...
    @property
    def verdict(self) -> str:
        """A sentence for people."""
    @verdict.setter
    def verdict(self, value: str | bytes) -> None: ...

class ImageTile:
    """A tile of the large image, which moves. It is published while somebody wants it."""
    STRUCT: ClassVar[Literal['image_tile']]
    MESSAGE: ClassVar[_schema.Message]
    ID: ClassVar[Literal[7]]
    __hash__: ClassVar[None]  # type: ignore[assignment]
    def __init__(
        self,
        /,
        *,
        picture: SupportsIndex = ...,
        level: SupportsIndex = ...,
        x: SupportsIndex = ...,
        y: SupportsIndex = ...,
        width: SupportsIndex = ...,
        height: SupportsIndex = ...,
        format: Literal['UINT8', 'UINT16', 'INT16', 'INT32', 'FLOAT16', 'FLOAT32', 'FLOAT64'] | SupportsIndex = ...,
        pixels: npt.ArrayLike = ...,
    ) -> None: ...
    @classmethod
    def from_bytes(cls, data: Buffer) -> Self: ...
    @classmethod
    def from_dict(cls, values: Mapping[str, object]) -> Self: ...
    def to_dict(self) -> dict[str, Any]: ...
    def __bytes__(self) -> bytes: ...
    def __buffer__(self, flags: int, /) -> memoryview: ...
    def __eq__(self, other: object, /) -> bool: ...
    @property
    def picture(self) -> int:
        """Counts pictures."""
    @picture.setter
    def picture(self, value: SupportsIndex) -> None: ...
    @property
    def level(self) -> int:
        """Of the pyramid: a pixel is 2^level wide."""
    @level.setter
    def level(self, value: SupportsIndex) -> None: ...
    @property
    def x(self) -> int:
        """Left edge in its level. [px]"""
    @x.setter
    def x(self, value: SupportsIndex) -> None: ...
    @property
    def y(self) -> int:
        """Top edge in its level. [px]"""
    @y.setter
    def y(self, value: SupportsIndex) -> None: ...
    @property
    def width(self) -> int:
        """Pixels in a row. [px]"""
    @width.setter
    def width(self, value: SupportsIndex) -> None: ...
    @property
    def height(self) -> int:
        """Rows. [px]"""
    @height.setter
    def height(self, value: SupportsIndex) -> None: ...
    @property
    def format(self) -> int:
        """What the pixels are."""
    @format.setter
    def format(self, value: Literal['UINT8', 'UINT16', 'INT16', 'INT32', 'FLOAT16', 'FLOAT32', 'FLOAT64'] | SupportsIndex) -> None: ...
    @property
    def pixels(self) -> npt.NDArray[np.uint8]:
        """width * height pixels, row by row."""
    @pixels.setter
    def pixels(self, value: npt.ArrayLike) -> None: ...

class Image:
    """The large image, in answer to want_tiles."""
    STRUCT: ClassVar[Literal['image']]
    MESSAGE: ClassVar[_schema.Message]
    ID: ClassVar[Literal[8]]
    __hash__: ClassVar[None]  # type: ignore[assignment]
    def __init__(
        self,
        /,
        *,
        width: SupportsIndex = ...,
        height: SupportsIndex = ...,
        tile_size: SupportsIndex = ...,
        tile_rows: SupportsIndex = ...,
        levels: SupportsIndex = ...,
        lease: SupportsFloat = ...,
    ) -> None: ...
    @classmethod
    def from_bytes(cls, data: Buffer) -> Self: ...
    @classmethod
    def from_dict(cls, values: Mapping[str, object]) -> Self: ...
    def to_dict(self) -> dict[str, Any]: ...
    def __bytes__(self) -> bytes: ...
    def __buffer__(self, flags: int, /) -> memoryview: ...
    def __eq__(self, other: object, /) -> bool: ...
    @property
    def width(self) -> int:
        """Pixels in a row. [px]"""
    @width.setter
    def width(self, value: SupportsIndex) -> None: ...
    @property
    def height(self) -> int:
        """Rows. [px]"""
    @height.setter
    def height(self, value: SupportsIndex) -> None: ...
    @property
    def tile_size(self) -> int:
        """Pixels in a row of a tile. [px]"""
    @tile_size.setter
    def tile_size(self, value: SupportsIndex) -> None: ...
    @property
    def tile_rows(self) -> int:
        """Rows of a tile."""
    @tile_rows.setter
    def tile_rows(self, value: SupportsIndex) -> None: ...
    @property
    def levels(self) -> int:
        """Each has half the rows and columns of the one before."""
    @levels.setter
    def levels(self, value: SupportsIndex) -> None: ...
    @property
    def lease(self) -> float:
        """So long a wish holds. [s]"""
    @lease.setter
    def lease(self, value: SupportsFloat) -> None: ...

class SetWaveform:
    """Sets what the generator makes on one channel."""
    STRUCT: ClassVar[Literal['set_waveform']]
    MESSAGE: ClassVar[_schema.Message]
    ID: ClassVar[Literal[16]]
    __hash__: ClassVar[None]  # type: ignore[assignment]
    def __init__(
        self,
        /,
        *,
        channel: SupportsIndex = ...,
        shape: Literal['SINE', 'SQUARE', 'TRIANGLE', 'NOISE'] | SupportsIndex = ...,
        frequency: SupportsFloat = ...,
        amplitude: SupportsFloat = ...,
        offset: SupportsFloat = ...,
    ) -> None: ...
    @classmethod
    def from_bytes(cls, data: Buffer) -> Self: ...
    @classmethod
    def from_dict(cls, values: Mapping[str, object]) -> Self: ...
    def to_dict(self) -> dict[str, Any]: ...
    def __bytes__(self) -> bytes: ...
    def __buffer__(self, flags: int, /) -> memoryview: ...
    def __eq__(self, other: object, /) -> bool: ...
    @property
    def channel(self) -> int:
        """Which channel."""
    @channel.setter
    def channel(self, value: SupportsIndex) -> None: ...
    @property
    def shape(self) -> int:
        """The shape of the signal."""
    @shape.setter
    def shape(self, value: Literal['SINE', 'SQUARE', 'TRIANGLE', 'NOISE'] | SupportsIndex) -> None: ...
    @property
    def frequency(self) -> float:
        """Periods per second. [Hz]"""
    @frequency.setter
    def frequency(self, value: SupportsFloat) -> None: ...
    @property
    def amplitude(self) -> float:
        """Middle to peak. [V]"""
    @amplitude.setter
    def amplitude(self, value: SupportsFloat) -> None: ...
    @property
    def offset(self) -> float:
        """The middle. [V]"""
    @offset.setter
    def offset(self, value: SupportsFloat) -> None: ...

class GetStatus:
    """Asks for the status now."""
    STRUCT: ClassVar[Literal['get_status']]
    MESSAGE: ClassVar[_schema.Message]
    ID: ClassVar[Literal[17]]
    __hash__: ClassVar[None]  # type: ignore[assignment]
    def __init__(
        self,
        /,
        *,
        reset_counters: bool = ...,
    ) -> None: ...
    @classmethod
    def from_bytes(cls, data: Buffer) -> Self: ...
    @classmethod
    def from_dict(cls, values: Mapping[str, object]) -> Self: ...
    def to_dict(self) -> dict[str, Any]: ...
    def __bytes__(self) -> bytes: ...
    def __buffer__(self, flags: int, /) -> memoryview: ...
    def __eq__(self, other: object, /) -> bool: ...
    @property
    def reset_counters(self) -> bool:
        """Set the counters of blocks and commands to zero afterwards."""
    @reset_counters.setter
    def reset_counters(self, value: bool) -> None: ...

class Start:
    """Begins to publish blocks."""
    STRUCT: ClassVar[Literal['start']]
    MESSAGE: ClassVar[_schema.Message]
    ID: ClassVar[Literal[18]]
    __hash__: ClassVar[None]  # type: ignore[assignment]
    def __init__(
        self,
        /,
        *,
        blocks: SupportsIndex = ...,
    ) -> None: ...
    @classmethod
    def from_bytes(cls, data: Buffer) -> Self: ...
    @classmethod
    def from_dict(cls, values: Mapping[str, object]) -> Self: ...
    def to_dict(self) -> dict[str, Any]: ...
    def __bytes__(self) -> bytes: ...
    def __buffer__(self, flags: int, /) -> memoryview: ...
    def __eq__(self, other: object, /) -> bool: ...
    @property
    def blocks(self) -> int:
        """Stop by itself after so many blocks of each channel; 0: never."""
    @blocks.setter
    def blocks(self, value: SupportsIndex) -> None: ...

class Stop:
    """Stops publishing blocks."""
    STRUCT: ClassVar[Literal['stop']]
    MESSAGE: ClassVar[_schema.Message]
    ID: ClassVar[Literal[19]]
    __hash__: ClassVar[None]  # type: ignore[assignment]
    def __init__(
        self,
        /,
        *,
        reset_time: bool = ...,
    ) -> None: ...
    @classmethod
    def from_bytes(cls, data: Buffer) -> Self: ...
    @classmethod
    def from_dict(cls, values: Mapping[str, object]) -> Self: ...
    def to_dict(self) -> dict[str, Any]: ...
    def __bytes__(self) -> bytes: ...
    def __buffer__(self, flags: int, /) -> memoryview: ...
    def __eq__(self, other: object, /) -> bool: ...
    @property
    def reset_time(self) -> bool:
        """Count samples from zero again."""
    @reset_time.setter
    def reset_time(self, value: bool) -> None: ...

class SelfTest:
    """Measures one channel; fails when the signal clips at 10 V."""
    STRUCT: ClassVar[Literal['self_test']]
    MESSAGE: ClassVar[_schema.Message]
    ID: ClassVar[Literal[20]]
    __hash__: ClassVar[None]  # type: ignore[assignment]
    def __init__(
        self,
        /,
        *,
        channel: SupportsIndex = ...,
    ) -> None: ...
    @classmethod
    def from_bytes(cls, data: Buffer) -> Self: ...
    @classmethod
    def from_dict(cls, values: Mapping[str, object]) -> Self: ...
    def to_dict(self) -> dict[str, Any]: ...
    def __bytes__(self) -> bytes: ...
    def __buffer__(self, flags: int, /) -> memoryview: ...
    def __eq__(self, other: object, /) -> bool: ...
    @property
    def channel(self) -> int:
        """Which channel."""
    @channel.setter
    def channel(self, value: SupportsIndex) -> None: ...

class SetAcquisition:
    """Sets how the scope samples."""
    STRUCT: ClassVar[Literal['set_acquisition']]
    MESSAGE: ClassVar[_schema.Message]
    ID: ClassVar[Literal[21]]
    __hash__: ClassVar[None]  # type: ignore[assignment]
    def __init__(
        self,
        /,
        *,
        sample_rate: SupportsFloat = ...,
        level: SupportsFloat = ...,
        trigger: Literal['FREE_RUN', 'RISING_EDGE', 'FALLING_EDGE'] | SupportsIndex = ...,
        channel: SupportsIndex = ...,
    ) -> None: ...
    @classmethod
    def from_bytes(cls, data: Buffer) -> Self: ...
    @classmethod
    def from_dict(cls, values: Mapping[str, object]) -> Self: ...
    def to_dict(self) -> dict[str, Any]: ...
    def __bytes__(self) -> bytes: ...
    def __buffer__(self, flags: int, /) -> memoryview: ...
    def __eq__(self, other: object, /) -> bool: ...
    @property
    def sample_rate(self) -> float:
        """Of each channel. [Hz]"""
    @sample_rate.setter
    def sample_rate(self, value: SupportsFloat) -> None: ...
    @property
    def level(self) -> float:
        """Trigger level. [V]"""
    @level.setter
    def level(self, value: SupportsFloat) -> None: ...
    @property
    def trigger(self) -> int:
        """What begins a block."""
    @trigger.setter
    def trigger(self, value: Literal['FREE_RUN', 'RISING_EDGE', 'FALLING_EDGE'] | SupportsIndex) -> None: ...
    @property
    def channel(self) -> int:
        """Channel that triggers."""
    @channel.setter
    def channel(self, value: SupportsIndex) -> None: ...

class Echo:
    """Comes back as it is: for measuring the round trip."""
    STRUCT: ClassVar[Literal['echo']]
    MESSAGE: ClassVar[_schema.Message]
    ID: ClassVar[Literal[22]]
    __hash__: ClassVar[None]  # type: ignore[assignment]
    def __init__(
        self,
        /,
        *,
        number: SupportsIndex = ...,
        values: npt.ArrayLike = ...,
    ) -> None: ...
    @classmethod
    def from_bytes(cls, data: Buffer) -> Self: ...
    @classmethod
    def from_dict(cls, values: Mapping[str, object]) -> Self: ...
    def to_dict(self) -> dict[str, Any]: ...
    def __bytes__(self) -> bytes: ...
    def __buffer__(self, flags: int, /) -> memoryview: ...
    def __eq__(self, other: object, /) -> bool: ...
    @property
    def number(self) -> int:
        """Anything."""
    @number.setter
    def number(self, value: SupportsIndex) -> None: ...
    @property
    def values(self) -> npt.NDArray[np.float64]:
        """Anything."""
    @values.setter
    def values(self, value: npt.ArrayLike) -> None: ...

class WantedTile:
    """A tile that somebody wants."""
    STRUCT: ClassVar[Literal['wanted_tile']]
    MESSAGE: ClassVar[_schema.Message]
    __hash__: ClassVar[None]  # type: ignore[assignment]
    def __init__(
        self,
        /,
        *,
        x: SupportsIndex = ...,
        y: SupportsIndex = ...,
        level: SupportsIndex = ...,
        have: SupportsIndex = ...,
    ) -> None: ...
    @classmethod
    def from_bytes(cls, data: Buffer) -> Self: ...
    @classmethod
    def from_dict(cls, values: Mapping[str, object]) -> Self: ...
    def to_dict(self) -> dict[str, Any]: ...
    def __bytes__(self) -> bytes: ...
    def __buffer__(self, flags: int, /) -> memoryview: ...
    def __eq__(self, other: object, /) -> bool: ...
    @property
    def x(self) -> int:
        """Left edge in its level, a multiple of the tile's size."""
    @x.setter
    def x(self, value: SupportsIndex) -> None: ...
    @property
    def y(self) -> int:
        """Top edge."""
    @y.setter
    def y(self, value: SupportsIndex) -> None: ...
    @property
    def level(self) -> int:
        """Of the pyramid."""
    @level.setter
    def level(self, value: SupportsIndex) -> None: ...
    @property
    def have(self) -> int:
        """1: its pixels came already; the image moves, so they come anyway."""
    @have.setter
    def have(self, value: SupportsIndex) -> None: ...

class WantTiles:
    """Asks for tiles of the large image instead of those that this viewer asked for before. It holds until the lease in the answer is over: ask again before."""
    STRUCT: ClassVar[Literal['want_tiles']]
    MESSAGE: ClassVar[_schema.Message]
    ID: ClassVar[Literal[23]]
    __hash__: ClassVar[None]  # type: ignore[assignment]
    def __init__(
        self,
        /,
        *,
        viewer: SupportsIndex = ...,
        format: Literal['UINT8', 'UINT16', 'INT16', 'INT32', 'FLOAT16', 'FLOAT32', 'FLOAT64'] | SupportsIndex = ...,
        rate: SupportsIndex = ...,
        tiles: Sequence[WantedTile | Mapping[str, object]] | Sequence[Any] | npt.NDArray[Any] = ...,
    ) -> None: ...
    @classmethod
    def from_bytes(cls, data: Buffer) -> Self: ...
    @classmethod
    def from_dict(cls, values: Mapping[str, object]) -> Self: ...
    def to_dict(self) -> dict[str, Any]: ...
    def __bytes__(self) -> bytes: ...
    def __buffer__(self, flags: int, /) -> memoryview: ...
    def __eq__(self, other: object, /) -> bool: ...
    @property
    def viewer(self) -> int:
        """Any number that no other viewer has."""
    @viewer.setter
    def viewer(self, value: SupportsIndex) -> None: ...
    @property
    def format(self) -> int:
        """What the pixels are to be."""
    @format.setter
    def format(self, value: Literal['UINT8', 'UINT16', 'INT16', 'INT32', 'FLOAT16', 'FLOAT32', 'FLOAT64'] | SupportsIndex) -> None: ...
    @property
    def rate(self) -> int:
        """Pictures per second."""
    @rate.setter
    def rate(self, value: SupportsIndex) -> None: ...
    @property
    def tiles(self) -> npt.NDArray[np.void]:
        """256 at most."""
    @tiles.setter
    def tiles(self, value: Sequence[WantedTile | Mapping[str, object]] | Sequence[Any] | npt.NDArray[Any]) -> None: ...

# Made by `cwire wrap messages.h`: do not edit.
# cython: language_level=3, binding=False
"""The messages of messages.h as classes over the C structs.

Getters of nested structs and arrays give views: what is written into them is written into the
message, and they keep its memory alive. Texts are copies.
"""

from cpython.buffer cimport PyBUF_SIMPLE, PyBUF_WRITE, PyBuffer_FillInfo, PyBuffer_Release
from cpython.buffer cimport PyObject_GetBuffer
from cpython.bytearray cimport PyByteArray_AS_STRING
from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_CheckExact, PyBytes_FromStringAndSize
from cpython.bytes cimport PyBytes_GET_SIZE
from cpython.memoryview cimport PyMemoryView_FromMemory
from libc.string cimport memcpy

from cwire_structs import compiled as cwire_support


cdef extern from "messages_schema.h":
    ctypedef struct cwire_schema_t "cwire_schema":
        const unsigned char *json
        size_t json_size
    cwire_schema_t cwire_this_schema "messages_schema"

SCHEMA = cwire_support.Schema.from_json(
    PyBytes_FromStringAndSize(<const char *>cwire_this_schema.json, cwire_this_schema.json_size))
SCOPE_CHANNELS = 2
SCOPE_SAMPLES = 1024
CAMERA_TILE_WIDTH = 64
CAMERA_TILE_HEIGHT = 64
TriggerMode = cwire_support.IntEnum(
    'TriggerMode', {'FREE_RUN': 0, 'RISING_EDGE': 1, 'FALLING_EDGE': 2}, module=__name__)
WaveformShape = cwire_support.IntEnum(
    'WaveformShape', {'SINE': 0, 'SQUARE': 1, 'TRIANGLE': 2, 'NOISE': 3}, module=__name__)


cdef object cwire_message_scope_block = SCHEMA.messages['scope_block']
cdef object cwire_dtype_scope_block__samples = cwire_support.element_dtype(cwire_message_scope_block, 'samples')


cdef class ScopeBlock:
    """One block of samples of one channel of the scope."""

    STRUCT = 'scope_block'
    ID = 1
    __match_args__ = ('first_sample', 'dt', 'channel', 'trigger', 'samples',)

    def __cinit__(self):
        self.cwire_at = &self.cwire_own

    def __init__(self, /, **values):
        cdef bytes payload = cwire_message_scope_block.encode(values)
        memcpy(self.cwire_at, PyBytes_AS_STRING(payload), sizeof(cwire_c_scope_block))

    @classmethod
    def from_bytes(cls, data):
        """Returns a message with a copy of these bytes; ValueError if their number is wrong."""
        cdef ScopeBlock made = ScopeBlock.__new__(ScopeBlock)
        cdef Py_buffer buffer
        if PyBytes_CheckExact(data):
            if PyBytes_GET_SIZE(data) != sizeof(cwire_c_scope_block):
                cwire_message_scope_block.check_size(len(data))
            memcpy(made.cwire_at, PyBytes_AS_STRING(data), sizeof(cwire_c_scope_block))
            return made
        PyObject_GetBuffer(data, &buffer, PyBUF_SIMPLE)
        try:
            if buffer.len != sizeof(cwire_c_scope_block):
                cwire_message_scope_block.check_size(buffer.len)
            memcpy(made.cwire_at, buffer.buf, sizeof(cwire_c_scope_block))
        finally:
            PyBuffer_Release(&buffer)
        return made

    def __bytes__(self):
        return PyBytes_FromStringAndSize(<char *>self.cwire_at, sizeof(cwire_c_scope_block))

    def __getbuffer__(self, Py_buffer *buffer, int flags):
        PyBuffer_FillInfo(buffer, self, self.cwire_at, sizeof(cwire_c_scope_block), 0, flags)

    def __eq__(self, other):
        if type(other) is not type(self):
            return NotImplemented
        return cwire_support.equal(self, other, cwire_message_scope_block)

    __hash__ = None

    def __repr__(self):
        return cwire_support.show(self, cwire_message_scope_block)

    def __reduce__(self):
        raise TypeError("a message is not pickled: send bytes(message), read it with from_bytes")

    @property
    def first_sample(self):
        """Index of samples[0] since the driver started."""
        return self.cwire_at.first_sample

    @first_sample.setter
    def first_sample(self, value):
        cwire_support.put(cwire_message_scope_block, 'first_sample', PyMemoryView_FromMemory(<char *>self.cwire_at, sizeof(cwire_c_scope_block), PyBUF_WRITE), value)

    @property
    def dt(self):
        """Time from one sample to the next. [s]"""
        return self.cwire_at.dt

    @dt.setter
    def dt(self, value):
        cwire_support.put(cwire_message_scope_block, 'dt', PyMemoryView_FromMemory(<char *>self.cwire_at, sizeof(cwire_c_scope_block), PyBUF_WRITE), value)

    @property
    def channel(self):
        """Which channel: 0 or 1."""
        return self.cwire_at.channel

    @channel.setter
    def channel(self, value):
        cwire_support.put(cwire_message_scope_block, 'channel', PyMemoryView_FromMemory(<char *>self.cwire_at, sizeof(cwire_c_scope_block), PyBUF_WRITE), value)

    @property
    def trigger(self):
        """Index of the sample at the trigger; -1 without one."""
        return self.cwire_at.trigger

    @trigger.setter
    def trigger(self, value):
        cwire_support.put(cwire_message_scope_block, 'trigger', PyMemoryView_FromMemory(<char *>self.cwire_at, sizeof(cwire_c_scope_block), PyBUF_WRITE), value)

    @property
    def samples(self):
        """The signal. [V]"""
        return cwire_support.array(self, cwire_dtype_scope_block__samples, (1024,), 24)

    @samples.setter
    def samples(self, value):
        cwire_support.put(cwire_message_scope_block, 'samples', PyMemoryView_FromMemory(<char *>self.cwire_at, sizeof(cwire_c_scope_block), PyBUF_WRITE), value)


cdef object cwire_message_camera_tile = SCHEMA.messages['camera_tile']
cdef object cwire_dtype_camera_tile__pixels = cwire_support.element_dtype(cwire_message_camera_tile, 'pixels')


cdef class CameraTile:
    """A rectangle of the camera's picture, row by row."""

    STRUCT = 'camera_tile'
    ID = 2
    __match_args__ = ('image', 'tile', 'tiles', 'x', 'y', 'width', 'height', 'pixels',)

    def __cinit__(self):
        self.cwire_reserve(16)

    cdef int cwire_reserve(self, Py_ssize_t size) except -1:
        # Views of the memory that was there before keep it.
        cdef Py_ssize_t room = size if size > <Py_ssize_t>sizeof(cwire_c_camera_tile) else sizeof(cwire_c_camera_tile)
        self.cwire_owner = bytearray(room)
        self.cwire_at = <cwire_c_camera_tile *>PyByteArray_AS_STRING(self.cwire_owner)
        self.cwire_size = size
        return 0

    def __init__(self, /, **values):
        cdef bytes payload = cwire_message_camera_tile.encode(values)
        self.cwire_reserve(len(payload))
        memcpy(self.cwire_at, PyBytes_AS_STRING(payload), len(payload))

    @classmethod
    def from_bytes(cls, data):
        """Returns a message with a copy of these bytes; ValueError if their number is wrong."""
        cdef CameraTile made = CameraTile.__new__(CameraTile)
        cdef Py_buffer buffer
        PyObject_GetBuffer(data, &buffer, PyBUF_SIMPLE)
        try:
            cwire_message_camera_tile.check_size(buffer.len)
            made.cwire_reserve(buffer.len)
            memcpy(made.cwire_at, buffer.buf, buffer.len)
        finally:
            PyBuffer_Release(&buffer)
        return made

    def __bytes__(self):
        return PyBytes_FromStringAndSize(<char *>self.cwire_at, self.cwire_size)

    def __getbuffer__(self, Py_buffer *buffer, int flags):
        PyObject_GetBuffer(memoryview(self.cwire_owner)[:self.cwire_size], buffer, flags)

    def __eq__(self, other):
        if type(other) is not type(self):
            return NotImplemented
        return cwire_support.equal(self, other, cwire_message_camera_tile)

    __hash__ = None

    def __repr__(self):
        return cwire_support.show(self, cwire_message_camera_tile)

    def __reduce__(self):
        raise TypeError("a message is not pickled: send bytes(message), read it with from_bytes")

    @property
    def image(self):
        """Counts pictures."""
        return self.cwire_at.image

    @image.setter
    def image(self, value):
        cwire_support.put(cwire_message_camera_tile, 'image', PyMemoryView_FromMemory(<char *>self.cwire_at, sizeof(cwire_c_camera_tile), PyBUF_WRITE), value)

    @property
    def tile(self):
        """Index of this tile in its picture."""
        return self.cwire_at.tile

    @tile.setter
    def tile(self, value):
        cwire_support.put(cwire_message_camera_tile, 'tile', PyMemoryView_FromMemory(<char *>self.cwire_at, sizeof(cwire_c_camera_tile), PyBUF_WRITE), value)

    @property
    def tiles(self):
        """Tiles in the picture."""
        return self.cwire_at.tiles

    @tiles.setter
    def tiles(self, value):
        cwire_support.put(cwire_message_camera_tile, 'tiles', PyMemoryView_FromMemory(<char *>self.cwire_at, sizeof(cwire_c_camera_tile), PyBUF_WRITE), value)

    @property
    def x(self):
        """Left edge in the picture. [px]"""
        return self.cwire_at.x

    @x.setter
    def x(self, value):
        cwire_support.put(cwire_message_camera_tile, 'x', PyMemoryView_FromMemory(<char *>self.cwire_at, sizeof(cwire_c_camera_tile), PyBUF_WRITE), value)

    @property
    def y(self):
        """Top edge in the picture. [px]"""
        return self.cwire_at.y

    @y.setter
    def y(self, value):
        cwire_support.put(cwire_message_camera_tile, 'y', PyMemoryView_FromMemory(<char *>self.cwire_at, sizeof(cwire_c_camera_tile), PyBUF_WRITE), value)

    @property
    def width(self):
        """Pixels in a row. [px]"""
        return self.cwire_at.width

    @width.setter
    def width(self, value):
        cwire_support.put(cwire_message_camera_tile, 'width', PyMemoryView_FromMemory(<char *>self.cwire_at, sizeof(cwire_c_camera_tile), PyBUF_WRITE), value)

    @property
    def height(self):
        """Rows. [px]"""
        return self.cwire_at.height

    @height.setter
    def height(self, value):
        cwire_support.put(cwire_message_camera_tile, 'height', PyMemoryView_FromMemory(<char *>self.cwire_at, sizeof(cwire_c_camera_tile), PyBUF_WRITE), value)

    @property
    def pixels(self):
        """width * height brightness values, row by row."""
        return cwire_support.array(self.cwire_owner, cwire_dtype_camera_tile__pixels, ((self.cwire_size - 16) // 2,), 16)

    @pixels.setter
    def pixels(self, value):
        cdef bytes data = cwire_support.encode_message_tail(cwire_message_camera_tile, value)
        cdef object old = self.cwire_owner
        if len(data) != self.cwire_size - 16:
            self.cwire_reserve(16 + len(data))
            memcpy(self.cwire_at, PyByteArray_AS_STRING(old), 16)
        memcpy(<char *>self.cwire_at + 16, PyBytes_AS_STRING(data), len(data))


cdef object cwire_message_acquisition = SCHEMA.messages['acquisition']


cdef class Acquisition:
    """How the scope samples."""

    STRUCT = 'acquisition'
    ID = 6
    __match_args__ = ('sample_rate', 'level', 'trigger', 'channel',)

    def __cinit__(self):
        self.cwire_at = &self.cwire_own

    def __init__(self, /, **values):
        cdef bytes payload = cwire_message_acquisition.encode(values)
        memcpy(self.cwire_at, PyBytes_AS_STRING(payload), sizeof(cwire_c_acquisition))

    @classmethod
    def from_bytes(cls, data):
        """Returns a message with a copy of these bytes; ValueError if their number is wrong."""
        cdef Acquisition made = Acquisition.__new__(Acquisition)
        cdef Py_buffer buffer
        if PyBytes_CheckExact(data):
            if PyBytes_GET_SIZE(data) != sizeof(cwire_c_acquisition):
                cwire_message_acquisition.check_size(len(data))
            memcpy(made.cwire_at, PyBytes_AS_STRING(data), sizeof(cwire_c_acquisition))
            return made
        PyObject_GetBuffer(data, &buffer, PyBUF_SIMPLE)
        try:
            if buffer.len != sizeof(cwire_c_acquisition):
                cwire_message_acquisition.check_size(buffer.len)
            memcpy(made.cwire_at, buffer.buf, sizeof(cwire_c_acquisition))
        finally:
            PyBuffer_Release(&buffer)
        return made

    def __bytes__(self):
        return PyBytes_FromStringAndSize(<char *>self.cwire_at, sizeof(cwire_c_acquisition))

    def __getbuffer__(self, Py_buffer *buffer, int flags):
        PyBuffer_FillInfo(buffer, self, self.cwire_at, sizeof(cwire_c_acquisition), 0, flags)

    def __eq__(self, other):
        if type(other) is not type(self):
            return NotImplemented
        return cwire_support.equal(self, other, cwire_message_acquisition)

    __hash__ = None

    def __repr__(self):
        return cwire_support.show(self, cwire_message_acquisition)

    def __reduce__(self):
        raise TypeError("a message is not pickled: send bytes(message), read it with from_bytes")

    @property
    def sample_rate(self):
        """Samples per second of each channel. [Hz]"""
        return self.cwire_at.sample_rate

    @sample_rate.setter
    def sample_rate(self, value):
        cwire_support.put(cwire_message_acquisition, 'sample_rate', PyMemoryView_FromMemory(<char *>self.cwire_at, sizeof(cwire_c_acquisition), PyBUF_WRITE), value)

    @property
    def level(self):
        """Trigger level. [V]"""
        return self.cwire_at.level

    @level.setter
    def level(self, value):
        cwire_support.put(cwire_message_acquisition, 'level', PyMemoryView_FromMemory(<char *>self.cwire_at, sizeof(cwire_c_acquisition), PyBUF_WRITE), value)

    @property
    def trigger(self):
        """What begins a block."""
        return self.cwire_at.trigger

    @trigger.setter
    def trigger(self, value):
        cwire_support.put(cwire_message_acquisition, 'trigger', PyMemoryView_FromMemory(<char *>self.cwire_at, sizeof(cwire_c_acquisition), PyBUF_WRITE), value)

    @property
    def channel(self):
        """Channel that triggers."""
        return self.cwire_at.channel

    @channel.setter
    def channel(self, value):
        cwire_support.put(cwire_message_acquisition, 'channel', PyMemoryView_FromMemory(<char *>self.cwire_at, sizeof(cwire_c_acquisition), PyBUF_WRITE), value)


cdef Acquisition cwire_view_acquisition(void *at, object owner):
    cdef Acquisition made = Acquisition.__new__(Acquisition)
    made.cwire_at = <cwire_c_acquisition *>at
    made.cwire_owner = owner
    return made


cdef object cwire_message_waveform = SCHEMA.messages['waveform']


cdef class Waveform:
    """What the generator makes on one channel."""

    STRUCT = 'waveform'
    ID = 4
    __match_args__ = ('channel', 'shape', 'frequency', 'amplitude', 'offset',)

    def __cinit__(self):
        self.cwire_at = &self.cwire_own

    def __init__(self, /, **values):
        cdef bytes payload = cwire_message_waveform.encode(values)
        memcpy(self.cwire_at, PyBytes_AS_STRING(payload), sizeof(cwire_c_waveform))

    @classmethod
    def from_bytes(cls, data):
        """Returns a message with a copy of these bytes; ValueError if their number is wrong."""
        cdef Waveform made = Waveform.__new__(Waveform)
        cdef Py_buffer buffer
        if PyBytes_CheckExact(data):
            if PyBytes_GET_SIZE(data) != sizeof(cwire_c_waveform):
                cwire_message_waveform.check_size(len(data))
            memcpy(made.cwire_at, PyBytes_AS_STRING(data), sizeof(cwire_c_waveform))
            return made
        PyObject_GetBuffer(data, &buffer, PyBUF_SIMPLE)
        try:
            if buffer.len != sizeof(cwire_c_waveform):
                cwire_message_waveform.check_size(buffer.len)
            memcpy(made.cwire_at, buffer.buf, sizeof(cwire_c_waveform))
        finally:
            PyBuffer_Release(&buffer)
        return made

    def __bytes__(self):
        return PyBytes_FromStringAndSize(<char *>self.cwire_at, sizeof(cwire_c_waveform))

    def __getbuffer__(self, Py_buffer *buffer, int flags):
        PyBuffer_FillInfo(buffer, self, self.cwire_at, sizeof(cwire_c_waveform), 0, flags)

    def __eq__(self, other):
        if type(other) is not type(self):
            return NotImplemented
        return cwire_support.equal(self, other, cwire_message_waveform)

    __hash__ = None

    def __repr__(self):
        return cwire_support.show(self, cwire_message_waveform)

    def __reduce__(self):
        raise TypeError("a message is not pickled: send bytes(message), read it with from_bytes")

    @property
    def channel(self):
        """Which channel: 0 or 1."""
        return self.cwire_at.channel

    @channel.setter
    def channel(self, value):
        cwire_support.put(cwire_message_waveform, 'channel', PyMemoryView_FromMemory(<char *>self.cwire_at, sizeof(cwire_c_waveform), PyBUF_WRITE), value)

    @property
    def shape(self):
        """The shape of the signal."""
        return self.cwire_at.shape

    @shape.setter
    def shape(self, value):
        cwire_support.put(cwire_message_waveform, 'shape', PyMemoryView_FromMemory(<char *>self.cwire_at, sizeof(cwire_c_waveform), PyBUF_WRITE), value)

    @property
    def frequency(self):
        """Periods per second. [Hz]"""
        return self.cwire_at.frequency

    @frequency.setter
    def frequency(self, value):
        cwire_support.put(cwire_message_waveform, 'frequency', PyMemoryView_FromMemory(<char *>self.cwire_at, sizeof(cwire_c_waveform), PyBUF_WRITE), value)

    @property
    def amplitude(self):
        """From the middle to the peak. [V]"""
        return self.cwire_at.amplitude

    @amplitude.setter
    def amplitude(self, value):
        cwire_support.put(cwire_message_waveform, 'amplitude', PyMemoryView_FromMemory(<char *>self.cwire_at, sizeof(cwire_c_waveform), PyBUF_WRITE), value)

    @property
    def offset(self):
        """The middle. [V]"""
        return self.cwire_at.offset

    @offset.setter
    def offset(self, value):
        cwire_support.put(cwire_message_waveform, 'offset', PyMemoryView_FromMemory(<char *>self.cwire_at, sizeof(cwire_c_waveform), PyBUF_WRITE), value)


cdef Waveform cwire_view_waveform(void *at, object owner):
    cdef Waveform made = Waveform.__new__(Waveform)
    made.cwire_at = <cwire_c_waveform *>at
    made.cwire_owner = owner
    return made


cdef object cwire_message_driver_status = SCHEMA.messages['driver_status']
cdef object cwire_dtype_driver_status__calibration = cwire_support.element_dtype(cwire_message_driver_status, 'calibration')


cdef class DriverStatus:
    """How the driver is; published twice a second and in answer to get_status."""

    STRUCT = 'driver_status'
    ID = 3
    __match_args__ = ('running', 'cpu_load', 'peers', 'temperature', 'blocks', 'commands', 'uptime', 'firmware', 'calibration', 'acquisition', 'channels',)

    def __cinit__(self):
        self.cwire_at = &self.cwire_own

    def __init__(self, /, **values):
        cdef bytes payload = cwire_message_driver_status.encode(values)
        memcpy(self.cwire_at, PyBytes_AS_STRING(payload), sizeof(cwire_c_driver_status))

    @classmethod
    def from_bytes(cls, data):
        """Returns a message with a copy of these bytes; ValueError if their number is wrong."""
        cdef DriverStatus made = DriverStatus.__new__(DriverStatus)
        cdef Py_buffer buffer
        if PyBytes_CheckExact(data):
            if PyBytes_GET_SIZE(data) != sizeof(cwire_c_driver_status):
                cwire_message_driver_status.check_size(len(data))
            memcpy(made.cwire_at, PyBytes_AS_STRING(data), sizeof(cwire_c_driver_status))
            return made
        PyObject_GetBuffer(data, &buffer, PyBUF_SIMPLE)
        try:
            if buffer.len != sizeof(cwire_c_driver_status):
                cwire_message_driver_status.check_size(buffer.len)
            memcpy(made.cwire_at, buffer.buf, sizeof(cwire_c_driver_status))
        finally:
            PyBuffer_Release(&buffer)
        return made

    def __bytes__(self):
        return PyBytes_FromStringAndSize(<char *>self.cwire_at, sizeof(cwire_c_driver_status))

    def __getbuffer__(self, Py_buffer *buffer, int flags):
        PyBuffer_FillInfo(buffer, self, self.cwire_at, sizeof(cwire_c_driver_status), 0, flags)

    def __eq__(self, other):
        if type(other) is not type(self):
            return NotImplemented
        return cwire_support.equal(self, other, cwire_message_driver_status)

    __hash__ = None

    def __repr__(self):
        return cwire_support.show(self, cwire_message_driver_status)

    def __reduce__(self):
        raise TypeError("a message is not pickled: send bytes(message), read it with from_bytes")

    @property
    def running(self):
        """Blocks are being published."""
        return (<unsigned char *>self.cwire_at)[0] != 0

    @running.setter
    def running(self, value):
        cwire_support.put(cwire_message_driver_status, 'running', PyMemoryView_FromMemory(<char *>self.cwire_at, sizeof(cwire_c_driver_status), PyBUF_WRITE), value)

    @property
    def cpu_load(self):
        """The driver's own processor load. [%]"""
        return self.cwire_at.cpu_load

    @cpu_load.setter
    def cpu_load(self, value):
        cwire_support.put(cwire_message_driver_status, 'cpu_load', PyMemoryView_FromMemory(<char *>self.cwire_at, sizeof(cwire_c_driver_status), PyBUF_WRITE), value)

    @property
    def peers(self):
        """Peers that want scope blocks."""
        return self.cwire_at.peers

    @peers.setter
    def peers(self, value):
        cwire_support.put(cwire_message_driver_status, 'peers', PyMemoryView_FromMemory(<char *>self.cwire_at, sizeof(cwire_c_driver_status), PyBUF_WRITE), value)

    @property
    def temperature(self):
        """Of the (simulated) front end. [degC]"""
        return self.cwire_at.temperature

    @temperature.setter
    def temperature(self, value):
        cwire_support.put(cwire_message_driver_status, 'temperature', PyMemoryView_FromMemory(<char *>self.cwire_at, sizeof(cwire_c_driver_status), PyBUF_WRITE), value)

    @property
    def blocks(self):
        """Blocks published since the start."""
        return self.cwire_at.blocks

    @blocks.setter
    def blocks(self, value):
        cwire_support.put(cwire_message_driver_status, 'blocks', PyMemoryView_FromMemory(<char *>self.cwire_at, sizeof(cwire_c_driver_status), PyBUF_WRITE), value)

    @property
    def commands(self):
        """Commands handled since the start."""
        return self.cwire_at.commands

    @commands.setter
    def commands(self, value):
        cwire_support.put(cwire_message_driver_status, 'commands', PyMemoryView_FromMemory(<char *>self.cwire_at, sizeof(cwire_c_driver_status), PyBUF_WRITE), value)

    @property
    def uptime(self):
        """Time since the start. [s]"""
        return self.cwire_at.uptime

    @uptime.setter
    def uptime(self, value):
        cwire_support.put(cwire_message_driver_status, 'uptime', PyMemoryView_FromMemory(<char *>self.cwire_at, sizeof(cwire_c_driver_status), PyBUF_WRITE), value)

    @property
    def firmware(self):
        """Version text."""
        return cwire_support.text(PyBytes_FromStringAndSize(<char *>self.cwire_at + 32, 16))

    @firmware.setter
    def firmware(self, value):
        cwire_support.put(cwire_message_driver_status, 'firmware', PyMemoryView_FromMemory(<char *>self.cwire_at, sizeof(cwire_c_driver_status), PyBUF_WRITE), value)

    @property
    def calibration(self):
        """Gain, offset and noise of each channel."""
        return cwire_support.array(self, cwire_dtype_driver_status__calibration, (2, 3), 48)

    @calibration.setter
    def calibration(self, value):
        cwire_support.put(cwire_message_driver_status, 'calibration', PyMemoryView_FromMemory(<char *>self.cwire_at, sizeof(cwire_c_driver_status), PyBUF_WRITE), value)

    @property
    def acquisition(self):
        """How the scope samples now."""
        return cwire_view_acquisition(<char *>self.cwire_at + 72, self)

    @acquisition.setter
    def acquisition(self, value):
        cwire_support.put(cwire_message_driver_status, 'acquisition', PyMemoryView_FromMemory(<char *>self.cwire_at, sizeof(cwire_c_driver_status), PyBUF_WRITE), value)

    @property
    def channels(self):
        """What the generator makes now."""
        cdef Py_ssize_t i
        return cwire_support.nest([cwire_view_waveform(<char *>self.cwire_at + 96 + i * 32, self) for i in range(2)], (2,))

    @channels.setter
    def channels(self, value):
        cwire_support.put(cwire_message_driver_status, 'channels', PyMemoryView_FromMemory(<char *>self.cwire_at, sizeof(cwire_c_driver_status), PyBUF_WRITE), value)


cdef object cwire_message_self_test_result = SCHEMA.messages['self_test_result']


cdef class SelfTestResult:
    """What a self test found."""

    STRUCT = 'self_test_result'
    ID = 5
    __match_args__ = ('channel', 'peak', 'rms', 'verdict',)

    def __cinit__(self):
        self.cwire_at = &self.cwire_own

    def __init__(self, /, **values):
        cdef bytes payload = cwire_message_self_test_result.encode(values)
        memcpy(self.cwire_at, PyBytes_AS_STRING(payload), sizeof(cwire_c_self_test_result))

    @classmethod
    def from_bytes(cls, data):
        """Returns a message with a copy of these bytes; ValueError if their number is wrong."""
        cdef SelfTestResult made = SelfTestResult.__new__(SelfTestResult)
        cdef Py_buffer buffer
        if PyBytes_CheckExact(data):
            if PyBytes_GET_SIZE(data) != sizeof(cwire_c_self_test_result):
                cwire_message_self_test_result.check_size(len(data))
            memcpy(made.cwire_at, PyBytes_AS_STRING(data), sizeof(cwire_c_self_test_result))
            return made
        PyObject_GetBuffer(data, &buffer, PyBUF_SIMPLE)
        try:
            if buffer.len != sizeof(cwire_c_self_test_result):
                cwire_message_self_test_result.check_size(buffer.len)
            memcpy(made.cwire_at, buffer.buf, sizeof(cwire_c_self_test_result))
        finally:
            PyBuffer_Release(&buffer)
        return made

    def __bytes__(self):
        return PyBytes_FromStringAndSize(<char *>self.cwire_at, sizeof(cwire_c_self_test_result))

    def __getbuffer__(self, Py_buffer *buffer, int flags):
        PyBuffer_FillInfo(buffer, self, self.cwire_at, sizeof(cwire_c_self_test_result), 0, flags)

    def __eq__(self, other):
        if type(other) is not type(self):
            return NotImplemented
        return cwire_support.equal(self, other, cwire_message_self_test_result)

    __hash__ = None

    def __repr__(self):
        return cwire_support.show(self, cwire_message_self_test_result)

    def __reduce__(self):
        raise TypeError("a message is not pickled: send bytes(message), read it with from_bytes")

    @property
    def channel(self):
        """The tested channel."""
        return self.cwire_at.channel

    @channel.setter
    def channel(self, value):
        cwire_support.put(cwire_message_self_test_result, 'channel', PyMemoryView_FromMemory(<char *>self.cwire_at, sizeof(cwire_c_self_test_result), PyBUF_WRITE), value)

    @property
    def peak(self):
        """Largest deviation seen. [V]"""
        return self.cwire_at.peak

    @peak.setter
    def peak(self, value):
        cwire_support.put(cwire_message_self_test_result, 'peak', PyMemoryView_FromMemory(<char *>self.cwire_at, sizeof(cwire_c_self_test_result), PyBUF_WRITE), value)

    @property
    def rms(self):
        """Root mean square of the signal. [V]"""
        return self.cwire_at.rms

    @rms.setter
    def rms(self, value):
        cwire_support.put(cwire_message_self_test_result, 'rms', PyMemoryView_FromMemory(<char *>self.cwire_at, sizeof(cwire_c_self_test_result), PyBUF_WRITE), value)

    @property
    def verdict(self):
        """A sentence for people."""
        return cwire_support.text(PyBytes_FromStringAndSize(<char *>self.cwire_at + 12, 52))

    @verdict.setter
    def verdict(self, value):
        cwire_support.put(cwire_message_self_test_result, 'verdict', PyMemoryView_FromMemory(<char *>self.cwire_at, sizeof(cwire_c_self_test_result), PyBUF_WRITE), value)


cdef object cwire_message_set_waveform = SCHEMA.messages['set_waveform']


cdef class SetWaveform:
    """Sets what the generator makes on one channel."""

    STRUCT = 'set_waveform'
    ID = 16
    __match_args__ = ('channel', 'shape', 'frequency', 'amplitude', 'offset',)

    def __cinit__(self):
        self.cwire_at = &self.cwire_own

    def __init__(self, /, **values):
        cdef bytes payload = cwire_message_set_waveform.encode(values)
        memcpy(self.cwire_at, PyBytes_AS_STRING(payload), sizeof(cwire_c_set_waveform))

    @classmethod
    def from_bytes(cls, data):
        """Returns a message with a copy of these bytes; ValueError if their number is wrong."""
        cdef SetWaveform made = SetWaveform.__new__(SetWaveform)
        cdef Py_buffer buffer
        if PyBytes_CheckExact(data):
            if PyBytes_GET_SIZE(data) != sizeof(cwire_c_set_waveform):
                cwire_message_set_waveform.check_size(len(data))
            memcpy(made.cwire_at, PyBytes_AS_STRING(data), sizeof(cwire_c_set_waveform))
            return made
        PyObject_GetBuffer(data, &buffer, PyBUF_SIMPLE)
        try:
            if buffer.len != sizeof(cwire_c_set_waveform):
                cwire_message_set_waveform.check_size(buffer.len)
            memcpy(made.cwire_at, buffer.buf, sizeof(cwire_c_set_waveform))
        finally:
            PyBuffer_Release(&buffer)
        return made

    def __bytes__(self):
        return PyBytes_FromStringAndSize(<char *>self.cwire_at, sizeof(cwire_c_set_waveform))

    def __getbuffer__(self, Py_buffer *buffer, int flags):
        PyBuffer_FillInfo(buffer, self, self.cwire_at, sizeof(cwire_c_set_waveform), 0, flags)

    def __eq__(self, other):
        if type(other) is not type(self):
            return NotImplemented
        return cwire_support.equal(self, other, cwire_message_set_waveform)

    __hash__ = None

    def __repr__(self):
        return cwire_support.show(self, cwire_message_set_waveform)

    def __reduce__(self):
        raise TypeError("a message is not pickled: send bytes(message), read it with from_bytes")

    @property
    def channel(self):
        """Which channel."""
        return self.cwire_at.channel

    @channel.setter
    def channel(self, value):
        cwire_support.put(cwire_message_set_waveform, 'channel', PyMemoryView_FromMemory(<char *>self.cwire_at, sizeof(cwire_c_set_waveform), PyBUF_WRITE), value)

    @property
    def shape(self):
        """The shape of the signal."""
        return self.cwire_at.shape

    @shape.setter
    def shape(self, value):
        cwire_support.put(cwire_message_set_waveform, 'shape', PyMemoryView_FromMemory(<char *>self.cwire_at, sizeof(cwire_c_set_waveform), PyBUF_WRITE), value)

    @property
    def frequency(self):
        """Periods per second. [Hz]"""
        return self.cwire_at.frequency

    @frequency.setter
    def frequency(self, value):
        cwire_support.put(cwire_message_set_waveform, 'frequency', PyMemoryView_FromMemory(<char *>self.cwire_at, sizeof(cwire_c_set_waveform), PyBUF_WRITE), value)

    @property
    def amplitude(self):
        """Middle to peak. [V]"""
        return self.cwire_at.amplitude

    @amplitude.setter
    def amplitude(self, value):
        cwire_support.put(cwire_message_set_waveform, 'amplitude', PyMemoryView_FromMemory(<char *>self.cwire_at, sizeof(cwire_c_set_waveform), PyBUF_WRITE), value)

    @property
    def offset(self):
        """The middle. [V]"""
        return self.cwire_at.offset

    @offset.setter
    def offset(self, value):
        cwire_support.put(cwire_message_set_waveform, 'offset', PyMemoryView_FromMemory(<char *>self.cwire_at, sizeof(cwire_c_set_waveform), PyBUF_WRITE), value)


cdef object cwire_message_get_status = SCHEMA.messages['get_status']


cdef class GetStatus:
    """Asks for the status now."""

    STRUCT = 'get_status'
    ID = 17
    __match_args__ = ('reset_counters',)

    def __cinit__(self):
        self.cwire_at = &self.cwire_own

    def __init__(self, /, **values):
        cdef bytes payload = cwire_message_get_status.encode(values)
        memcpy(self.cwire_at, PyBytes_AS_STRING(payload), sizeof(cwire_c_get_status))

    @classmethod
    def from_bytes(cls, data):
        """Returns a message with a copy of these bytes; ValueError if their number is wrong."""
        cdef GetStatus made = GetStatus.__new__(GetStatus)
        cdef Py_buffer buffer
        if PyBytes_CheckExact(data):
            if PyBytes_GET_SIZE(data) != sizeof(cwire_c_get_status):
                cwire_message_get_status.check_size(len(data))
            memcpy(made.cwire_at, PyBytes_AS_STRING(data), sizeof(cwire_c_get_status))
            return made
        PyObject_GetBuffer(data, &buffer, PyBUF_SIMPLE)
        try:
            if buffer.len != sizeof(cwire_c_get_status):
                cwire_message_get_status.check_size(buffer.len)
            memcpy(made.cwire_at, buffer.buf, sizeof(cwire_c_get_status))
        finally:
            PyBuffer_Release(&buffer)
        return made

    def __bytes__(self):
        return PyBytes_FromStringAndSize(<char *>self.cwire_at, sizeof(cwire_c_get_status))

    def __getbuffer__(self, Py_buffer *buffer, int flags):
        PyBuffer_FillInfo(buffer, self, self.cwire_at, sizeof(cwire_c_get_status), 0, flags)

    def __eq__(self, other):
        if type(other) is not type(self):
            return NotImplemented
        return cwire_support.equal(self, other, cwire_message_get_status)

    __hash__ = None

    def __repr__(self):
        return cwire_support.show(self, cwire_message_get_status)

    def __reduce__(self):
        raise TypeError("a message is not pickled: send bytes(message), read it with from_bytes")

    @property
    def reset_counters(self):
        """Set the counters of blocks and commands to zero afterwards."""
        return (<unsigned char *>self.cwire_at)[0] != 0

    @reset_counters.setter
    def reset_counters(self, value):
        cwire_support.put(cwire_message_get_status, 'reset_counters', PyMemoryView_FromMemory(<char *>self.cwire_at, sizeof(cwire_c_get_status), PyBUF_WRITE), value)


cdef object cwire_message_start = SCHEMA.messages['start']


cdef class Start:
    """Begins to publish blocks."""

    STRUCT = 'start'
    ID = 18
    __match_args__ = ('blocks',)

    def __cinit__(self):
        self.cwire_at = &self.cwire_own

    def __init__(self, /, **values):
        cdef bytes payload = cwire_message_start.encode(values)
        memcpy(self.cwire_at, PyBytes_AS_STRING(payload), sizeof(cwire_c_start))

    @classmethod
    def from_bytes(cls, data):
        """Returns a message with a copy of these bytes; ValueError if their number is wrong."""
        cdef Start made = Start.__new__(Start)
        cdef Py_buffer buffer
        if PyBytes_CheckExact(data):
            if PyBytes_GET_SIZE(data) != sizeof(cwire_c_start):
                cwire_message_start.check_size(len(data))
            memcpy(made.cwire_at, PyBytes_AS_STRING(data), sizeof(cwire_c_start))
            return made
        PyObject_GetBuffer(data, &buffer, PyBUF_SIMPLE)
        try:
            if buffer.len != sizeof(cwire_c_start):
                cwire_message_start.check_size(buffer.len)
            memcpy(made.cwire_at, buffer.buf, sizeof(cwire_c_start))
        finally:
            PyBuffer_Release(&buffer)
        return made

    def __bytes__(self):
        return PyBytes_FromStringAndSize(<char *>self.cwire_at, sizeof(cwire_c_start))

    def __getbuffer__(self, Py_buffer *buffer, int flags):
        PyBuffer_FillInfo(buffer, self, self.cwire_at, sizeof(cwire_c_start), 0, flags)

    def __eq__(self, other):
        if type(other) is not type(self):
            return NotImplemented
        return cwire_support.equal(self, other, cwire_message_start)

    __hash__ = None

    def __repr__(self):
        return cwire_support.show(self, cwire_message_start)

    def __reduce__(self):
        raise TypeError("a message is not pickled: send bytes(message), read it with from_bytes")

    @property
    def blocks(self):
        """Stop by itself after so many blocks of each channel; 0: never."""
        return self.cwire_at.blocks

    @blocks.setter
    def blocks(self, value):
        cwire_support.put(cwire_message_start, 'blocks', PyMemoryView_FromMemory(<char *>self.cwire_at, sizeof(cwire_c_start), PyBUF_WRITE), value)


cdef object cwire_message_stop = SCHEMA.messages['stop']


cdef class Stop:
    """Stops publishing blocks."""

    STRUCT = 'stop'
    ID = 19
    __match_args__ = ('reset_time',)

    def __cinit__(self):
        self.cwire_at = &self.cwire_own

    def __init__(self, /, **values):
        cdef bytes payload = cwire_message_stop.encode(values)
        memcpy(self.cwire_at, PyBytes_AS_STRING(payload), sizeof(cwire_c_stop))

    @classmethod
    def from_bytes(cls, data):
        """Returns a message with a copy of these bytes; ValueError if their number is wrong."""
        cdef Stop made = Stop.__new__(Stop)
        cdef Py_buffer buffer
        if PyBytes_CheckExact(data):
            if PyBytes_GET_SIZE(data) != sizeof(cwire_c_stop):
                cwire_message_stop.check_size(len(data))
            memcpy(made.cwire_at, PyBytes_AS_STRING(data), sizeof(cwire_c_stop))
            return made
        PyObject_GetBuffer(data, &buffer, PyBUF_SIMPLE)
        try:
            if buffer.len != sizeof(cwire_c_stop):
                cwire_message_stop.check_size(buffer.len)
            memcpy(made.cwire_at, buffer.buf, sizeof(cwire_c_stop))
        finally:
            PyBuffer_Release(&buffer)
        return made

    def __bytes__(self):
        return PyBytes_FromStringAndSize(<char *>self.cwire_at, sizeof(cwire_c_stop))

    def __getbuffer__(self, Py_buffer *buffer, int flags):
        PyBuffer_FillInfo(buffer, self, self.cwire_at, sizeof(cwire_c_stop), 0, flags)

    def __eq__(self, other):
        if type(other) is not type(self):
            return NotImplemented
        return cwire_support.equal(self, other, cwire_message_stop)

    __hash__ = None

    def __repr__(self):
        return cwire_support.show(self, cwire_message_stop)

    def __reduce__(self):
        raise TypeError("a message is not pickled: send bytes(message), read it with from_bytes")

    @property
    def reset_time(self):
        """Count samples from zero again."""
        return (<unsigned char *>self.cwire_at)[0] != 0

    @reset_time.setter
    def reset_time(self, value):
        cwire_support.put(cwire_message_stop, 'reset_time', PyMemoryView_FromMemory(<char *>self.cwire_at, sizeof(cwire_c_stop), PyBUF_WRITE), value)


cdef object cwire_message_self_test = SCHEMA.messages['self_test']


cdef class SelfTest:
    """Measures one channel; fails when the signal clips at 10 V."""

    STRUCT = 'self_test'
    ID = 20
    __match_args__ = ('channel',)

    def __cinit__(self):
        self.cwire_at = &self.cwire_own

    def __init__(self, /, **values):
        cdef bytes payload = cwire_message_self_test.encode(values)
        memcpy(self.cwire_at, PyBytes_AS_STRING(payload), sizeof(cwire_c_self_test))

    @classmethod
    def from_bytes(cls, data):
        """Returns a message with a copy of these bytes; ValueError if their number is wrong."""
        cdef SelfTest made = SelfTest.__new__(SelfTest)
        cdef Py_buffer buffer
        if PyBytes_CheckExact(data):
            if PyBytes_GET_SIZE(data) != sizeof(cwire_c_self_test):
                cwire_message_self_test.check_size(len(data))
            memcpy(made.cwire_at, PyBytes_AS_STRING(data), sizeof(cwire_c_self_test))
            return made
        PyObject_GetBuffer(data, &buffer, PyBUF_SIMPLE)
        try:
            if buffer.len != sizeof(cwire_c_self_test):
                cwire_message_self_test.check_size(buffer.len)
            memcpy(made.cwire_at, buffer.buf, sizeof(cwire_c_self_test))
        finally:
            PyBuffer_Release(&buffer)
        return made

    def __bytes__(self):
        return PyBytes_FromStringAndSize(<char *>self.cwire_at, sizeof(cwire_c_self_test))

    def __getbuffer__(self, Py_buffer *buffer, int flags):
        PyBuffer_FillInfo(buffer, self, self.cwire_at, sizeof(cwire_c_self_test), 0, flags)

    def __eq__(self, other):
        if type(other) is not type(self):
            return NotImplemented
        return cwire_support.equal(self, other, cwire_message_self_test)

    __hash__ = None

    def __repr__(self):
        return cwire_support.show(self, cwire_message_self_test)

    def __reduce__(self):
        raise TypeError("a message is not pickled: send bytes(message), read it with from_bytes")

    @property
    def channel(self):
        """Which channel."""
        return self.cwire_at.channel

    @channel.setter
    def channel(self, value):
        cwire_support.put(cwire_message_self_test, 'channel', PyMemoryView_FromMemory(<char *>self.cwire_at, sizeof(cwire_c_self_test), PyBUF_WRITE), value)


cdef object cwire_message_set_acquisition = SCHEMA.messages['set_acquisition']


cdef class SetAcquisition:
    """Sets how the scope samples."""

    STRUCT = 'set_acquisition'
    ID = 21
    __match_args__ = ('sample_rate', 'level', 'trigger', 'channel',)

    def __cinit__(self):
        self.cwire_at = &self.cwire_own

    def __init__(self, /, **values):
        cdef bytes payload = cwire_message_set_acquisition.encode(values)
        memcpy(self.cwire_at, PyBytes_AS_STRING(payload), sizeof(cwire_c_set_acquisition))

    @classmethod
    def from_bytes(cls, data):
        """Returns a message with a copy of these bytes; ValueError if their number is wrong."""
        cdef SetAcquisition made = SetAcquisition.__new__(SetAcquisition)
        cdef Py_buffer buffer
        if PyBytes_CheckExact(data):
            if PyBytes_GET_SIZE(data) != sizeof(cwire_c_set_acquisition):
                cwire_message_set_acquisition.check_size(len(data))
            memcpy(made.cwire_at, PyBytes_AS_STRING(data), sizeof(cwire_c_set_acquisition))
            return made
        PyObject_GetBuffer(data, &buffer, PyBUF_SIMPLE)
        try:
            if buffer.len != sizeof(cwire_c_set_acquisition):
                cwire_message_set_acquisition.check_size(buffer.len)
            memcpy(made.cwire_at, buffer.buf, sizeof(cwire_c_set_acquisition))
        finally:
            PyBuffer_Release(&buffer)
        return made

    def __bytes__(self):
        return PyBytes_FromStringAndSize(<char *>self.cwire_at, sizeof(cwire_c_set_acquisition))

    def __getbuffer__(self, Py_buffer *buffer, int flags):
        PyBuffer_FillInfo(buffer, self, self.cwire_at, sizeof(cwire_c_set_acquisition), 0, flags)

    def __eq__(self, other):
        if type(other) is not type(self):
            return NotImplemented
        return cwire_support.equal(self, other, cwire_message_set_acquisition)

    __hash__ = None

    def __repr__(self):
        return cwire_support.show(self, cwire_message_set_acquisition)

    def __reduce__(self):
        raise TypeError("a message is not pickled: send bytes(message), read it with from_bytes")

    @property
    def sample_rate(self):
        """Of each channel. [Hz]"""
        return self.cwire_at.sample_rate

    @sample_rate.setter
    def sample_rate(self, value):
        cwire_support.put(cwire_message_set_acquisition, 'sample_rate', PyMemoryView_FromMemory(<char *>self.cwire_at, sizeof(cwire_c_set_acquisition), PyBUF_WRITE), value)

    @property
    def level(self):
        """Trigger level. [V]"""
        return self.cwire_at.level

    @level.setter
    def level(self, value):
        cwire_support.put(cwire_message_set_acquisition, 'level', PyMemoryView_FromMemory(<char *>self.cwire_at, sizeof(cwire_c_set_acquisition), PyBUF_WRITE), value)

    @property
    def trigger(self):
        """What begins a block."""
        return self.cwire_at.trigger

    @trigger.setter
    def trigger(self, value):
        cwire_support.put(cwire_message_set_acquisition, 'trigger', PyMemoryView_FromMemory(<char *>self.cwire_at, sizeof(cwire_c_set_acquisition), PyBUF_WRITE), value)

    @property
    def channel(self):
        """Channel that triggers."""
        return self.cwire_at.channel

    @channel.setter
    def channel(self, value):
        cwire_support.put(cwire_message_set_acquisition, 'channel', PyMemoryView_FromMemory(<char *>self.cwire_at, sizeof(cwire_c_set_acquisition), PyBUF_WRITE), value)


cdef object cwire_message_echo = SCHEMA.messages['echo']
cdef object cwire_dtype_echo__values = cwire_support.element_dtype(cwire_message_echo, 'values')


cdef class Echo:
    """Comes back as it is: for measuring the round trip."""

    STRUCT = 'echo'
    ID = 22
    __match_args__ = ('number', 'values',)

    def __cinit__(self):
        self.cwire_at = &self.cwire_own

    def __init__(self, /, **values):
        cdef bytes payload = cwire_message_echo.encode(values)
        memcpy(self.cwire_at, PyBytes_AS_STRING(payload), sizeof(cwire_c_echo))

    @classmethod
    def from_bytes(cls, data):
        """Returns a message with a copy of these bytes; ValueError if their number is wrong."""
        cdef Echo made = Echo.__new__(Echo)
        cdef Py_buffer buffer
        if PyBytes_CheckExact(data):
            if PyBytes_GET_SIZE(data) != sizeof(cwire_c_echo):
                cwire_message_echo.check_size(len(data))
            memcpy(made.cwire_at, PyBytes_AS_STRING(data), sizeof(cwire_c_echo))
            return made
        PyObject_GetBuffer(data, &buffer, PyBUF_SIMPLE)
        try:
            if buffer.len != sizeof(cwire_c_echo):
                cwire_message_echo.check_size(buffer.len)
            memcpy(made.cwire_at, buffer.buf, sizeof(cwire_c_echo))
        finally:
            PyBuffer_Release(&buffer)
        return made

    def __bytes__(self):
        return PyBytes_FromStringAndSize(<char *>self.cwire_at, sizeof(cwire_c_echo))

    def __getbuffer__(self, Py_buffer *buffer, int flags):
        PyBuffer_FillInfo(buffer, self, self.cwire_at, sizeof(cwire_c_echo), 0, flags)

    def __eq__(self, other):
        if type(other) is not type(self):
            return NotImplemented
        return cwire_support.equal(self, other, cwire_message_echo)

    __hash__ = None

    def __repr__(self):
        return cwire_support.show(self, cwire_message_echo)

    def __reduce__(self):
        raise TypeError("a message is not pickled: send bytes(message), read it with from_bytes")

    @property
    def number(self):
        """Anything."""
        return self.cwire_at.number

    @number.setter
    def number(self, value):
        cwire_support.put(cwire_message_echo, 'number', PyMemoryView_FromMemory(<char *>self.cwire_at, sizeof(cwire_c_echo), PyBUF_WRITE), value)

    @property
    def values(self):
        """Anything."""
        return cwire_support.array(self, cwire_dtype_echo__values, (4,), 8)

    @values.setter
    def values(self, value):
        cwire_support.put(cwire_message_echo, 'values', PyMemoryView_FromMemory(<char *>self.cwire_at, sizeof(cwire_c_echo), PyBUF_WRITE), value)


MESSAGES = {
    1: ScopeBlock,
    2: CameraTile,
    3: DriverStatus,
    4: Waveform,
    5: SelfTestResult,
    6: Acquisition,
    16: SetWaveform,
    17: GetStatus,
    18: Start,
    19: Stop,
    20: SelfTest,
    21: SetAcquisition,
    22: Echo,
}

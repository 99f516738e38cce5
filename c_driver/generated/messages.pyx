# Made by `cwire wrap messages.h`: do not edit.
# cython: language_level=3, binding=False
"""The messages of messages.h as classes over the C structs.

Getters of nested structs and arrays give views: what is written into them is written into the
message, and they keep its memory alive. Texts are copies.
"""

from cpython.buffer cimport PyBUF_READ, PyBUF_SIMPLE, PyBUF_WRITE
from cpython.buffer cimport PyBuffer_FillInfo, PyBuffer_Release
from cpython.buffer cimport PyObject_GetBuffer
from cpython.bytearray cimport PyByteArray_AS_STRING
from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_CheckExact, PyBytes_FromStringAndSize
from cpython.bytes cimport PyBytes_GET_SIZE
from cpython.memoryview cimport PyMemoryView_FromMemory
from libc.stdint cimport int8_t, int16_t, int32_t, int64_t
from libc.stdint cimport uint8_t, uint16_t, uint32_t, uint64_t
from libc.string cimport memcpy

cdef extern from "Python.h":
    double PyFloat_Unpack2(const char *data, int little_endian) except? -1.0

from cwire_structs import compiled as cwire_support


cdef extern from "messages_schema.h":
    ctypedef struct cwire_schema_t "cwire_schema":
        const unsigned char *json
        size_t json_size
    cwire_schema_t cwire_this_schema "messages_schema"

SCHEMA = cwire_support.native_schema(
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

    MESSAGE = cwire_message_scope_block
    STRUCT = 'scope_block'
    ID = 1
    __match_args__ = ('first_sample', 'dt', 'channel', 'trigger', 'samples',)

    def __cinit__(self):
        self.cwire_at = self.cwire_own

    def __init__(self, /, **values):
        cdef bytes payload = cwire_message_scope_block.encode(values)
        memcpy(self.cwire_at, PyBytes_AS_STRING(payload), 4120)

    @classmethod
    def from_bytes(cls, data):
        """Returns a message with a copy of these bytes; ValueError if their number is wrong."""
        cdef ScopeBlock made = ScopeBlock.__new__(ScopeBlock)
        cdef Py_buffer buffer
        if PyBytes_CheckExact(data):
            if PyBytes_GET_SIZE(data) != 4120:
                cwire_message_scope_block.check_size(len(data))
            memcpy(made.cwire_at, PyBytes_AS_STRING(data), 4120)
            return made
        PyObject_GetBuffer(data, &buffer, PyBUF_SIMPLE)
        try:
            if buffer.len != 4120:
                cwire_message_scope_block.check_size(buffer.len)
            memcpy(made.cwire_at, buffer.buf, 4120)
        finally:
            PyBuffer_Release(&buffer)
        return made

    def __bytes__(self):
        return PyBytes_FromStringAndSize(self.cwire_at, 4120)

    def __getbuffer__(self, Py_buffer *buffer, int flags):
        PyBuffer_FillInfo(buffer, self, self.cwire_at, 4120, 0, flags)

    def __eq__(self, other):
        if type(other) is not type(self):
            return NotImplemented
        cdef bytes one = bytes(self)
        cdef bytes another = bytes(other)
        if len(one) != len(another):
            return False
        return cwire_support.equal(cwire_message_scope_block.struct, one, another, len(one))

    __hash__ = None

    def __repr__(self):
        return cwire_support.show(self, cwire_message_scope_block.struct)

    def to_dict(self):
        """Returns the values as plain Python: numbers, names of enums, lists, dicts, str.

        A union is its bytes: only the program knows which member is meant.
        """
        cdef bytes payload = bytes(self)
        return cwire_support.to_dict(cwire_message_scope_block.struct, payload, len(payload))

    @classmethod
    def from_dict(cls, values):
        """Returns the message of which `to_dict` made these values."""
        return cls.from_bytes(cwire_message_scope_block.encode(values))

    def __reduce__(self):
        raise TypeError("a message is not pickled: send bytes(message), read it with from_bytes")

    @property
    def first_sample(self):
        """Index of samples[0] since the driver started."""
        cdef uint64_t number
        memcpy(&number, self.cwire_at + 0, 8)
        return number

    @first_sample.setter
    def first_sample(self, value):
        cwire_support.put(cwire_message_scope_block, 'first_sample', PyMemoryView_FromMemory(self.cwire_at, 4120, PyBUF_WRITE), value)

    @property
    def dt(self):
        """Time from one sample to the next. [s]"""
        cdef double number
        memcpy(&number, self.cwire_at + 8, 8)
        return number

    @dt.setter
    def dt(self, value):
        cwire_support.put(cwire_message_scope_block, 'dt', PyMemoryView_FromMemory(self.cwire_at, 4120, PyBUF_WRITE), value)

    @property
    def channel(self):
        """Which channel: 0 or 1."""
        cdef uint32_t number
        memcpy(&number, self.cwire_at + 16, 4)
        return number

    @channel.setter
    def channel(self, value):
        cwire_support.put(cwire_message_scope_block, 'channel', PyMemoryView_FromMemory(self.cwire_at, 4120, PyBUF_WRITE), value)

    @property
    def trigger(self):
        """Index of the sample at the trigger; -1 without one."""
        cdef int32_t number
        memcpy(&number, self.cwire_at + 20, 4)
        return number

    @trigger.setter
    def trigger(self, value):
        cwire_support.put(cwire_message_scope_block, 'trigger', PyMemoryView_FromMemory(self.cwire_at, 4120, PyBUF_WRITE), value)

    @property
    def samples(self):
        """The signal. [V]"""
        return cwire_support.array_view(self, cwire_dtype_scope_block__samples, (1024,), 24)

    @samples.setter
    def samples(self, value):
        cwire_support.put(cwire_message_scope_block, 'samples', PyMemoryView_FromMemory(self.cwire_at, 4120, PyBUF_WRITE), value)


cdef object cwire_message_camera_tile = SCHEMA.messages['camera_tile']
cdef object cwire_dtype_camera_tile__pixels = cwire_support.element_dtype(cwire_message_camera_tile, 'pixels')


cdef class CameraTile:
    """A rectangle of the camera's picture, row by row."""

    MESSAGE = cwire_message_camera_tile
    STRUCT = 'camera_tile'
    ID = 2
    __match_args__ = ('image', 'tile', 'tiles', 'x', 'y', 'width', 'height', 'pixels',)

    def __cinit__(self):
        self.cwire_reserve(16)

    cdef int cwire_reserve(self, Py_ssize_t size) except -1:
        # Views of the memory that was there before keep it.
        cdef Py_ssize_t room = size if size > 16 else 16
        self.cwire_owner = bytearray(room)
        self.cwire_at = PyByteArray_AS_STRING(self.cwire_owner)
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
        return PyBytes_FromStringAndSize(self.cwire_at, self.cwire_size)

    def __getbuffer__(self, Py_buffer *buffer, int flags):
        PyObject_GetBuffer(memoryview(self.cwire_owner)[:self.cwire_size], buffer, flags)

    def __eq__(self, other):
        if type(other) is not type(self):
            return NotImplemented
        cdef bytes one = bytes(self)
        cdef bytes another = bytes(other)
        if len(one) != len(another):
            return False
        return cwire_support.equal(cwire_message_camera_tile.struct, one, another, len(one))

    __hash__ = None

    def __repr__(self):
        return cwire_support.show(self, cwire_message_camera_tile.struct)

    def to_dict(self):
        """Returns the values as plain Python: numbers, names of enums, lists, dicts, str.

        A union is its bytes: only the program knows which member is meant.
        """
        cdef bytes payload = bytes(self)
        return cwire_support.to_dict(cwire_message_camera_tile.struct, payload, len(payload))

    @classmethod
    def from_dict(cls, values):
        """Returns the message of which `to_dict` made these values."""
        return cls.from_bytes(cwire_message_camera_tile.encode(values))

    def __reduce__(self):
        raise TypeError("a message is not pickled: send bytes(message), read it with from_bytes")

    @property
    def image(self):
        """Counts pictures."""
        cdef uint32_t number
        memcpy(&number, self.cwire_at + 0, 4)
        return number

    @image.setter
    def image(self, value):
        cwire_support.put(cwire_message_camera_tile, 'image', PyMemoryView_FromMemory(self.cwire_at, 16, PyBUF_WRITE), value)

    @property
    def tile(self):
        """Index of this tile in its picture."""
        cdef uint16_t number
        memcpy(&number, self.cwire_at + 4, 2)
        return number

    @tile.setter
    def tile(self, value):
        cwire_support.put(cwire_message_camera_tile, 'tile', PyMemoryView_FromMemory(self.cwire_at, 16, PyBUF_WRITE), value)

    @property
    def tiles(self):
        """Tiles in the picture."""
        cdef uint16_t number
        memcpy(&number, self.cwire_at + 6, 2)
        return number

    @tiles.setter
    def tiles(self, value):
        cwire_support.put(cwire_message_camera_tile, 'tiles', PyMemoryView_FromMemory(self.cwire_at, 16, PyBUF_WRITE), value)

    @property
    def x(self):
        """Left edge in the picture. [px]"""
        cdef uint16_t number
        memcpy(&number, self.cwire_at + 8, 2)
        return number

    @x.setter
    def x(self, value):
        cwire_support.put(cwire_message_camera_tile, 'x', PyMemoryView_FromMemory(self.cwire_at, 16, PyBUF_WRITE), value)

    @property
    def y(self):
        """Top edge in the picture. [px]"""
        cdef uint16_t number
        memcpy(&number, self.cwire_at + 10, 2)
        return number

    @y.setter
    def y(self, value):
        cwire_support.put(cwire_message_camera_tile, 'y', PyMemoryView_FromMemory(self.cwire_at, 16, PyBUF_WRITE), value)

    @property
    def width(self):
        """Pixels in a row. [px]"""
        cdef uint16_t number
        memcpy(&number, self.cwire_at + 12, 2)
        return number

    @width.setter
    def width(self, value):
        cwire_support.put(cwire_message_camera_tile, 'width', PyMemoryView_FromMemory(self.cwire_at, 16, PyBUF_WRITE), value)

    @property
    def height(self):
        """Rows. [px]"""
        cdef uint16_t number
        memcpy(&number, self.cwire_at + 14, 2)
        return number

    @height.setter
    def height(self, value):
        cwire_support.put(cwire_message_camera_tile, 'height', PyMemoryView_FromMemory(self.cwire_at, 16, PyBUF_WRITE), value)

    @property
    def pixels(self):
        """width * height brightness values, row by row."""
        return cwire_support.array_view(self.cwire_owner, cwire_dtype_camera_tile__pixels, ((self.cwire_size - 16) // 2,), 16)

    @pixels.setter
    def pixels(self, value):
        cdef bytes data = cwire_support.encode_message_tail(cwire_message_camera_tile, value)
        cdef object old = self.cwire_owner
        if len(data) != self.cwire_size - 16:
            self.cwire_reserve(16 + len(data))
            memcpy(self.cwire_at, PyByteArray_AS_STRING(old), 16)
        memcpy(self.cwire_at + 16, PyBytes_AS_STRING(data), len(data))


cdef object cwire_message_acquisition = SCHEMA.messages['acquisition']


cdef class Acquisition:
    """How the scope samples."""

    MESSAGE = cwire_message_acquisition
    STRUCT = 'acquisition'
    ID = 6
    __match_args__ = ('sample_rate', 'level', 'trigger', 'channel',)

    def __cinit__(self):
        self.cwire_at = self.cwire_own

    def __init__(self, /, **values):
        cdef bytes payload = cwire_message_acquisition.encode(values)
        memcpy(self.cwire_at, PyBytes_AS_STRING(payload), 24)

    @classmethod
    def from_bytes(cls, data):
        """Returns a message with a copy of these bytes; ValueError if their number is wrong."""
        cdef Acquisition made = Acquisition.__new__(Acquisition)
        cdef Py_buffer buffer
        if PyBytes_CheckExact(data):
            if PyBytes_GET_SIZE(data) != 24:
                cwire_message_acquisition.check_size(len(data))
            memcpy(made.cwire_at, PyBytes_AS_STRING(data), 24)
            return made
        PyObject_GetBuffer(data, &buffer, PyBUF_SIMPLE)
        try:
            if buffer.len != 24:
                cwire_message_acquisition.check_size(buffer.len)
            memcpy(made.cwire_at, buffer.buf, 24)
        finally:
            PyBuffer_Release(&buffer)
        return made

    def __bytes__(self):
        return PyBytes_FromStringAndSize(self.cwire_at, 24)

    def __getbuffer__(self, Py_buffer *buffer, int flags):
        PyBuffer_FillInfo(buffer, self, self.cwire_at, 24, 0, flags)

    def __eq__(self, other):
        if type(other) is not type(self):
            return NotImplemented
        cdef bytes one = bytes(self)
        cdef bytes another = bytes(other)
        if len(one) != len(another):
            return False
        return cwire_support.equal(cwire_message_acquisition.struct, one, another, len(one))

    __hash__ = None

    def __repr__(self):
        return cwire_support.show(self, cwire_message_acquisition.struct)

    def to_dict(self):
        """Returns the values as plain Python: numbers, names of enums, lists, dicts, str.

        A union is its bytes: only the program knows which member is meant.
        """
        cdef bytes payload = bytes(self)
        return cwire_support.to_dict(cwire_message_acquisition.struct, payload, len(payload))

    @classmethod
    def from_dict(cls, values):
        """Returns the message of which `to_dict` made these values."""
        return cls.from_bytes(cwire_message_acquisition.encode(values))

    def __reduce__(self):
        raise TypeError("a message is not pickled: send bytes(message), read it with from_bytes")

    @property
    def sample_rate(self):
        """Samples per second of each channel. [Hz]"""
        cdef double number
        memcpy(&number, self.cwire_at + 0, 8)
        return number

    @sample_rate.setter
    def sample_rate(self, value):
        cwire_support.put(cwire_message_acquisition, 'sample_rate', PyMemoryView_FromMemory(self.cwire_at, 24, PyBUF_WRITE), value)

    @property
    def level(self):
        """Trigger level. [V]"""
        cdef double number
        memcpy(&number, self.cwire_at + 8, 8)
        return number

    @level.setter
    def level(self, value):
        cwire_support.put(cwire_message_acquisition, 'level', PyMemoryView_FromMemory(self.cwire_at, 24, PyBUF_WRITE), value)

    @property
    def trigger(self):
        """What begins a block."""
        cdef uint32_t number
        memcpy(&number, self.cwire_at + 16, 4)
        return number

    @trigger.setter
    def trigger(self, value):
        cwire_support.put(cwire_message_acquisition, 'trigger', PyMemoryView_FromMemory(self.cwire_at, 24, PyBUF_WRITE), value)

    @property
    def channel(self):
        """Channel that triggers."""
        cdef uint32_t number
        memcpy(&number, self.cwire_at + 20, 4)
        return number

    @channel.setter
    def channel(self, value):
        cwire_support.put(cwire_message_acquisition, 'channel', PyMemoryView_FromMemory(self.cwire_at, 24, PyBUF_WRITE), value)


cdef Acquisition cwire_view_acquisition(char *at, object owner):
    cdef Acquisition made = Acquisition.__new__(Acquisition)
    made.cwire_at = at
    made.cwire_owner = owner
    return made


cdef object cwire_message_waveform = SCHEMA.messages['waveform']


cdef class Waveform:
    """What the generator makes on one channel."""

    MESSAGE = cwire_message_waveform
    STRUCT = 'waveform'
    ID = 4
    __match_args__ = ('channel', 'shape', 'frequency', 'amplitude', 'offset',)

    def __cinit__(self):
        self.cwire_at = self.cwire_own

    def __init__(self, /, **values):
        cdef bytes payload = cwire_message_waveform.encode(values)
        memcpy(self.cwire_at, PyBytes_AS_STRING(payload), 32)

    @classmethod
    def from_bytes(cls, data):
        """Returns a message with a copy of these bytes; ValueError if their number is wrong."""
        cdef Waveform made = Waveform.__new__(Waveform)
        cdef Py_buffer buffer
        if PyBytes_CheckExact(data):
            if PyBytes_GET_SIZE(data) != 32:
                cwire_message_waveform.check_size(len(data))
            memcpy(made.cwire_at, PyBytes_AS_STRING(data), 32)
            return made
        PyObject_GetBuffer(data, &buffer, PyBUF_SIMPLE)
        try:
            if buffer.len != 32:
                cwire_message_waveform.check_size(buffer.len)
            memcpy(made.cwire_at, buffer.buf, 32)
        finally:
            PyBuffer_Release(&buffer)
        return made

    def __bytes__(self):
        return PyBytes_FromStringAndSize(self.cwire_at, 32)

    def __getbuffer__(self, Py_buffer *buffer, int flags):
        PyBuffer_FillInfo(buffer, self, self.cwire_at, 32, 0, flags)

    def __eq__(self, other):
        if type(other) is not type(self):
            return NotImplemented
        cdef bytes one = bytes(self)
        cdef bytes another = bytes(other)
        if len(one) != len(another):
            return False
        return cwire_support.equal(cwire_message_waveform.struct, one, another, len(one))

    __hash__ = None

    def __repr__(self):
        return cwire_support.show(self, cwire_message_waveform.struct)

    def to_dict(self):
        """Returns the values as plain Python: numbers, names of enums, lists, dicts, str.

        A union is its bytes: only the program knows which member is meant.
        """
        cdef bytes payload = bytes(self)
        return cwire_support.to_dict(cwire_message_waveform.struct, payload, len(payload))

    @classmethod
    def from_dict(cls, values):
        """Returns the message of which `to_dict` made these values."""
        return cls.from_bytes(cwire_message_waveform.encode(values))

    def __reduce__(self):
        raise TypeError("a message is not pickled: send bytes(message), read it with from_bytes")

    @property
    def channel(self):
        """Which channel: 0 or 1."""
        cdef uint32_t number
        memcpy(&number, self.cwire_at + 0, 4)
        return number

    @channel.setter
    def channel(self, value):
        cwire_support.put(cwire_message_waveform, 'channel', PyMemoryView_FromMemory(self.cwire_at, 32, PyBUF_WRITE), value)

    @property
    def shape(self):
        """The shape of the signal."""
        cdef uint32_t number
        memcpy(&number, self.cwire_at + 4, 4)
        return number

    @shape.setter
    def shape(self, value):
        cwire_support.put(cwire_message_waveform, 'shape', PyMemoryView_FromMemory(self.cwire_at, 32, PyBUF_WRITE), value)

    @property
    def frequency(self):
        """Periods per second. [Hz]"""
        cdef double number
        memcpy(&number, self.cwire_at + 8, 8)
        return number

    @frequency.setter
    def frequency(self, value):
        cwire_support.put(cwire_message_waveform, 'frequency', PyMemoryView_FromMemory(self.cwire_at, 32, PyBUF_WRITE), value)

    @property
    def amplitude(self):
        """From the middle to the peak. [V]"""
        cdef double number
        memcpy(&number, self.cwire_at + 16, 8)
        return number

    @amplitude.setter
    def amplitude(self, value):
        cwire_support.put(cwire_message_waveform, 'amplitude', PyMemoryView_FromMemory(self.cwire_at, 32, PyBUF_WRITE), value)

    @property
    def offset(self):
        """The middle. [V]"""
        cdef double number
        memcpy(&number, self.cwire_at + 24, 8)
        return number

    @offset.setter
    def offset(self, value):
        cwire_support.put(cwire_message_waveform, 'offset', PyMemoryView_FromMemory(self.cwire_at, 32, PyBUF_WRITE), value)


cdef Waveform cwire_view_waveform(char *at, object owner):
    cdef Waveform made = Waveform.__new__(Waveform)
    made.cwire_at = at
    made.cwire_owner = owner
    return made


cdef object cwire_message_driver_status = SCHEMA.messages['driver_status']
cdef object cwire_dtype_driver_status__calibration = cwire_support.element_dtype(cwire_message_driver_status, 'calibration')


cdef class DriverStatus:
    """How the driver is; published twice a second and in answer to get_status."""

    MESSAGE = cwire_message_driver_status
    STRUCT = 'driver_status'
    ID = 3
    __match_args__ = ('running', 'cpu_load', 'peers', 'temperature', 'blocks', 'commands', 'uptime', 'firmware', 'calibration', 'acquisition', 'channels',)

    def __cinit__(self):
        self.cwire_at = self.cwire_own

    def __init__(self, /, **values):
        cdef bytes payload = cwire_message_driver_status.encode(values)
        memcpy(self.cwire_at, PyBytes_AS_STRING(payload), 160)

    @classmethod
    def from_bytes(cls, data):
        """Returns a message with a copy of these bytes; ValueError if their number is wrong."""
        cdef DriverStatus made = DriverStatus.__new__(DriverStatus)
        cdef Py_buffer buffer
        if PyBytes_CheckExact(data):
            if PyBytes_GET_SIZE(data) != 160:
                cwire_message_driver_status.check_size(len(data))
            memcpy(made.cwire_at, PyBytes_AS_STRING(data), 160)
            return made
        PyObject_GetBuffer(data, &buffer, PyBUF_SIMPLE)
        try:
            if buffer.len != 160:
                cwire_message_driver_status.check_size(buffer.len)
            memcpy(made.cwire_at, buffer.buf, 160)
        finally:
            PyBuffer_Release(&buffer)
        return made

    def __bytes__(self):
        return PyBytes_FromStringAndSize(self.cwire_at, 160)

    def __getbuffer__(self, Py_buffer *buffer, int flags):
        PyBuffer_FillInfo(buffer, self, self.cwire_at, 160, 0, flags)

    def __eq__(self, other):
        if type(other) is not type(self):
            return NotImplemented
        cdef bytes one = bytes(self)
        cdef bytes another = bytes(other)
        if len(one) != len(another):
            return False
        return cwire_support.equal(cwire_message_driver_status.struct, one, another, len(one))

    __hash__ = None

    def __repr__(self):
        return cwire_support.show(self, cwire_message_driver_status.struct)

    def to_dict(self):
        """Returns the values as plain Python: numbers, names of enums, lists, dicts, str.

        A union is its bytes: only the program knows which member is meant.
        """
        cdef bytes payload = bytes(self)
        return cwire_support.to_dict(cwire_message_driver_status.struct, payload, len(payload))

    @classmethod
    def from_dict(cls, values):
        """Returns the message of which `to_dict` made these values."""
        return cls.from_bytes(cwire_message_driver_status.encode(values))

    def __reduce__(self):
        raise TypeError("a message is not pickled: send bytes(message), read it with from_bytes")

    @property
    def running(self):
        """Blocks are being published."""
        return self.cwire_at[0] != 0

    @running.setter
    def running(self, value):
        cwire_support.put(cwire_message_driver_status, 'running', PyMemoryView_FromMemory(self.cwire_at, 160, PyBUF_WRITE), value)

    @property
    def cpu_load(self):
        """The driver's own processor load. [%]"""
        cdef uint8_t number
        memcpy(&number, self.cwire_at + 1, 1)
        return number

    @cpu_load.setter
    def cpu_load(self, value):
        cwire_support.put(cwire_message_driver_status, 'cpu_load', PyMemoryView_FromMemory(self.cwire_at, 160, PyBUF_WRITE), value)

    @property
    def peers(self):
        """Peers that want scope blocks."""
        cdef uint16_t number
        memcpy(&number, self.cwire_at + 2, 2)
        return number

    @peers.setter
    def peers(self, value):
        cwire_support.put(cwire_message_driver_status, 'peers', PyMemoryView_FromMemory(self.cwire_at, 160, PyBUF_WRITE), value)

    @property
    def temperature(self):
        """Of the (simulated) front end. [degC]"""
        cdef float number
        memcpy(&number, self.cwire_at + 4, 4)
        return number

    @temperature.setter
    def temperature(self, value):
        cwire_support.put(cwire_message_driver_status, 'temperature', PyMemoryView_FromMemory(self.cwire_at, 160, PyBUF_WRITE), value)

    @property
    def blocks(self):
        """Blocks published since the start."""
        cdef uint64_t number
        memcpy(&number, self.cwire_at + 8, 8)
        return number

    @blocks.setter
    def blocks(self, value):
        cwire_support.put(cwire_message_driver_status, 'blocks', PyMemoryView_FromMemory(self.cwire_at, 160, PyBUF_WRITE), value)

    @property
    def commands(self):
        """Commands handled since the start."""
        cdef uint64_t number
        memcpy(&number, self.cwire_at + 16, 8)
        return number

    @commands.setter
    def commands(self, value):
        cwire_support.put(cwire_message_driver_status, 'commands', PyMemoryView_FromMemory(self.cwire_at, 160, PyBUF_WRITE), value)

    @property
    def uptime(self):
        """Time since the start. [s]"""
        cdef double number
        memcpy(&number, self.cwire_at + 24, 8)
        return number

    @uptime.setter
    def uptime(self, value):
        cwire_support.put(cwire_message_driver_status, 'uptime', PyMemoryView_FromMemory(self.cwire_at, 160, PyBUF_WRITE), value)

    @property
    def firmware(self):
        """Version text."""
        return cwire_support.text(PyBytes_FromStringAndSize(self.cwire_at + 32, 16))

    @firmware.setter
    def firmware(self, value):
        cwire_support.put(cwire_message_driver_status, 'firmware', PyMemoryView_FromMemory(self.cwire_at, 160, PyBUF_WRITE), value)

    @property
    def calibration(self):
        """Gain, offset and noise of each channel."""
        return cwire_support.array_view(self, cwire_dtype_driver_status__calibration, (2, 3), 48)

    @calibration.setter
    def calibration(self, value):
        cwire_support.put(cwire_message_driver_status, 'calibration', PyMemoryView_FromMemory(self.cwire_at, 160, PyBUF_WRITE), value)

    @property
    def acquisition(self):
        """How the scope samples now."""
        return cwire_view_acquisition(self.cwire_at + 72, self)

    @acquisition.setter
    def acquisition(self, value):
        cwire_support.put(cwire_message_driver_status, 'acquisition', PyMemoryView_FromMemory(self.cwire_at, 160, PyBUF_WRITE), value)

    @property
    def channels(self):
        """What the generator makes now."""
        cdef Py_ssize_t i
        return cwire_support.nest([cwire_view_waveform(self.cwire_at + 96 + i * 32, self) for i in range(2)], (2,))

    @channels.setter
    def channels(self, value):
        cwire_support.put(cwire_message_driver_status, 'channels', PyMemoryView_FromMemory(self.cwire_at, 160, PyBUF_WRITE), value)


cdef object cwire_message_self_test_result = SCHEMA.messages['self_test_result']


cdef class SelfTestResult:
    """What a self test found."""

    MESSAGE = cwire_message_self_test_result
    STRUCT = 'self_test_result'
    ID = 5
    __match_args__ = ('channel', 'peak', 'rms', 'verdict',)

    def __cinit__(self):
        self.cwire_at = self.cwire_own

    def __init__(self, /, **values):
        cdef bytes payload = cwire_message_self_test_result.encode(values)
        memcpy(self.cwire_at, PyBytes_AS_STRING(payload), 64)

    @classmethod
    def from_bytes(cls, data):
        """Returns a message with a copy of these bytes; ValueError if their number is wrong."""
        cdef SelfTestResult made = SelfTestResult.__new__(SelfTestResult)
        cdef Py_buffer buffer
        if PyBytes_CheckExact(data):
            if PyBytes_GET_SIZE(data) != 64:
                cwire_message_self_test_result.check_size(len(data))
            memcpy(made.cwire_at, PyBytes_AS_STRING(data), 64)
            return made
        PyObject_GetBuffer(data, &buffer, PyBUF_SIMPLE)
        try:
            if buffer.len != 64:
                cwire_message_self_test_result.check_size(buffer.len)
            memcpy(made.cwire_at, buffer.buf, 64)
        finally:
            PyBuffer_Release(&buffer)
        return made

    def __bytes__(self):
        return PyBytes_FromStringAndSize(self.cwire_at, 64)

    def __getbuffer__(self, Py_buffer *buffer, int flags):
        PyBuffer_FillInfo(buffer, self, self.cwire_at, 64, 0, flags)

    def __eq__(self, other):
        if type(other) is not type(self):
            return NotImplemented
        cdef bytes one = bytes(self)
        cdef bytes another = bytes(other)
        if len(one) != len(another):
            return False
        return cwire_support.equal(cwire_message_self_test_result.struct, one, another, len(one))

    __hash__ = None

    def __repr__(self):
        return cwire_support.show(self, cwire_message_self_test_result.struct)

    def to_dict(self):
        """Returns the values as plain Python: numbers, names of enums, lists, dicts, str.

        A union is its bytes: only the program knows which member is meant.
        """
        cdef bytes payload = bytes(self)
        return cwire_support.to_dict(cwire_message_self_test_result.struct, payload, len(payload))

    @classmethod
    def from_dict(cls, values):
        """Returns the message of which `to_dict` made these values."""
        return cls.from_bytes(cwire_message_self_test_result.encode(values))

    def __reduce__(self):
        raise TypeError("a message is not pickled: send bytes(message), read it with from_bytes")

    @property
    def channel(self):
        """The tested channel."""
        cdef uint32_t number
        memcpy(&number, self.cwire_at + 0, 4)
        return number

    @channel.setter
    def channel(self, value):
        cwire_support.put(cwire_message_self_test_result, 'channel', PyMemoryView_FromMemory(self.cwire_at, 64, PyBUF_WRITE), value)

    @property
    def peak(self):
        """Largest deviation seen. [V]"""
        cdef float number
        memcpy(&number, self.cwire_at + 4, 4)
        return number

    @peak.setter
    def peak(self, value):
        cwire_support.put(cwire_message_self_test_result, 'peak', PyMemoryView_FromMemory(self.cwire_at, 64, PyBUF_WRITE), value)

    @property
    def rms(self):
        """Root mean square of the signal. [V]"""
        cdef float number
        memcpy(&number, self.cwire_at + 8, 4)
        return number

    @rms.setter
    def rms(self, value):
        cwire_support.put(cwire_message_self_test_result, 'rms', PyMemoryView_FromMemory(self.cwire_at, 64, PyBUF_WRITE), value)

    @property
    def verdict(self):
        """A sentence for people."""
        return cwire_support.text(PyBytes_FromStringAndSize(self.cwire_at + 12, 52))

    @verdict.setter
    def verdict(self, value):
        cwire_support.put(cwire_message_self_test_result, 'verdict', PyMemoryView_FromMemory(self.cwire_at, 64, PyBUF_WRITE), value)


cdef object cwire_message_set_waveform = SCHEMA.messages['set_waveform']


cdef class SetWaveform:
    """Sets what the generator makes on one channel."""

    MESSAGE = cwire_message_set_waveform
    STRUCT = 'set_waveform'
    ID = 16
    __match_args__ = ('channel', 'shape', 'frequency', 'amplitude', 'offset',)

    def __cinit__(self):
        self.cwire_at = self.cwire_own

    def __init__(self, /, **values):
        cdef bytes payload = cwire_message_set_waveform.encode(values)
        memcpy(self.cwire_at, PyBytes_AS_STRING(payload), 32)

    @classmethod
    def from_bytes(cls, data):
        """Returns a message with a copy of these bytes; ValueError if their number is wrong."""
        cdef SetWaveform made = SetWaveform.__new__(SetWaveform)
        cdef Py_buffer buffer
        if PyBytes_CheckExact(data):
            if PyBytes_GET_SIZE(data) != 32:
                cwire_message_set_waveform.check_size(len(data))
            memcpy(made.cwire_at, PyBytes_AS_STRING(data), 32)
            return made
        PyObject_GetBuffer(data, &buffer, PyBUF_SIMPLE)
        try:
            if buffer.len != 32:
                cwire_message_set_waveform.check_size(buffer.len)
            memcpy(made.cwire_at, buffer.buf, 32)
        finally:
            PyBuffer_Release(&buffer)
        return made

    def __bytes__(self):
        return PyBytes_FromStringAndSize(self.cwire_at, 32)

    def __getbuffer__(self, Py_buffer *buffer, int flags):
        PyBuffer_FillInfo(buffer, self, self.cwire_at, 32, 0, flags)

    def __eq__(self, other):
        if type(other) is not type(self):
            return NotImplemented
        cdef bytes one = bytes(self)
        cdef bytes another = bytes(other)
        if len(one) != len(another):
            return False
        return cwire_support.equal(cwire_message_set_waveform.struct, one, another, len(one))

    __hash__ = None

    def __repr__(self):
        return cwire_support.show(self, cwire_message_set_waveform.struct)

    def to_dict(self):
        """Returns the values as plain Python: numbers, names of enums, lists, dicts, str.

        A union is its bytes: only the program knows which member is meant.
        """
        cdef bytes payload = bytes(self)
        return cwire_support.to_dict(cwire_message_set_waveform.struct, payload, len(payload))

    @classmethod
    def from_dict(cls, values):
        """Returns the message of which `to_dict` made these values."""
        return cls.from_bytes(cwire_message_set_waveform.encode(values))

    def __reduce__(self):
        raise TypeError("a message is not pickled: send bytes(message), read it with from_bytes")

    @property
    def channel(self):
        """Which channel."""
        cdef uint32_t number
        memcpy(&number, self.cwire_at + 0, 4)
        return number

    @channel.setter
    def channel(self, value):
        cwire_support.put(cwire_message_set_waveform, 'channel', PyMemoryView_FromMemory(self.cwire_at, 32, PyBUF_WRITE), value)

    @property
    def shape(self):
        """The shape of the signal."""
        cdef uint32_t number
        memcpy(&number, self.cwire_at + 4, 4)
        return number

    @shape.setter
    def shape(self, value):
        cwire_support.put(cwire_message_set_waveform, 'shape', PyMemoryView_FromMemory(self.cwire_at, 32, PyBUF_WRITE), value)

    @property
    def frequency(self):
        """Periods per second. [Hz]"""
        cdef double number
        memcpy(&number, self.cwire_at + 8, 8)
        return number

    @frequency.setter
    def frequency(self, value):
        cwire_support.put(cwire_message_set_waveform, 'frequency', PyMemoryView_FromMemory(self.cwire_at, 32, PyBUF_WRITE), value)

    @property
    def amplitude(self):
        """Middle to peak. [V]"""
        cdef double number
        memcpy(&number, self.cwire_at + 16, 8)
        return number

    @amplitude.setter
    def amplitude(self, value):
        cwire_support.put(cwire_message_set_waveform, 'amplitude', PyMemoryView_FromMemory(self.cwire_at, 32, PyBUF_WRITE), value)

    @property
    def offset(self):
        """The middle. [V]"""
        cdef double number
        memcpy(&number, self.cwire_at + 24, 8)
        return number

    @offset.setter
    def offset(self, value):
        cwire_support.put(cwire_message_set_waveform, 'offset', PyMemoryView_FromMemory(self.cwire_at, 32, PyBUF_WRITE), value)


cdef object cwire_message_get_status = SCHEMA.messages['get_status']


cdef class GetStatus:
    """Asks for the status now."""

    MESSAGE = cwire_message_get_status
    STRUCT = 'get_status'
    ID = 17
    __match_args__ = ('reset_counters',)

    def __cinit__(self):
        self.cwire_at = self.cwire_own

    def __init__(self, /, **values):
        cdef bytes payload = cwire_message_get_status.encode(values)
        memcpy(self.cwire_at, PyBytes_AS_STRING(payload), 1)

    @classmethod
    def from_bytes(cls, data):
        """Returns a message with a copy of these bytes; ValueError if their number is wrong."""
        cdef GetStatus made = GetStatus.__new__(GetStatus)
        cdef Py_buffer buffer
        if PyBytes_CheckExact(data):
            if PyBytes_GET_SIZE(data) != 1:
                cwire_message_get_status.check_size(len(data))
            memcpy(made.cwire_at, PyBytes_AS_STRING(data), 1)
            return made
        PyObject_GetBuffer(data, &buffer, PyBUF_SIMPLE)
        try:
            if buffer.len != 1:
                cwire_message_get_status.check_size(buffer.len)
            memcpy(made.cwire_at, buffer.buf, 1)
        finally:
            PyBuffer_Release(&buffer)
        return made

    def __bytes__(self):
        return PyBytes_FromStringAndSize(self.cwire_at, 1)

    def __getbuffer__(self, Py_buffer *buffer, int flags):
        PyBuffer_FillInfo(buffer, self, self.cwire_at, 1, 0, flags)

    def __eq__(self, other):
        if type(other) is not type(self):
            return NotImplemented
        cdef bytes one = bytes(self)
        cdef bytes another = bytes(other)
        if len(one) != len(another):
            return False
        return cwire_support.equal(cwire_message_get_status.struct, one, another, len(one))

    __hash__ = None

    def __repr__(self):
        return cwire_support.show(self, cwire_message_get_status.struct)

    def to_dict(self):
        """Returns the values as plain Python: numbers, names of enums, lists, dicts, str.

        A union is its bytes: only the program knows which member is meant.
        """
        cdef bytes payload = bytes(self)
        return cwire_support.to_dict(cwire_message_get_status.struct, payload, len(payload))

    @classmethod
    def from_dict(cls, values):
        """Returns the message of which `to_dict` made these values."""
        return cls.from_bytes(cwire_message_get_status.encode(values))

    def __reduce__(self):
        raise TypeError("a message is not pickled: send bytes(message), read it with from_bytes")

    @property
    def reset_counters(self):
        """Set the counters of blocks and commands to zero afterwards."""
        return self.cwire_at[0] != 0

    @reset_counters.setter
    def reset_counters(self, value):
        cwire_support.put(cwire_message_get_status, 'reset_counters', PyMemoryView_FromMemory(self.cwire_at, 1, PyBUF_WRITE), value)


cdef object cwire_message_start = SCHEMA.messages['start']


cdef class Start:
    """Begins to publish blocks."""

    MESSAGE = cwire_message_start
    STRUCT = 'start'
    ID = 18
    __match_args__ = ('blocks',)

    def __cinit__(self):
        self.cwire_at = self.cwire_own

    def __init__(self, /, **values):
        cdef bytes payload = cwire_message_start.encode(values)
        memcpy(self.cwire_at, PyBytes_AS_STRING(payload), 8)

    @classmethod
    def from_bytes(cls, data):
        """Returns a message with a copy of these bytes; ValueError if their number is wrong."""
        cdef Start made = Start.__new__(Start)
        cdef Py_buffer buffer
        if PyBytes_CheckExact(data):
            if PyBytes_GET_SIZE(data) != 8:
                cwire_message_start.check_size(len(data))
            memcpy(made.cwire_at, PyBytes_AS_STRING(data), 8)
            return made
        PyObject_GetBuffer(data, &buffer, PyBUF_SIMPLE)
        try:
            if buffer.len != 8:
                cwire_message_start.check_size(buffer.len)
            memcpy(made.cwire_at, buffer.buf, 8)
        finally:
            PyBuffer_Release(&buffer)
        return made

    def __bytes__(self):
        return PyBytes_FromStringAndSize(self.cwire_at, 8)

    def __getbuffer__(self, Py_buffer *buffer, int flags):
        PyBuffer_FillInfo(buffer, self, self.cwire_at, 8, 0, flags)

    def __eq__(self, other):
        if type(other) is not type(self):
            return NotImplemented
        cdef bytes one = bytes(self)
        cdef bytes another = bytes(other)
        if len(one) != len(another):
            return False
        return cwire_support.equal(cwire_message_start.struct, one, another, len(one))

    __hash__ = None

    def __repr__(self):
        return cwire_support.show(self, cwire_message_start.struct)

    def to_dict(self):
        """Returns the values as plain Python: numbers, names of enums, lists, dicts, str.

        A union is its bytes: only the program knows which member is meant.
        """
        cdef bytes payload = bytes(self)
        return cwire_support.to_dict(cwire_message_start.struct, payload, len(payload))

    @classmethod
    def from_dict(cls, values):
        """Returns the message of which `to_dict` made these values."""
        return cls.from_bytes(cwire_message_start.encode(values))

    def __reduce__(self):
        raise TypeError("a message is not pickled: send bytes(message), read it with from_bytes")

    @property
    def blocks(self):
        """Stop by itself after so many blocks of each channel; 0: never."""
        cdef uint64_t number
        memcpy(&number, self.cwire_at + 0, 8)
        return number

    @blocks.setter
    def blocks(self, value):
        cwire_support.put(cwire_message_start, 'blocks', PyMemoryView_FromMemory(self.cwire_at, 8, PyBUF_WRITE), value)


cdef object cwire_message_stop = SCHEMA.messages['stop']


cdef class Stop:
    """Stops publishing blocks."""

    MESSAGE = cwire_message_stop
    STRUCT = 'stop'
    ID = 19
    __match_args__ = ('reset_time',)

    def __cinit__(self):
        self.cwire_at = self.cwire_own

    def __init__(self, /, **values):
        cdef bytes payload = cwire_message_stop.encode(values)
        memcpy(self.cwire_at, PyBytes_AS_STRING(payload), 1)

    @classmethod
    def from_bytes(cls, data):
        """Returns a message with a copy of these bytes; ValueError if their number is wrong."""
        cdef Stop made = Stop.__new__(Stop)
        cdef Py_buffer buffer
        if PyBytes_CheckExact(data):
            if PyBytes_GET_SIZE(data) != 1:
                cwire_message_stop.check_size(len(data))
            memcpy(made.cwire_at, PyBytes_AS_STRING(data), 1)
            return made
        PyObject_GetBuffer(data, &buffer, PyBUF_SIMPLE)
        try:
            if buffer.len != 1:
                cwire_message_stop.check_size(buffer.len)
            memcpy(made.cwire_at, buffer.buf, 1)
        finally:
            PyBuffer_Release(&buffer)
        return made

    def __bytes__(self):
        return PyBytes_FromStringAndSize(self.cwire_at, 1)

    def __getbuffer__(self, Py_buffer *buffer, int flags):
        PyBuffer_FillInfo(buffer, self, self.cwire_at, 1, 0, flags)

    def __eq__(self, other):
        if type(other) is not type(self):
            return NotImplemented
        cdef bytes one = bytes(self)
        cdef bytes another = bytes(other)
        if len(one) != len(another):
            return False
        return cwire_support.equal(cwire_message_stop.struct, one, another, len(one))

    __hash__ = None

    def __repr__(self):
        return cwire_support.show(self, cwire_message_stop.struct)

    def to_dict(self):
        """Returns the values as plain Python: numbers, names of enums, lists, dicts, str.

        A union is its bytes: only the program knows which member is meant.
        """
        cdef bytes payload = bytes(self)
        return cwire_support.to_dict(cwire_message_stop.struct, payload, len(payload))

    @classmethod
    def from_dict(cls, values):
        """Returns the message of which `to_dict` made these values."""
        return cls.from_bytes(cwire_message_stop.encode(values))

    def __reduce__(self):
        raise TypeError("a message is not pickled: send bytes(message), read it with from_bytes")

    @property
    def reset_time(self):
        """Count samples from zero again."""
        return self.cwire_at[0] != 0

    @reset_time.setter
    def reset_time(self, value):
        cwire_support.put(cwire_message_stop, 'reset_time', PyMemoryView_FromMemory(self.cwire_at, 1, PyBUF_WRITE), value)


cdef object cwire_message_self_test = SCHEMA.messages['self_test']


cdef class SelfTest:
    """Measures one channel; fails when the signal clips at 10 V."""

    MESSAGE = cwire_message_self_test
    STRUCT = 'self_test'
    ID = 20
    __match_args__ = ('channel',)

    def __cinit__(self):
        self.cwire_at = self.cwire_own

    def __init__(self, /, **values):
        cdef bytes payload = cwire_message_self_test.encode(values)
        memcpy(self.cwire_at, PyBytes_AS_STRING(payload), 4)

    @classmethod
    def from_bytes(cls, data):
        """Returns a message with a copy of these bytes; ValueError if their number is wrong."""
        cdef SelfTest made = SelfTest.__new__(SelfTest)
        cdef Py_buffer buffer
        if PyBytes_CheckExact(data):
            if PyBytes_GET_SIZE(data) != 4:
                cwire_message_self_test.check_size(len(data))
            memcpy(made.cwire_at, PyBytes_AS_STRING(data), 4)
            return made
        PyObject_GetBuffer(data, &buffer, PyBUF_SIMPLE)
        try:
            if buffer.len != 4:
                cwire_message_self_test.check_size(buffer.len)
            memcpy(made.cwire_at, buffer.buf, 4)
        finally:
            PyBuffer_Release(&buffer)
        return made

    def __bytes__(self):
        return PyBytes_FromStringAndSize(self.cwire_at, 4)

    def __getbuffer__(self, Py_buffer *buffer, int flags):
        PyBuffer_FillInfo(buffer, self, self.cwire_at, 4, 0, flags)

    def __eq__(self, other):
        if type(other) is not type(self):
            return NotImplemented
        cdef bytes one = bytes(self)
        cdef bytes another = bytes(other)
        if len(one) != len(another):
            return False
        return cwire_support.equal(cwire_message_self_test.struct, one, another, len(one))

    __hash__ = None

    def __repr__(self):
        return cwire_support.show(self, cwire_message_self_test.struct)

    def to_dict(self):
        """Returns the values as plain Python: numbers, names of enums, lists, dicts, str.

        A union is its bytes: only the program knows which member is meant.
        """
        cdef bytes payload = bytes(self)
        return cwire_support.to_dict(cwire_message_self_test.struct, payload, len(payload))

    @classmethod
    def from_dict(cls, values):
        """Returns the message of which `to_dict` made these values."""
        return cls.from_bytes(cwire_message_self_test.encode(values))

    def __reduce__(self):
        raise TypeError("a message is not pickled: send bytes(message), read it with from_bytes")

    @property
    def channel(self):
        """Which channel."""
        cdef uint32_t number
        memcpy(&number, self.cwire_at + 0, 4)
        return number

    @channel.setter
    def channel(self, value):
        cwire_support.put(cwire_message_self_test, 'channel', PyMemoryView_FromMemory(self.cwire_at, 4, PyBUF_WRITE), value)


cdef object cwire_message_set_acquisition = SCHEMA.messages['set_acquisition']


cdef class SetAcquisition:
    """Sets how the scope samples."""

    MESSAGE = cwire_message_set_acquisition
    STRUCT = 'set_acquisition'
    ID = 21
    __match_args__ = ('sample_rate', 'level', 'trigger', 'channel',)

    def __cinit__(self):
        self.cwire_at = self.cwire_own

    def __init__(self, /, **values):
        cdef bytes payload = cwire_message_set_acquisition.encode(values)
        memcpy(self.cwire_at, PyBytes_AS_STRING(payload), 24)

    @classmethod
    def from_bytes(cls, data):
        """Returns a message with a copy of these bytes; ValueError if their number is wrong."""
        cdef SetAcquisition made = SetAcquisition.__new__(SetAcquisition)
        cdef Py_buffer buffer
        if PyBytes_CheckExact(data):
            if PyBytes_GET_SIZE(data) != 24:
                cwire_message_set_acquisition.check_size(len(data))
            memcpy(made.cwire_at, PyBytes_AS_STRING(data), 24)
            return made
        PyObject_GetBuffer(data, &buffer, PyBUF_SIMPLE)
        try:
            if buffer.len != 24:
                cwire_message_set_acquisition.check_size(buffer.len)
            memcpy(made.cwire_at, buffer.buf, 24)
        finally:
            PyBuffer_Release(&buffer)
        return made

    def __bytes__(self):
        return PyBytes_FromStringAndSize(self.cwire_at, 24)

    def __getbuffer__(self, Py_buffer *buffer, int flags):
        PyBuffer_FillInfo(buffer, self, self.cwire_at, 24, 0, flags)

    def __eq__(self, other):
        if type(other) is not type(self):
            return NotImplemented
        cdef bytes one = bytes(self)
        cdef bytes another = bytes(other)
        if len(one) != len(another):
            return False
        return cwire_support.equal(cwire_message_set_acquisition.struct, one, another, len(one))

    __hash__ = None

    def __repr__(self):
        return cwire_support.show(self, cwire_message_set_acquisition.struct)

    def to_dict(self):
        """Returns the values as plain Python: numbers, names of enums, lists, dicts, str.

        A union is its bytes: only the program knows which member is meant.
        """
        cdef bytes payload = bytes(self)
        return cwire_support.to_dict(cwire_message_set_acquisition.struct, payload, len(payload))

    @classmethod
    def from_dict(cls, values):
        """Returns the message of which `to_dict` made these values."""
        return cls.from_bytes(cwire_message_set_acquisition.encode(values))

    def __reduce__(self):
        raise TypeError("a message is not pickled: send bytes(message), read it with from_bytes")

    @property
    def sample_rate(self):
        """Of each channel. [Hz]"""
        cdef double number
        memcpy(&number, self.cwire_at + 0, 8)
        return number

    @sample_rate.setter
    def sample_rate(self, value):
        cwire_support.put(cwire_message_set_acquisition, 'sample_rate', PyMemoryView_FromMemory(self.cwire_at, 24, PyBUF_WRITE), value)

    @property
    def level(self):
        """Trigger level. [V]"""
        cdef double number
        memcpy(&number, self.cwire_at + 8, 8)
        return number

    @level.setter
    def level(self, value):
        cwire_support.put(cwire_message_set_acquisition, 'level', PyMemoryView_FromMemory(self.cwire_at, 24, PyBUF_WRITE), value)

    @property
    def trigger(self):
        """What begins a block."""
        cdef uint32_t number
        memcpy(&number, self.cwire_at + 16, 4)
        return number

    @trigger.setter
    def trigger(self, value):
        cwire_support.put(cwire_message_set_acquisition, 'trigger', PyMemoryView_FromMemory(self.cwire_at, 24, PyBUF_WRITE), value)

    @property
    def channel(self):
        """Channel that triggers."""
        cdef uint32_t number
        memcpy(&number, self.cwire_at + 20, 4)
        return number

    @channel.setter
    def channel(self, value):
        cwire_support.put(cwire_message_set_acquisition, 'channel', PyMemoryView_FromMemory(self.cwire_at, 24, PyBUF_WRITE), value)


cdef object cwire_message_echo = SCHEMA.messages['echo']
cdef object cwire_dtype_echo__values = cwire_support.element_dtype(cwire_message_echo, 'values')


cdef class Echo:
    """Comes back as it is: for measuring the round trip."""

    MESSAGE = cwire_message_echo
    STRUCT = 'echo'
    ID = 22
    __match_args__ = ('number', 'values',)

    def __cinit__(self):
        self.cwire_at = self.cwire_own

    def __init__(self, /, **values):
        cdef bytes payload = cwire_message_echo.encode(values)
        memcpy(self.cwire_at, PyBytes_AS_STRING(payload), 40)

    @classmethod
    def from_bytes(cls, data):
        """Returns a message with a copy of these bytes; ValueError if their number is wrong."""
        cdef Echo made = Echo.__new__(Echo)
        cdef Py_buffer buffer
        if PyBytes_CheckExact(data):
            if PyBytes_GET_SIZE(data) != 40:
                cwire_message_echo.check_size(len(data))
            memcpy(made.cwire_at, PyBytes_AS_STRING(data), 40)
            return made
        PyObject_GetBuffer(data, &buffer, PyBUF_SIMPLE)
        try:
            if buffer.len != 40:
                cwire_message_echo.check_size(buffer.len)
            memcpy(made.cwire_at, buffer.buf, 40)
        finally:
            PyBuffer_Release(&buffer)
        return made

    def __bytes__(self):
        return PyBytes_FromStringAndSize(self.cwire_at, 40)

    def __getbuffer__(self, Py_buffer *buffer, int flags):
        PyBuffer_FillInfo(buffer, self, self.cwire_at, 40, 0, flags)

    def __eq__(self, other):
        if type(other) is not type(self):
            return NotImplemented
        cdef bytes one = bytes(self)
        cdef bytes another = bytes(other)
        if len(one) != len(another):
            return False
        return cwire_support.equal(cwire_message_echo.struct, one, another, len(one))

    __hash__ = None

    def __repr__(self):
        return cwire_support.show(self, cwire_message_echo.struct)

    def to_dict(self):
        """Returns the values as plain Python: numbers, names of enums, lists, dicts, str.

        A union is its bytes: only the program knows which member is meant.
        """
        cdef bytes payload = bytes(self)
        return cwire_support.to_dict(cwire_message_echo.struct, payload, len(payload))

    @classmethod
    def from_dict(cls, values):
        """Returns the message of which `to_dict` made these values."""
        return cls.from_bytes(cwire_message_echo.encode(values))

    def __reduce__(self):
        raise TypeError("a message is not pickled: send bytes(message), read it with from_bytes")

    @property
    def number(self):
        """Anything."""
        cdef uint64_t number
        memcpy(&number, self.cwire_at + 0, 8)
        return number

    @number.setter
    def number(self, value):
        cwire_support.put(cwire_message_echo, 'number', PyMemoryView_FromMemory(self.cwire_at, 40, PyBUF_WRITE), value)

    @property
    def values(self):
        """Anything."""
        return cwire_support.array_view(self, cwire_dtype_echo__values, (4,), 8)

    @values.setter
    def values(self, value):
        cwire_support.put(cwire_message_echo, 'values', PyMemoryView_FromMemory(self.cwire_at, 40, PyBUF_WRITE), value)


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

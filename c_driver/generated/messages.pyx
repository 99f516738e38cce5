# Made by `cwire wrap messages.h`: do not edit.
# cython: language_level=3, binding=False, auto_pickle=False, emit_code_comments=False
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
from cpython.dict cimport PyDict_SetItem
from cpython.memoryview cimport PyMemoryView_FromMemory
from cpython.object cimport PyObject
from libc.stdint cimport int8_t, int16_t, int32_t, int64_t
from libc.stdint cimport uint8_t, uint16_t, uint32_t, uint64_t
from libc.string cimport memcpy

from cwire_structs import compiled as cwire_support


cdef extern from "Python.h":
    ctypedef struct cwire_type "PyTypeObject":
        PyObject *tp_dict
        object (*tp_new)(cwire_type *, object, void *)
    void cwire_modified "PyType_Modified"(cwire_type *)

cdef tuple cwire_nothing = ()


cdef inline cwire_struct cwire_new(object cls):
    """Returns an empty message: what ``cls.__new__(cls)`` does, 30 ns faster."""
    cdef cwire_type *raw = <cwire_type *>cls
    return <cwire_struct>raw.tp_new(raw, cwire_nothing, NULL)


cdef class cwire_struct:
    def __init__(self, /, **values):
        cdef bytes payload = type(self).MESSAGE.encode(values, cwire_support.CHECK_TYPED)
        memcpy(self.cwire_at, PyBytes_AS_STRING(payload), self.cwire_size)

    @classmethod
    def from_bytes(cls, data):
        """Returns a message with a copy of these bytes; ValueError if their number is wrong."""
        cdef cwire_struct made = cwire_new(cls)
        cdef Py_buffer buffer
        if PyBytes_CheckExact(data) and PyBytes_GET_SIZE(data) == made.cwire_size:
            memcpy(made.cwire_at, PyBytes_AS_STRING(data), made.cwire_size)
            return made
        PyObject_GetBuffer(data, &buffer, PyBUF_SIMPLE)
        try:
            if buffer.len != made.cwire_size:
                cls.MESSAGE.check_size(buffer.len)
                (<cwire_tailed?>made).cwire_reserve(buffer.len)
            memcpy(made.cwire_at, buffer.buf, buffer.len)
        finally:
            PyBuffer_Release(&buffer)
        return made

    def __bytes__(self):
        return PyBytes_FromStringAndSize(self.cwire_at, self.cwire_size)

    def __getbuffer__(self, Py_buffer *buffer, int flags):
        PyBuffer_FillInfo(buffer, self, self.cwire_at, self.cwire_size, 0, flags)

    def __eq__(self, other):
        if type(other) is not type(self):
            return NotImplemented
        cdef bytes one = bytes(self)
        cdef bytes another = bytes(other)
        if len(one) != len(another):
            return False
        return cwire_support.equal(type(self).MESSAGE.struct, one, another, len(one))

    __hash__ = None

    def __repr__(self):
        return cwire_support.show(self, type(self).MESSAGE.struct)

    def to_dict(self):
        """Returns the values as plain Python: numbers, names of enums, lists, dicts, str.

        A union is its bytes: only the program knows which member is meant. So is a text that is no
        UTF-8, or goes on behind a NUL.
        """
        cdef bytes payload = bytes(self)
        return cwire_support.to_dict(type(self).MESSAGE.struct, payload, len(payload))

    @classmethod
    def from_dict(cls, values):
        """Returns the message of which `to_dict` made these values; C can hold them all."""
        return cls.from_bytes(cls.MESSAGE.encode(values, cwire_support.CHECK_NONE))

    def __reduce__(self):
        raise TypeError("a message is not pickled: send bytes(message), read it with from_bytes")


cdef class cwire_tailed(cwire_struct):
    cdef Py_ssize_t cwire_start(self):
        """Returns where it begins in its owner: a part of another message begins later."""
        return self.cwire_at - PyByteArray_AS_STRING(self.cwire_owner)

    cdef int cwire_reserve(self, Py_ssize_t size) except -1:
        # Views of the memory that was there before keep it.
        cdef Py_ssize_t room = size if size > self.cwire_total else self.cwire_total
        self.cwire_owner = bytearray(room)
        self.cwire_at = PyByteArray_AS_STRING(self.cwire_owner)
        self.cwire_size = size
        return 0

    def __init__(self, /, **values):
        cdef bytes payload = type(self).MESSAGE.encode(values, cwire_support.CHECK_TYPED)
        self.cwire_reserve(len(payload))
        memcpy(self.cwire_at, PyBytes_AS_STRING(payload), len(payload))

    def __getbuffer__(self, Py_buffer *buffer, int flags):
        cdef Py_ssize_t start = self.cwire_start()
        memory = memoryview(self.cwire_owner)[start:start + self.cwire_size]
        PyObject_GetBuffer(memory, buffer, flags)


cdef cwire_struct cwire_part(type cls, char *at, object owner):
    """Returns a struct inside of another one's memory, which `owner` keeps."""
    cdef cwire_struct made = cwire_new(cls)
    made.cwire_at = at
    made.cwire_owner = owner
    return made


cdef class cwire_field:
    """A field of a struct as an attribute. Setters check; getters copy or give a view."""

    cdef object cls  # the class that it is an attribute of
    cdef object message
    cdef object field
    cdef Py_ssize_t at
    cdef Py_ssize_t size  # bytes that the getter reads
    cdef Py_ssize_t total  # bytes of the struct
    cdef bint tailed
    cdef bint is_open  # it ends with the message

    def __init__(self, cls, message, field):
        self.cls = cls
        self.message = message
        self.field = field
        self.at = field.offset
        self.is_open = field.type.is_open
        self.size = message.size - field.offset if self.is_open else field.size
        self.total = message.struct.size
        self.tailed = message.tail is not None

    @property
    def __doc__(self):
        return cwire_support.field_doc(self.field)

    @property
    def __name__(self):
        return self.field.py_name

    cdef char *place(self, cwire_struct obj) except NULL:
        """Returns the field's address; TypeError for a message of another class."""
        if self.at + self.size > obj.cwire_size:
            raise TypeError(f"{self.field.name} is no field of {type(obj).__name__}")
        return obj.cwire_at + self.at

    cdef object owner(self, cwire_struct obj):
        """Returns what a view keeps alive: a tailed message may get other memory."""
        return obj.cwire_owner if self.tailed else obj

    def __set__(self, cwire_struct obj not None, value):
        self.place(obj)
        if self.is_open:
            self.put_rest(<cwire_tailed?>obj, value)
        else:
            self.put(obj, value)

    cdef int put(self, cwire_struct obj, value) except -1:
        memory = PyMemoryView_FromMemory(obj.cwire_at, self.total, PyBUF_WRITE)
        cwire_support.put(self.message, self.field, memory, value)
        return 0

    cdef int put_rest(self, cwire_tailed obj, value) except -1:
        """Writes a value with a flexible array member, whose length may be another one."""
        cdef Py_ssize_t fixed = self.message.size
        cdef Py_ssize_t room = obj.cwire_size - fixed
        cdef bytes rest = cwire_support.encode_rest(
            self.message, value, room if obj.cwire_inner else None)
        if len(rest) == room:
            self.put(obj, value)
        else:  # views of the old memory keep it, as it is
            old = bytearray(memoryview(obj.cwire_owner)[:self.total])
            cwire_support.put(self.message, self.field, memoryview(old), value)
            obj.cwire_reserve(fixed + len(rest))
            memcpy(obj.cwire_at, PyByteArray_AS_STRING(old), fixed)
        memcpy(obj.cwire_at + fixed, PyBytes_AS_STRING(rest), len(rest))
        return 0

    def __delete__(self, obj):
        raise AttributeError(f"{self.field.name} cannot be deleted")


cdef class cwire_number(cwire_field):
    cdef int code

    def __init__(self, cls, message, field):
        cwire_field.__init__(self, cls, message, field)
        self.code = cwire_support.number_code(field)

    def __get__(self, obj, cls):
        cdef char *at
        cdef int16_t i2
        cdef int32_t i4
        cdef int64_t i8
        cdef uint16_t u2
        cdef uint32_t u4
        cdef uint64_t u8
        cdef float f4
        cdef double f8
        cdef float c8[2]
        cdef double c16[2]
        if type(obj) is self.cls:
            at = (<cwire_struct>obj).cwire_at + self.at
        elif obj is None:
            return self
        else:  # of a class that was derived from it, or of another one
            at = self.place(obj)
        if self.code == 0:
            return <int8_t>at[0]
        elif self.code == 1:
            return <uint8_t>at[0]
        elif self.code == 2:
            memcpy(&i2, at, 2)
            return i2
        elif self.code == 3:
            memcpy(&u2, at, 2)
            return u2
        elif self.code == 4:
            memcpy(&i4, at, 4)
            return i4
        elif self.code == 5:
            memcpy(&u4, at, 4)
            return u4
        elif self.code == 6:
            memcpy(&i8, at, 8)
            return i8
        elif self.code == 7:
            memcpy(&u8, at, 8)
            return u8
        elif self.code == 8:
            memcpy(&f4, at, 4)
            return f4
        elif self.code == 9:
            memcpy(&f8, at, 8)
            return f8
        elif self.code == 10:
            # Not as a C bool: a byte from elsewhere may be neither 0 nor 1.
            return at[0] != 0
        elif self.code == 11:
            memcpy(c8, at, 8)
            return complex(c8[0], c8[1])
        elif self.code == 12:
            memcpy(c16, at, 16)
            return complex(c16[0], c16[1])
        return cwire_support.number(self.field, PyBytes_FromStringAndSize(at, self.size))


cdef class cwire_bits(cwire_field):
    """A bit field."""

    cdef int kind  # 0: unsigned, 1: signed, 2: bool, 3: not in 8 bytes, or not little-endian
    cdef int shift
    cdef int width

    def __init__(self, cls, message, field):
        cwire_field.__init__(self, cls, message, field)
        self.kind = cwire_support.bits_kind(field)
        self.shift = field.bits.shift
        self.width = field.bits.width

    def __get__(self, cwire_struct obj, cls):
        cdef uint64_t raw = 0
        cdef char *at
        if obj is None:
            return self
        at = self.place(obj)
        if self.kind == 3:
            memory = PyMemoryView_FromMemory(obj.cwire_at, self.total, PyBUF_READ)
            return cwire_support.bits(self.field, memory)
        memcpy(&raw, at, self.size)
        if self.kind == 1:  # the bits to the top, and back with copies of the sign
            return <int64_t>(raw << (64 - self.width - self.shift)) >> (64 - self.width)
        raw >>= self.shift
        if self.kind == 2:
            return raw & 1 != 0
        return raw if self.width == 64 else raw & ((<uint64_t>1 << self.width) - 1)


cdef class cwire_text(cwire_field):
    def __get__(self, cwire_struct obj, cls):
        if obj is None:
            return self
        return cwire_support.text(PyBytes_FromStringAndSize(self.place(obj), self.size))


cdef class cwire_texts(cwire_field):
    def __get__(self, cwire_struct obj, cls):
        if obj is None:
            return self
        raw = PyBytes_FromStringAndSize(self.place(obj), self.size)
        return cwire_support.texts(raw, self.field.element.size, self.field.type.shape)


cdef class cwire_array(cwire_field):
    """An array of numbers, as a numpy view."""

    cdef object dtype

    def __init__(self, cls, message, field):
        cwire_field.__init__(self, cls, message, field)
        self.dtype = cwire_support.element_dtype(field)

    def __get__(self, cwire_struct obj, cls):
        if obj is None:
            return self
        self.place(obj)
        start = (<cwire_tailed>obj).cwire_start() if self.tailed else 0
        shape = self.field.type.shape
        return cwire_support.array_view(self.owner(obj), self.dtype, shape, start + self.at)


cdef class cwire_nested(cwire_field):
    """A struct, or an array of structs."""

    cdef type of
    cdef tuple shape
    cdef Py_ssize_t step

    def __init__(self, cls, message, field, of):
        cwire_field.__init__(self, cls, message, field)
        self.of = of
        self.shape = field.type.shape
        self.step = field.element.size

    def __get__(self, cwire_struct obj, cls):
        cdef char *at
        cdef Py_ssize_t i
        cdef cwire_tailed part
        if obj is None:
            return self
        at = self.place(obj)
        owner = self.owner(obj)
        if self.is_open:
            part = <cwire_tailed?>cwire_part(self.of, at, owner)
            part.cwire_size = obj.cwire_size - self.at
            part.cwire_inner = True
            return part
        if not self.shape:
            return cwire_part(self.of, at, owner)
        total = self.size // self.step
        parts = [cwire_part(self.of, at + i * self.step, owner) for i in range(total)]
        return cwire_support.nest(parts, self.shape)


cdef class cwire_rest(cwire_field):
    """The flexible array member: a text, texts, or a numpy view."""

    cdef object read

    def __init__(self, cls, message, field):
        cwire_field.__init__(self, cls, message, field)
        self.read = cwire_support.rest_reader(field)

    def __get__(self, cwire_struct obj, cls):
        if obj is None:
            return self
        self.place(obj)
        start = (<cwire_tailed?>obj).cwire_start()
        return self.read(obj.cwire_owner, start + self.at, start + obj.cwire_size)


cdef dict cwire_classes = {}
cdef dict cwire_descriptors = {
    "number": cwire_number, "bits": cwire_bits, "text": cwire_text, "texts": cwire_texts,
    "array": cwire_array, "nested": cwire_nested, "rest": cwire_rest,
}


cdef int cwire_put(object cls, dict names) except -1:
    """Sets attributes of a class of this module, which nobody has used yet."""
    cdef cwire_type *raw = <cwire_type *>cls
    for name, value in names.items():
        PyDict_SetItem(<object>raw.tp_dict, name, value)
    cwire_modified(raw)
    return 0


for cwire_kind in cwire_descriptors.values():  # each type has a __doc__ of its own: None
    cwire_put(cwire_kind, {"__doc__": cwire_field.__dict__["__doc__"]})


cdef object cwire_descriptor(object cls, object message, object field):
    kind = cwire_support.field_kind(field)
    if kind == "nested":
        return cwire_nested(cls, message, field, cwire_classes[field.element.struct.name])
    return cwire_descriptors[kind](cls, message, field)


cdef int cwire_complete(type cls, object schema, str struct) except -1:
    """Gives a class its fields, which the schema knows."""
    message = cwire_support.struct_message(schema, struct)
    cwire_classes[struct] = cls
    names = {"MESSAGE": message, "STRUCT": struct}
    if message.id:
        names["ID"] = message.id
    names["__match_args__"] = tuple([field.py_name for field in message.struct.fields])
    for field in message.struct.fields:
        names[field.py_name] = cwire_descriptor(cls, message, field)
    return cwire_put(cls, names)

cdef extern from *:
    """
    extern const unsigned char *const cwire_messages_json;
    extern const size_t cwire_messages_json_size;
    """
    const unsigned char *cwire_messages_json
    size_t cwire_messages_json_size

SCHEMA = cwire_support.native_schema(
    PyBytes_FromStringAndSize(<const char *>cwire_messages_json, cwire_messages_json_size))
globals().update(cwire_support.constants(SCHEMA, {}))
globals().update(cwire_support.enums(SCHEMA, {'pixel_format': 'PixelFormat', 'trigger_mode': 'TriggerMode', 'waveform_shape': 'WaveformShape'}, __name__))


cdef class ScopeBlock(cwire_struct):
    """One block of samples of one channel of the scope."""

    def __cinit__(self):
        self.cwire_at = self.cwire_own
        self.cwire_size = 4120

cwire_complete(ScopeBlock, SCHEMA, 'scope_block')


cdef class CameraTile(cwire_tailed):
    """A rectangle of the camera's picture, row by row."""

    def __cinit__(self):
        self.cwire_total = 16
        self.cwire_reserve(16)

cwire_complete(CameraTile, SCHEMA, 'camera_tile')


cdef class Acquisition(cwire_struct):
    """How the scope samples."""

    def __cinit__(self):
        self.cwire_at = self.cwire_own
        self.cwire_size = 24

cwire_complete(Acquisition, SCHEMA, 'acquisition')


cdef class Waveform(cwire_struct):
    """What the generator makes on one channel."""

    def __cinit__(self):
        self.cwire_at = self.cwire_own
        self.cwire_size = 32

cwire_complete(Waveform, SCHEMA, 'waveform')


cdef class DriverStatus(cwire_struct):
    """How the driver is; published twice a second and in answer to get_status."""

    def __cinit__(self):
        self.cwire_at = self.cwire_own
        self.cwire_size = 160

cwire_complete(DriverStatus, SCHEMA, 'driver_status')


cdef class SelfTestResult(cwire_struct):
    """What a self test found."""

    def __cinit__(self):
        self.cwire_at = self.cwire_own
        self.cwire_size = 64

cwire_complete(SelfTestResult, SCHEMA, 'self_test_result')


cdef class ImageTile(cwire_tailed):
    """A tile of the large image, which moves. It is published while somebody wants it."""

    def __cinit__(self):
        self.cwire_total = 24
        self.cwire_reserve(24)

cwire_complete(ImageTile, SCHEMA, 'image_tile')


cdef class Image(cwire_struct):
    """The large image, in answer to want_tiles."""

    def __cinit__(self):
        self.cwire_at = self.cwire_own
        self.cwire_size = 24

cwire_complete(Image, SCHEMA, 'image')


cdef class SetWaveform(cwire_struct):
    """Sets what the generator makes on one channel."""

    def __cinit__(self):
        self.cwire_at = self.cwire_own
        self.cwire_size = 32

cwire_complete(SetWaveform, SCHEMA, 'set_waveform')


cdef class GetStatus(cwire_struct):
    """Asks for the status now."""

    def __cinit__(self):
        self.cwire_at = self.cwire_own
        self.cwire_size = 1

cwire_complete(GetStatus, SCHEMA, 'get_status')


cdef class Start(cwire_struct):
    """Begins to publish blocks."""

    def __cinit__(self):
        self.cwire_at = self.cwire_own
        self.cwire_size = 8

cwire_complete(Start, SCHEMA, 'start')


cdef class Stop(cwire_struct):
    """Stops publishing blocks."""

    def __cinit__(self):
        self.cwire_at = self.cwire_own
        self.cwire_size = 1

cwire_complete(Stop, SCHEMA, 'stop')


cdef class SelfTest(cwire_struct):
    """Measures one channel; fails when the signal clips at 10 V."""

    def __cinit__(self):
        self.cwire_at = self.cwire_own
        self.cwire_size = 4

cwire_complete(SelfTest, SCHEMA, 'self_test')


cdef class SetAcquisition(cwire_struct):
    """Sets how the scope samples."""

    def __cinit__(self):
        self.cwire_at = self.cwire_own
        self.cwire_size = 24

cwire_complete(SetAcquisition, SCHEMA, 'set_acquisition')


cdef class Echo(cwire_struct):
    """Comes back as it is: for measuring the round trip."""

    def __cinit__(self):
        self.cwire_at = self.cwire_own
        self.cwire_size = 40

cwire_complete(Echo, SCHEMA, 'echo')


cdef class WantedTile(cwire_struct):
    """A tile that somebody wants."""

    def __cinit__(self):
        self.cwire_at = self.cwire_own
        self.cwire_size = 12

cwire_complete(WantedTile, SCHEMA, 'wanted_tile')


cdef class WantTiles(cwire_tailed):
    """Asks for tiles of the large image instead of those that this viewer asked for before. It holds until the lease in the answer is over: ask again before."""

    def __cinit__(self):
        self.cwire_total = 16
        self.cwire_reserve(16)

cwire_complete(WantTiles, SCHEMA, 'want_tiles')


MESSAGES = {
    1: ScopeBlock,
    2: CameraTile,
    3: DriverStatus,
    4: Waveform,
    5: SelfTestResult,
    6: Acquisition,
    7: ImageTile,
    8: Image,
    16: SetWaveform,
    17: GetStatus,
    18: Start,
    19: Stop,
    20: SelfTest,
    21: SetAcquisition,
    22: Echo,
    23: WantTiles,
}

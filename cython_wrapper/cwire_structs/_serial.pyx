# cython: language_level=3, boundscheck=False, wraparound=False
"""Frames on a serial line. `cwire_structs.serial_line` is its public face."""

from cpython.buffer cimport PyBUF_SIMPLE, PyBuffer_Release, PyObject_GetBuffer
from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_FromStringAndSize
from libc.stdint cimport uint8_t, uint32_t
from libc.string cimport memchr, memcpy, memset

from cwire_structs._frames import HEADER_SIZE as _HEADER_SIZE

cdef enum:
    HEADER = 24
    CRC = 4
    BLOCK = 254
    LIMIT = 131072  # bytes of a frame on a line
    PACKED_LIMIT = 131593  # LIMIT + CRC, and one for each BLOCK that has begun

assert _HEADER_SIZE == HEADER
FRAME_LIMIT = LIMIT

# Of the polynomial 0x1EDC6F41, reflected: eight bytes at a time ("slicing by 8", Kounavis and Berry).
cdef uint32_t _table[8][256]


cdef void _fill() noexcept:
    cdef uint32_t value
    cdef int byte, bit, row
    for byte in range(256):
        value = byte
        for bit in range(8):
            value = value >> 1 ^ (0x82F63B78u if value & 1 else 0)
        _table[0][byte] = value
    for byte in range(256):
        for row in range(1, 8):
            value = _table[row - 1][byte]
            _table[row][byte] = value >> 8 ^ _table[0][value & 255]


_fill()


cdef inline uint32_t _load(const uint8_t *at) noexcept nogil:
    return at[0] | <uint32_t>at[1] << 8 | <uint32_t>at[2] << 16 | <uint32_t>at[3] << 24


cdef uint32_t _crc(const uint8_t *at, size_t size) noexcept nogil:
    cdef uint32_t crc = 0xFFFFFFFFu, more
    while size >= 8:
        crc ^= _load(at)
        more = _load(at + 4)
        crc = (_table[7][crc & 255] ^ _table[6][crc >> 8 & 255] ^ _table[5][crc >> 16 & 255]
               ^ _table[4][crc >> 24] ^ _table[3][more & 255] ^ _table[2][more >> 8 & 255]
               ^ _table[1][more >> 16 & 255] ^ _table[0][more >> 24])
        at += 8
        size -= 8
    while size > 0:
        crc = crc >> 8 ^ _table[0][(crc ^ at[0]) & 255]
        at += 1
        size -= 1
    return ~crc


cdef size_t _unpack(const uint8_t *at, size_t size, uint8_t *out) noexcept nogil:
    """Decodes a packed frame, checks it and pads it; 0 if it is damaged."""
    cdef const uint8_t *end = at + size
    cdef uint8_t *to = out
    cdef size_t run, plain
    cdef uint8_t code
    while at < end:
        code = at[0]
        run = code - 1
        at += 1
        if run > <size_t>(end - at):
            return 0
        memcpy(to, at, run)
        to += run
        at += run
        if code < 255 and at < end:
            to[0] = 0
            to += 1
    if to - out < HEADER + CRC:
        return 0
    plain = <size_t>(to - out) - CRC
    if _load(out) != plain or _crc(out, plain) != _load(out + plain):
        return 0
    size = plain + 7 & ~<size_t>7
    memset(out + plain, 0, size - plain)
    return size


cdef class _View:
    cdef Py_buffer view
    cdef bint held

    def __cinit__(self, source):
        PyObject_GetBuffer(source, &self.view, PyBUF_SIMPLE)
        self.held = True

    def __dealloc__(self):
        if self.held:
            PyBuffer_Release(&self.view)


def crc32c(data):
    """The CRC-32C of bytes."""
    cdef _View view = _View(data)
    return _crc(<const uint8_t *>view.view.buf, <size_t>view.view.len)


def encode(frame):
    """One frame, without its padding, as it travels on a serial line."""
    cdef _View view = _View(frame)
    cdef const uint8_t *at = <const uint8_t *>view.view.buf
    cdef uint32_t size
    if view.view.len < HEADER or not HEADER <= _load(at) <= <size_t>view.view.len:
        raise ValueError("this is no whole frame")
    size = _load(at)
    if size > LIMIT:
        raise ValueError(f"a frame on a serial line has {LIMIT:,} bytes at most, this one {size:,}")
    cdef bytes plain = PyBytes_FromStringAndSize(<const char *>at, size + CRC)\
        if <size_t>view.view.len >= size + CRC else bytes(frame) + bytes(CRC)
    cdef uint8_t *from_ = <uint8_t *>PyBytes_AS_STRING(plain)
    cdef uint8_t *end = from_ + size + CRC
    cdef uint32_t crc = _crc(from_, size)
    cdef int i
    for i in range(CRC):
        from_[size + i] = crc >> 8 * i & 255
    out = PyBytes_FromStringAndSize(NULL, size + CRC + (size + CRC) // BLOCK + 3)
    cdef uint8_t *begin = <uint8_t *>PyBytes_AS_STRING(out)
    cdef uint8_t *to = begin
    cdef size_t run, left
    cdef const uint8_t *zero
    to[0] = 0
    to += 1
    while True:
        left = end - from_
        run = left if left < BLOCK else BLOCK
        zero = <const uint8_t *>memchr(from_, 0, run)
        if zero != NULL:
            run = zero - from_
        to[0] = <uint8_t>(run + 1)
        memcpy(to + 1, from_, run)
        to += run + 1
        from_ += run
        if zero != NULL:
            from_ += 1
        elif from_ == end:
            break
    to[0] = 0
    return out[:to + 1 - begin]


cdef class LineDecoder:
    """Takes bytes from a serial line and gives the frames that are whole."""

    cdef bytearray _begun
    cdef bint _synchronised
    cdef bint _overlong
    cdef readonly object damaged

    def __init__(self):
        self._begun = bytearray()
        self._synchronised = False
        self._overlong = False
        self.damaged = 0

    def feed(self, data):
        """The frames that are whole by these bytes, one after the other, padded."""
        cdef _View view = _View(data)
        cdef const uint8_t *at = <const uint8_t *>view.view.buf
        cdef size_t left = <size_t>view.view.len, size, damaged = 0
        cdef size_t most = len(self._begun) + left
        out = PyBytes_FromStringAndSize(NULL, most + most // 16 + 64)
        cdef uint8_t *begin = <uint8_t *>PyBytes_AS_STRING(out)
        cdef uint8_t *to = begin
        cdef const uint8_t *zero
        cdef const uint8_t *piece
        cdef size_t written
        while left > 0:
            zero = <const uint8_t *>memchr(at, 0, left)
            size = left if zero == NULL else <size_t>(zero - at)
            if zero == NULL or len(self._begun) > 0:
                if not self._synchronised or self._overlong:
                    pass
                elif len(self._begun) + size > PACKED_LIMIT:
                    self._overlong = True
                    self._begun.clear()
                else:
                    self._begun += (<const char *>at)[:size]
            if zero == NULL:
                break
            piece = at
            at = zero + 1
            left -= size + 1
            if len(self._begun) > 0:
                piece = <const uint8_t *><const char *>self._begun
                size = len(self._begun)
            if self._overlong or size > PACKED_LIMIT:
                damaged += 1
            elif size > 0 and self._synchronised:
                written = _unpack(piece, size, to)
                to += written
                damaged += written == 0
            self._overlong = False
            self._synchronised = True
            self._begun.clear()
        self.damaged += damaged
        return out[:to - begin]

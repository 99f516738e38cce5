# cython: language_level=3, boundscheck=False, wraparound=False
"""The C frame codec (c_driver/src/frame.c) for Python. `cwire_structs.frames` is its public face."""

from cpython.buffer cimport PyBUF_SIMPLE, PyBUF_WRITABLE, PyBuffer_Release, PyObject_GetBuffer
from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_FromStringAndSize
from libc.stdint cimport uint8_t, uint16_t, uint32_t, uint64_t
from libc.string cimport memcpy, memset

from collections import namedtuple


cdef extern from "cwire_frame.h" nogil:
    enum:
        CWIRE_PROTOCOL, CWIRE_HEADER_SIZE, CWIRE_FRAME_LIMIT, CWIRE_HELLO_LIMIT, CWIRE_CONTROL
        CWIRE_RELAY_TYPES, CWIRE_RELAY_SOURCE, CWIRE_REPLY, CWIRE_ERROR, CWIRE_SHARED
        CWIRE_FRAME_SHORT, CWIRE_FRAME_LARGE, CWIRE_FRAME_FLAGS, CWIRE_SCAN_SPECIAL

    ctypedef struct cwire_header:
        uint32_t size
        uint16_t type
        uint8_t flags
        uint8_t source
        uint32_t sequence
        uint32_t request
        uint64_t time_ns

    ctypedef struct cwire_tally:
        uint16_t type
        uint8_t source
        uint8_t mixed
        uint32_t size
        uint64_t count
        uint64_t bytes
        uint64_t gaps
        uint32_t first_sequence
        uint32_t last_sequence
        size_t first_offset
        size_t last_offset

    void cwire_header_store(void *at, const cwire_header *header)
    void cwire_header_load(cwire_header *header, const void *at)
    size_t cwire_frame_span(uint32_t size)
    int cwire_frames_scan(void *bytes, size_t length, uint32_t limit, int source,
                          cwire_tally *tallies, size_t capacity, size_t *count, size_t *end,
                          size_t *span)
    size_t cwire_frames_select(const void *bytes, size_t length, const uint8_t *wanted, void *out)
    size_t cwire_frames_gather(const void *bytes, size_t length, uint16_t type, uint8_t source,
                               uint32_t size, void *out, size_t rows, size_t *offset)


cdef extern from "cwire.h" nogil:
    """
    typedef struct { const char *name; int value; const char *text; } cwire_code_row;
    #define CWIRE_CODE_ROW(name, value, text) {#name, value, text},
    static const cwire_code_row cwire_code_rows[] = {CWIRE_CODES(CWIRE_CODE_ROW)};
    enum { CWIRE_CODE_COUNT = sizeof cwire_code_rows / sizeof *cwire_code_rows };
    """
    ctypedef struct cwire_code_row:
        const char *name
        int value
        const char *text
    cwire_code_row *cwire_code_rows
    enum:
        CWIRE_CODE_COUNT


PROTOCOL = CWIRE_PROTOCOL
HEADER_SIZE = CWIRE_HEADER_SIZE
FRAME_LIMIT = CWIRE_FRAME_LIMIT
HELLO_LIMIT = CWIRE_HELLO_LIMIT
CONTROL = CWIRE_CONTROL
RELAY_TYPES = CWIRE_RELAY_TYPES
RELAY_SOURCE = CWIRE_RELAY_SOURCE
REPLY = CWIRE_REPLY
ERROR = CWIRE_ERROR
SHARED = CWIRE_SHARED
CODES = {cwire_code_rows[i].value: (cwire_code_rows[i].name.decode(), cwire_code_rows[i].text.decode())
         for i in range(CWIRE_CODE_COUNT)}

Header = namedtuple("Header", "size type flags source sequence request time_ns")
Tally = namedtuple("Tally", "source type mixed size count bytes gaps first_sequence last_sequence "
                            "first_offset last_offset")
Scan = namedtuple("Scan", "end special span tallies")

# More types than this in one batch are walked in several scans; nothing is lost.
cdef enum:
    TALLIES = 64


class FrameError(ValueError):
    """Bytes that should be a frame are not one."""


cdef class _View:
    """A buffer held for the length of one call."""

    cdef Py_buffer view
    cdef bint held

    def __cinit__(self, source, bint writable):
        PyObject_GetBuffer(source, &self.view, PyBUF_WRITABLE if writable else PyBUF_SIMPLE)
        self.held = True

    def __dealloc__(self):
        if self.held:
            PyBuffer_Release(&self.view)

    cdef uint8_t *at(self, Py_ssize_t start, Py_ssize_t end) except NULL:
        if not 0 <= start <= end <= self.view.len:
            raise IndexError(f"bytes {start} to {end} of a buffer of {self.view.len}")
        return <uint8_t *>self.view.buf + start


def span(uint32_t size):
    """Bytes that a frame of this size takes, padding included."""
    return cwire_frame_span(size)


def unpack_header(buffer, Py_ssize_t offset=0):
    """The header at an offset, as a `Header`."""
    cdef _View view = _View(buffer, False)
    cdef cwire_header header
    if view.view.len - offset < <Py_ssize_t>CWIRE_HEADER_SIZE or offset < 0:
        raise FrameError(
            f"a header needs {CWIRE_HEADER_SIZE} bytes, {max(view.view.len - offset, 0)} are here")
    cwire_header_load(&header, view.at(offset, offset + CWIRE_HEADER_SIZE))
    return Header(header.size, header.type, header.flags, header.source, header.sequence,
                  header.request, header.time_ns)


def pack(type, payload=b"", *, flags=0, source=0, sequence=0, request=0, time_ns=0):
    """One frame, padded, as bytes."""
    cdef _View view = _View(payload, False)
    cdef cwire_header header
    cdef size_t size = CWIRE_HEADER_SIZE + <size_t>view.view.len
    if size > CWIRE_FRAME_LIMIT:
        raise FrameError(f"a frame of {size} bytes is over the limit of {CWIRE_FRAME_LIMIT}")
    header.size = <uint32_t>size
    header.type = type
    header.flags = flags
    header.source = source
    header.sequence = sequence
    header.request = request
    header.time_ns = time_ns
    cdef size_t total = cwire_frame_span(header.size)
    frame = PyBytes_FromStringAndSize(NULL, total)
    cdef char *out = PyBytes_AS_STRING(frame)
    cwire_header_store(out, &header)
    memcpy(out + CWIRE_HEADER_SIZE, view.view.buf, view.view.len)
    memset(out + size, 0, total - size)
    return frame


def scan(buffer, Py_ssize_t start=0, end=None, *, int source=-1, uint32_t limit=CWIRE_FRAME_LIMIT):
    """Walks whole frames up to a special one (control or reply) and counts them by source and type."""
    cdef _View view = _View(buffer, source >= 0)
    cdef Py_ssize_t stop = view.view.len if end is None else end
    cdef uint8_t *bytes = view.at(start, stop)
    cdef cwire_tally found[TALLIES]
    cdef size_t count, reached, needed, length = <size_t>(stop - start)
    cdef int why
    with nogil:
        why = cwire_frames_scan(bytes, length, limit, source, found, TALLIES, &count, &reached,
                                &needed)
    if why < 0:
        raise _malformed(why, bytes + reached, start + reached, limit)
    tallies = tuple([
        Tally(found[i].source, found[i].type, bool(found[i].mixed), found[i].size, found[i].count,
              found[i].bytes, found[i].gaps, found[i].first_sequence, found[i].last_sequence,
              start + found[i].first_offset, start + found[i].last_offset)
        for i in range(count)
    ])
    return Scan(start + reached, why == CWIRE_SCAN_SPECIAL, needed, tallies)


cdef _malformed(int why, uint8_t *at, size_t offset, uint32_t limit):
    cdef uint32_t size = at[0] | at[1] << 8 | at[2] << 16 | <uint32_t>at[3] << 24
    if why == CWIRE_FRAME_SHORT:
        reason = f"its size field says {size} bytes, less than a header"
    elif why == CWIRE_FRAME_LARGE:
        reason = f"its size field says {size} bytes, over the limit of {limit}"
    else:
        reason = f"it sets reserved flags ({at[6]:#04x})"
    return FrameError(f"the frame at byte {offset} is malformed: {reason}")


def select(buffer, Py_ssize_t start, Py_ssize_t end, wanted):
    """The frames between two offsets whose type is in the bitmap, copied to fresh bytes."""
    cdef _View view = _View(buffer, False)
    cdef _View bitmap = _View(wanted, False)
    if bitmap.view.len != 8192:
        raise ValueError(f"a bitmap of types has 8192 bytes, not {bitmap.view.len}")
    cdef uint8_t *bytes = view.at(start, end)
    cdef size_t length = <size_t>(end - start)
    out = PyBytes_FromStringAndSize(NULL, length)
    cdef char *to = PyBytes_AS_STRING(out)
    cdef const uint8_t *bits = <const uint8_t *>bitmap.view.buf
    cdef size_t written
    with nogil:
        written = cwire_frames_select(bytes, length, bits, to)
    return out[:written]


def stamp(buffer, Py_ssize_t start, Py_ssize_t end, uint64_t time_ns):
    """Writes a time into the whole frames between two offsets that have none."""
    cdef _View view = _View(buffer, True)
    cdef uint8_t *at = view.at(start, end)
    cdef uint8_t *stop = view.at(end, end)
    cdef cwire_header header
    cdef size_t needed
    while at < stop:
        cwire_header_load(&header, at)
        needed = cwire_frame_span(header.size)
        if needed < CWIRE_HEADER_SIZE or needed > <size_t>(stop - at):
            raise FrameError("these are no whole frames")
        if header.time_ns == 0:
            header.time_ns = time_ns
            cwire_header_store(at, &header)
        at += needed


def gather(buffer, Py_ssize_t start, Py_ssize_t end, uint16_t type, uint8_t source, uint32_t size,
           out, Py_ssize_t rows):
    """Copies frames of one type, source and size into rows of `out`; (rows written, next offset)."""
    cdef _View view = _View(buffer, False)
    cdef _View target = _View(out, True)
    cdef size_t stride = cwire_frame_span(size)
    if rows < 0 or <size_t>rows * stride > <size_t>target.view.len:
        raise ValueError(f"{rows} rows of {stride} bytes do not fit {target.view.len} bytes")
    cdef uint8_t *bytes = view.at(start, end)
    cdef void *to = target.view.buf
    cdef size_t length = <size_t>(end - start), offset = 0, written
    with nogil:
        written = cwire_frames_gather(bytes, length, type, source, size, to, rows, &offset)
    return written, start + offset

# cython: language_level=3, boundscheck=False, wraparound=False
"""The C reader of a driver's ring (c_driver/src/ring_reader.c) and the memory that it reads.

`cwire_structs.ring` is its public face, and checks what is mapped here.
"""

from cpython.buffer cimport (
    PyBUF_WRITABLE, PyBuffer_FillInfo, PyBuffer_Release, PyObject_GetBuffer)
from cpython.bytes cimport PyBytes_FromStringAndSize
from cpython.exc cimport PyErr_SetFromErrno
from libc.stdint cimport uint8_t, uint32_t, uint64_t
from posix.mman cimport (
    MAP_ANONYMOUS, MAP_FAILED, MAP_FIXED, MAP_NORESERVE, MAP_PRIVATE, MAP_SHARED, PROT_NONE,
    PROT_READ, PROT_WRITE, mmap, munmap)

from cwire_structs._frames import unpack_header


cdef extern from "cwire_ring.h" nogil:
    enum:
        CWIRE_RING_SHAREABLE, CWIRE_RING_VERSION, CWIRE_RING_LIE, CWIRE_RING_AT_HEAD
        CWIRE_RING_AT_TAIL, CWIRE_READER_PAGE
    const char *CWIRE_RING_MAGIC
    const char *CWIRE_READER_MAGIC

    ctypedef struct cwire_ring_reader:
        const void *page
        uint64_t size
        uint64_t position
        uint64_t head
        uint64_t tail

    int cwire_ring_attach(cwire_ring_reader *reader, const void *page, size_t page_bytes,
                          const void *bytes, void *own, uint64_t epoch, uint64_t position)
    long cwire_ring_take(cwire_ring_reader *reader, void *out, size_t room, size_t *needed)
    int cwire_ring_take_place(cwire_ring_reader *reader, uint32_t number, uint32_t count)
    int cwire_ring_peek(cwire_ring_reader *reader, void *header)
    long cwire_ring_view(cwire_ring_reader *reader, size_t room, const uint8_t **bytes)
    int cwire_ring_skip(cwire_ring_reader *reader)
    int cwire_ring_sleep(cwire_ring_reader *reader)
    void cwire_ring_wake(cwire_ring_reader *reader)
    void cwire_ring_be_lazy(cwire_ring_reader *reader, int lazy)


cdef extern from "cwire_frame.h" nogil:
    enum:
        CWIRE_HEADER_SIZE


cdef extern from * nogil:
    """
    #include <sys/vfs.h>

    /* Memory of other file systems can vanish under its readers, whatever its seals say: that of
     * huge pages does where none is left. */
    static int cwire_is_plain_memory(int fd) {
        struct statfs system;
        return fstatfs(fd, &system) == 0 && (unsigned long)system.f_type == 0x01021994ul;
    }

    static uint64_t cwire_page_number(const void *page, size_t at) {
        return CWIRE_RING_LOAD((const uint8_t *)page + at, __ATOMIC_ACQUIRE);
    }
    """
    bint cwire_is_plain_memory(int fd)
    uint64_t cwire_page_number(const void *page, size_t at)


SHAREABLE = bool(CWIRE_RING_SHAREABLE)
VERSION = CWIRE_RING_VERSION
MAGIC = (<const char *>CWIRE_RING_MAGIC)[:8]
READER_MAGIC = (<const char *>CWIRE_READER_MAGIC)[:8]
READER_PAGE = CWIRE_READER_PAGE


class RingError(ValueError):
    """A driver's ring cannot be read, or is not what it says."""


def is_plain_memory(int fd):
    """Whether a file is memory that stays where it is as long as it is mapped."""
    return bool(cwire_is_plain_memory(fd))


cdef void *map_file(void *at, size_t size, int fd, size_t offset, int protection,
                    int flags) except NULL:
    cdef void *memory = mmap(at, size, protection, flags, fd, <long>offset)
    if memory == MAP_FAILED:
        PyErr_SetFromErrno(OSError)
    return memory


cdef class _Twice:
    """The bytes of a ring, mapped twice in a row, read-only.

    They stay mapped until neither the ring nor any view of them refers to this object.
    """

    cdef void *bytes
    cdef size_t size

    def __cinit__(self, int fd, size_t begin, size_t size):
        cdef size_t half
        self.size = size
        self.bytes = map_file(NULL, 2 * size, -1, 0, PROT_NONE,
                              MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE)
        # Twice in a row: no frame, and no run of frames, is cut by the ring's end.
        for half in range(2):
            map_file(<char *>self.bytes + half * size, size, fd, begin, PROT_READ,
                     MAP_SHARED | MAP_FIXED)

    def __getbuffer__(self, Py_buffer *buffer, int flags):
        PyBuffer_FillInfo(buffer, self, self.bytes, <Py_ssize_t>(2 * self.size), 1, flags)

    def __dealloc__(self):
        if self.bytes != NULL:
            munmap(self.bytes, 2 * self.size)


cdef class MappedRing:
    """A ring of ``size`` bytes behind a page of ``begin`` bytes, and the page of its reader.

    The files may be closed when it is made.
    """

    cdef cwire_ring_reader reader
    cdef void *page
    cdef void *own
    cdef object memory  # a memoryview of _Twice
    cdef const uint8_t *bytes
    cdef size_t begin
    cdef size_t length
    cdef bint taking
    cdef bint closed

    def __cinit__(self, int fd, size_t begin, size_t size, int own_fd, uint64_t epoch,
                  uint64_t position):
        cdef _Twice twice
        self.begin = begin
        self.length = size
        self.page = map_file(NULL, begin, fd, 0, PROT_READ, MAP_SHARED)
        self.own = map_file(NULL, CWIRE_READER_PAGE, own_fd, 0, PROT_READ | PROT_WRITE, MAP_SHARED)
        twice = _Twice(fd, begin, size)
        self.memory = memoryview(twice)
        self.bytes = <const uint8_t *>twice.bytes
        if cwire_ring_attach(&self.reader, self.page, begin, self.bytes, self.own, epoch,
                             position) == CWIRE_RING_LIE:
            raise RingError(f"the ring's reader cannot begin at {position}: {self._page_text()}")

    cdef _page_text(self):
        head = cwire_page_number(self.page, CWIRE_RING_AT_HEAD)
        tail = cwire_page_number(self.page, CWIRE_RING_AT_TAIL)
        return f"its page says tail {tail}, head {head}, with {self.length} bytes"

    cdef _check(self):
        if self.closed:
            raise ValueError("the ring is closed")
        if self.taking:
            raise ValueError("another thread is reading from this ring")

    def take(self, buffer, Py_ssize_t start, Py_ssize_t room):
        """Copies the next whole frames to ``buffer[start:start + room]``, without the GIL.

        Returns:
            The bytes copied; and, if that is 0 since the next frame is larger, its bytes.

        Raises:
            RingError: What the ring says cannot be.
        """
        cdef Py_buffer view
        cdef size_t needed = 0
        cdef long taken
        self._check()
        PyObject_GetBuffer(buffer, &view, PyBUF_WRITABLE)
        try:
            if start < 0 or room < 0 or start > view.len - room:
                raise IndexError(f"{room} bytes from {start} on in a buffer of {view.len}")
            self.taking = True
            with nogil:
                taken = cwire_ring_take(&self.reader, <char *>view.buf + start, room, &needed)
            self.taking = False
        finally:
            PyBuffer_Release(&view)
        if self.closed:
            self._unmap()
        if taken == CWIRE_RING_LIE:
            raise self._lie()
        return taken, needed

    def take_place(self, uint32_t number, uint32_t count):
        """Reads the place of this reply to this reader, if that is the next frame.

        Returns:
            Whether it was.

        Raises:
            RingError: What the ring says cannot be.
        """
        self._check()
        cdef int found = cwire_ring_take_place(&self.reader, number, count)
        if found == CWIRE_RING_LIE:
            raise self._lie()
        return found == 1

    def peek(self):
        """The header of the next frame, which stays where it is; None if there is none.

        It may be overwritten before it is taken: then `take` gives others.

        Raises:
            RingError: What the ring says cannot be.
        """
        cdef char header[CWIRE_HEADER_SIZE]
        self._check()
        cdef int found = cwire_ring_peek(&self.reader, header)
        if found == CWIRE_RING_LIE:
            raise self._lie()
        return unpack_header(PyBytes_FromStringAndSize(header, CWIRE_HEADER_SIZE)) if found else None

    def view(self, size_t room):
        """The next whole frames where they lie, read-only, as a memoryview; empty if there are none.

        The driver may overwrite them while you look at them: `skip` says whether it has. The
        memory stays mapped as long as anything refers to the view, also when the ring is closed.

        Args:
            room: Bytes that are wanted at most. Of a larger frame there is all, and nothing else.

        Raises:
            RingError: What the ring says cannot be.
        """
        cdef const uint8_t *bytes = self.bytes
        self._check()
        cdef long found = cwire_ring_view(&self.reader, room, &bytes)
        if found == CWIRE_RING_LIE:
            raise self._lie()
        cdef Py_ssize_t begin = bytes - self.bytes
        return self.memory[begin:begin + found]

    def skip(self):
        """Passes over what `view` or `peek` has shown last, if it has not been passed yet.

        Returns:
            Whether it was not overwritten until now. If it was, what was read of it is of no use.
        """
        self._check()
        return bool(cwire_ring_skip(&self.reader))

    cdef _lie(self):
        return RingError(f"the driver's ring is damaged: {self._lie_text()}; restart the driver")

    cdef _lie_text(self):
        if self.page == NULL:
            return "it was closed meanwhile"
        return (f"{self._page_text()}; before that tail {self.reader.tail}, head "
                f"{self.reader.head}, of which all before {self.reader.position} is read")

    @property
    def waiting(self):
        """Bytes that have not been read; some of them may be overwritten already."""
        self._check()
        head = cwire_page_number(self.page, CWIRE_RING_AT_HEAD)
        return max(head - self.reader.position, 0)

    @property
    def size(self):
        """Bytes of the ring."""
        return self.length

    @property
    def head(self):
        """The offset behind the newest frame; offsets only grow."""
        self._check()
        return cwire_page_number(self.page, CWIRE_RING_AT_HEAD)

    @property
    def position(self):
        """The offset of the next frame to read."""
        return self.reader.position

    def sleep(self):
        """Says that the reader waits on its socket now; False, and not said, if there is more."""
        self._check()
        return bool(cwire_ring_sleep(&self.reader))

    def wake(self):
        """Says that the reader does not wait any more."""
        self._check()
        cwire_ring_wake(&self.reader)

    def be_lazy(self, bint lazy):
        """Says whether the driver need not wait for this reader, as `cwire_pending` does."""
        self._check()
        cwire_ring_be_lazy(&self.reader, lazy)

    def close(self):
        """Gives the memory back, at the end of `take` if another thread is in it.

        What views show stays until they are gone.
        """
        self.closed = True
        if not self.taking:
            self._unmap()

    cdef _unmap(self):
        if self.page != NULL:
            munmap(self.page, self.begin)
        if self.own != NULL:
            munmap(self.own, CWIRE_READER_PAGE)
        self.page = self.own = NULL
        self.memory = None

    def __dealloc__(self):
        self._unmap()

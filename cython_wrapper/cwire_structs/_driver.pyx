# cython: language_level=3, boundscheck=False, wraparound=False
"""libcwire (c_driver/src) for Python. `cwire.driver` is its public face."""

from cpython.buffer cimport PyBUF_SIMPLE, PyBuffer_Release, PyObject_GetBuffer
from cpython.bytes cimport PyBytes_FromStringAndSize
from cpython.mem cimport PyMem_Calloc, PyMem_Free
from libc.stdint cimport int32_t, uint8_t, uint16_t, uint32_t, uint64_t


cdef extern from "cwire.h" nogil:
    enum:
        CWIRE_EINVAL, CWIRE_ESYSTEM, CWIRE_EFAILED, CWIRE_EVICTED, CWIRE_LATER

    ctypedef struct cwire:
        pass

    ctypedef struct cwire_message:
        uint16_t id
        uint16_t reply
        uint8_t command
        uint32_t size
        uint32_t tail_size
        const char *name

    ctypedef struct cwire_schema:
        const char *name
        const unsigned char *json
        size_t json_size
        const cwire_message *messages
        size_t count

    ctypedef struct cwire_options:
        const char *name
        size_t ring_bytes
        uint32_t frame_bytes
        size_t reply_bytes
        unsigned peers
        unsigned heartbeat_ms
        unsigned group

    ctypedef uint64_t cwire_token

    ctypedef struct cwire_command:
        cwire_token token
        uint16_t type
        size_t size
        const void *payload
        uint64_t time_ns

    ctypedef struct cwire_part:
        const void *data
        size_t size

    ctypedef int (*cwire_handler)(cwire *link, const cwire_command *command, void *user) noexcept

    cwire *cwire_listen(const char *path, const cwire_schema *schema,
                        const cwire_options *options)
    int cwire_publish_at(cwire *link, uint16_t id, uint64_t time_ns, const void *payload,
                         size_t size)
    int cwire_publish_parts(cwire *link, uint16_t id, uint64_t time_ns, const cwire_part *parts,
                            size_t count)
    int cwire_publish_many_at(cwire *link, uint16_t id, uint64_t time_ns, const void *payloads,
                              size_t size, size_t count)
    int cwire_on_command(cwire *link, uint16_t id, cwire_handler handler, void *user)
    int cwire_reply(cwire *link, cwire_token token, const void *payload, size_t size)
    int cwire_reply_error(cwire *link, cwire_token token, int32_t code, const char *format, ...)
    int cwire_poll(cwire *link, int timeout_ms)
    int cwire_fd(cwire *link)
    size_t cwire_pending(cwire *link)
    int cwire_wanted(cwire *link, uint16_t id)
    int cwire_peers(cwire *link)
    const char *cwire_path(const cwire *link)
    const char *cwire_error(const cwire *link)
    int cwire_error_code(const cwire *link)
    void cwire_close(cwire *link)


cdef extern from * nogil:
    """
    #include <errno.h>
    #include <poll.h>
    #include <time.h>

    /* Polls until `stop` can be read: sends and receives without the interpreter. */
    static int cwire_serve(cwire *link, int stop) {
        struct pollfd fds[2];
        fds[0].fd = cwire_fd(link);
        fds[1].fd = stop;
        fds[0].events = fds[1].events = POLLIN;
        if (fds[0].fd < 0)
            return fds[0].fd;
        for (;;) {
            int result = cwire_poll(link, 0);
            if (result < 0)
                return result;
            fds[0].revents = fds[1].revents = 0;
            if (poll(fds, 2, -1) < 0 && errno != EINTR)
                return CWIRE_ESYSTEM;
            if (fds[1].revents)
                return 0;
        }
    }

    static uint64_t cwire_now_ns(void) {
        struct timespec now;
        clock_gettime(CLOCK_REALTIME, &now);
        return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
    }

    static void cwire_pause(void) {
        struct timespec some = {0, 50000};
        nanosleep(&some, 0);
    }
    """
    int cwire_serve(cwire *link, int stop)
    uint64_t cwire_now_ns()
    void cwire_pause()


LATER = CWIRE_LATER

# Fewer bytes are copied faster than the interpreter's lock is given away and taken back.
cdef enum:
    LARGE = 32 * 1024
    PARTS = 4


class LinkError(Exception):
    """A call of libcwire failed: its code, and its words."""

    def __init__(self, int code, str text):
        self.code = code
        self.text = text
        super().__init__(code, text)


cdef _failure():
    return LinkError(cwire_error_code(NULL), cwire_error(NULL).decode(errors="replace"))


cdef int _handle(cwire *link, const cwire_command *command, void *user) noexcept with gil:
    cdef Link self = <Link>user
    try:
        return self.handler(command.token, command.type,
                            PyBytes_FromStringAndSize(<const char *>command.payload, command.size))
    except BaseException as error:
        self.raised = error
        return CWIRE_EFAILED


cdef class Link:
    """A link that listens.

    Its methods may be called from any thread; `poll` and `serve` from one at a time.

    Args:
        path: Of the socket; None: the default one of the name.
        name: The driver's.
        schema: The schema's name and JSON.
        table: (id, reply, command, size, tail_size, name) of each message, by rising id.
        handler: Called with (token, id, payload) of each command. It returns 0, LATER or a
            negative code; what it raises ends `poll` or `serve`.
        options: (ring_bytes, frame_bytes, reply_bytes, peers, heartbeat_ms, group), 0: the
            default.
    """

    cdef cwire *link
    cdef cwire_schema schema
    cdef cwire_message *messages
    cdef object kept  # what the schema points to
    cdef object handler
    cdef object raised
    cdef int users  # calls that run without the interpreter
    cdef readonly bint polling

    def __cinit__(self, path, bytes name, tuple schema, list table, handler, tuple options):
        cdef cwire_options made
        cdef const char *at = NULL
        cdef cwire *link
        cdef bytes schema_name, json, where, one
        schema_name, json = schema
        self.handler = handler
        self.messages = <cwire_message *>PyMem_Calloc(max(len(table), 1), sizeof(cwire_message))
        if self.messages == NULL:
            raise MemoryError
        for i, row in enumerate(table):
            one = row[5]
            self.messages[i].id = row[0]
            self.messages[i].reply = row[1]
            self.messages[i].command = row[2]
            self.messages[i].size = row[3]
            self.messages[i].tail_size = row[4]
            self.messages[i].name = one
        self.kept = (schema_name, json, table)
        self.schema.name = schema_name
        self.schema.json = <const unsigned char *>json
        self.schema.json_size = len(json)
        self.schema.messages = self.messages
        self.schema.count = len(table)
        made.name = name
        made.ring_bytes, made.frame_bytes, made.reply_bytes = options[:3]
        made.peers, made.heartbeat_ms, made.group = options[3:]
        if path is not None:
            where = path
            at = where
        with nogil:
            link = cwire_listen(at, &self.schema, &made)
        if link == NULL:
            raise _failure()
        self.link = link
        for i in range(len(table)):
            if self.messages[i].command:
                self._checked(cwire_on_command(link, self.messages[i].id, _handle, <void *>self))

    def __dealloc__(self):
        cwire_close(self.link)
        PyMem_Free(self.messages)

    cdef cwire *_open(self) except NULL:
        if self.link == NULL:
            raise LinkError(CWIRE_EINVAL, "the driver is closed")
        return self.link

    cdef int _checked(self, int code) except -1:
        if code < 0:
            raise _failure()
        return code

    @property
    def path(self):
        """Where it listens."""
        return cwire_path(self._open()).decode(errors="surrogateescape")

    def publish(self, uint16_t id, payload, time_ns=None):
        """Publishes one frame; True: a peer lost older ones that it had not read."""
        cdef uint64_t stamp = cwire_now_ns() if time_ns is None else time_ns
        cdef Py_buffer view
        cdef cwire *link
        cdef int code
        PyObject_GetBuffer(payload, &view, PyBUF_SIMPLE)
        try:
            link = self._open()
            if view.len < LARGE:
                code = cwire_publish_at(link, id, stamp, view.buf, view.len)
            else:
                self.users += 1
                with nogil:
                    code = cwire_publish_at(link, id, stamp, view.buf, view.len)
                self.users -= 1
        finally:
            PyBuffer_Release(&view)
        return self._checked(code) == CWIRE_EVICTED

    def publish_many(self, uint16_t id, payloads, size_t size, size_t count, time_ns=None):
        """Publishes `count` frames of `size` bytes each that lie behind one another."""
        cdef uint64_t stamp = cwire_now_ns() if time_ns is None else time_ns
        cdef Py_buffer view
        cdef cwire *link
        cdef int code
        PyObject_GetBuffer(payloads, &view, PyBUF_SIMPLE)
        try:
            if size and count > <size_t>view.len / size:
                raise ValueError(f"{count} payloads of {size} bytes are more than {view.len} bytes")
            link = self._open()
            if view.len < LARGE:
                code = cwire_publish_many_at(link, id, stamp, view.buf, size, count)
            else:
                self.users += 1
                with nogil:
                    code = cwire_publish_many_at(link, id, stamp, view.buf, size, count)
                self.users -= 1
        finally:
            PyBuffer_Release(&view)
        return self._checked(code) == CWIRE_EVICTED

    def publish_stamped(self, uint16_t id, payloads, size_t size, const uint64_t[::1] stamps):
        """Publishes frames of `size` bytes that lie behind one another, each with its stamp."""
        cdef size_t count = stamps.shape[0], at
        cdef Py_buffer view
        cdef cwire *link
        cdef int code = 0, evicted = 0
        PyObject_GetBuffer(payloads, &view, PyBUF_SIMPLE)
        try:
            if size and count > <size_t>view.len / size:
                raise ValueError(f"{count} payloads of {size} bytes are more than {view.len} bytes")
            link = self._open()
            self.users += 1
            with nogil:
                for at in range(count):
                    code = cwire_publish_at(
                        link, id, stamps[at], <const char *>view.buf + at * size, size
                    )
                    if code < 0:
                        break
                    if code == CWIRE_EVICTED:
                        evicted = 1
            self.users -= 1
        finally:
            PyBuffer_Release(&view)
        self._checked(code)
        return evicted == 1

    def publish_parts(self, uint16_t id, tuple payload, time_ns=None):
        """Publishes one frame whose payload is in up to four pieces."""
        cdef uint64_t stamp = cwire_now_ns() if time_ns is None else time_ns
        cdef Py_buffer views[PARTS]
        cdef cwire_part parts[PARTS]
        cdef size_t count = len(payload), held = 0
        cdef cwire *link
        cdef int code
        if count > PARTS:
            raise ValueError(f"{count} pieces: at most {PARTS} are taken")
        try:
            for part in payload:
                PyObject_GetBuffer(part, &views[held], PyBUF_SIMPLE)
                parts[held].data = views[held].buf
                parts[held].size = views[held].len
                held += 1
            link = self._open()
            self.users += 1
            with nogil:
                code = cwire_publish_parts(link, id, stamp, parts, count)
            self.users -= 1
        finally:
            for i in range(held):
                PyBuffer_Release(&views[i])
        return self._checked(code) == CWIRE_EVICTED

    def reply(self, uint64_t token, bytes payload):
        """Answers a command."""
        cdef const char *data = payload
        self._checked(cwire_reply(self._open(), token, data if payload else NULL, len(payload)))

    def reply_error(self, uint64_t token, int32_t code, bytes text):
        """Answers a command with an error."""
        cdef const char *words = text
        self._checked(cwire_reply_error(self._open(), token, code, "%s", words))

    def poll(self, int timeout_ms):
        """Sends, waits and handles commands as cwire_poll; returns how many it handled."""
        return self._poll(timeout_ms, -1)

    def serve(self, int stop):
        """Polls until the descriptor `stop` can be read."""
        self._poll(0, stop)

    cdef int _poll(self, int timeout_ms, int stop) except -1:
        cdef cwire *link = self._open()
        cdef int code
        if self.polling:
            raise LinkError(CWIRE_EINVAL, "it is being polled already, by another thread or by "
                                          "the one whose handler this is")
        self.polling = True
        with nogil:
            code = cwire_poll(link, timeout_ms) if stop < 0 else cwire_serve(link, stop)
        self.polling = False
        if self.raised is not None:
            error, self.raised = self.raised, None
            raise error
        return self._checked(code)

    def fd(self):
        """A descriptor that can be read when `poll(0)` has something to do."""
        return self._checked(cwire_fd(self._open()))

    def pending(self):
        """Bytes that the slowest peer has not been sent yet."""
        return cwire_pending(self._open())

    def wanted(self, uint16_t id):
        """How many peers want a message."""
        return self._checked(cwire_wanted(self._open(), id))

    def peers(self):
        """How many peers are connected."""
        return self._checked(cwire_peers(self._open()))

    def close(self):
        """Sends what can be sent, tells the peers, and removes the socket."""
        cdef cwire *link = self.link
        if link == NULL:
            return
        if self.polling:
            raise LinkError(CWIRE_EINVAL, "it is being polled: a handler cannot close its driver")
        self.link = NULL
        while self.users:
            with nogil:
                cwire_pause()
        with nogil:
            cwire_close(link)

    def forget(self):
        """In a forked child: frees what is the parent's, unless a handler of it has forked."""
        if not self.polling:
            cwire_close(self.link)
        self.link = NULL

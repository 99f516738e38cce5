"""The readers' ends of the ways: each hands out runs of whole messages."""

from __future__ import annotations

import ctypes
import functools
import io
import mmap
import os
from contextlib import suppress
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from cwire.ipc.orders import ReadOrder

__all__ = ["Receiver", "iceoryx_messages", "iceoryx_node", "own_memory"]

_HISTORY = 64 << 20
_READ = 1 << 20
_SMALL = 64 << 10
_RUN = 256 << 10  # bytes of shared memory that are looked at before the writer may have them back

# 64-bit words of the page before the messages, as writer.c has them.
PAGE = 4096
HEAD, CLAIM, READER, LINE = 8, 16, 24, 8


class Receiver(Protocol):
    """A reader's end.

    Attributes:
        copies: Whether runs are in the reader's own memory already.
        offset: Where in a message its index is.
    """

    @property
    def copies(self) -> bool: ...  # noqa: D102
    @property
    def offset(self) -> int: ...  # noqa: D102

    def take(self, wait: bool) -> memoryview | None:
        """The next whole messages, valid until the next call; None: there are none yet.

        Args:
            wait: Sleep until something comes. It may be less than a message.
        """

    def intact(self) -> bool:
        """Whether the writer has left the last run alone so far."""

    def close(self) -> None:
        """Gives everything back."""


def own_memory(fresh: int = 0) -> memoryview:
    """The reader's own memory, that copies go to.

    Args:
        fresh: Bytes of memory that nobody has written to, so that the system has to give each page
            first; 0: memory that was made once, whose pages are there.
    """
    if fresh:
        return memoryview(mmap.mmap(-1, fresh, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS))
    return _warm()


@functools.cache
def _warm() -> memoryview:
    return np.ones(_HISTORY, np.uint8).data.cast("B")


class FdReceiver:
    """A pipe or a stream socket: the kernel copies into this buffer, which is all of the work.

    Args:
        fd: Its own from here on.
        size: Of a message.
        copies: Whether each message gets memory of its own for a while; else few pages are used,
            which stay in the processor's cache.
        fresh: Bytes of that memory, if nobody has written to it; see `own_memory`.
    """

    copies, offset = True, 0

    def __init__(self, fd: int, size: int, copies: bool, fresh: int = 0) -> None:
        self._file = io.FileIO(fd)
        self._waits = True
        self._size = size
        # A whole number of messages, so that none lies across the end.
        memory = own_memory(fresh)
        self._bytes = max(1, (len(memory) if copies else _READ) // size) * size
        self._buffer = memory[: self._bytes]
        self._begin = self._end = 0

    def take(self, wait: bool) -> memoryview | None:
        if wait != self._waits:
            os.set_blocking(self._file.fileno(), wait)
            self._waits = wait
        if self._end == self._bytes:
            self._begin = self._end = 0
        while True:
            got = self._file.readinto(self._buffer[self._end :])
            if got is None:
                return None
            if got == 0:
                raise EOFError("the writer has ended before its last message")
            self._end += got
            whole = (self._end - self._begin) // self._size * self._size
            if whole:
                begin = self._begin
                self._begin += whole
                return self._buffer[begin : self._begin]

    def intact(self) -> bool:
        return True

    def close(self) -> None:
        self._file.close()


class MappedReceiver:
    """Shared memory: a page of counters and the messages behind it; see writer.c.

    A processor with weakly ordered memory (ARM) needs fences, which Python does not have: there,
    what comes may be wrong, and the order of the messages tells.
    """

    copies, offset = False, 0

    def __init__(self, order: ReadOrder, bell: int | None) -> None:
        with Path(order.place).open("r+b") as file:
            self._memory = mmap.mmap(file.fileno(), 0)
        self._words = memoryview(self._memory)[:PAGE].cast("Q")
        self._area = memoryview(self._memory)[PAGE : PAGE + order.capacity]
        sum(self._area[::PAGE])  # maps the pages that the writer has filled
        self._bell = bell
        self._slot = READER + LINE * order.number
        self._capacity, self._size, self._held = order.capacity, order.size, order.held
        self._most = order.size if order.pause else max(1, _RUN // order.size) * order.size
        self._begin = self._position = 0

    def take(self, wait: bool) -> memoryview | None:
        words = self._words
        if self._held and words[self._slot] != self._position:
            words[self._slot] = self._position  # what was handed out may be overwritten
        head = words[HEAD]
        if head == self._position:
            if wait and self._bell is not None:
                os.read(self._bell, PAGE)
            return None
        if not self._held and words[CLAIM] - self._position > self._capacity:
            # The writer has overtaken this reader, which goes on half a ring behind it.
            half = self._capacity // 2 // self._size * self._size
            self._position = max(self._position, head - half)
        place = self._position % self._capacity
        end = min(place + min(head - self._position, self._most), self._capacity)
        self._begin = self._position
        self._position += end - place
        return self._area[place:end]

    def intact(self) -> bool:
        if self._held or self._words[CLAIM] - self._begin <= self._capacity:
            return True
        self._position = self._begin
        return False

    def close(self) -> None:
        self._words.release()
        self._area.release()
        with suppress(BufferError):  # a run is still looked at
            self._memory.close()
        if self._bell is not None:
            os.close(self._bell)


class ZmqReceiver:
    """A SUB socket; a batch is one message of ZeroMQ."""

    copies, offset = False, 0

    def __init__(self, order: ReadOrder) -> None:
        import zmq

        self._small = order.size * order.batch < _SMALL  # pyzmq is faster if it copies these
        self._again = zmq.Again
        self._flags = zmq.NOBLOCK
        self._context = zmq.Context()
        self._socket = self._context.socket(zmq.SUB)
        self._socket.setsockopt(zmq.RCVHWM, order.mark)
        self._socket.setsockopt(zmq.LINGER, 0)
        self._socket.setsockopt(zmq.SUBSCRIBE, b"")
        self._socket.connect(order.place)

    def take(self, wait: bool) -> memoryview | None:
        try:
            got: Any = self._socket.recv(0 if wait else self._flags, copy=self._small)
        except self._again:
            return None
        return memoryview(got if self._small else got.buffer)

    def intact(self) -> bool:
        return True

    def close(self) -> None:
        self._context.destroy(linger=0)


class IceoryxReceiver:
    """A subscriber of iceoryx2, and a listener for the writer's events."""

    copies, offset = False, 0

    def __init__(self, order: ReadOrder) -> None:
        import iceoryx2

        self._node = iceoryx_node(order.place)
        name = iceoryx2.ServiceName.new(order.text)
        messages = iceoryx_messages(self._node, name, order.mark, order.held)
        self._subscriber = messages.subscriber_builder().create()
        event = self._node.service_builder(name).event().open_or_create()
        self._listener = event.listener_builder().create()
        self._sample: Any = None

    def take(self, wait: bool) -> memoryview | None:
        if self._sample is not None:
            self._sample.delete()
        self._sample = self._subscriber.receive()
        if self._sample is None:
            if wait:
                self._listener.blocking_wait()
            return None
        payload = self._sample.payload()
        run: memoryview = payload.as_memory_view().cast("B")
        return run

    def intact(self) -> bool:
        return True

    def close(self) -> None:
        if self._sample is not None:
            self._sample.delete()
        for part in (self._listener, self._subscriber):
            part.delete()
        del self._node


def iceoryx_node(place: str) -> Any:
    """A node whose files are in a folder of ours, and whose shared memory has a name of ours."""
    import iceoryx2

    iceoryx2.set_log_level(iceoryx2.LogLevel.Error)
    config = iceoryx2.config.default()
    config.global_cfg.root_path = iceoryx2.Path.new(place)
    config.global_cfg.prefix = iceoryx2.FileName.new(f"{Path(place).name}_")
    builder = iceoryx2.NodeBuilder.new().config(config)
    builder = builder.signal_handling_mode(iceoryx2.SignalHandlingMode.Disabled)
    return builder.create(iceoryx2.ServiceType.Ipc)


def iceoryx_messages(node: Any, name: Any, buffered: int, held: bool) -> Any:
    """The service that carries messages as slices of bytes."""
    import iceoryx2

    builder = node.service_builder(name).publish_subscribe(iceoryx2.Slice[ctypes.c_uint8])
    builder = builder.subscriber_max_buffer_size(buffered).enable_safe_overflow(not held)
    return builder.payload_alignment(iceoryx2.Alignment.new(8)).open_or_create()

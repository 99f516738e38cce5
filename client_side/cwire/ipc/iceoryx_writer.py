"""Writes messages by iceoryx2, whose library for C is in no Python package."""

from __future__ import annotations

import time
from struct import Struct
from typing import Any

import numpy as np

from cwire.ipc.orders import WriteOrder, Written
from cwire.ipc.receivers import iceoryx_messages, iceoryx_node

__all__ = ["IceoryxWriter"]

_put_head = Struct("=QQQ").pack_into


class IceoryxWriter:
    """A publisher; a batch is one sample of iceoryx2."""

    def __init__(self, order: WriteOrder) -> None:
        import iceoryx2

        self._order = order
        self._bytes = order.size * order.batch
        self._node = iceoryx_node(order.place)
        name = iceoryx2.ServiceName.new(order.text)
        service = iceoryx_messages(self._node, name, order.mark, order.held)
        strategy = iceoryx2.BackpressureStrategy
        self._publisher = (
            service.publisher_builder()
            .initial_max_slice_len(self._bytes)
            .backpressure_strategy(
                strategy.RetryUntilDelivered if order.held else strategy.DiscardData
            )
            .create()
        )
        event = self._node.service_builder(name).event().open_or_create()
        self._notifier = event.notifier_builder().create()

    def write(self) -> Written:
        """Writes until it is over, in the way of write_all in order.h."""
        order, size = self._order, self._order.size
        messages = np.arange(self._bytes // 8, dtype=np.uint64).data.cast("B")
        clock = time.monotonic_ns
        cpu, begin = time.process_time(), clock()
        until = begin + int(order.seconds * 1e9)
        index = sent = last = 0
        while not last:
            now = clock()
            if order.rate:
                due = begin + int(sent / order.rate * 1e9)
                while now < due:
                    time.sleep((due - now) / 1e9)
                    now = clock()
            last = int(now >= until and sent + 1 >= order.at_least)
            for number in range(order.batch):
                index += 1
                _put_head(messages, number * size, index, now, last * (number + 1 == order.batch))
            self._send(messages)
            sent += 1
        return Written(index, (clock() - begin) / 1e9, time.process_time() - cpu)

    def _send(self, messages: memoryview) -> None:
        sample: Any = self._publisher.loan_slice_uninit(self._bytes)
        sample.payload().as_memory_view().cast("B")[:] = messages
        sample.assume_init().send()
        if self._order.rate:  # where the reader does not look again and again
            self._notifier.notify()

    def close(self) -> None:
        """Gives everything back."""
        self._notifier.delete()
        self._publisher.delete()
        del self._node

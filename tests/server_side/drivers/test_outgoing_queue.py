from hypothesis import given
from hypothesis import strategies as st

from cwire_server.drivers.outgoing_queue import OutgoingQueue


def test_nothing_waits_at_first() -> None:
    queue = OutgoingQueue()
    assert queue.next is None
    assert queue.bytes == 0


@given(
    pieces=st.lists(st.binary(min_size=1, max_size=20), max_size=10), sizes=st.lists(st.integers(0))
)
def test_what_was_put_is_sent_in_order_however_the_socket_takes_it(
    pieces: list[bytes], sizes: list[int]
) -> None:
    queue = OutgoingQueue()
    for piece in pieces:
        queue.put(piece)
    sent = b""
    while (waiting := queue.next) is not None:
        assert queue.bytes == len(b"".join(pieces)) - len(sent)
        size = min(sizes.pop() if sizes else 3, len(waiting))
        sent += waiting[:size]
        queue.sent(size)
    assert sent == b"".join(pieces)
    assert queue.bytes == 0

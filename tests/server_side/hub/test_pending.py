from cwire_server.hub.pending import PendingCommands


def test_two_clients_may_use_the_same_request_number() -> None:
    pending = PendingCommands(limit=10, patience=5)
    first = pending.add(client=1, request=7, type_=16, now=0)
    second = pending.add(client=2, request=7, type_=16, now=0)
    assert first != second
    answered = pending.answer(second)
    assert answered is not None
    assert (answered.client, answered.request) == (2, 7)
    assert pending.waits(1, 7)
    assert not pending.waits(2, 7)


def test_a_reply_is_given_once() -> None:
    pending = PendingCommands(limit=10, patience=5)
    number = pending.add(1, 7, 16, now=0)
    assert pending.answer(number) is not None
    assert pending.answer(number) is None
    assert pending.answer(12345) is None


def test_commands_expire_in_order() -> None:
    pending = PendingCommands(limit=10, patience=5)
    pending.add(1, 1, 16, now=0)
    pending.add(1, 2, 16, now=3)
    assert pending.next_deadline == 5
    assert pending.expire(4.9) == []
    assert [late.request for late in pending.expire(5)] == [1]
    assert pending.next_deadline == 8
    assert not pending.waits(1, 1)


def test_a_client_that_leaves_takes_its_commands_along() -> None:
    pending = PendingCommands(limit=2, patience=5)
    number = pending.add(1, 1, 16, now=0)
    pending.add(2, 1, 16, now=0)
    assert pending.full
    assert [gone.request for gone in pending.forget_client(1)] == [1]
    assert len(pending) == 1
    assert pending.answer(number) is None


def test_draining_gives_everything_up() -> None:
    pending = PendingCommands(limit=10, patience=5)
    pending.add(1, 1, 16, now=0)
    pending.add(2, 1, 17, now=0)
    assert [(gone.client, gone.type) for gone in pending.drain()] == [(1, 16), (2, 17)]
    assert len(pending) == 0
    assert not pending.waits(1, 1)


def test_numbers_are_never_zero_and_never_taken_twice() -> None:
    pending = PendingCommands(limit=10, patience=5)
    pending._last = 2**32 - 2
    taken = [pending.add(1, request, 16, now=0) for request in range(1, 4)]
    assert taken == [2**32 - 1, 1, 2]
    pending._last = 0
    assert pending.add(1, 9, 16, now=0) == 3

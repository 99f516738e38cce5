"""The output of a program, as lines."""

from __future__ import annotations

from cwire.process.output_buffer import OutputBuffer


def test_lines_come_in_pieces() -> None:
    buffer = OutputBuffer()
    buffer.feed(b"one\ntw")
    assert buffer.last() == ["one", "tw"]
    assert buffer.last(partial=False) == ["one"]
    buffer.feed(b"o\nthree")
    assert (buffer.last(2), buffer.total) == (["two", "three"], 2)
    buffer.end()
    assert (buffer.since(2), buffer.total) == (["three"], 3)


def test_a_character_may_be_cut() -> None:
    buffer = OutputBuffer()
    euro = "5 €\n".encode()
    buffer.feed(euro[:3])
    buffer.feed(euro[3:])
    buffer.feed(b"\xff broken\n")
    assert buffer.last() == ["5 €", "\ufffd broken"]


def test_colours_titles_and_progress_bars() -> None:
    buffer = OutputBuffer()
    buffer.feed(b"\x1b[31mred\x1b[0m\x07\n\x1b]0;title\x07text\n 10 %\r 90 %\r100 %\r\na\tb\n")
    assert buffer.last() == ["red", "text", "100 %", "a\tb"]


def test_it_is_bounded() -> None:
    buffer = OutputBuffer(kept=3)
    buffer.feed(b"".join(b"%d\n" % number for number in range(10)))
    assert (buffer.last(), buffer.total) == (["7", "8", "9"], 10)
    assert buffer.since(8) == ["8", "9"]
    assert buffer.since(0) == ["7", "8", "9"]
    for _ in range(1000):
        buffer.feed(b"x" * 1000)
    assert len(buffer.last()[-1]) == 2000
    buffer.add("our own")
    assert buffer.last(1) == ["our own"]
    assert len(buffer.last(2)[0]) == 2000

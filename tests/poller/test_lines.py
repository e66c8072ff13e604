"""Bounded lines out of a stream that cannot be trusted."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.results import Outcome
from poller.errors import ChannelEnded, PollFailed
from poller.probing.lines import LineReader


async def _read(reader: LineReader, count: int) -> list[bytes]:
    return [await reader.next_line() for _ in range(count)]


@given(st.lists(st.binary(max_size=40).filter(lambda line: b"\n" not in line), min_size=1), st.data())
def test_lines_come_out_whole_however_they_are_cut(lines: list[bytes], data: st.DataObject) -> None:
    stream = b"".join(line + b"\n" for line in lines)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=10)))
    reader = LineReader()
    for start, end in zip([0, *cuts], [*cuts, len(stream)], strict=True):
        if start < end:
            assert reader.feed(stream[start:end])
    assert asyncio.run(_read(reader, len(lines))) == lines


def test_a_waiting_reader_is_woken_by_the_end_of_the_line() -> None:
    async def scenario() -> bytes:
        reader = LineReader()
        waiting = asyncio.ensure_future(reader.next_line())
        await asyncio.sleep(0)
        reader.feed(b"ab")
        await asyncio.sleep(0)
        reader.feed(b"c\n")
        return await waiting

    assert asyncio.run(scenario()) == b"abc"


def test_a_line_past_the_bound_is_bad_output_and_its_bytes_are_let_go() -> None:
    reader = LineReader(limit=100)
    assert reader.feed(b"x" * 60)
    assert not reader.feed(b"y" * 60)
    assert not reader.feed(b"\n")
    with pytest.raises(PollFailed) as failed:
        asyncio.run(reader.next_line())
    assert failed.value.outcome is Outcome.BAD_OUTPUT


def test_many_unasked_lines_are_bounded_too() -> None:
    reader = LineReader(limit=1000)
    fed = sum(reader.feed(b"unasked\n") for _ in range(1000))
    assert fed <= 125


def test_lines_that_came_before_the_end_are_still_read() -> None:
    reader = LineReader()
    reader.feed(b"last words\n")
    reader.fail(ChannelEnded(1, "gone"))
    assert asyncio.run(reader.next_line()) == b"last words"
    with pytest.raises(ChannelEnded, match="ended with status 1: gone"):
        asyncio.run(reader.next_line())

"""No answer of a host holds the event loop for long, whatever it is made of."""

import asyncio
import gc
import json
import sys
import time
from collections.abc import Callable
from functools import cache

import pytest

from metrics.errors import BadAnswer
from metrics.results import Outcome
from metrics.sampling.answer import MAX_LINE_BYTES, MAX_MENDED_BYTES, decode_answer, decode_hello
from metrics.sampling.sampler import HostSampler, PollFacts
from poller.errors import PollFailed
from poller.probing.lines import LINE_LIMIT_BYTES, LineReader
from poller.probing.starter import NOISE_LIMIT_BYTES, _hello
from tests.hostile.answer_corpus import corpus

_LINES = {
    f"{name}, {size // 1024} KiB": line
    for size in (MAX_LINE_BYTES, MAX_MENDED_BYTES)
    for name, line in corpus(size).items()
}
_TIMES_THE_USUAL = 5.0
_TRIES = 5
_MANY = LINE_LIMIT_BYTES // 4


def _seconds(act: Callable[[], object]) -> float:
    """The processor's time that it takes: without a look through what other tests have left, and unobserved.

    What counts which lines run makes Python several times slower, and what is not Python no slower.
    """
    gc.disable()
    observer = sys.gettrace()
    sys.settrace(None)
    started = time.thread_time()
    try:
        act()
        return time.thread_time() - started
    finally:
        sys.settrace(observer)
        gc.enable()


@cache
def _usual_seconds() -> float:
    """What this machine takes to read a mebibyte of plain JSON: about 15 ms."""
    plain = b"[" + b"12," * (MAX_LINE_BYTES // 3 - 1) + b"1]"
    return max(0.005, *(_seconds(lambda: json.loads(plain)) for _ in range(_TRIES)))


def _takes_at_most(times_the_usual: float, act: Callable[[], object]) -> bool:
    """Whether one of a few tries takes no more than so many times the usual."""
    return any(_seconds(act) < times_the_usual * _usual_seconds() for _ in range(_TRIES))


def _read(line: bytes) -> None:
    sampler = HostSampler(max_gap_seconds=300.0)
    try:
        answer = decode_answer(line)
    except BadAnswer:
        return
    sampler.sample(answer, time=1_800_000_000.0, poll=PollFacts(duration_seconds=0.1))


def _feed(reader: LineReader, data: bytes, piece: int) -> None:
    for at in range(0, len(data), piece):
        reader.feed(data[at : at + piece])


@pytest.mark.parametrize("name", _LINES)
def test_an_answer_is_read_or_refused_in_bounded_time(name: str) -> None:
    assert len(_LINES[name]) <= MAX_LINE_BYTES
    assert _takes_at_most(_TIMES_THE_USUAL, lambda: _read(_LINES[name]))


@pytest.mark.parametrize("name", _LINES)
def test_a_hello_is_read_or_refused_in_bounded_time(name: str) -> None:
    def hello() -> None:
        with pytest.raises(BadAnswer):
            decode_hello(_LINES[name], "nonce")

    assert _takes_at_most(_TIMES_THE_USUAL, hello)


@pytest.mark.parametrize("piece", [1, 65536])
def test_very_many_empty_lines_is_passed_over_quickly(piece: int) -> None:
    async def read_all() -> None:
        reader = LineReader()
        _feed(reader, b"\n" * _MANY, piece)
        for _ in range(_MANY):
            assert await reader.next_line() == b""

    assert _takes_at_most(50, lambda: asyncio.run(read_all()))


def test_empty_lines_before_a_hello_end_the_start_quickly() -> None:
    class Channel:
        reader = LineReader()

    async def start() -> None:
        Channel.reader = LineReader()
        Channel.reader.feed(b"\n" * LINE_LIMIT_BYTES)
        with pytest.raises(PollFailed, match=str(NOISE_LIMIT_BYTES)) as failed:
            await _hello(Channel, "nonce")  # type: ignore[arg-type]
        assert failed.value.outcome is Outcome.BAD_OUTPUT

    assert _takes_at_most(20, lambda: asyncio.run(start()))


def test_an_answer_in_single_bytes_is_put_together_in_bounded_time() -> None:
    async def read() -> bytes:
        reader = LineReader()
        _feed(reader, b"x" * (_MANY - 1) + b"\n", 1)
        return await reader.next_line()

    assert _takes_at_most(50, lambda: asyncio.run(read()))


def test_small_damage_to_an_ordinary_answer_is_still_mended() -> None:
    line = b'{"id":1,"time":1.0,"monotonic":1.0,"boot":"b","system":{"load1":NaN},"mem":{"total":7}}'
    answer = decode_answer(line)
    assert answer.mem == {"total": 7}
    assert answer.system is not None


def test_damage_to_a_very_long_answer_is_told() -> None:
    line = corpus(MAX_LINE_BYTES)["empty strings and NaN"]
    with pytest.raises(BadAnswer, match="not an answer"):
        decode_answer(line)

"""What is kept of blocks between questions is what the blocks say."""

from collections.abc import Callable

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from metrics.stores.sqlite.formats.arrays import I32
from metrics.stores.sqlite.formats.frames import Frame
from metrics.stores.sqlite.packing.blocks import BlockCodec
from metrics.stores.sqlite.packing.rollups import roll_up
from metrics.stores.sqlite.reading.frame_cache import FrameCache
from tests.metrics.test_packing_columns import frames


def _reading(data: bytes) -> Callable[[int, int], bytes]:
    def read(offset: int, length: int) -> bytes:
        return data[offset : offset + length]

    return read


def _assert_same(found: Frame, expected: Frame) -> None:
    for name in ("times", "series", "codes", "values", "counts"):
        one, other = getattr(found, name), getattr(expected, name)
        assert (one is None and other is None) or np.array_equal(one, other), name


@given(frame=frames(), is_rolled_up=st.booleans(), by_column=st.booleans(), data=st.data())
def test_columns_alone_are_the_whole_frames_columns(
    frame: Frame, is_rolled_up: bool, by_column: bool, data: st.DataObject
) -> None:
    frame = roll_up(frame, 60_000) if is_rolled_up else frame
    codec = BlockCodec()
    cache = FrameCache(codec)
    head, packed = codec.encode([frame], by_column=by_column)
    (whole,) = codec.decode(head, packed)
    chosen = data.draw(st.sets(st.integers(0, len(frame.series) - 1), min_size=1))
    wanted: I32 = np.array(sorted(chosen), dtype=np.int32)
    series = np.append(whole.series[wanted], np.int32(10**6))
    for _ in range(2):
        (place,) = cache.places(head, series)
        found = cache.frame(place, _reading(packed))
        columns = whole.series[wanted], whole.codes[wanted], whole.values[wanted]
        _assert_same(found, Frame(whole.times, *columns, whole.counts))


def _frame(first: int) -> Frame:
    values = np.array([[[first, 5, 9]]], dtype=np.int64)
    return Frame(np.array([0, 1, 2]), np.array([7], np.int32), np.zeros(1, np.int8), values)


def test_other_bytes_under_the_same_head_are_decoded_anew() -> None:
    codec = BlockCodec()
    cache = FrameCache(codec)
    series: I32 = np.array([7], dtype=np.int32)
    (head, data), (_, other) = (codec.encode([_frame(first)], by_column=True) for first in (1, 3))
    (place,) = cache.places(head, series)
    assert len(other) == len(data)
    first = cache.frame(place, _reading(data))
    second = cache.frame(place, _reading(other))
    assert first.values.tolist() != second.values.tolist()


def test_the_oldest_go_when_it_is_full() -> None:
    codec = BlockCodec()
    cache = FrameCache(codec, max_bytes=2000)
    series: I32 = np.array([7], dtype=np.int32)
    for first in range(50):
        head, data = codec.encode([_frame(first)], by_column=True)
        (place,) = cache.places(head, series)
        cache.frame(place, _reading(data))
        assert cache._bytes <= 2000
    assert 0 < len(cache._frames) < 10

"""Packing loses nothing, and rollups of rollups are rollups of the values."""

import struct
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from metrics.stores.sqlite.formats.arrays import I64
from metrics.stores.sqlite.formats.decimals import BITS, scale, to_floats
from metrics.stores.sqlite.formats.frames import EXCESS, LAST, LOW, SPAN, Frame, merge
from metrics.stores.sqlite.packing.blocks import BlockCodec
from metrics.stores.sqlite.packing.rollups import column, roll_up
from tests.support.examples import examples

_DOUBLES = st.floats(allow_nan=False, allow_infinity=False, width=64)
_DECIMALS = st.integers(-(10**9), 10**9).flatmap(
    lambda number: st.sampled_from([round(number / 10**digits, digits) for digits in range(4)])
)
_INTS = st.integers(-(2**63), 2**63 - 1)


def _ints(rows: int) -> st.SearchStrategy[I64]:
    columns = st.integers(1, 4).map(lambda count: (count, rows))
    wild = columns.flatmap(lambda shape: arrays(np.int64, shape, elements=_INTS))
    calm = columns.flatmap(lambda shape: arrays(np.int64, shape, elements=st.integers(0, 300)))
    return wild | calm


def _doubles(rows: int) -> st.SearchStrategy[I64]:
    shape = st.integers(1, 4).map(lambda count: (count, rows))
    wild = shape.flatmap(lambda size: arrays(np.float64, size, elements=_DOUBLES))
    calm = shape.flatmap(lambda size: arrays(np.float64, size, elements=_DECIMALS))
    return (wild | calm).map(lambda table: table.view(np.int64))


@st.composite
def frames(draw: st.DrawFn) -> Frame:
    times = np.array(sorted(draw(st.sets(st.integers(0, 7_200_000), min_size=1, max_size=40))), np.int64)
    ints = draw(_ints(len(times)))
    scaled, codes = scale(draw(_doubles(len(times))))
    values = np.concatenate([ints, scaled])[:, None, :]
    all_codes = np.concatenate([np.zeros(len(ints), np.int8), codes])
    return Frame(times, np.arange(len(values), dtype=np.int32) * 3, all_codes, values)


def _assert_same(found: Frame, expected: Frame) -> None:
    for name in ("times", "series", "codes", "values", "counts"):
        one, other = getattr(found, name), getattr(expected, name)
        assert (one is None and other is None) or np.array_equal(one, other), name


@given(table=st.integers(1, 30).flatmap(_doubles))
def test_every_finite_double_comes_back_to_the_bit(table: I64) -> None:
    numbers, codes = scale(table)
    for at, code in enumerate(codes.tolist()):
        assert np.array_equal(to_floats(numbers[at], code).view(np.int64), table[at])


def test_decimals_become_small_integers_and_minus_zero_stays() -> None:
    table = np.array([[12.34, 56.78], [0.125, 3.0], [-0.0, 1.0], [0.1 + 0.2, 1.0]]).view(np.int64)
    numbers, codes = scale(table)
    assert codes.tolist() == [2, 3, BITS, BITS]
    assert numbers[0].tolist() == [1234, 5678]


@given(frame=frames(), by_column=st.booleans())
def test_a_packed_frame_comes_back(frame: Frame, by_column: bool) -> None:
    codec = BlockCodec()
    rollup = roll_up(frame, 60_000)
    found = codec.decode(*codec.encode([frame, rollup], by_column=by_column))
    _assert_same(found[0], frame)
    _assert_same(found[1], rollup)


@given(frame=frames(), by_column=st.booleans(), data=st.data())
def test_some_columns_are_read_alone(frame: Frame, by_column: bool, data: st.DataObject) -> None:
    codec = BlockCodec()
    head, packed = codec.encode([frame], by_column=by_column)
    wanted = sorted(data.draw(st.sets(st.sampled_from(range(len(frame.series))), min_size=1)))
    at = np.array(wanted, np.int32)
    found = codec.frame(codec.heads(head)[0], at, lambda offset, length: packed[offset : offset + length])
    assert np.array_equal(found.values, frame.values[at])
    assert np.array_equal(found.series, frame.series[at])


@given(frame=frames(), cuts=st.lists(st.integers(0, 7_200_000), max_size=4))
def test_frames_cut_apart_merge_to_the_same_values(frame: Frame, cuts: list[int]) -> None:
    edges = [0, *sorted(cuts), 7_200_001]
    parts = [frame.between(start, end) for start, end in pairwise(edges)]
    merged = merge([part for part in parts if len(part.times)])
    assert len(merged) == 1
    _assert_same(merged[0], frame)


def test_columns_that_come_seldom_make_a_frame_of_their_own() -> None:
    fast = Frame(np.array([0, 1]), np.array([1], np.int32), np.zeros(1, np.int8), np.array([[[5, 6]]]))
    both = Frame(np.array([2]), np.array([1, 2], np.int32), np.zeros(2, np.int8), np.array([[[7]], [[8]]]))
    found = {tuple(frame.series.tolist()): frame.times.tolist() for frame in merge([fast, both])}
    assert found == {(1,): [0, 1, 2], (2,): [2]}


@settings(max_examples=examples(60))
@given(frame=frames())
def test_a_rollup_is_what_the_values_say(frame: Frame) -> None:
    rollup = roll_up(frame, 60_000)
    for at in range(len(frame.series)):
        values = column(frame, at, LAST)
        for bucket, start in enumerate(rollup.times.tolist()):
            inside = values[(frame.times >= start) & (frame.times < start + 60_000)].tolist()
            assert rollup.counts is not None
            assert rollup.counts[bucket] == len(inside)
            assert column(rollup, at, LOW)[bucket] == min(inside)
            assert column(rollup, at, SPAN)[bucket] == max(inside)
            assert column(rollup, at, LAST)[bucket] == inside[-1]
            mean = sum(map(Fraction, inside)) / len(inside)
            tolerance = max(abs(value) for value in inside) * 1e-12
            assert abs(Fraction(float(column(rollup, at, EXCESS)[bucket])) - mean) <= tolerance


@given(frame=frames())
def test_a_rollup_of_rollups_is_the_rollup_of_the_values(frame: Frame) -> None:
    twice = roll_up(roll_up(frame, 60_000), 900_000)
    once = roll_up(frame, 900_000)
    assert np.array_equal(twice.times, once.times)
    assert twice.counts is not None
    assert once.counts is not None
    assert np.array_equal(twice.counts, once.counts)
    for at in range(len(frame.series)):
        for stat in (LOW, SPAN, LAST):
            assert column(twice, at, stat).tolist() == column(once, at, stat).tolist()
        slack = 1e-12 * float(max(abs(value) for value in column(frame, at, LAST).tolist()))
        means = column(once, at, EXCESS).tolist()
        assert column(twice, at, EXCESS).tolist() == pytest.approx(means, rel=1e-12, abs=slack)


@given(number=_DOUBLES)
def test_a_lone_double_is_packed_exactly(number: float) -> None:
    numbers, codes = scale(np.array([[number]]).view(np.int64))
    assert struct.pack("<d", to_floats(numbers[0], int(codes[0]))[0]) == struct.pack("<d", number)

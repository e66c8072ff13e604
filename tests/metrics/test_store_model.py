"""The embedded store answers as the store in memory does, whenever it packs."""

import asyncio
import tempfile
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from metrics.results import Number, Outcome, Point, PollResult
from metrics.store import Aggregate, HistoryQuery, Latest, MetricStore
from metrics.stores.memory import MemoryStore
from metrics.stores.sqlite.reading.latest import read_latest
from metrics.stores.sqlite.store import SqliteStore
from tests.metrics.store_contract import START, Clock, assert_same_values
from tests.support.examples import examples

_HOSTS = st.sampled_from(("web-1", "web-2"))
_FLOATS = st.integers(0, 10_000).map(lambda number: number / 100) | st.floats(-1e12, 1e12)
_INTS = st.integers(0, 2**63 - 1) | st.integers(0, 100)
_CPUS = st.sampled_from(("cpu-total", "cpu0"))
_CPU = st.builds(lambda cpu, value: Point("cpu", (("cpu", cpu),), {"usage_active": value}), _CPUS, _FLOATS)
_MEM = st.builds(lambda used: Point("mem", (), {"used": used}), _INTS)
_OUTCOMES = st.sampled_from((Outcome.OK, Outcome.OK, Outcome.OK, Outcome.TIMEOUT))


@st.composite
def results(draw: st.DrawFn) -> PollResult:
    outcome = draw(_OUTCOMES)
    points = draw(
        st.lists(_CPU | _MEM, max_size=3, unique_by=lambda point: (point.measurement, point.labels))
    )
    return PollResult(
        host=draw(_HOSTS),
        time=START + draw(st.integers(0, 4 * 3600 * 10)) / 10,
        outcome=outcome,
        duration=0.1,
        points=tuple(points),
        detail="" if outcome is Outcome.OK else "no answer",
        errors=draw(st.sampled_from(({}, {"disk": "dead"}))),
        facts=draw(st.sampled_from((None, None, {"os": "linux"}))),
    )


_QUERIES = st.builds(
    lambda metric, aggregate, step, start, span: HistoryQuery(
        hosts=("web-1", "web-2"), metric=metric, aggregate=aggregate, step=step,
        start=START + start, end=START + start + span,
    ),
    st.sampled_from(("cpu.usage_active", "mem.used")),
    st.sampled_from(list(Aggregate)),
    st.sampled_from((None, 10.0, 60.0, 300.0, 900.0, 3600.0, 70.0)),
    st.integers(0, 3 * 3600),
    st.integers(60, 4 * 3600),
)  # fmt: skip
_WRITE = st.lists(results(), min_size=1, max_size=12)
_PASS = st.integers(1, 5 * 3600)
_STEPS = st.lists(_WRITE | _PASS | _QUERIES, min_size=2, max_size=14)


@settings(max_examples=examples(40), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(steps=_STEPS, last=_QUERIES)
def test_whatever_is_written_packed_and_asked_both_stores_answer_the_same(
    steps: list[list[PollResult] | int | HistoryQuery], last: HistoryQuery
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(_compare(Path(folder), [*steps, last]))


async def _compare(folder: Path, steps: list[list[PollResult] | int | HistoryQuery]) -> None:
    clock = Clock(START)
    packed = await SqliteStore.open(folder / "metrics.db", clock=clock)
    model = MemoryStore(clock=clock)
    seen: set[tuple[str, float]] = set()
    try:
        for step in steps:
            if isinstance(step, int):
                await _pass(packed, clock, step)
            elif isinstance(step, HistoryQuery):
                await _assert_same_history(packed, model, step)
            else:
                fresh = _only_new(step, seen)
                await packed.write(fresh)
                await model.write(fresh)
            assert read_latest(folder / "metrics.db") == await packed.latest()
        assert await _latest(packed) == await _latest(model)
    finally:
        await packed.close()


def _only_new(batch: list[PollResult], seen: set[tuple[str, float]]) -> list[PollResult]:
    fresh = []
    for result in batch:
        if (result.host, result.time) not in seen:
            seen.add((result.host, result.time))
            fresh.append(result)
    return fresh


async def _pass(store: SqliteStore, clock: Clock, seconds: int) -> None:
    for _ in range(4):
        clock.now += seconds / 4
        for _ in range(4):
            await store.maintain(clock.now)


async def _assert_same_history(store: MetricStore, model: MetricStore, query: HistoryQuery) -> None:
    found, expected = await store.history(query), await model.history(query)
    assert found.step == expected.step
    places = [(series.host, series.labels) for series in expected.series]
    assert [(series.host, series.labels) for series in found.series] == places
    for one, other in zip(found.series, expected.series, strict=True):
        assert [at for at, _ in one.points] == [at for at, _ in other.points]
        assert_same_values(_values(one.points), _values(other.points))


def _values(points: tuple[tuple[float, Number | None], ...]) -> list[Number | None]:
    return [value for _, value in points]


async def _latest(store: MetricStore) -> list[tuple[Latest, list[Point]]]:
    """The latest states, their points in an order that both stores share."""
    return [
        (_without_points(latest), sorted(latest.points, key=lambda point: (point.measurement, point.labels)))
        for latest in await store.latest()
    ]


def _without_points(latest: Latest) -> Latest:
    return Latest(
        host=latest.host, time=latest.time, ok_time=latest.ok_time, outcome=latest.outcome,
        detail=latest.detail, tags=latest.tags, points=(), errors=latest.errors, top=latest.top,
        facts=latest.facts,
    )  # fmt: skip

"""Answers given again: only while nothing that they depend on has changed."""

from pathlib import Path

import pytest

from metrics.errors import TooManyPoints
from metrics.store import Aggregate, HistoryQuery
from metrics.stores.sqlite.store import SqliteStore
from tests.metrics.store_contract import START, Clock, cpu, poll, settle

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


def _query(host: str = "web-1", **changes: object) -> HistoryQuery:
    fields: dict[str, object] = {
        "hosts": (host,),
        "metric": "cpu.usage_active",
        "start": START,
        "end": START + 3600.0,
        "step": 60.0,
    }
    return HistoryQuery(**(fields | changes))  # type: ignore[arg-type]


async def _store(path: Path, clock: Clock) -> SqliteStore:
    store = await SqliteStore.open(path / "metrics.db", clock=clock)
    await store.write([poll(START + 5.0 * at, cpu(float(at))) for at in range(60)])
    return store


async def test_the_same_question_gets_the_same_object_until_the_host_gives_something_new(
    tmp_path: Path,
) -> None:
    store = await _store(tmp_path, Clock())
    query = _query(poll(START, cpu(0.0)).host)
    first = await store.history(query)
    assert await store.history(query) is first
    moved = _query(query.hosts[0], start=START + 3.0, end=START + 3598.0)
    assert await store.history(moved) is first  # the same buckets
    await store.write([poll(START + 400.0, cpu(99.0))])
    second = await store.history(query)
    assert second is not first
    assert second.series[0].points[6][1] == 99.0
    await store.close()


async def test_another_bucket_aggregate_label_or_host_is_another_question(tmp_path: Path) -> None:
    store = await _store(tmp_path, Clock())
    host = poll(START, cpu(0.0)).host
    first = await store.history(_query(host))
    for other in (
        _query(host, aggregate=Aggregate.MAX),
        _query(host, end=START + 3660.0),
        _query(host, step=120.0),
        _query(host, step=None),
        _query(host, labels=(("cpu", "cpu7"),)),
        _query("nobody"),
    ):
        assert await store.history(other) != first
    assert await store.history(_query(host)) == first
    await store.close()


async def test_a_bound_on_points_holds_for_a_known_answer_too(tmp_path: Path) -> None:
    store = await _store(tmp_path, Clock())
    host = poll(START, cpu(0.0)).host
    assert (await store.history(_query(host))).series
    with pytest.raises(TooManyPoints):
        await store.history(_query(host, max_points=10))
    await store.close()


async def test_packing_and_retention_never_leave_an_old_answer(tmp_path: Path) -> None:
    clock = Clock()
    store = await _store(tmp_path, clock)
    host = poll(START, cpu(0.0)).host
    before = await store.history(_query(host))
    await settle(store, clock, until=START + 6 * 3600.0)
    after = await store.history(_query(host))
    assert after == before
    await store.forget(host)
    assert (await store.history(_query(host))).series == ()
    await store.close()

"""Questions that are asked at the same moment get the very answers that each would get alone."""

import asyncio
from itertools import product
from pathlib import Path

import pytest
from msgspec.structs import replace

from metrics.errors import StoreError, TooManyPoints
from metrics.results import Outcome, Point, PollResult
from metrics.store import Aggregate, HistoryQuery
from metrics.stores.sqlite.reading.reader import Reader
from metrics.stores.sqlite.store import SqliteStore
from tests.metrics.store_contract import START, Clock

pytestmark = pytest.mark.anyio

_HOURS = 5
_HOSTS = ("web-1", "web-2", "db-1")


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


def _poll(host: str, at: int) -> PollResult:
    points = [
        Point("cpu", (("cpu", "cpu-total"),), {"usage_active": at % 97, "usage_user": at % 31 / 4}),
        Point("cpu", (("cpu", "cpu0"),), {"usage_active": at % 89}),
        Point("mem", (), {"used": 2**40 + at, "used_percent": at % 7 * 1.5}),
    ]
    if at % 4:  # a collector that does not run each time
        points.append(Point("disk", (("path", "/"),), {"used_percent": at % 13 * 1.25}))
    return PollResult(
        host=host, time=START + 15.0 * at, outcome=Outcome.OK, duration=0.1, points=tuple(points)
    )


@pytest.fixture
async def path(tmp_path: Path) -> Path:
    """A database with blocks, rollups and log."""
    path, clock = tmp_path / "metrics.db", Clock()
    store = await SqliteStore.open(path, clock=clock)
    for at in range(_HOURS * 240):
        clock.now = START + 15.0 * at
        await store.write([_poll(host, at) for host in _HOSTS[: 2 if at < 60 else 3]])
        await store.maintain(clock.now)
    await store.close()
    return path


def _clock() -> Clock:
    clock = Clock()
    clock.now = START + _HOURS * 3600.0
    return clock


def _questions() -> list[HistoryQuery]:
    metrics = ("cpu.usage_active", "cpu.usage_user", "mem.used", "disk.used_percent", "net.bytes_recv")
    chosen = [
        HistoryQuery(
            hosts=hosts, metric=metric, start=start, end=START + _HOURS * 3600.0, step=step, aggregate=kind
        )
        for metric, kind, start, step, hosts in product(
            metrics,
            (Aggregate.MEAN, Aggregate.MAX, Aggregate.LAST),
            (START, START + 4 * 3600.0),
            (60.0, 45.0, None),
            (_HOSTS[:1], _HOSTS, ("nobody",)),
        )
    ]
    labelled = [replace(chosen[0], labels=(("cpu", name),)) for name in ("cpu0", "cpu-total", "cpu9")]
    return [*chosen, *labelled, chosen[0]]


async def test_many_at_once_are_answered_as_each_alone(path: Path) -> None:
    questions = _questions()
    store = await SqliteStore.open(path, clock=_clock(), read_only=True)
    alone = [await store.history(one) for one in questions]
    await store.close()
    store = await SqliteStore.open(path, clock=_clock(), read_only=True)
    together = await asyncio.gather(*(store.history(one) for one in questions))
    await store.close()
    assert together == alone
    assert sum(bool(one.series) for one in alone) > len(alone) / 2


def _goes(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many questions are answered in each go from now on."""
    goes: list[int] = []
    histories = Reader.histories

    def counted(self: Reader, queries: list[HistoryQuery], now: float) -> object:
        goes.append(len(queries))
        return histories(self, queries, now)

    monkeypatch.setattr(Reader, "histories", counted)
    return goes


async def test_alike_ones_are_read_once(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    goes = _goes(monkeypatch)
    store = await SqliteStore.open(path, clock=_clock(), read_only=True)
    questions = [one for one in _questions() if one.hosts == _HOSTS[:1]]
    await asyncio.gather(*(store.history(one) for one in questions))
    await store.close()
    assert sum(goes) == len(questions)
    assert len(goes) == -(-len(questions) // 64)


async def test_large_ones_are_not_held_together(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    goes = _goes(monkeypatch)
    store = await SqliteStore.open(path, clock=_clock(), read_only=True)
    hosts = tuple(f"web-{number}" for number in range(9))
    questions = [replace(one, hosts=hosts) for one in _questions()[:5]]
    await asyncio.gather(*(store.history(one) for one in questions))
    await store.close()
    assert goes == [1] * 5


async def test_one_that_cannot_be_answered_spoils_no_other(path: Path) -> None:
    good, other = _questions()[0], _questions()[-2]
    store = await SqliteStore.open(path, clock=_clock(), read_only=True)
    expected = await store.history(good)
    answers = await asyncio.gather(
        store.history(good),
        store.history(replace(good, max_points=3)),
        store.history(other),
        return_exceptions=True,
    )
    await store.close()
    assert answers[0] == expected
    assert isinstance(answers[1], TooManyPoints)
    assert not isinstance(answers[2], BaseException)


async def test_one_that_is_given_up_keeps_nobody_waiting(path: Path) -> None:
    store = await SqliteStore.open(path, clock=_clock(), read_only=True)
    questions = _questions()[:6]
    tasks = [asyncio.create_task(store.history(one)) for one in questions]
    await asyncio.sleep(0)
    tasks[0].cancel()
    tasks[3].cancel()
    found = await asyncio.gather(*tasks, return_exceptions=True)
    await store.close()
    assert [isinstance(one, asyncio.CancelledError) for one in found] == [
        True,
        False,
        False,
        True,
        False,
        False,
    ]


async def test_no_task_of_its_own_answers_and_none_is_left(path: Path) -> None:
    store, before = await SqliteStore.open(path, clock=_clock(), read_only=True), asyncio.all_tasks()
    tasks = [asyncio.create_task(store.history(one)) for one in _questions()[:70]]
    await asyncio.sleep(0)
    assert asyncio.all_tasks() == {*before, *tasks}
    tasks[5].cancel()
    await asyncio.wait(tasks)
    assert asyncio.all_tasks() == before
    await store.close()


async def test_when_all_are_given_up_the_next_is_answered(path: Path) -> None:
    store = await SqliteStore.open(path, clock=_clock(), read_only=True)
    tasks = [asyncio.create_task(store.history(one)) for one in _questions()[:70]]
    for turns in range(3):
        await asyncio.sleep(0)
        for task in tasks[turns::3]:
            task.cancel()
    await asyncio.wait(tasks)
    assert (await store.history(_questions()[0])).series
    await store.close()


async def test_whoever_asks_a_closed_store_is_refused(path: Path) -> None:
    store = await SqliteStore.open(path, clock=_clock(), read_only=True)
    await store.close()
    for _ in range(2):
        with pytest.raises(RuntimeError):
            await asyncio.wait_for(store.history(_questions()[0]), 10)


async def test_a_fault_of_ours_is_told_to_who_asked_and_holds_up_nobody(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = await SqliteStore.open(path, clock=_clock(), read_only=True)
    with monkeypatch.context() as broken:
        broken.setattr(Reader, "histories", lambda *_: 1 / 0)
        found = await asyncio.gather(
            *(store.history(one) for one in _questions()[:3]), return_exceptions=True
        )
    assert [type(one) for one in found] == [ZeroDivisionError] * 3
    assert (await store.history(_questions()[0])).series
    await store.close()


async def test_a_file_that_is_no_database_is_every_askers_problem(tmp_path: Path) -> None:
    path = tmp_path / "metrics.db"
    path.write_bytes(b"no database" * 1000)
    store = await SqliteStore.open(path, clock=_clock(), read_only=True)
    found = await asyncio.gather(*(store.history(one) for one in _questions()[:3]), return_exceptions=True)
    await store.close()
    assert all(isinstance(one, StoreError) for one in found)

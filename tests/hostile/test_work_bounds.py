"""Questions that cost much, many at once, from those who may ask."""

import asyncio
import json
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from alerts.replay import POINTS_OF_HOST, Replayer
from alerts.rules.document import parse_rule
from inventory.host import HostSpec
from metrics.errors import TooManyPoints
from metrics.results import Labels
from metrics.store import History, HistoryQuery, Series
from metrics.stores.memory import MemoryStore
from metrics.stores.steps import bucket_range, check_size, choose_step
from tests.support.api import api_under_test
from tests.support.api_process import ApiProcess, api_process
from web.history.work import Claim, WorkLimit, WorkLimits
from web.http.problems import HttpProblem

pytestmark = pytest.mark.anyio

KIOSK_QUESTION = {"metric": "cpu.usage_active", "band": True, "step": "60s", "start": "-12h"}
BATCH = {"questions": [KIOSK_QUESTION] * 64}


class PlentifulStore(MemoryStore):
    """Has values of every host at every moment: an answer is as large as the question allows."""

    series = 1

    async def history(self, query: HistoryQuery) -> History:
        """Made anew each time, as from a disk."""
        return await asyncio.to_thread(self._make, query)

    def _make(self, query: HistoryQuery) -> History:
        step = query.step or choose_step(query.end - query.start)
        start, end, step_ms = bucket_range(query.start, query.end, step)
        check_size((end - start) // step_ms, len(query.hosts) * self.series, query.max_points)
        return History(
            step=step_ms / 1000,
            series=tuple(
                Series(host=host, labels=self._labels(number), points=_points(start, end, step_ms))
                for host in query.hosts
                for number in range(self.series)
            ),
        )

    def _labels(self, number: int) -> Labels:
        return (("cpu", f"cpu{number}"),)


def _points(start: int, end: int, step: int) -> tuple[tuple[float, float], ...]:
    return tuple((at / 1000, at % 977 / 7) for at in range(start, end, step))


def _parts() -> dict[str, Any]:
    return {"store": PlentifulStore()}


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ApiProcess]:
    """An API with a kiosk, ten hosts and much history."""
    folder = tmp_path_factory.mktemp("api")
    with api_process(folder, options={"kiosk": True}, parts=_parts) as running:
        headers = {"Authorization": "Bearer admin-token"}
        for number in range(4):
            host = {"name": f"web-{number}", "address": "10.0.0.1"}
            answer = httpx.post(f"{running.url}/api/v1/hosts", json=host, headers=headers, timeout=10)
            assert answer.status_code == 201
        yield running


def _ask_at_once(api: ApiProcess, times: int, *, headers: dict[str, str] | None = None) -> Counter[int]:
    statuses: Counter[int] = Counter()

    def ask() -> None:
        answer = httpx.post(f"{api.url}/api/v1/metrics/history", json=BATCH, headers=headers, timeout=60)
        statuses[answer.status_code] += 1
        if answer.status_code == 503:
            assert "retry-after" in answer.headers

    asking = [threading.Thread(target=ask) for _ in range(times)]
    for one in asking:
        one.start()
    for one in asking:
        one.join()
    return statuses


def test_forty_batches_of_a_kiosk_cost_little_memory(api: ApiProcess) -> None:
    before = api.megabytes()
    with api.honest_client(15.0, path="/api/v1/hosts", headers={"Authorization": "Bearer viewer-token"}):
        statuses = _ask_at_once(api, 40)
    assert set(statuses) <= {200, 503}
    assert statuses[200] > 0
    assert api.megabytes() - before < 300


def test_one_large_answer_is_given_whole(api: ApiProcess) -> None:
    headers = {"Authorization": "Bearer viewer-token"}
    answer = httpx.post(f"{api.url}/api/v1/metrics/history", json=BATCH, headers=headers, timeout=60)
    answers = json.loads(answer.content)["answers"]
    assert len(answers) == 64
    assert all("series" in one for one in answers)


async def test_answers_that_nobody_takes_are_counted_until_they_are_sent(tmp_path: Path) -> None:
    async with api_under_test(tmp_path, store=PlentifulStore()) as api:
        await api.call("POST", "/hosts", json={"name": "web-1", "address": "10.0.0.1"})
        answer = await api.call("POST", "/metrics/history", json=BATCH)
        assert answer.status_code == 200
        path = "/metrics/history?metric=cpu.usage_active&metric=mem.used_percent&step=60s"
        assert len((await api.call("GET", path)).json()["items"]) == 2
        assert (await api.call("GET", "/metrics/export?metric=cpu.usage_active")).status_code == 200
        assert api.parts.work.points == 0


def _work(**limits: int | float) -> WorkLimit:
    return WorkLimit(WorkLimits(**({"points": 100, "points_of_one": 60} | limits)))  # type: ignore[arg-type]


async def _waiting(claim: Claim, points: int) -> "asyncio.Task[None]":
    task = asyncio.create_task(claim.take(points))
    await asyncio.sleep(0)
    return task


async def test_who_has_used_up_a_share_waits_beside_the_others() -> None:
    work = _work()
    first, second, other = work.claim("a"), work.claim("a"), work.claim("b")
    await first.take(50)
    waiting = await _waiting(second, 50)
    await other.take(50)
    assert not waiting.done()
    first.release()
    await waiting
    assert work.points == 100


async def test_a_large_question_is_not_passed_by_small_ones_for_ever() -> None:
    work = _work()
    first, large, small = work.claim("a"), work.claim("b"), work.claim("c")
    await first.take(50)
    waiting_large = await _waiting(large, 60)
    waiting_small = await _waiting(small, 10)
    assert not waiting_small.done()
    first.release()
    await asyncio.gather(waiting_large, waiting_small)


async def test_more_than_a_share_is_let_through_alone() -> None:
    work = _work()
    claim = work.claim("a")
    await claim.take(1_000_000)
    assert work.points == 60
    claim.release()
    claim.release()
    assert work.points == 0


async def test_the_queue_has_an_end() -> None:
    work = _work(waiting=3, waiting_of_one=2)
    await work.claim("a").take(60)
    waiting = [await _waiting(work.claim("a"), 60) for _ in range(2)]
    with pytest.raises(HttpProblem) as refusal:
        await work.claim("a").take(60)
    assert (refusal.value.status, "Retry-After" in refusal.value.headers) == (503, True)
    for one in waiting:
        one.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)
    assert work.points == 60


async def test_who_waits_too_long_is_told_to_come_again() -> None:
    work = _work(wait_seconds=0.05)
    await work.claim("a").take(60)
    with pytest.raises(HttpProblem):
        await work.claim("a").take(60)
    assert work.points == 60


async def test_kiosks_together_leave_room_for_those_who_have_logged_in() -> None:
    work = _work(points_of_kiosks=40, points_of_one_kiosk=20)
    claims = [work.claim(f"kiosk:{number}", is_kiosk=True) for number in range(3)]
    waiting = [await _waiting(claim, 20) for claim in claims]
    assert [one.done() for one in waiting] == [True, True, False]
    await work.claim("a").take(60)
    waiting[2].cancel()


def _host() -> HostSpec:
    return HostSpec(name="web-1", address="10.0.0.1", interval=1.0)


async def test_a_replay_too_fine_for_its_time_is_refused_and_by_default_made_coarser() -> None:
    rule = parse_rule("test", {"when": "cpu.usage_active > 1000"})
    replayer = Replayer(PlentifulStore(), {"web-1": _host()})
    now = time.time()
    with pytest.raises(TooManyPoints):
        await replayer.replay(rule, start=now - 30 * 86_400, end=now, step=1.0)
    outcome = await replayer.replay(rule, start=now - 86_400, end=now, step=60.0)
    assert outcome["step_seconds"] == 60.0
    store = PlentifulStore()
    store.series = 10
    outcome = await Replayer(store, {"web-1": _host()}).replay(rule, start=now - 86_400, end=now)
    assert outcome["step_seconds"] > 2 * 10 * 86_400 / POINTS_OF_HOST / 2
    assert outcome["alerts"] == []

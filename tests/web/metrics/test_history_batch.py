"""Many questions for history in one request."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from access.roles import Role
from metrics.errors import StoreUnavailable, TooManyPoints
from metrics.results import Outcome, Point, PollResult
from metrics.store import History, HistoryQuery, Series
from metrics.stores.memory import MemoryStore
from tests.support.api import ApiUnderTest, api_under_test
from tests.web.metrics.fleet import NOW, add_hosts
from web.dependencies import WebOptions
from web.schemas.history import BandedHistoryView, HistoryAnswersView

pytestmark = pytest.mark.anyio
CPU = {"hosts": ["web-1"], "metric": "cpu.usage_active", "labels": {"cpu": "cpu-total"}, "start": "-60s"}


async def _ask(api: ApiUnderTest, *questions: Any) -> list[dict[str, Any]]:
    answer = await api.call("POST", "/metrics/history", role=Role.VIEWER, json={"questions": questions})
    assert answer.status_code == 200, answer.text
    HistoryAnswersView.model_validate(answer.json())
    answers: list[dict[str, Any]] = answer.json()["answers"]
    assert len(answers) == len(questions)
    return answers


async def test_each_answer_is_what_the_question_alone_would_have_got(fleet: ApiUnderTest) -> None:
    asked = [
        (
            CPU | {"step": "20s"},
            "host=web-1&metric=cpu.usage_active&label=cpu:cpu-total&start=-60s&step=20s",
        ),
        (
            {"metric": "mem.used", "start": NOW - 60, "end": NOW, "step": 30, "aggregate": "max"},
            "metric=mem.used&start=-60s&step=30s&aggregate=max",
        ),
        ({"hosts": ["*-1"], "metric": "net.bytes_sent"}, "host=*-1&metric=net.bytes_sent"),
        ({"hosts": ["tag:env=test"], "metric": "mem.used"}, "tag=env:test&metric=mem.used"),
    ]
    answers = await _ask(fleet, *(question for question, _ in asked))
    alone = [
        (await fleet.call("GET", f"/metrics/history?{query}", role=Role.VIEWER)).json() for _, query in asked
    ]
    assert answers == alone
    assert answers[0]["series"][0]["points"] == [[NOW - 60, 2.5], [NOW - 40, 6.5], [NOW - 20, 10.5]]


@pytest.mark.parametrize(
    ("wrong", "kind", "said"),
    [
        ({"metric": "cpu.usage_actve"}, "metric-unknown", "cpu.usage_active"),
        ({"metric": "mem.used", "hosts": ["web-9"]}, "host-unknown", "web-9"),
        ({"metric": "mem.used", "start": "yesterday"}, "time-invalid", "RFC 3339"),
        ({"metric": "mem.used", "start": 1e300}, "time-invalid", "start"),
        ({"metric": "mem.used", "start": "now", "end": "-1h"}, "range-invalid", "before end"),
        ({"metric": "mem.used", "step": "fast"}, "step-invalid", "auto"),
        ({"metric": "mem.used", "step": 0}, "step-invalid", "at least 1s"),
        ({"metric": "mem.used", "labels": {"cpu": "cpu0"}}, "label-unknown", "no labels"),
        ({"metric": "mem.used", "aggregate": "median"}, "request-invalid", "aggregate"),
        ({"metric": "mem.used", "hosts": "web-1"}, "request-invalid", "hosts"),
        ({"metric": "mem.used", "of": "web-1"}, "request-invalid", "of: Extra"),
        ({}, "request-invalid", "metric"),
        (7, "request-invalid", "dictionary"),
        ({"metric": "mem.used", "start": "-100d", "step": "1s"}, "too-many-points", "34,560,000"),
        (CPU | {"start": "-5d", "step": "1s", "band": True}, "too-many-points", "1,296,000"),
    ],
)
async def test_a_question_with_a_mistake_spoils_none_of_the_others(
    fleet: ApiUnderTest, wrong: Any, kind: str, said: str
) -> None:
    first, problem, last = await _ask(fleet, CPU, wrong, CPU)
    assert first == last
    assert len(first["series"]) == 1
    assert problem.keys() == {"problem"}
    assert problem["problem"]["type"] == f"urn:monctl:problem:{kind}"
    assert said in problem["problem"]["detail"]
    assert problem["problem"]["instance"] == "/api/v1/metrics/history"


async def test_a_band_has_the_least_and_greatest_value_of_each_points_bucket(fleet: ApiUnderTest) -> None:
    (answer,) = await _ask(fleet, CPU | {"start": "-80s", "step": "20s", "band": True})
    BandedHistoryView.model_validate(answer)
    (series,) = answer["series"]
    assert [value for _, value in series["points"]] == [None, 2.5, 6.5, 10.5]
    assert series["band"] == [[None, None], [1.0, 4.0], [5.0, 8.0], [9.0, 12.0]]


async def test_every_series_has_its_own_band_and_integers_stay_integers(fleet: ApiUnderTest) -> None:
    cpu, memory = await _ask(
        fleet,
        {"hosts": ["web-1", "db-1"], "metric": "cpu.usage_active", "start": "-60s", "step": 60, "band": True},
        {"hosts": ["web-1"], "metric": "mem.used", "start": "-60s", "step": 60, "band": True},
    )
    bands = {(one["host"], one["labels"]["cpu"]): one["band"] for one in cpu["series"]}
    assert bands == {
        ("web-1", "cpu-total"): [[1.0, 12.0]],
        ("web-1", "cpu0"): [[0.5, 6.0]],
        ("db-1", "cpu-total"): [[50.0, 50.0]],
        ("db-1", "cpu0"): [[25.0, 25.0]],
    }
    assert all(isinstance(edge, int) for edge in memory["series"][0]["band"][0])


async def test_a_band_goes_with_the_chosen_step_and_with_any_aggregate(fleet: ApiUnderTest) -> None:
    plain, banded = await _ask(fleet, CPU | {"aggregate": "last"}, CPU | {"aggregate": "last", "band": True})
    assert banded["step_seconds"] == plain["step_seconds"]
    assert banded["series"][0]["points"] == plain["series"][0]["points"]
    assert len(banded["series"][0]["band"]) == len(plain["series"][0]["points"])
    assert "band" not in plain["series"][0]


async def test_an_answer_kept_without_its_band_is_not_given_for_one_with_it(fleet: ApiUnderTest) -> None:
    for _ in range(2):
        plain, banded = await _ask(fleet, CPU, CPU | {"band": True})
        assert "band" not in plain["series"][0]
        assert "band" in banded["series"][0]


async def test_a_long_band_is_the_same_as_its_parts(fleet: ApiUnderTest) -> None:
    """More points than are encoded at once, and more than are encoded in the event loop."""
    long = CPU | {"start": "-2h", "step": "1s", "band": True}
    answer, tail = await _ask(fleet, long, long | {"start": "-60s"})
    (whole,), (part,) = answer["series"], tail["series"]
    assert len(whole["band"]) == len(whole["points"]) == 7200
    assert whole["band"][-60:] == part["band"]
    assert whole["band"][0] == [None, None]
    assert [12.0, 12.0] in part["band"]


async def test_the_edges_of_a_series_that_began_in_between_are_missing(tmp_path: Path) -> None:
    class Growing(MemoryStore):
        async def history(self, query: HistoryQuery) -> History:
            found = await super().history(query)
            await self.write([_disk("/new", NOW - 10)])
            return found

    store = Growing(clock=lambda: NOW)
    async with api_under_test(tmp_path, clock=lambda: NOW, store=store) as api:
        add_hosts(api)
        await store.write([_disk("/", NOW - 20)])
        question = {
            "hosts": ["web-1"],
            "metric": "disk.used_percent",
            "start": "-1m",
            "step": 60,
            "band": True,
        }
        (answer,) = await _ask(api, question)
        assert [one["band"] for one in answer["series"]] == [[[7.0, 7.0]]]


def _disk(path: str, time: float) -> PollResult:
    labels = (("device", "sda"), ("fstype", "ext4"), ("mode", "rw"), ("path", path))
    point = Point("disk", labels, {"used_percent": 7.0})
    return PollResult(host="web-1", time=time, outcome=Outcome.OK, duration=0.1, points=(point,))


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"questions": []},
        {"questions": {}},
        {"questions": [CPU] * 65},
        {"questions": [CPU], "step": "5m"},
    ],
)
async def test_a_body_that_is_no_list_of_questions_is_a_problem(
    fleet: ApiUnderTest, body: dict[str, Any]
) -> None:
    answer = await fleet.call("POST", "/metrics/history", json=body)
    assert answer.status_code == 422
    assert answer.json()["type"] == "urn:monctl:problem:request-invalid"
    assert answer.json()["errors"][0]["field"] in {"questions", "step"}


async def test_sixty_four_questions_are_one_request_for_the_limit(tmp_path: Path) -> None:
    async with api_under_test(tmp_path, options=WebOptions(rate_limit="2/minute")) as api:
        add_hosts(api)
        for _ in range(2):
            await _ask(api, *[CPU] * 64)
        answer = await api.call("POST", "/metrics/history", role=Role.VIEWER, json={"questions": [CPU]})
        assert answer.status_code == 429
        assert int(answer.headers["retry-after"]) > 0


class _Large(MemoryStore):
    """Answers every question that may have them with 400,000 points; knows how many were made at once."""

    def __init__(self) -> None:
        super().__init__()
        self.allowed: list[int] = []
        self.under_way = self.most_under_way = 0

    async def history(self, query: HistoryQuery) -> History:
        self.allowed.append(query.max_points)
        if query.max_points < 400_000:
            raise TooManyPoints(400_000, query.max_points)
        self.under_way += 1
        self.most_under_way = max(self.under_way, self.most_under_way)
        for _ in range(5):
            await asyncio.sleep(0)
        self.under_way -= 1
        points = tuple((float(at), None) for at in range(400_000))
        return History(step=1.0, series=(Series(host="web-1", labels=(), points=points),))


async def test_all_answers_together_keep_to_the_limit_however_many_are_made_at_once(tmp_path: Path) -> None:
    store = _Large()
    async with api_under_test(tmp_path, store=store) as api:
        add_hosts(api)
        answers = await _ask(api, *[CPU] * 8)
    assert store.most_under_way == 1
    assert sum("series" in answer for answer in answers) == 2
    problems = [answer["problem"] for answer in answers if "problem" in answer]
    assert {problem["type"] for problem in problems} == {"urn:monctl:problem:too-many-points"}
    assert {problem["asked"] for problem in problems} == {1_200_000}
    alone = [each for each in store.allowed if each > 125_000]
    assert len(store.allowed) - len(alone) == 8
    assert alone == [1_000_000, 600_000, *[200_000] * 6]


async def test_a_band_is_asked_for_with_no_more_points_than_its_history(tmp_path: Path) -> None:
    store = _Large()
    async with api_under_test(tmp_path, store=store) as api:
        add_hosts(api)
        banded = CPU | {"band": True, "step": "60s"}
        (answer,) = await _ask(api, banded)
    assert answer["problem"]["type"] == "urn:monctl:problem:too-many-points"
    assert max(store.allowed) == 1_000_000 // 3
    assert min(store.allowed) < 1_000


async def test_a_store_that_is_away_is_one_problem_for_all(tmp_path: Path) -> None:
    class Away(MemoryStore):
        async def history(self, query: HistoryQuery) -> History:
            raise StoreUnavailable("locked")

    async with api_under_test(tmp_path, store=Away()) as api:
        add_hosts(api)
        answer = await api.call("POST", "/metrics/history", json={"questions": [CPU, CPU, {}]})
        assert answer.status_code == 503
        assert answer.headers["content-type"] == "application/problem+json"
        assert "retry-after" in answer.headers

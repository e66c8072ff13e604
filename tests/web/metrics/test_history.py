"""Metrics over time over the API."""

from pathlib import Path
from typing import Any

import pytest

from access.roles import Role
from metrics.store import History, HistoryQuery, Series
from metrics.stores.memory import MemoryStore
from tests.support.api import ApiUnderTest, api_under_test
from tests.web.metrics.fleet import NOW, add_hosts
from web.schemas.metrics import HistoriesView, HistoryView

pytestmark = pytest.mark.anyio


async def _ask(api: ApiUnderTest, query: str) -> dict[str, Any]:
    answer = await api.call("GET", f"/metrics/history?{query}", role=Role.VIEWER)
    assert answer.status_code == 200, answer.text
    document: dict[str, Any] = answer.json()
    return document


async def test_one_metric_of_one_host_has_a_series_for_each_label_set(fleet: ApiUnderTest) -> None:
    document = await _ask(fleet, "host=web-1&metric=cpu.usage_active&start=-60s&step=20s")
    HistoryView.model_validate(document)
    assert {name: document[name] for name in ("metric", "unit", "step_seconds")} == {
        "metric": "cpu.usage_active",
        "unit": "percent",
        "step_seconds": 20.0,
    }
    assert [(one["host"], one["labels"]) for one in document["series"]] == [
        ("web-1", {"cpu": "cpu-total"}),
        ("web-1", {"cpu": "cpu0"}),
    ]
    assert document["series"][0]["points"] == [[NOW - 60, 2.5], [NOW - 40, 6.5], [NOW - 20, 10.5]]


async def test_several_metrics_come_in_the_order_asked_and_gaps_are_null(fleet: ApiUnderTest) -> None:
    document = await _ask(
        fleet,
        "host=*-1&metric=mem.used&metric=cpu.usage_active&label=cpu:cpu-total&start=-60s&step=30s&aggregate=max",
    )
    HistoriesView.model_validate(document)
    memory, cpu = document["items"]
    assert (memory["metric"], cpu["metric"]) == ("mem.used", "cpu.usage_active")
    assert [one["host"] for one in cpu["series"]] == ["db-1", "web-1"]
    assert [value for _, value in cpu["series"][0]["points"]] == [50.0, None]
    assert [value for _, value in memory["series"][1]["points"]] == [2**33, 2**33]
    assert isinstance(memory["series"][1]["points"][0][1], int)


async def test_a_host_or_pattern_without_data_gives_no_series(fleet: ApiUnderTest) -> None:
    assert (await _ask(fleet, "host=web-2&metric=mem.used"))["series"] == []
    assert (await _ask(fleet, "host=x*&metric=mem.used"))["series"] == []


@pytest.mark.parametrize(
    "times",
    [
        "start=2027-01-15T07:59:00Z&end=2027-01-15T08:00:00Z",
        "start=2027-01-15T07:59:00&end=2027-01-15T08:00:00",
        "start=2027-01-15T08:59:00%2B01:00&end=2027-01-15T09:00:00+01:00",
        "start=1799999940&end=1800000000.0",
        "start=-1m&end=now",
        "start=-60s",
    ],
)
async def test_times_are_read_in_every_form(fleet: ApiUnderTest, times: str) -> None:
    document = await _ask(fleet, f"host=web-1&metric=mem.used&step=60s&{times}")
    assert [at for at, _ in document["series"][0]["points"]] == [NOW - 60]


@pytest.mark.parametrize(
    ("query", "status", "kind", "said"),
    [
        ("host=web-1&metric=cpu.usage_actve", 422, "metric-unknown", "cpu.usage_active"),
        (f"host=web-1&metric={'x' * 9999}", 422, "metric-unknown", "unknown metric"),
        ("host=web-1", 422, "request-invalid", "metric"),
        ("host=web-9&metric=mem.used", 404, "host-unknown", "web-"),
        ("metric=mem.used&start=now&end=-1h", 422, "range-invalid", "before end"),
        ("metric=mem.used&start=yesterday", 422, "time-invalid", "RFC 3339"),
        ("metric=mem.used&start=%00&end=now", 422, "time-invalid", "RFC 3339"),
        ("metric=mem.used&start=99999999999", 422, "time-invalid", "1970 and 2100"),
        ("metric=mem.used&start=-99999y", 422, "time-invalid", "1970 and 2100"),
        ("metric=mem.used&start=0001-01-01T00:00:00%2B14:00", 422, "time-invalid", "start"),
        ("metric=mem.used&step=fast", 422, "step-invalid", "auto"),
        ("metric=mem.used&step=10ms", 422, "step-invalid", "at least 1s"),
        ("metric=mem.used&aggregate=median", 422, "request-invalid", "aggregate"),
        ("metric=mem.used&label=cpu:0", 422, "label-unknown", "has no labels"),
        ("metric=cpu.usage_idle&label=core:0", 422, "label-unknown", "has: cpu"),
        ("metric=cpu.usage_idle&label=cpu", 422, "label-unknown", "name:value"),
        ("metric=cpu.usage_idle&label=cpu:a&label=cpu:b", 422, "label-unknown", "twice"),
        ("metric=mem.used&start=-100d&step=1s", 422, "too-many-points", "34,560,000"),
        ("metric=mem.used&metric=mem.free&start=-2d&step=1s&host=w*", 200, "", ""),
        ("metric=mem.used&metric=mem.free&start=-3d&step=1s&host=w*", 422, "too-many-points", "1,036,800"),
    ],
)
async def test_what_cannot_be_answered_is_a_problem(
    fleet: ApiUnderTest, query: str, status: int, kind: str, said: str
) -> None:
    answer = await fleet.call("GET", f"/metrics/history?{query}")
    assert answer.status_code == status, answer.text
    if status != 200:
        assert answer.json()["type"] == f"urn:monctl:problem:{kind}"
        assert said in answer.json()["detail"]
        assert len(answer.content) < 1000


async def test_more_series_than_foreseen_are_refused_before_they_are_made(fleet: ApiUnderTest) -> None:
    query = "host=web-1&metric=cpu.usage_active&start=-7d&step=1s"
    answer = await fleet.call("GET", f"/metrics/history?{query}")
    assert answer.status_code == 422
    assert answer.json()["asked"] == 7 * 86400 * 2
    one = await fleet.call("GET", f"/metrics/history?{query}&label=cpu:cpu0")
    assert one.status_code == 200
    assert len(one.json()["series"][0]["points"]) == 7 * 86400


class _Recording(MemoryStore):
    """Remembers how many points each question allows."""

    def __init__(self) -> None:
        super().__init__()
        self.allowed: list[int] = []

    async def history(self, query: HistoryQuery) -> History:
        self.allowed.append(query.max_points)
        line = Series(host="web-1", labels=(), points=tuple((float(at), None) for at in range(1000)))
        return History(step=1.0, series=(line,))


async def test_the_limit_counts_all_metrics_together(tmp_path: Path) -> None:
    store = _Recording()
    async with api_under_test(tmp_path, store=store) as api:
        add_hosts(api)
        await _ask(api, "host=web-1&metric=mem.used&metric=mem.free&metric=mem.total")
    assert store.allowed == [1_000_000, 999_000, 998_000]

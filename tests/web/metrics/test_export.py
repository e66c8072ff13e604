"""The CSV export over the API."""

import csv
import io
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from access.roles import Role
from metrics.catalog import METRICS
from metrics.results import Outcome, Point, PollResult
from metrics.store import Aggregate, History, HistoryQuery
from metrics.stores.memory import MemoryStore
from metrics.stores.sqlite.store import SqliteStore
from tests.support.api import ApiUnderTest, api_under_test
from tests.web.metrics.fleet import NOW, add_hosts, result
from web.history.csv_cells import labels_cell, text_cell
from web.history.export import export_rows
from web.history.questions import HistoryQuestion
from web.history.times import Range

pytestmark = pytest.mark.anyio


@pytest.fixture
async def fleet(tmp_path: Path) -> AsyncIterator[ApiUnderTest]:
    store = await SqliteStore.open(tmp_path / "metrics.db", clock=lambda: NOW)
    await store.write([result("web-1", NOW - 60 + at * 5, at) for at in range(12)])
    await store.write([result("db-1", NOW - 7300, 1.25), result("db-1", NOW - 10, 99.5)])
    async with api_under_test(tmp_path, clock=lambda: NOW, store=store) as api:
        add_hosts(api)
        yield api
    await store.close()


async def _rows(api: ApiUnderTest, query: str) -> list[list[str]]:
    answer = await api.call("GET", f"/metrics/export?{query}", role=Role.VIEWER)
    assert answer.status_code == 200, answer.text
    return list(csv.reader(io.StringIO(answer.text)))


async def test_every_stored_value_is_a_row(fleet: ApiUnderTest) -> None:
    rows = await _rows(fleet, "host=*-1&metric=cpu.usage_active&metric=mem.used&label=cpu:cpu-total")
    assert rows[:4] == [
        ["time", "host", "metric", "labels", "value"],
        ["2027-01-15T05:58:20Z", "db-1", "cpu.usage_active", "cpu=cpu-total", "1.25"],
        ["2027-01-15T07:59:50Z", "db-1", "cpu.usage_active", "cpu=cpu-total", "99.5"],
        ["2027-01-15T05:58:20Z", "db-1", "mem.used", "", "8589934592"],
    ]
    web = [row for row in rows if row[1:3] == ["web-1", "cpu.usage_active"]]
    assert [float(row[4]) for row in web] == list(range(12))
    assert len(rows) == 1 + 4 + 24


async def test_without_metrics_all_are_there_by_name_and_time(fleet: ApiUnderTest) -> None:
    rows = (await _rows(fleet, "host=web-1"))[1:]
    order = {name: at for at, name in enumerate(METRICS)}
    assert {row[2] for row in rows} == {
        "cpu.usage_active", "cpu.usage_idle", "mem.used", "mem.used_percent", "net.bytes_sent",
        "net.bytes_sent_per_second",
    }  # fmt: skip
    assert rows == sorted(rows, key=lambda row: (order[row[2]], row[0], row[3]))


async def test_a_step_is_honoured(fleet: ApiUnderTest) -> None:
    rows = await _rows(fleet, "host=web-1&metric=mem.used&step=30s&aggregate=mean")
    assert [row[0] for row in rows[1:]] == ["2027-01-15T07:59:00Z", "2027-01-15T07:59:30Z"]


async def test_it_is_a_file_to_download(fleet: ApiUnderTest) -> None:
    answer = await fleet.call("GET", "/metrics/export?host=web-1&metric=mem.used")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"] == (
        'attachment; filename="monctl-metrics-20270115T080000Z.csv"'
    )


@pytest.mark.parametrize("query", ["host=nobody", "metric=mem.usd", "start=x", "step=0s", "label=a:b"])
async def test_a_wrong_question_is_a_problem(fleet: ApiUnderTest, query: str) -> None:
    answer = await fleet.call("GET", f"/metrics/export?{query}")
    assert answer.status_code in (404, 422)
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("step", [1.0, 1.001, 7.0, 3600.0])
async def test_slices_of_time_neither_repeat_nor_drop_a_value(tmp_path: Path, step: float) -> None:
    store = await SqliteStore.open(tmp_path / "metrics.db", clock=lambda: NOW)
    times = [NOW - 20_000 + at * 97.003 for at in range(200)]
    await store.write([result("web-1", round(at, 3), 1.0) for at in times])
    question = HistoryQuestion(("web-1",), Range(NOW - 20_000.7, NOW), step, ())
    pieces = [piece async for piece in export_rows(store, question, [METRICS["mem.used"]], Aggregate.LAST)]
    await store.close()
    rows = list(csv.reader(io.StringIO(b"".join(pieces).decode())))[1:]
    moments = [row[0] for row in rows]
    assert moments == sorted(set(moments))
    assert len(rows) == len({int(round(at * 1000) // (step * 1000)) for at in times})
    if step == 1.0:
        assert len(pieces) > 3


async def test_a_client_that_leaves_ends_the_reading() -> None:
    store = _Counting()
    await store.write([result("web-1", NOW - 5)])
    question = HistoryQuestion(("web-1",), Range(NOW - 86400, NOW), 1.0, ())
    rows = export_rows(store, question, [METRICS["mem.used"]] * 50, Aggregate.LAST)
    assert (await anext(rows)).startswith(b"time,")
    assert store.asked == 0
    await anext(rows)
    await rows.aclose()  # type: ignore[attr-defined]
    assert 0 < store.asked <= 13


async def test_a_range_that_is_mostly_empty_is_not_walked_through() -> None:
    store = _Counting()
    await store.write([result("web-1", NOW - 86400), result("web-1", NOW - 5)])
    question = HistoryQuestion(("web-1",), Range(0.0, NOW), 1.0, ())
    rows = [row async for row in export_rows(store, question, [METRICS["mem.used"]], Aggregate.LAST)]
    assert b"".join(rows).count(b"web-1") == 2
    assert store.asked < 1000  # two hours a question, and a month for the first value's bucket


class _Counting(MemoryStore):
    def __init__(self) -> None:
        super().__init__(clock=lambda: NOW)
        self.asked = 0

    async def history(self, query: HistoryQuery) -> History:
        self.asked += 1
        return await super().history(query)


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx"])
def test_no_text_is_taken_for_a_formula(text: str) -> None:
    assert text_cell(text) == f"'{text}"


def test_labels_can_be_told_apart_again() -> None:
    assert labels_cell((("a", "1"), ("b", "x;y=z\\"))) == r"a=1;b=x\;y\=z\\"
    assert labels_cell(()) == ""


async def test_hostile_label_text_stays_in_its_cell(tmp_path: Path) -> None:
    hostile = 'a"b,c\n=cmd|x'
    store = MemoryStore(clock=lambda: NOW)
    point = Point("disk", (("path", hostile),), {"used": -5})
    poll = PollResult(host="web-1", time=NOW - 5, outcome=Outcome.OK, duration=0.1, points=(point,))
    await store.write([poll])
    async with api_under_test(tmp_path, clock=lambda: NOW, store=store) as api:
        add_hosts(api)
        rows = await _rows(api, "host=web-1&metric=disk.used")
    assert rows[1][3:] == ['path=a"b,c\n\\=cmd|x', "-5"]

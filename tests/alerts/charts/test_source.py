"""Which charts a message gets, and that one that cannot be made costs nothing."""

import asyncio
import io
from collections.abc import Sequence

import pytest
from PIL import Image

from alerts.charts import source
from alerts.charts.source import ChartSource, subjects
from alerts.notice import Notice, NoticeKind, Reading
from alerts.severity import Severity
from metrics.errors import StoreError, StoreUnavailable
from metrics.results import Labels, Outcome, Point, PollResult
from metrics.store import History, HistoryQuery
from metrics.stores.memory import MemoryStore
from tests.alerts.messages.building import BUSY, TIME, a_host_down, a_notice

_VAR: Labels = (("device", "sda2"), ("path", "/var"))


def _clock() -> float:
    return TIME


async def _filled(hosts: Sequence[str] = ("web-1",), labels: Labels = _VAR) -> MemoryStore:
    store = MemoryStore(clock=_clock)
    points = (
        Point("disk", labels, {"used_percent": 91.0}),
        Point("net", (("interface", "eth0"),), {"err_in": 5, "err_in_per_second": 1.0}),
    )
    await store.write(
        [
            PollResult(host=host, time=TIME - 5 * number, outcome=Outcome.OK, duration=0.1, points=points)
            for host in hosts
            for number in range(1, 100)
        ]
    )
    return store


class _FailingStore(MemoryStore):
    def __init__(self, error: StoreError) -> None:
        super().__init__(clock=_clock)
        self._error = error

    async def history(self, query: HistoryQuery) -> History:
        raise self._error


class _HangingStore(MemoryStore):
    async def history(self, query: HistoryQuery) -> History:
        await asyncio.Event().wait()
        raise AssertionError


def _charts(store: MemoryStore, *notices: Notice, deadline_seconds: float = 60.0) -> tuple[bytes, ...]:
    return asyncio.run(ChartSource(store, _clock, deadline_seconds=deadline_seconds).charts(notices))


def test_an_alert_with_a_metric_gets_a_chart_of_its_last_hour() -> None:
    (image,) = _charts(asyncio.run(_filled()), a_notice())
    assert Image.open(io.BytesIO(image)).format == "PNG"


def test_at_most_three_charts_are_made() -> None:
    hosts = [f"web-{number}" for number in range(5)]
    notices = [a_notice(alert_id=number + 1, host=host) for number, host in enumerate(hosts)]
    assert len(_charts(asyncio.run(_filled(hosts)), *notices)) == 3


@pytest.mark.parametrize(
    "notice",
    [
        a_host_down(),
        a_notice(kind=NoticeKind.RESOLVED, resolution="cleared"),
        a_notice(host=""),
        a_notice(readings=()),
        a_notice(readings=(Reading(text="x > 1", metric="no.such", value=1, operator=">", threshold=1),)),
        a_notice(readings=(Reading(text="x > 1", metric=None, value=1, operator=">", threshold=1),)),
    ],
)
def test_what_has_no_line_gets_no_chart(notice: Notice) -> None:
    assert subjects([notice]) == []


def test_an_alert_that_ends_in_the_same_message_gets_no_chart() -> None:
    assert subjects([a_notice(), a_notice(kind=NoticeKind.RESOLVED, resolution="cleared")]) == []


def test_the_worst_alerts_are_drawn_and_each_thing_once() -> None:
    chosen = subjects(
        [
            a_notice(alert_id=1, host="calm", severity=Severity.INFO),
            a_notice(alert_id=2, host="bad"),
            a_notice(alert_id=3, host="bad", rule="another-rule"),
            a_notice(alert_id=4, host="worse", since=TIME - 900),
            a_notice(alert_id=5, host="bad", readings=(BUSY,)),
        ]
    )
    assert [(subject.host, subject.metric.name) for subject in chosen] == [
        ("worse", "disk.used_percent"),
        ("bad", "disk.used_percent"),
        ("bad", "cpu.usage_active"),
    ]


def test_of_a_counter_its_rate_is_drawn() -> None:
    reading = Reading(
        text="rate(net.err_in) > 1", metric="net.err_in", value=2, operator=">", threshold=1,
        labels={"interface": "eth0"},
    )  # fmt: skip
    (subject,) = subjects([a_notice(readings=(reading,))])
    assert subject.metric.name == "net.err_in_per_second"
    assert len(_charts(asyncio.run(_filled()), a_notice(readings=(reading,)))) == 1


def test_a_counter_without_a_rate_gets_no_chart() -> None:
    reading = Reading(text="rate(swap.in) > 1", metric="swap.in", value=2, operator=">", threshold=1)
    assert subjects([a_notice(readings=(reading,))]) == []


def test_without_history_there_is_no_chart() -> None:
    assert _charts(MemoryStore(clock=_clock), a_notice()) == ()


def test_the_line_of_other_labels_is_not_drawn() -> None:
    store = asyncio.run(_filled(labels=(("device", "sda1"), ("path", "/"))))
    assert _charts(store, a_notice()) == ()


def test_a_store_that_fails_costs_only_the_chart() -> None:
    assert _charts(_FailingStore(StoreUnavailable("locked")), a_notice()) == ()


def test_a_store_that_hangs_costs_only_the_chart() -> None:
    assert _charts(_HangingStore(clock=_clock), a_notice(), deadline_seconds=0.01) == ()


def test_charts_have_two_seconds() -> None:
    assert source.DEADLINE_SECONDS == 2.0

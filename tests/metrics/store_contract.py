"""What every metric store must do; a store joins by a `store` fixture in a subclass of `StoreContract`.

Nothing here depends on how a store works. Time is the `clock` fixture's, which starts at `START`;
`settle` runs the store's background work for as long as it may need.
"""

from dataclasses import dataclass

import pytest

from metrics.errors import TooManyPoints
from metrics.results import Labels, Number, Outcome, Point, PollResult, TopProcess, TopProcesses
from metrics.store import Aggregate, History, HistoryQuery, MetricStore

START = 1_700_006_400.0
"""The first moment of the contract's time: a whole quarter of an hour."""

CPU_TOTAL: Labels = (("cpu", "cpu-total"),)
CPU_0: Labels = (("cpu", "cpu0"),)


@dataclass
class Clock:
    """A clock that stands until it is set; unix seconds."""

    now: float = START

    def __call__(self) -> float:
        return self.now


def cpu(active: float, labels: Labels = CPU_TOTAL) -> Point:
    return Point("cpu", labels, {"usage_active": active, "usage_idle": 100.0 - active})


def poll(time: float, *points: Point, host: str = "web-1", **more: object) -> PollResult:
    values: dict[str, object] = {"outcome": Outcome.OK, "duration": 0.01, **more}
    return PollResult(host=host, time=time, points=points, **values)  # type: ignore[arg-type]


async def settle(store: MetricStore, clock: Clock, *, until: float) -> None:
    """Let time pass, with background work all along."""
    while clock.now < until:
        clock.now = min(until, clock.now + 300.0)
        for _ in range(3):
            await store.maintain(clock.now)


async def values(store: MetricStore, metric: str, **more: object) -> list[Number | None]:
    """The values of the only series that answers."""
    history = await ask(store, metric, **more)
    (series,) = history.series
    return [value for _, value in series.points]


async def ask(store: MetricStore, metric: str, **more: object) -> History:
    query: dict[str, object] = {"hosts": ("web-1",), "start": START, "end": START + 60.0, "step": 5.0, **more}
    return await store.history(HistoryQuery(metric=metric, **query))  # type: ignore[arg-type]


def assert_same_values(found: list[Number | None], expected: list[Number | None]) -> None:
    """Means may differ in the last digits: stores sum in different orders."""
    gaps = [value is None for value in expected]
    assert [value is None for value in found] == gaps
    numbers = [value for value in found if value is not None]
    wanted = [value for value in expected if value is not None]
    assert [type(value) for value in numbers] == [type(value) for value in wanted]
    scale = max((abs(value) for value in wanted), default=0)
    assert numbers == pytest.approx(wanted, rel=1e-12, abs=scale * 1e-12)


class StoreContract:
    """The tests; subclasses give `store`, a new empty one, and may give their own `clock`."""

    pytestmark = pytest.mark.anyio

    @pytest.fixture
    def anyio_backend(self) -> str:
        return "asyncio"

    @pytest.fixture
    def clock(self) -> Clock:
        return Clock()

    async def test_a_written_value_is_read_back_in_its_bucket(self, store: MetricStore) -> None:
        await store.write([poll(START + 7.0, cpu(12.5))])
        history = await ask(store, "cpu.usage_active", end=START + 15.0)
        assert history.step == 5.0
        assert history.series[0].host == "web-1"
        assert history.series[0].labels == CPU_TOTAL
        assert history.series[0].points == ((START, None), (START + 5.0, 12.5), (START + 10.0, None))

    async def test_an_empty_store_knows_nothing(self, store: MetricStore) -> None:
        assert (await ask(store, "cpu.usage_active")).series == ()
        assert await store.latest() == []
        assert await store.latest(["web-1"]) == []
        assert await store.label_sets("web-1", "cpu") == []

    async def test_writing_nothing_is_fine(self, store: MetricStore) -> None:
        await store.write([])
        assert await store.latest() == []

    async def test_a_gap_stays_a_gap(self, store: MetricStore) -> None:
        await store.write([poll(START, cpu(1.0)), poll(START + 15.0, cpu(2.0))])
        assert await values(store, "cpu.usage_active", end=START + 20.0) == [1.0, None, None, 2.0]

    @pytest.mark.parametrize(
        ("aggregate", "expected"),
        [(Aggregate.MEAN, 4.0), (Aggregate.MIN, 1), (Aggregate.MAX, 9), (Aggregate.LAST, 2)],
    )
    async def test_the_values_of_a_bucket_become_one(
        self, store: MetricStore, aggregate: Aggregate, expected: Number
    ) -> None:
        rows = [poll(START + at, Point("mem", (), {"used": used})) for at, used in ((0, 1), (1, 9), (2, 2))]
        await store.write(rows)
        found = await values(store, "mem.used", aggregate=aggregate, end=START + 5.0)
        assert found == [expected]
        assert type(found[0]) is type(expected)

    async def test_floats_stay_floats_also_when_whole(self, store: MetricStore) -> None:
        await store.write([poll(START, cpu(50.0))])
        found = await values(store, "cpu.usage_active", aggregate=Aggregate.LAST, end=START + 5.0)
        assert [type(value) for value in found] == [float]

    async def test_large_ints_lose_nothing(self, store: MetricStore) -> None:
        largest = 2**63 - 1
        await store.write([poll(START, Point("net", (("interface", "eth0"),), {"bytes_sent": largest}))])
        found = await values(store, "net.bytes_sent", aggregate=Aggregate.MAX, end=START + 5.0)
        assert found == [largest]

    async def test_buckets_start_at_multiples_of_the_step(self, store: MetricStore) -> None:
        await store.write([poll(START + 1.0, cpu(1.0))])
        history = await ask(store, "cpu.usage_active", start=START + 3.0, end=START + 12.0)
        assert [at for at, _ in history.series[0].points] == [START, START + 5.0, START + 10.0]

    async def test_series_come_by_host_and_labels(self, store: MetricStore) -> None:
        for host in ("web-2", "web-1", "web-3"):
            await store.write([poll(START, cpu(1.0, CPU_0), cpu(2.0), host=host)])
        history = await ask(store, "cpu.usage_active", hosts=("web-2", "web-1"))
        found = [(series.host, series.labels) for series in history.series]
        assert found == [
            ("web-1", CPU_TOTAL), ("web-1", CPU_0), ("web-2", CPU_TOTAL), ("web-2", CPU_0)
        ]  # fmt: skip

    async def test_labels_choose_among_series(self, store: MetricStore) -> None:
        await store.write([poll(START, cpu(1.0, CPU_0), cpu(2.0))])
        found = await values(store, "cpu.usage_active", labels=CPU_0, end=START + 5.0)
        assert found == [1.0]

    async def test_hosts_and_metrics_that_are_not_there_give_no_series(self, store: MetricStore) -> None:
        await store.write([poll(START, cpu(1.0))])
        assert (await ask(store, "cpu.usage_active", hosts=("nobody",))).series == ()
        assert (await ask(store, "mem.used")).series == ()
        assert (await ask(store, "cpu.usage_active", start=START + 60, end=START + 120)).series == ()

    async def test_a_chosen_step_gives_about_720_buckets_at_most(self, store: MetricStore) -> None:
        await store.write([poll(START + 5.0 * at, cpu(1.0)) for at in range(100)])
        history = await ask(store, "cpu.usage_active", end=START + 7200.0, step=None)
        assert history.step == 10.0
        assert len(history.series[0].points) == 720

    async def test_a_chosen_step_is_not_finer_than_the_data(self, store: MetricStore) -> None:
        await store.write([poll(START + 60.0 * at + 0.01 * (at % 3), cpu(1.0)) for at in range(10)])
        history = await ask(store, "cpu.usage_active", end=START + 600.0, step=None)
        assert history.step == 60.0
        assert [value for _, value in history.series[0].points] == [1.0] * 10

    async def test_too_large_a_question_is_refused(self, store: MetricStore) -> None:
        await store.write([poll(START, cpu(1.0))])
        with pytest.raises(TooManyPoints):
            await ask(store, "cpu.usage_active", start=0.0, step=1.0)

    async def test_results_may_come_out_of_order(self, store: MetricStore) -> None:
        for at in (10.0, 0.0, 5.0):
            await store.write([poll(START + at, cpu(at))])
        assert await values(store, "cpu.usage_active", end=START + 15.0) == [0.0, 5.0, 10.0]
        assert (await store.latest())[0].time == START + 10.0

    async def test_a_result_written_twice_counts_once(self, store: MetricStore) -> None:
        batch = [poll(START, cpu(1.0)), poll(START + 1.0, cpu(4.0))]
        await store.write(batch)
        await store.write(batch[:1])
        assert await values(store, "cpu.usage_active", end=START + 5.0) == [2.5]

    async def test_the_latest_state_has_each_measurement_at_its_own_last_time(
        self, store: MetricStore
    ) -> None:
        disk = Point("disk", (("path", "/"),), {"used": 5})
        await store.write([poll(START, cpu(1.0), disk), poll(START + 5.0, cpu(2.0))])
        (latest,) = await store.latest()
        assert sorted(latest.points, key=lambda point: point.measurement) == [cpu(2.0), disk]
        assert (latest.host, latest.time, latest.ok_time) == ("web-1", START + 5.0, START + 5.0)

    async def test_a_measurement_replaces_all_its_earlier_points(self, store: MetricStore) -> None:
        await store.write([poll(START, cpu(1.0), cpu(1.0, CPU_0)), poll(START + 5.0, cpu(2.0))])
        (latest,) = await store.latest()
        assert latest.points == (cpu(2.0),)

    async def test_a_failed_poll_is_known_and_leaves_the_values(self, store: MetricStore) -> None:
        down = Point("poll", (), {"up": 0})
        failed = poll(START + 5.0, down, outcome=Outcome.TIMEOUT, detail="no answer within 10 s")
        await store.write([poll(START, cpu(1.0), errors={"disk": "dead mount"}, tags={"env": "old"})])
        await store.write([failed])
        (latest,) = await store.latest(["web-1"])
        assert (latest.outcome, latest.detail) == (Outcome.TIMEOUT, "no answer within 10 s")
        assert (latest.time, latest.ok_time) == (START + 5.0, START)
        assert latest.errors == {"disk": "dead mount"}
        assert latest.tags == {}
        assert len(latest.points) == 2

    async def test_a_host_that_never_answered_has_no_time_of_a_good_poll(self, store: MetricStore) -> None:
        await store.write([poll(START, outcome=Outcome.REFUSED, detail="refused")])
        (latest,) = await store.latest()
        assert latest.ok_time is None
        assert latest.points == ()

    async def test_top_processes_and_facts_stay_until_newer_ones_come(self, store: MetricStore) -> None:
        top = TopProcesses(by_cpu=(TopProcess(1, "root", "init", None, 4096),))
        await store.write([poll(START, cpu(1.0), top=top, facts={"os": "linux", "cores": 2})])
        await store.write([poll(START + 5.0, cpu(2.0))])
        (latest,) = await store.latest()
        assert latest.top == top
        assert latest.facts == {"os": "linux", "cores": 2}

    async def test_label_sets_are_those_the_host_has_had(self, store: MetricStore) -> None:
        await store.write([poll(START, cpu(1.0, CPU_0), cpu(1.0)), poll(START, cpu(1.0), host="web-2")])
        assert await store.label_sets("web-1", "cpu") == [CPU_TOTAL, CPU_0]
        assert await store.label_sets("web-2", "cpu") == [CPU_TOTAL]
        assert await store.label_sets("web-1", "mem") == []

    async def test_a_forgotten_host_leaves_nothing(self, store: MetricStore) -> None:
        await store.write([poll(START, cpu(1.0)), poll(START, cpu(2.0), host="web-2")])
        await store.forget("web-1")
        await store.forget("nobody")
        assert [latest.host for latest in await store.latest()] == ["web-2"]
        assert (await ask(store, "cpu.usage_active")).series == ()
        await store.write([poll(START + 5.0, cpu(3.0))])
        assert await values(store, "cpu.usage_active", end=START + 10.0) == [None, 3.0]

    async def test_background_work_changes_no_answer(self, store: MetricStore, clock: Clock) -> None:
        disk = Point("disk", (("path", "/"),), {"used": 7})
        rows = [
            poll(START + 5.0 * at, cpu(at % 100 / 7), *([disk] if at % 6 == 0 else []), tags={"env": "prod"})
            for at in range(720)
        ]
        await store.write(rows)
        before = [await self._all_answers(store, step) for step in (5.0, 60.0, 900.0)]
        latest = await store.latest()
        await settle(store, clock, until=START + 8 * 3600)
        after = [await self._all_answers(store, step) for step in (5.0, 60.0, 900.0)]
        for one, other in zip(after, before, strict=True):
            assert_same_values(one, other)
        assert await store.latest() == latest
        assert await store.label_sets("web-1", "disk") == [disk.labels]

    async def _all_answers(self, store: MetricStore, step: float) -> list[Number | None]:
        found: list[Number | None] = []
        for metric in ("cpu.usage_active", "disk.used"):
            for aggregate in Aggregate:
                more = {"end": START + 3600.0, "step": step, "aggregate": aggregate}
                found += await values(store, metric, **more)
        return found

    async def test_what_is_older_than_the_retention_is_not_given(
        self, store: MetricStore, clock: Clock
    ) -> None:
        await store.write([poll(START, cpu(1.0))])
        clock.now = START + 800 * 86400.0
        await settle(store, clock, until=clock.now + 1200.0)
        assert (await ask(store, "cpu.usage_active")).series == ()
        assert [latest.points for latest in await store.latest()] == [(cpu(1.0),)]

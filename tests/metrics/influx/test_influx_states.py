"""What points do not carry: how a poll ended, tags, facts, top processes; and hosts that are forgotten."""

import gzip
import random

import pytest

from metrics.errors import StoreError
from metrics.results import Outcome, Point, TopProcess, TopProcesses
from metrics.stores.influx.reading import forgotten
from metrics.stores.influx.reading.forgotten import Forgotten
from metrics.stores.influx.store import InfluxStore
from metrics.stores.influx.writing.state_line import StoredState, decode_state, encode_state
from metrics.stores.latest_state import Extra, LatestHostState
from tests.metrics.store_contract import START, Clock, ask, cpu, poll, values
from tests.support.influx import InfluxServer

TOP = TopProcesses(by_cpu=(TopProcess(1, "root", "a\\b \"c\" 'd'", 1.5, 4096),))


def big_state(count: int) -> StoredState:
    state = LatestHostState(measurements={})
    points = [Point("net", (("interface", f"eth{at}"),), {"bytes_sent": at}) for at in range(count)]
    state.take(1, Extra(detail="x" * 10), points)
    return StoredState(state, {"env": "prod"})


@pytest.mark.parametrize("count", [1, 100, 1000])
def test_a_state_comes_back_whole_also_where_it_has_to_be_packed(count: int) -> None:
    text = encode_state(big_state(count))
    assert len(text) < 64_000
    assert decode_state(text) == big_state(count)


def test_a_state_beyond_all_bounds_leaves_out_its_points() -> None:
    stored = big_state(1)
    numbers = random.Random(1)
    points = [
        Point("net", (("interface", f"{numbers.random()}"),), {"bytes_sent": numbers.randrange(2**60)})
        for _ in range(3000)
    ]
    stored.state.take(2, Extra(detail="kept"), points)
    found = decode_state(encode_state(stored))
    assert found is not None
    assert (found.state.detail, found.state.measurements) == ("kept", {})


@pytest.mark.parametrize("text", ["", "nonsense", "gzip:!!", "gzip:aGVsbG8=", '{"state": 5}'])
def test_a_state_that_cannot_be_read_is_no_state(text: str) -> None:
    assert decode_state(text) is None


@pytest.mark.anyio
@pytest.mark.influxdb
class TestStates:
    async def test_a_restart_loses_nothing(self, influx_server: InfluxServer, clock: Clock) -> None:
        first = await InfluxStore.open(influx_server.target, clock=clock)
        disk = Point("disk", (("path", "/"),), {"used": 7})
        await first.write([poll(START, cpu(1.0), disk, top=TOP, facts={"os": "linux"}, tags={"a": "b"})])
        # The first one is killed: what it had not written but as points is found among the points.
        await first.write([poll(START + 5.0, cpu(2.0), tags={"a": "b"})])
        second = await InfluxStore.open(influx_server.target, clock=clock)
        down = poll(START + 10.0, outcome=Outcome.TIMEOUT, detail="no answer", tags={"a": "b"})
        await second.write([down])
        (latest,) = await second.latest()
        assert (latest.top, latest.facts, latest.outcome) == (TOP, {"os": "linux"}, Outcome.TIMEOUT)
        assert (latest.time, latest.ok_time) == (START + 10.0, START + 5.0)
        assert {point.measurement: point for point in latest.points} == {"cpu": cpu(2.0), "disk": disk}
        await first.close()
        await second.close()

    async def test_older_results_replace_nothing_that_is_newer(self, store: InfluxStore) -> None:
        await store.write([poll(START + 60.0, cpu(2.0), tags={"v": "new"}, facts={"v": "new"})])
        old = poll(START, cpu(1.0), outcome=Outcome.LATE, tags={"v": "old"}, facts={"v": "old"}, top=TOP)
        await store.write([old])
        (latest,) = await store.latest()
        assert (latest.outcome, latest.tags, latest.facts) == (Outcome.OK, {"v": "new"}, {"v": "new"})
        assert (latest.points, latest.top) == ((cpu(2.0),), TOP)

    async def test_a_state_is_written_once_a_minute_where_points_tell_all(
        self, store: InfluxStore, influx_server: InfluxServer
    ) -> None:
        written = []
        for at in range(0, 130, 5):
            await store.write([poll(START + at, cpu(float(at)))])
            request = influx_server.proxy.last_write
            assert request is not None
            if b"monctl_host" in gzip.decompress(request.body):
                written.append(at)
        assert written == [0, 60, 120]
        assert len(influx_server.query('SELECT "state" FROM "monctl_host"')) == 1

    async def test_a_state_lies_at_its_hours_start_and_the_last_one_counts(
        self, store: InfluxStore, influx_server: InfluxServer
    ) -> None:
        for hours in (0, 1, 2):
            await store.write([poll(START + hours * 3600.0, cpu(float(hours)))])
        rows = influx_server.query('SELECT "state" FROM "monctl_host"')
        assert [row["time"] % 3_600_000 for row in rows] == [0, 0, 0]
        assert [latest.points for latest in await store.latest()] == [(cpu(2.0),)]

    async def test_what_waits_is_written_when_its_minute_is_over_and_at_the_end(
        self, store: InfluxStore, influx_server: InfluxServer, clock: Clock
    ) -> None:
        writes = influx_server.proxy.requests
        await store.write([poll(START, cpu(1.0)), poll(START + 5.0, cpu(2.0))])
        await store.write([poll(START + 10.0, cpu(3.0))])
        before = writes["/api/v2/write"]
        await store.maintain(START + 30.0)
        assert writes["/api/v2/write"] == before
        await store.maintain(START + 90.0)
        assert writes["/api/v2/write"] == before + 1
        await store.maintain(START + 900.0)
        assert writes["/api/v2/write"] == before + 1
        await store.write([poll(START + 15.0, cpu(4.0))])
        other = await InfluxStore.open(influx_server.target, clock=clock)
        await other.write([poll(START + 20.0, cpu(5.0))])
        before = writes["/api/v2/write"]
        await other.close()
        assert writes["/api/v2/write"] == before + 1

    async def test_a_reader_sees_what_is_written_and_writes_nothing(
        self, store: InfluxStore, influx_server: InfluxServer, clock: Clock
    ) -> None:
        await store.write([poll(START, cpu(1.0), tags={"env": "prod"})])
        reader = await InfluxStore.open(influx_server.target, clock=clock, read_only=True)
        assert await values(reader, "cpu.usage_active", end=START + 5.0) == [1.0]
        assert [latest.tags for latest in await reader.latest()] == [{"env": "prod"}]
        with pytest.raises(StoreError, match="reading only"):
            await reader.write([poll(START, cpu(1.0))])
        await reader.maintain(START)
        await reader.close()

    async def test_a_host_is_forgotten_also_where_the_server_cannot_delete(
        self, store: InfluxStore, influx_server: InfluxServer, clock: Clock
    ) -> None:
        rows = [
            poll(START + at, cpu(float(at)), facts={"os": "x"}, host=host) for host in "ab" for at in (0, 5)
        ]
        await store.write(rows)
        influx_server.proxy.refuse_deletes()
        await store.forget("a")
        await store.forget("nobody")
        reader = await InfluxStore.open(influx_server.target, clock=clock, read_only=True)
        for one in (store, reader):
            assert [latest.host for latest in await one.latest()] == ["b"]
            assert await one.latest(["a"]) == []
            history = await ask(one, "cpu.usage_active", hosts=("a", "b"))
            assert [series.host for series in history.series] == ["b"]
            assert await one.label_sets("a", "cpu") == []
        await store.write([poll(START + 10.0, cpu(3.0), host="a")])
        for one in (store, reader):
            found = await values(one, "cpu.usage_active", hosts=("a",), end=START + 15.0)
            assert found == [None, None, 3.0]
            (latest,) = await one.latest(["a"])
            assert (latest.points, latest.facts) == ((cpu(3.0),), None)
        await reader.close()

    async def test_what_another_process_forgot_is_known_within_seconds(
        self, store: InfluxStore, influx_server: InfluxServer
    ) -> None:
        now = 0.0
        known = Forgotten(store._asker, monotonic=lambda: now)
        await store.write([poll(START, cpu(1.0))])
        await known.refresh()
        influx_server.proxy.refuse_deletes()
        await store.forget("web-1")
        await known.refresh()
        assert known.until("web-1") is None
        now += forgotten.REFRESH_SECONDS
        await known.refresh()
        assert known.until("web-1") == START * 1000

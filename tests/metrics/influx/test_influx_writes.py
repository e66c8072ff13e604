"""Nothing that is written is lost unseen: refusals, failures, bodies, fields."""

import gzip
import logging
from itertools import groupby
from operator import attrgetter

import pytest

from metrics.catalog import METRICS, FieldType
from metrics.errors import StoreUnavailable
from metrics.results import Number, Point, PollResult
from metrics.stores.influx.store import InfluxStore
from metrics.stores.influx.writing.lines import TaggedPoint
from tests.metrics.store_contract import START, Clock, ask, cpu, poll, values
from tests.support.influx import InfluxServer, Request

pytestmark = [pytest.mark.anyio, pytest.mark.influxdb]


def many(count: int) -> list[PollResult]:
    return [poll(START + at / 10, cpu(at % 100), host=f"web-{at}") for at in range(count)]


def kept(server: InfluxServer, measurement: str = "cpu", field: str = "usage_active") -> int:
    rows = server.query(f'SELECT count("{field}") AS "count" FROM "{measurement}"')
    return sum(int(row["count"]) for row in rows)


def errors(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR]


async def test_fields_have_the_catalogues_names_and_types(
    store: InfluxStore, influx_server: InfluxServer
) -> None:
    points = []
    for measurement, metrics in groupby(METRICS.values(), key=attrgetter("measurement")):
        fields: dict[str, Number] = {m.field: 1 if m.type is FieldType.INT else 1.0 for m in metrics}
        points.append(Point(measurement, (), fields))
    await store.write([poll(START, *points)])
    for point in points:
        rows = influx_server.query(f'SHOW FIELD KEYS FROM "{point.measurement}"')
        found = {row["fieldKey"]: row["fieldType"] for row in rows}
        wanted = {name: "integer" if type(value) is int else "float" for name, value in point.fields.items()}
        assert found == wanted
    assert store.refused_points == 0


async def test_a_field_that_has_another_type_is_told_counted_and_costs_nobody_else(
    store: InfluxStore, influx_server: InfluxServer, caplog: pytest.LogCaptureFixture
) -> None:
    await store.latest()  # the bucket is made
    influx_server.write(f"mem,host=other used=1.5 {START:.0f}000000000")
    rows = [poll(START + at, Point("mem", (), {"used": at}), cpu(float(at))) for at in range(5)]
    await store.write(rows)
    assert store.refused_points == 5
    assert store.problem is not None
    assert "5 points" in store.problem
    (text,) = errors(caplog)
    assert 'field "used" of measurement "mem" is float in the bucket, not integer' in text
    assert kept(influx_server) == 5


async def test_a_field_of_another_type_is_told_at_the_start(
    store: InfluxStore, influx_server: InfluxServer, caplog: pytest.LogCaptureFixture
) -> None:
    await store.latest()
    influx_server.write(f"mem,host=other used=1.5 {START:.0f}000000000")
    other = await InfluxStore.open(influx_server.target)
    await other.write([poll(START, cpu(1.0))])
    (text,) = errors(caplog)
    assert 'field "used" of measurement "mem" is float in the bucket, not integer' in text
    step = (await other.check())[-1]
    assert (step.name, step.is_ok) == ("types", False)
    assert "mem" in step.detail
    await other.close()


async def test_the_lines_to_blame_for_a_refused_body_are_found(
    store: InfluxStore, influx_server: InfluxServer, caplog: pytest.LogCaptureFixture
) -> None:
    await store.write(many(1))
    refusal = {"code": "invalid", "message": "unable to parse a line"}
    influx_server.proxy.refuse_writes(400, refusal, holding=b"cpu,cpu=cpu-total,host=web-137 ")
    await store.write(many(300))
    assert store.refused_points == 1
    assert errors(caplog) == ["InfluxDB refuses points of host web-137: unable to parse a line"]
    assert kept(influx_server) == 299


async def test_a_body_that_is_too_large_is_sent_in_halves(
    store: InfluxStore, influx_server: InfluxServer
) -> None:
    await store.write(many(1))

    def refuse_large(request: Request) -> object:
        is_large = request.path == "/api/v2/write" and len(gzip.decompress(request.body)) > 20_000
        return influx_server.proxy.response(413, {"error": "too large"}) if is_large else None

    influx_server.proxy.fault(refuse_large)
    await store.write(many(500))
    assert store.refused_points == 0
    assert kept(influx_server) == 500


async def test_a_server_that_refuses_all_is_unavailable_and_nothing_is_dropped(
    store: InfluxStore, influx_server: InfluxServer
) -> None:
    await store.write(many(1))
    influx_server.proxy.refuse_writes(400, {"message": "bad precision"})
    with pytest.raises(StoreUnavailable, match="bad precision"):
        await store.write(many(300))
    influx_server.proxy.heal()
    await store.write(many(300))
    assert store.refused_points == 0
    assert kept(influx_server) == 300


@pytest.mark.parametrize("fault", ["token", "hang up", "overload", "full"])
async def test_what_fails_can_be_written_again(
    store: InfluxStore, influx_server: InfluxServer, fault: str
) -> None:
    await store.write([poll(START, cpu(1.0))])
    proxy = influx_server.proxy
    match fault:
        case "token":
            proxy.refuse_token()
        case "hang up":
            proxy.drop_connections()
        case "overload":
            proxy.answer(503, {"error": "timeout"})
        case "full":
            proxy.refuse_writes(500, {"error": "write /wal: no space left on device"})
    batch = [poll(START + 5.0, cpu(2.0), facts={"os": "linux"})]
    for _ in range(2):
        with pytest.raises(StoreUnavailable) as caught:
            await store.write(batch)
        assert influx_server.token not in str(caught.value)
    proxy.heal()
    await store.write(batch)
    assert await values(store, "cpu.usage_active", end=START + 10.0) == [1.0, 2.0]
    assert [latest.facts for latest in await store.latest()] == [{"os": "linux"}]


async def test_bodies_are_gzipped_once(store: InfluxStore, influx_server: InfluxServer) -> None:
    await store.write([poll(START, cpu(12.5))])
    request = influx_server.proxy.last_write
    assert request is not None
    assert request.headers["Content-Encoding"] == "gzip"
    assert request.query["precision"] == "ns"
    lines = gzip.decompress(request.body).decode().split("\n")
    assert lines[0] == (
        f"cpu,cpu=cpu-total,host=web-1 usage_active=12.5,usage_idle=87.5 {START:.0f}000000000"
    )
    assert lines[1].startswith("monctl_host,host=web-1 state=")


async def test_large_batches_go_in_several_bodies(store: InfluxStore, influx_server: InfluxServer) -> None:
    await store.latest()
    before = influx_server.proxy.requests["/api/v2/write"]
    await store.write(many(6000))
    assert influx_server.proxy.requests["/api/v2/write"] - before == 3  # 6,000 points and 6,000 states
    assert kept(influx_server) == 6000


async def test_points_that_are_no_samples_are_written(
    store: InfluxStore, influx_server: InfluxServer
) -> None:
    point = TaggedPoint(
        measurement="monctl_alert",
        tags={"host": "web-1", "rule": "down"},
        fields={"state": "firing", "level": 2},
        time=START,
    )
    await store.write_tagged([point])
    (row,) = influx_server.query('SELECT "state", "level" FROM "monctl_alert" GROUP BY "host", "rule"')
    assert (row["state"], row["level"], row["rule"]) == ("firing", 2, "down")
    assert await store.latest() == []


async def test_values_stay_one_series_when_a_hosts_tags_change(store: InfluxStore) -> None:
    await store.write([poll(START, cpu(1.0), tags={"env": "test"})])
    await store.write([poll(START + 5.0, cpu(2.0), tags={"env": "prod", "zone": "a"})])
    for step, wanted in ((5.0, [1.0, 2.0]), (10.0, [1.5])):
        assert await values(store, "cpu.usage_active", end=START + 10.0, step=step) == wanted
    assert [latest.tags for latest in await store.latest()] == [{"env": "prod", "zone": "a"}]


async def test_a_bucket_that_vanishes_is_made_again(store: InfluxStore, influx_server: InfluxServer) -> None:
    if influx_server.is_given:
        pytest.skip("the bucket cannot be made again")
    await store.write([poll(START, cpu(1.0))])
    influx_server.drop()
    with pytest.raises(StoreUnavailable):
        await store.write([poll(START + 5.0, cpu(2.0))])
    await store.write([poll(START + 5.0, cpu(2.0))])
    assert await values(store, "cpu.usage_active", end=START + 10.0) == [None, 2.0]


async def test_a_fleet_is_asked_for_in_statements_that_fit_a_url(
    store: InfluxStore, influx_server: InfluxServer
) -> None:
    names = tuple(f"a-rather-long-name-of-a-server-{at}.example.com" for at in range(400))
    await store.write([poll(START, cpu(1.0), host=host) for host in names])
    history = await ask(store, "cpu.usage_active", hosts=names, end=START + 5.0)
    assert {series.host for series in history.series} == set(names)
    assert len(await store.latest(names)) == 400
    assert influx_server.proxy.longest_url < 8_000


async def test_a_store_on_a_clock_far_away_refuses_nothing(store: InfluxStore, clock: Clock) -> None:
    clock.now = 0.0
    await store.write([poll(START, cpu(1.0))])
    assert await values(store, "cpu.usage_active", end=START + 5.0) == [1.0]

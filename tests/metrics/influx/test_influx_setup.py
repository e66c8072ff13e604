"""What is missing is made where that is allowed, and else named with its remedy."""

import gzip
import json

import pytest

from metrics.errors import StoreUnavailable
from metrics.stores.influx.store import InfluxStore
from metrics.stores.influx.target import InfluxTarget
from tests.metrics.store_contract import START, ask, cpu, poll
from tests.support.influx import InfluxServer, Request
from tests.support.ports import free_port

pytestmark = [pytest.mark.anyio, pytest.mark.influxdb]

RETENTION = 17_520 * 3600.0
NO_BUCKETS = {"code": "not found", "message": "bucket not found"}
NO_DATABASES = {"results": [{"statement_id": 0, "series": [{"columns": ["name"], "values": [["other"]]}]}]}

Answers = dict[tuple[str, str], tuple[int, object]]
"""(method, path) -> (status, body): a server that answers as InfluxDB 2 or 3 does."""


class Scripted:
    """Answers from a table, and keeps what was posted."""

    def __init__(self, server: InfluxServer, answers: Answers) -> None:
        self._proxy = server.proxy
        self._answers = answers
        self.posted: dict[str, object] = {}
        server.proxy.fault(self._answer)

    def _answer(self, request: Request) -> object:
        if request.headers.get("Content-Type") == "application/json":
            self.posted[request.path] = json.loads(request.body)
        found = self._answers.get((request.method, request.path))
        return self._proxy.response(*found) if found else None


def target(server: InfluxServer) -> InfluxTarget:
    return InfluxTarget(
        url=server.url,
        org=server.org,
        bucket="monctl",
        token="secret-token-of-the-test",
        retention_seconds=RETENTION,
    )


async def problem(where: InfluxTarget) -> str:
    """What keeps a store from writing."""
    store = await InfluxStore.open(where)
    try:
        with pytest.raises(StoreUnavailable) as caught:
            await store.write([poll(START, cpu(1.0))])
    finally:
        await store.close()
    assert where.token not in str(caught.value)
    return str(caught.value)


async def test_a_server_that_is_away_is_named_and_used_when_it_is_there(influx_server: InfluxServer) -> None:
    away = InfluxTarget(url=f"http://127.0.0.1:{free_port()}", org="o", bucket="b", token="unused-token")
    assert "metrics.influxdb.url" in await problem(away)
    store = await InfluxStore.open(influx_server.target)
    influx_server.proxy.drop_connections()
    with pytest.raises(StoreUnavailable):
        await store.write([poll(START, cpu(1.0))])
    influx_server.proxy.heal()
    await store.write([poll(START, cpu(1.0))])
    await store.close()


async def test_a_token_that_is_not_accepted_is_named(influx_server: InfluxServer) -> None:
    influx_server.proxy.refuse_token()
    assert "the token is not accepted (metrics.influxdb.token)" in await problem(target(influx_server))


async def test_a_bucket_that_may_not_be_made_is_named_with_the_command_that_makes_it(
    influx_server: InfluxServer,
) -> None:
    Scripted(
        influx_server,
        {
            ("GET", "/query"): (200, NO_DATABASES),
            ("GET", "/api/v2/buckets"): (404, NO_BUCKETS),
            ("GET", "/api/v2/orgs"): (200, {"orgs": [{"id": "0a", "name": "monctl"}]}),
            ("POST", "/api/v2/buckets"): (403, {"code": "forbidden", "message": "insufficient permissions"}),
        },
    )
    text = await problem(target(influx_server))
    assert f'bucket "monctl" at {influx_server.url} is missing, and this token may not create it: ' in text
    command = f"influx bucket create --org {influx_server.org} --name monctl --retention 17520h"
    assert command in text


async def test_an_organization_that_is_not_there_is_named(influx_server: InfluxServer) -> None:
    unknown = {"code": "not found", "message": 'organization name "x" not found'}
    Scripted(
        influx_server,
        {
            ("GET", "/query"): (200, NO_DATABASES),
            ("GET", "/api/v2/buckets"): (404, unknown),
            ("GET", "/api/v2/orgs"): (404, unknown),
        },
    )
    text = await problem(target(influx_server))
    assert f'no organization "{influx_server.org}" that this token may see: set metrics.influxdb.org' in text


async def test_a_bucket_is_made_with_its_retention_and_mapped_for_influxql(
    influx_server: InfluxServer,
) -> None:
    script = Scripted(
        influx_server,
        {
            ("GET", "/query"): (200, NO_DATABASES),
            ("GET", "/api/v2/buckets"): (200, {"buckets": []}),
            ("GET", "/api/v2/orgs"): (200, {"orgs": [{"id": "0a"}]}),
            ("POST", "/api/v2/buckets"): (201, {"id": "0b"}),
            ("POST", "/api/v2/dbrps"): (403, {"code": "forbidden", "message": "no"}),
        },
    )
    text = await problem(target(influx_server))
    assert script.posted["/api/v2/buckets"] == {
        "name": "monctl",
        "orgID": "0a",
        "retentionRules": [{"everySeconds": RETENTION, "type": "expire"}],
    }
    assert script.posted["/api/v2/dbrps"] == {
        "bucketID": "0b",
        "database": "monctl",
        "default": True,
        "orgID": "0a",
        "retention_policy": "autogen",
    }
    assert "influx v1 dbrp create" in text
    assert "--bucket-id 0b" in text


async def test_a_database_is_configured_where_that_is_how_it_is_done(influx_server: InfluxServer) -> None:
    script = Scripted(
        influx_server,
        {
            ("GET", "/query"): (200, NO_DATABASES),
            ("GET", "/api/v2/buckets"): (404, ""),
            ("POST", "/query"): (400, {"error": "CREATE DATABASE is not supported"}),
            ("POST", "/api/v3/configure/database"): (401, {"error": "no"}),
            ("POST", "/api/v2/write"): (500, {"error": "written"}),
        },
    )
    assert "written" in await problem(target(influx_server))
    found = script.posted["/api/v3/configure/database"]
    assert found == {"db": "monctl", "retention_period": f"{RETENTION:.0f}s"}


async def test_a_server_that_makes_its_buckets_at_the_first_write_gets_one(
    influx_server: InfluxServer,
) -> None:
    proxy = influx_server.proxy

    def answer(request: Request) -> object:
        if request.path == "/api/v2/write":
            return proxy.response(204, {})
        if request.path != "/query" or request.method == "POST":
            return proxy.response(
                400 if request.path == "/query" else 404 if "v2" in request.path else 200, {}
            )
        if request.query["q"] == "SHOW DATABASES":
            return proxy.response(200, NO_DATABASES)
        return proxy.response(200, {"results": [{"error": "database not found: monctl"}]})

    proxy.fault(answer)
    store = await InfluxStore.open(target(influx_server))
    await store.write([poll(START, cpu(1.0))])
    assert proxy.last_write is not None
    assert b"usage_active" in gzip.decompress(proxy.last_write.body)
    await store.close()


async def test_a_bucket_that_cannot_be_looked_at_costs_no_results(influx_server: InfluxServer) -> None:
    influx_server.proxy.fault(
        lambda request: (
            influx_server.proxy.response(400, {"error": "error parsing query: unknown"})
            if request.path == "/query"
            else None
        )
    )
    assert "error parsing query" in await problem(target(influx_server))


async def test_states_of_the_last_day_are_read_where_a_server_reads_no_more(
    store: InfluxStore, influx_server: InfluxServer
) -> None:
    await store.write([poll(START, cpu(1.0), tags={"env": "prod"})])
    refusal = {"error": "query would exceed file limit of 432 parquet files"}
    influx_server.proxy.fault(
        lambda request: (
            influx_server.proxy.response(400, refusal)
            if "state" in request.query.get("q", "") and "time >=" not in request.query["q"]
            else None
        )
    )
    assert [latest.tags for latest in await store.latest()] == [{"env": "prod"}]


async def test_a_bucket_is_made_once_and_found_afterwards(influx_server: InfluxServer) -> None:
    for _ in range(2):
        store = await InfluxStore.open(influx_server.target)
        await store.write([poll(START, cpu(1.0))])
        steps = await store.check()
        assert [step.name for step in steps] == ["reach", "token", "org", "bucket", "write", "types"]
        assert all(step.is_ok for step in steps)
        await store.close()


async def test_a_check_stops_at_the_first_fault_and_says_what_to_do(influx_server: InfluxServer) -> None:
    store = await InfluxStore.open(influx_server.target, read_only=True)
    influx_server.proxy.drop_connections()
    (step,) = await store.check()
    assert (step.name, step.is_ok) == ("reach", False)
    assert "metrics.influxdb.url" in step.advice
    influx_server.proxy.heal()
    influx_server.proxy.fault(
        lambda request: influx_server.proxy.response(401, {}) if request.path == "/query" else None
    )
    *_, step = await store.check()
    assert (step.name, step.is_ok) == ("token", False)
    influx_server.proxy.refuse_writes(403, {"message": "read only token"})
    *_, step = await store.check()
    if not influx_server.is_given:
        assert step.name in {"bucket", "write"}
        assert not step.is_ok
    await store.close()


async def test_labels_that_come_as_columns_are_labels_too(
    store: InfluxStore, influx_server: InfluxServer
) -> None:
    columns = ["time", "host", "cpu", "value"]
    at = int(START) * 1000
    rows = [[at, "web-1", "cpu0", 1], [at, "web-1", "cpu1", 2.5]]
    document = {"results": [{"series": [{"name": "cpu", "columns": columns, "values": rows}]}]}
    await store.latest()
    influx_server.proxy.fault(
        lambda request: (
            influx_server.proxy.response(200, document)
            if "usage_active" in request.query.get("q", "")
            else None
        )
    )
    history = await ask(store, "cpu.usage_active", end=START + 5.0)
    found = [(series.labels, series.points[0][1]) for series in history.series]
    assert found == [((("cpu", "cpu0"),), 1.0), ((("cpu", "cpu1"),), 2.5)]

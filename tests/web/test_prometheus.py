"""The exposition is what Prometheus wants, whatever hosts, tags and labels are called."""

import subprocess
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse_openmetrics
from prometheus_client.parser import text_string_to_metric_families as parse_text

from access.roles import Role
from inventory.host import HostSpec
from metrics.catalog import LABELS, METRICS, FieldType
from metrics.current.state import CurrentState
from metrics.results import Outcome, Point, PollResult
from metrics.stores.memory import MemoryStore
from metrics.stores.sink import StoreSink
from poller.start_limiter import StartLimiter
from tests.inventory.loading import load
from tests.support.api import ApiUnderTest, api_under_test
from web.prometheus.exposition import Exposition
from web.prometheus.fleet_text import tag_labels
from web.prometheus.names import exposed_metrics
from web.prometheus.telemetry import Telemetry
from web.prometheus.text import Format

pytestmark = pytest.mark.anyio

NOW = 1_780_000_000.0
HOSTILE = 'a "quoted"\\back\\\\slash\nnew line, {brace} é 漢字 \u2028 \x7f'
HOSTS = "hosts:\n  web-1: {address: a, tags: {env: prod}}\n  db-1: b\n  old: {address: c, paused: true}\n"


class Fleet:
    """Hosts and what is known of them, without a table."""

    def __init__(self) -> None:
        self.hosts: dict[str, HostSpec] = {}
        self.current = CurrentState()

    def add(self, name: str, *points: Point, outcome: Outcome = Outcome.OK, **spec: object) -> None:
        """A host just polled."""
        self.hosts[name] = HostSpec(name=name, address="x", **spec)  # type: ignore[arg-type]
        self.current.accept(PollResult(host=name, time=NOW, outcome=outcome, duration=0.1, points=points))

    async def text(self, form: Format = Format.TEXT, telemetry: Telemetry | None = None) -> str:
        """The exposition."""
        exposition = (telemetry or Telemetry("1.2.3")).exposition
        return (await exposition.body(self.hosts, self.current, now=NOW, form=form)).decode()


def everything(label: str = "x") -> list[Point]:
    """A point of each measurement with every field."""
    return [
        Point(
            measurement,
            tuple((name, label) for name in names),
            {
                metric.field: 7 if metric.type is FieldType.INT else 12.3
                for metric in METRICS.values()
                if metric.measurement == measurement
            },
        )
        for measurement, names in LABELS.items()
    ]


def sample(text: str, name: str, /, **labels: str) -> float | None:
    """The value of one sample, None where it is not there."""
    found = [
        one.value
        for family in parse_text(text)
        for one in family.samples
        if one.name == name and labels.items() <= one.labels.items()
    ]
    assert len(found) <= 1
    return found[0] if found else None


def test_every_metric_of_the_catalogue_has_a_name_of_its_own() -> None:
    families = Counter(metric.name.removesuffix("_total") for metric in exposed_metrics().values())
    assert len(families) == len(METRICS)
    assert max(families.values()) == 1


def test_counters_and_only_counters_end_in_total() -> None:
    for metric in exposed_metrics().values():
        assert metric.name.endswith("_total") == (metric.type == "counter"), metric


@pytest.mark.parametrize(
    ("metric", "name", "divisor"),
    [
        ("cpu.usage_active", "monctl_cpu_usage_active_ratio", 100),
        ("mem.used_percent", "monctl_mem_used_ratio", 100),
        ("mem.total", "monctl_mem_total_bytes", 1),
        ("net.bytes_recv", "monctl_net_recv_bytes_total", 1),
        ("net.bytes_recv_per_second", "monctl_net_recv_bytes_per_second", 1),
        ("diskio.read_time", "monctl_diskio_read_time_seconds_total", 1000),
        ("diskio.await_ms", "monctl_diskio_await_seconds", 1000),
        ("pressure.total", "monctl_pressure_stalled_seconds_total", 1_000_000),
        ("temp.temp", "monctl_temp_celsius", 1),
        ("system.load1", "monctl_system_load1", 1),
    ],
)
def test_names_follow_the_conventions(metric: str, name: str, divisor: int) -> None:
    measurement, field = metric.split(".")
    found = exposed_metrics()[measurement, field]
    assert (found.name, found.divisor) == (name, divisor)


async def test_values_come_in_base_units_with_host_and_labels() -> None:
    fleet = Fleet()
    fleet.add("web-1", *everything("sda"))
    text = await fleet.text()
    assert sample(text, "monctl_cpu_usage_active_ratio", host="web-1", cpu="sda") == pytest.approx(0.123)
    assert sample(text, "monctl_diskio_read_time_seconds_total", host="web-1", name="sda") == 0.007
    assert sample(text, "monctl_net_recv_bytes_total", host="web-1", interface="sda") == 7


async def test_a_host_has_one_fullest_disk_and_one_network_as_the_summary_has_them() -> None:
    def mount(path: str, mode: str, share: float) -> Point:
        labels = (("device", "d"), ("fstype", "x"), ("mode", mode), ("path", path))
        return Point("disk", labels, {"used_percent": share})

    def interface(name: str, external: int) -> Point:
        return Point("net", (("interface", name),), {"external": external, "bytes_recv_per_second": 8.0})

    fleet = Fleet()
    fleet.add(
        "a", mount("/", "ro", 100.0), mount('/v"ar', "rw", 40.0), interface("eth0", 1), interface("br0", 0)
    )
    text = await fleet.text()
    assert sample(text, "monctl_host_fullest_disk_ratio", host="a", path='/v"ar') == 0.4
    assert sample(text, "monctl_host_received_bytes_per_second", host="a") == 8.0
    assert sample(text, "monctl_host_sent_bytes_per_second", host="a") is None


async def test_only_hosts_that_are_ok_show_metrics() -> None:
    fleet = Fleet()
    fleet.add("fine", *everything())
    fleet.add("paused", *everything(), paused=True)
    fleet.add("down", *everything(), outcome=Outcome.REFUSED)
    fleet.add("late", *everything(), outcome=Outcome.LATE)
    text = await fleet.text()
    assert sample(text, "monctl_mem_total_bytes", host="fine") == 7
    assert sample(text, "monctl_host_up", host="fine") == 1
    for state in ("paused", "down", "late"):
        assert sample(text, "monctl_mem_total_bytes", host=state) is None
        assert sample(text, "monctl_host_up", host=state) == 0
        assert sample(text, "monctl_host_state", host=state, state=state) == 1
        assert sample(text, "monctl_host_state", host=state, state="ok") == 0


def test_tags_whose_labels_would_clash_get_numbers() -> None:
    labels = tag_labels(["a.b", "a-b", "a b", "a_b_2", "é"])
    assert len(set(labels.values())) == 5
    assert labels["a b"] == "tag_a_b"
    assert labels["é"] == "tag__"


async def test_hostile_names_come_through_unchanged() -> None:
    fleet = Fleet()
    fleet.add(HOSTILE, *everything(HOSTILE), tags={HOSTILE: HOSTILE})
    for form, parse in ((Format.TEXT, parse_text), (Format.OPENMETRICS, parse_openmetrics)):
        families = {family.name: family for family in parse(await fleet.text(form))}
        disk = families["monctl_disk_used_bytes"].samples[0]
        assert disk.labels == dict.fromkeys(("device", "fstype", "mode", "path", "host"), HOSTILE)
        assert HOSTILE in families["monctl_host_info"].samples[0].labels.values()


@pytest.mark.promtool
async def test_promtool_has_no_complaint() -> None:
    fleet, telemetry = Fleet(), await _busy()
    fleet.add("web-1", *everything(), *everything("y"), tags={"env": "prod", "a.b": "1", "a-b": "2"})
    fleet.add(HOSTILE, *everything(HOSTILE), tags={HOSTILE: HOSTILE})
    fleet.add("down", *everything(), outcome=Outcome.REFUSED)
    text = await fleet.text(telemetry=telemetry)
    assert text.count("# TYPE") > len(METRICS)
    checked = subprocess.run(
        ["promtool", "check", "metrics"], input=text.encode(), capture_output=True, check=False
    )
    assert (checked.returncode, checked.stdout, checked.stderr) == (0, b"", b"")


async def test_monctl_tells_of_itself() -> None:
    text = await Fleet().text(telemetry=await _busy())
    assert sample(text, "monctl_build_info", version="1.2.3") == 1
    assert sample(text, "monctl_poller_polls_total", outcome="ok") == 2
    assert sample(text, "monctl_poller_polls_total", outcome="refused") == 1
    assert sample(text, "monctl_poller_poll_duration_seconds_bucket", le="0.025") == 1
    assert sample(text, "monctl_poller_poll_duration_seconds_bucket", le="+Inf") == 2
    assert sample(text, "monctl_poller_poll_duration_seconds_count") == 2
    assert sample(text, "monctl_poller_poll_duration_seconds_sum") == pytest.approx(60.02)
    assert sample(text, "monctl_store_written_results_total") == 1
    assert sample(text, "monctl_store_queued_results") == 1
    assert sample(text, "monctl_poller_starts_limit", what="probe") == 8
    assert sample(text, "monctl_poller_starts_under_way", what="probe") == 0
    assert sample(text, "monctl_poller_starts_waiting", what="probe") == 0
    assert sample(text, "monctl_poller_hanging_reads") == 3
    assert (sample(text, "process_resident_memory_bytes") or 0) > 1_000_000


async def test_an_exposition_is_shared_for_a_second() -> None:
    fleet = Fleet()
    fleet.add("a")
    exposition = Exposition(Telemetry().registry)

    async def body(now: float) -> bytes:
        return await exposition.body(fleet.hosts, fleet.current, now=now, form=Format.TEXT)

    first = await body(NOW)
    fleet.add("b")
    assert await body(NOW + 0.9) is first
    assert b'host="b"' in await body(NOW + 1)
    assert b'host="b"' in await body(NOW - 5)


@pytest.fixture
async def served(tmp_path: Path) -> AsyncIterator[ApiUnderTest]:
    async with api_under_test(tmp_path, clock=lambda: NOW) as api:
        api.parts.repository.sync_file(load(HOSTS))
        yield api


async def test_the_route_gives_text_and_openmetrics(served: ApiUnderTest) -> None:
    for accept, content_type, parse in (
        ("*/*", "text/plain; version=0.0.4; charset=utf-8", parse_text),
        (
            "application/openmetrics-text;version=1.0.0,text/plain",
            "application/openmetrics-text; version=1.0.0; charset=utf-8",
            parse_openmetrics,
        ),
    ):
        answer = await served.call("GET", "//metrics", role=Role.VIEWER, headers={"Accept": accept})
        assert answer.status_code == 200
        assert answer.headers["content-type"] == content_type
        families = {family.name: family for family in parse(answer.text)}
        assert len(families["monctl_host_up"].samples) == 3


async def test_the_route_is_not_public(served: ApiUnderTest) -> None:
    assert (await served.call("GET", "//metrics", role=None)).status_code == 401
    assert (await served.call("GET", "//metrics", role=Role.COLLECTOR)).status_code == 403


async def test_requests_are_counted_by_template_not_by_path(served: ApiUnderTest) -> None:
    await served.call("GET", "/hosts/web-1")
    await served.call("GET", "/hosts/nobody")
    await served.call("GET", "//nowhere/at/all")
    await served.call("BREW", "//healthz")
    await served.call("POST", "/hosts", content=b"x" * 5_000_000)
    text = (await served.call("GET", "//metrics")).text
    requests = "monctl_http_requests_total"
    assert sample(text, requests, route="/api/v1/hosts/{name}", method="GET", status="2xx") == 1
    assert sample(text, requests, route="/api/v1/hosts/{name}", method="GET", status="4xx") == 1
    assert sample(text, requests, route="unmatched", method="GET", status="4xx") == 1
    assert sample(text, requests, route="/healthz", method="other", status="4xx") == 1
    assert "nowhere" not in text
    assert "nobody" not in text
    assert sample(text, "monctl_http_request_duration_seconds_count", route="/api/v1/hosts/{name}") == 2
    assert sample(text, requests, route="unmatched", method="POST", status="4xx") == 1


async def _busy() -> Telemetry:
    """One that has something to tell."""
    telemetry = Telemetry("1.2.3")
    sink = StoreSink(MemoryStore(clock=lambda: NOW))
    telemetry.watch_store(sink)
    telemetry.watch_reads(lambda: 3)
    telemetry.watch_starts({"probe": StartLimiter(32, patience_seconds=2.0, adapts=True)})
    for number, (outcome, duration) in enumerate(
        [(Outcome.OK, 0.02), (Outcome.OK, 60.0), (Outcome.REFUSED, 1.0)]
    ):
        result = PollResult(host="a", time=NOW + number, outcome=outcome, duration=duration)
        telemetry.polls.accept(result)
        if number == 0:
            sink.accept(result)
            await sink.flush()
        if number == 1:
            sink.accept(result)
    telemetry.requests.count('/a/{"b\\', "GET", status=200, seconds=0.1)
    return telemetry

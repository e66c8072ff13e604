"""Hosts and results for the tests of metrics over the API."""

from collections.abc import Mapping

from metrics.results import Outcome, Point, PollResult, TopProcess, TopProcesses
from tests.inventory.loading import load
from tests.support.api import ApiUnderTest

NOW = 1_800_000_000.0
"""The moment of these tests, in unix seconds."""

HOSTS = """
groups:
  prod: {tags: {env: prod}}
hosts:
  web-1: {address: 10.0.0.1, groups: [prod]}
  web-2: {address: 10.0.0.2, tags: {env: test}}
  db-1: {address: 10.0.0.3, groups: [prod], tags: {role: "a:b"}}
  old: {address: 10.0.0.4, paused: true}
"""
TOP = TopProcesses(
    by_cpu=(TopProcess(1, "root", "init", None, 4096),),
    by_memory=(TopProcess(7, "www", "nginx \N{SNOWMAN}", 1.5, 2**33),),
)


def add_hosts(api: ApiUnderTest) -> None:
    """The hosts above, from a file."""
    api.parts.repository.sync_file(load(HOSTS))


def points(usage: float = 12.5) -> tuple[Point, ...]:
    """A few points of a server."""
    return (
        Point("cpu", (("cpu", "cpu-total"),), {"usage_active": usage, "usage_idle": 100.0 - usage}),
        Point("cpu", (("cpu", "cpu0"),), {"usage_active": usage / 2}),
        Point("mem", (), {"used": 2**33, "used_percent": 50.0}),
        Point("net", (("interface", "eth0"),), {"bytes_sent": 5, "bytes_sent_per_second": 1.5}),
    )


def result(
    host: str, time: float, usage: float = 12.5, *, tags: Mapping[str, str] | None = None
) -> PollResult:
    """A good poll."""
    return PollResult(
        host=host,
        time=time,
        outcome=Outcome.OK,
        duration=0.01,
        points=points(usage),
        tags=tags or {},
        top=TOP,
    )

"""What alerts cost: evaluating rules for every poll, and how long a sample takes to become a message.

1. A thousand simulated hosts, polled every 5 s, under the rules that ship and three more: CPU time of the
   engine alone, once functions over ten minutes know their past.
2. The same traffic in real time through the daemon's own parts, engine, database, outbox and Apprise, with a
   rule that becomes true for a few hosts a second: from handing over the sample to Apprise's call of the
   service.
"""

import asyncio
import re
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from apprise.decorators import notify

from alerts.engine.engine import AlertEngine
from alerts.rules.defaults import DEFAULT_SPECS
from alerts.rules.rule import Rule
from alerts.rules.stored import shipped_rule
from benchmarks.store_traffic import INTERVAL, START, Polled, by_second, replayed_hosts
from benchmarks.table import Row
from inventory.host import HostSpec
from metrics.current.state import CurrentState
from metrics.results import Point, PollResult
from metrics.stores.memory import MemoryStore
from monctl.daemon.alerting.alerting import Alerting
from monctl.daemon.process import calm_garbage_collector
from monctl.installation import open_installation

_PART = "alerts"
_HOSTS = 1_000
_RULES = 20
_WARM_HOURS = 130 * INTERVAL / 3600
_MEASURED_SECONDS = 24 * INTERVAL
_LIVE_SECONDS = 30
_FIRING_A_SECOND = 5
_MORE = ("cpu.usage_iowait > 60", "net.bytes_recv_per_second > 1e9", "mem.used_percent > 99.5")
_SETTINGS = """\
alerts:
  group_wait: 0s
  channels: {bench: "bench://"}
  rules: [{name: bench, when: temp.temp > 90}]
"""


def run() -> list[Row]:
    """Both."""
    return [*_evaluation(), *_latency()]


def _rules() -> list[Rule]:
    shipped = [shipped_rule(name).rule for name in DEFAULT_SPECS]
    rules = [rule for rule in shipped if rule is not None]
    rules += [Rule(name=f"more-{number}", when=when) for number, when in enumerate(_MORE)]
    assert len(rules) >= _RULES
    return rules[:_RULES]


def _specs(hosts: Sequence[Polled]) -> dict[str, HostSpec]:
    return {host.name: HostSpec(name=host.name, address="127.0.0.1") for host in hosts}


def _evaluation() -> Iterator[Row]:
    traffic = replayed_hosts(_HOSTS)
    changes: list[object] = []
    engine = AlertEngine(changes.append)
    engine.apply_rules(_rules(), START)
    engine.apply_hosts(_specs(traffic), START)
    for now, results in by_second(traffic, _WARM_HOURS):
        _feed(engine, results, now)
    calm_garbage_collector()  # as the daemon does once all hosts are known
    begin = START + _WARM_HOURS * 3600
    spent, polls = 0.0, 0
    for now, results in by_second(traffic, _MEASURED_SECONDS / 3600, start=begin):
        started = time.process_time()
        _feed(engine, results, now)
        spent += time.process_time() - started
        polls += len(results)
    yield Row(_PART, f"CPU per poll, {_HOSTS:,} hosts, {_RULES} rules", spent / polls * 1e6, "us", at_most=60)


def _feed(engine: AlertEngine, results: Sequence[PollResult], now: float) -> None:
    for result in results:
        engine.accept(result)
    engine.tick(now)


def _latency() -> Iterator[Row]:
    with tempfile.TemporaryDirectory() as folder:
        delays = asyncio.run(_live(Path(folder)))
    told = f"sample to Apprise's call, {len(delays)} alerts"
    yield Row(_PART, f"{told}, median", statistics.median(delays) * 1000, "ms")
    yield Row(_PART, f"{told}, p99", float(np.percentile(delays, 99)) * 1000, "ms", at_most=200)


async def _live(folder: Path) -> list[float]:
    called: dict[str, float] = {}
    _register_service(called)
    (folder / "hosts.yaml").write_text("hosts: {}\n")
    (folder / "monctl.yaml").write_text(_SETTINGS)
    installation = open_installation(inventory=folder / "hosts.yaml")
    current = CurrentState()
    alerting = Alerting(installation, current=current, store=MemoryStore())
    traffic = replayed_hosts(_HOSTS)
    alerting.apply_hosts(_specs(traffic))
    await alerting.start()
    tasks = [asyncio.create_task(part) for part in alerting.parts().values()]
    given: dict[str, float] = {}
    try:
        for _, results in by_second(traffic, _LIVE_SECONDS / 3600, start=time.time()):
            await _second(alerting, current, results, given)
        await asyncio.sleep(2)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        installation.close()
    missing = given.keys() - called.keys()
    if missing:
        raise RuntimeError(f"{len(missing)} of {len(given)} alerts did not arrive")
    return [called[host] - time_given for host, time_given in given.items()]


async def _second(
    alerting: Alerting, current: CurrentState, results: Sequence[PollResult], given: dict[str, float]
) -> None:
    """Hand over a second's results, spread over it; a few of hosts that were never hot are hot now."""
    cool = [result.host for result in results if result.host not in given]
    hot = set(cool[:: max(1, len(cool) // _FIRING_A_SECOND)][:_FIRING_A_SECOND])
    begun = time.perf_counter()
    for number, result in enumerate(results):
        await asyncio.sleep(max(0.0, begun + number / len(results) - time.perf_counter()))
        if result.host in hot:
            point = Point("temp", (("sensor", "cpu"),), {"temp": 99.0})
            result = _with(result, point)
            given[result.host] = time.perf_counter()
        current.accept(result)
        alerting.engine.accept(result)
    await asyncio.sleep(max(0.0, begun + 1.0 - time.perf_counter()))


def _with(result: PollResult, point: Point) -> PollResult:
    return PollResult(
        host=result.host,
        time=result.time,
        outcome=result.outcome,
        duration=result.duration,
        points=(*result.points, point),
        top=result.top,
    )


def _register_service(called: dict[str, float]) -> None:
    """A service of our own that Apprise calls: it notes when, and of which hosts it was told."""

    @notify(on="bench", name="Benchmark")  # type: ignore[untyped-decorator, no-untyped-call]
    def _take(body: str, title: str, notify_type: object, *_: Any, **__: Any) -> None:
        for host in re.findall(r"host-\d{4}", f"{title}\n{body}"):
            called.setdefault(host, time.perf_counter())

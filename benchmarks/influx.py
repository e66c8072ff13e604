"""What InfluxDB costs the daemon: 1,000 hosts every 5 s, an outage of a minute, a day of history.

A real influxd (Debian's) runs in another process behind the tests' proxy; both take from the same two cores.
CPU is that of the writing process, all threads. The outage runs in real time.
"""

import asyncio
import contextlib
import json
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from pathlib import Path

from benchmarks.api_questions import ask
from benchmarks.fleet_worker import resident_bytes
from benchmarks.influx_server import Server, influx_server
from benchmarks.store_traffic import Polled, by_second, replayed_hosts
from benchmarks.table import Row
from metrics.stores.influx.store import InfluxStore
from metrics.stores.sink import StoreSink
from metrics.stores.spool.spool import Spool
from tests.support.installation import MonctlFolder

_PART = "influx"
_HOSTS = 1000
_WARM_SECONDS = 20
_WRITE_SECONDS = 60
_CPU_TARGET_MS = 0.15

_OUTAGE_SECONDS = 60
_CATCH_UP_TARGET = 5.0
_GIVE_UP_SECONDS = 120

_DAY_HOSTS = 4
_DAY_HOURS = 24.0
_QUESTION_SECONDS = 10.0
_HISTORY_TARGET_MS = 100.0


def run() -> list[Row]:
    """Measure one after the other."""
    with tempfile.TemporaryDirectory() as name, influx_server(Path(name) / "influxd") as server:
        hosts = replayed_hosts(_HOSTS)
        rows = list(asyncio.run(_write(server, hosts)))
        rows += asyncio.run(_outage(server, hosts, Path(name)))
        asyncio.run(_fill_day(server, hosts[:_DAY_HOSTS]))
        rows += _ask_history(server, [host.name for host in hosts[:_DAY_HOSTS]], Path(name) / "installation")
    return rows


async def _write(server: Server, hosts: Sequence[Polled]) -> list[Row]:
    """Write as fast as it goes, a second's results at a time."""
    store = await InfluxStore.open(server.target)
    spent = polls = values = 0.0
    begun = time.perf_counter()
    for second, (_, batch) in enumerate(by_second(hosts, (_WARM_SECONDS + _WRITE_SECONDS) / 3600)):
        before = time.process_time()
        await store.write(batch)
        if second >= _WARM_SECONDS:
            spent += time.process_time() - before
            polls += len(batch)
            values += sum(len(point.fields) for result in batch for point in result.points)
    took = time.perf_counter() - begun
    await store.close()
    return [
        Row(
            _PART,
            f"writer CPU per poll, {_HOSTS:,} hosts",
            spent / polls * 1000,
            "ms",
            at_most=_CPU_TARGET_MS,
        ),
        Row(_PART, "  values per poll", values / polls, "values"),
        Row(
            _PART,
            "  times real time, written as fast as it goes",
            (_WARM_SECONDS + _WRITE_SECONDS) / took,
            "x",
        ),
    ]


async def _outage(server: Server, hosts: Sequence[Polled], folder: Path) -> list[Row]:
    """Feed in real time; stop the database for a minute; see how soon everything is in it."""
    store = await InfluxStore.open(server.target)
    sink = StoreSink(store, Spool(folder / "spool.db"))
    delays: list[float] = []
    async with _running(sink, hosts, delays):
        await asyncio.sleep(_WARM_SECONDS)
        before, delays[:] = resident_bytes(), []
        await asyncio.to_thread(server.stop)
        await asyncio.sleep(_OUTAGE_SECONDS)
        grown = resident_bytes() - before
        spooled = sink.spooled
        await asyncio.to_thread(server.start)
        delays[:] = []
        begun = time.perf_counter()
        while sink.is_failing or sink.spooled:
            await asyncio.sleep(0.05)
            if time.perf_counter() - begun > _GIVE_UP_SECONDS:
                raise RuntimeError(f"{sink.spooled} results still wait")
        took = time.perf_counter() - begun
    await store.close()
    if sink.dropped or sink.counters.spooled < spooled:
        raise RuntimeError(f"{sink.dropped} results were lost")
    return [
        Row(_PART, f"memory grown in an outage of {_OUTAGE_SECONDS} s", grown / 1e6, "MB", at_most=50),
        Row(_PART, "  results in the spool at its end", spooled, "results"),
        Row(_PART, "caught up, times real time", _OUTAGE_SECONDS / took, "x", at_least=_CATCH_UP_TARGET),
        Row(_PART, "  seconds until all is in, pauses included", took, "s"),
        Row(_PART, "  fresh results meanwhile kept within, worst", max(delays, default=0.0), "s"),
    ]


@contextlib.asynccontextmanager
async def _running(sink: StoreSink, hosts: Sequence[Polled], delays: list[float]) -> AsyncIterator[None]:
    """The sink at work, fed 200 results a second of real time; `delays` takes seconds from taken to kept."""

    async def feed() -> None:
        begun = time.time()
        for second, (_, batch) in enumerate(by_second(hosts, 1.0, start=begun)):
            await asyncio.sleep(max(0.0, begun + second - time.time()))
            taken = time.perf_counter()
            for result in batch:
                sink.accept(result)
            await sink.wait_until_written()
            delays.append(time.perf_counter() - taken)

    tasks = [asyncio.create_task(sink.run()), asyncio.create_task(feed())]
    try:
        yield
    finally:
        for task in reversed(tasks):
            task.cancel()
            await asyncio.wait({task})
        for task in tasks:
            if not task.cancelled() and task.exception() is not None:
                raise RuntimeError("the run broke off") from task.exception()


async def _fill_day(server: Server, hosts: Sequence[Polled]) -> None:
    store = await InfluxStore.open(server.target)
    batches = by_second(hosts, _DAY_HOURS, start=time.time() - _DAY_HOURS * 3600)
    waiting = []
    for _, batch in batches:
        waiting += batch
        if len(waiting) > 1000:
            await store.write(waiting)
            waiting = []
    await store.write(waiting)
    await store.close()


def _ask_history(server: Server, hosts: list[str], path: Path) -> Iterator[Row]:
    """Ask a `monctl serve` on that database, one client after the other's answer and then four at once."""
    folder = MonctlFolder(path)
    folder.hosts_yaml.write_text(json.dumps({"hosts": {name: {"paused": True} for name in hosts}}))
    target = server.target
    influx = {"url": target.url, "org": target.org, "bucket": target.bucket, "token": target.token}
    settings = {"metrics": {"store": "influxdb", "influxdb": influx}}
    (folder.folder / "monctl.yaml").write_text(json.dumps(settings))
    folder.start()
    try:
        if not folder.wait_for(folder.is_ready, 60):
            raise RuntimeError(f"the daemon does not start: {folder.log[-1000:]}")
        question = "/metrics/history?metric=cpu.usage_active&label=cpu:cpu-total&start=-24h"
        every = [f"{question}&step=5s&host={host}" for host in hosts]
        chosen = [f"{question}&host={host}" for host in hosts]
        what = "history of one host and metric, 24 h at 5 s"
        for resolution, paths in (("every value", every), ("chosen step", chosen)):
            title, most = f"{what}, {resolution}", _HISTORY_TARGET_MS
            yield from ask(folder, _PART, title, paths, _QUESTION_SECONDS, clients=1, at_most=most)
            yield from ask(folder, _PART, title, paths, _QUESTION_SECONDS, clients=4)
    finally:
        folder.stop()

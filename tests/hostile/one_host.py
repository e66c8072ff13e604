"""One host that brings 1,024 new mounts with each answer, beside honest ones, through the real sinks.

one_host.py FOLDER POLLS; prints what it measured as JSON. A process of its own, for its memory.
"""

import asyncio
import json
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from sqlmodel import Session, col, func, select

from alerts.engine.engine import AlertEngine
from alerts.history.recorder import Recorder
from alerts.history.writer import AlertWriter
from alerts.rules.defaults import DEFAULT_SPECS
from alerts.rules.rule import Rule
from alerts.rules.stored import shipped_rule
from alerts.severity import Severity
from alerts.states import AlertState
from alerts.tables import AlertRow
from foundation.database.database import open_database
from foundation.database.errors import DatabaseUnusable
from inventory.host import HostSpec
from metrics.current.state import CurrentState
from metrics.results import Outcome, PollResult
from metrics.sampling.answer import decode_answer
from metrics.sampling.sampler import HostSampler, PollFacts
from metrics.stores.sink import StoreSink
from metrics.stores.sqlite.store import SqliteStore

LIAR = "liar"
HONEST = tuple(f"web-{number}" for number in range(20))
MOUNTS = 1_024
_LONG = "x" * 150
_EVERY_SECONDS = 5.0


class Host:
    """A host's answers, made into results as the poller does it."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._sampler = HostSampler(max_gap_seconds=300.0)

    def result(self, at: float, **sections: object) -> PollResult:
        """The result of an answer that has these sections."""
        answer = {"id": 1, "time": at, "monotonic": at, "boot": "b"} | sections
        decoded = decode_answer(json.dumps(answer).encode())
        sample = self._sampler.sample(decoded, time=at, poll=PollFacts(duration_seconds=0.01))
        return PollResult(
            host=self.name,
            time=at,
            outcome=Outcome.OK,
            duration=0.01,
            points=sample.points,
            errors=sample.errors,
            excess=sample.excess,
        )


def _mounts(turn: int, count: int, *, is_full: bool) -> list[dict[str, object]]:
    mount = {"device": "d", "fstype": "ext4", "mode": "rw", "total": 100}
    used = {"used": 99, "free": 1} if is_full else {"used": 10, "free": 90}
    return [{**mount, **used, "path": f"/{turn}/{number}/{_LONG}"} for number in range(count)]


def _rules() -> list[Rule]:
    shipped = [stored.rule for stored in map(shipped_rule, DEFAULT_SPECS) if stored.rule is not None]
    return [*shipped, Rule(name="any-mount", when="disk.used_percent > 50", severity=Severity.WARNING)]


def _peak_bytes() -> int:
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) * 1024


class _Slowest:
    """The most of the event loop's time, in the processor's seconds, that one act took."""

    def __init__(self) -> None:
        self.seconds = 0.0

    @contextmanager
    def measured(self) -> Iterator[None]:
        """Measure what is done here."""
        started = time.thread_time()
        yield
        self.seconds = max(self.seconds, time.thread_time() - started)


async def _measure(folder: Path, polls: int) -> dict[str, object]:
    database = open_database("sqlite", data_dir=folder)
    store = await SqliteStore.open(folder / "metrics.db")
    current = CurrentState()
    recorder = Recorder(
        AlertWriter(database, channels=lambda: {"ops": Severity.INFO}),
        on_written=lambda rows: None,
        unavailable=(DatabaseUnusable,),
    )
    engine = AlertEngine(
        recorder.put, current=current, is_full=recorder.is_full, is_host_full=recorder.is_host_full
    )
    hosts = {name: HostSpec(name=name, address="127.0.0.1") for name in (LIAR, *HONEST)}
    begin = 1_800_000_000.0 - 1_800_000_000.0 % 86400
    engine.apply_rules(_rules(), begin)
    engine.apply_hosts(hosts, begin)
    sink = StoreSink(store, flush_seconds=0.1)
    sinks = (current, sink, engine)
    tasks = [asyncio.create_task(part) for part in (recorder.run(), sink.run())]
    liar, honest = Host(LIAR), [Host(name) for name in HONEST]
    slowest, peak = _Slowest(), 0
    for turn in range(polls):
        at = begin + turn * _EVERY_SECONDS
        results = [liar.result(at, disk=_mounts(turn, MOUNTS, is_full=True))]
        results += [host.result(at, disk=_mounts(0, 3, is_full=turn == polls - 1)) for host in honest]
        for result in results:
            with slowest.measured():
                for each in sinks:
                    each.accept(result)
        engine.tick(at)
        await sink.wait_until_written()
        if turn == 2:  # everything has been imported and met once
            peak = _peak_bytes()
    started = time.monotonic()
    while recorder.queued and time.monotonic() - started < 60:
        await asyncio.sleep(0.01)
    waited = time.monotonic() - started
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await store.close()
    with Session(database) as session:
        return {
            "open": _count(session, [LIAR]),
            "rows": _count(session, [LIAR], is_open=False),
            "honest": _count(session, HONEST, rule="any-mount"),
            "told": _count(session, [LIAR], rule="host-over-limits"),
            "left_out": engine.left_out,
            "cut": engine.cut,
            "skipped": engine.skipped,
            "slowest_seconds": slowest.seconds,
            "waited_seconds": waited,
            "grown_bytes": _peak_bytes() - peak,
            "store_bytes": (folder / "metrics.db").stat().st_size,
        }


def _count(session: Session, hosts: Sequence[str], *, rule: str | None = None, is_open: bool = True) -> int:
    query = select(func.count()).select_from(AlertRow).where(col(AlertRow.host).in_(hosts))
    if rule is not None:
        query = query.where(AlertRow.rule == rule)
    if is_open:
        query = query.where(AlertRow.state != AlertState.RESOLVED)
    return session.exec(query).one()


if __name__ == "__main__":
    print(json.dumps(asyncio.run(_measure(Path(sys.argv[1]), int(sys.argv[2])))))

"""A metrics store filled with results of known values."""

import asyncio
import time
from collections.abc import Sequence
from pathlib import Path

from metrics.results import Outcome, Point, PollResult, TopProcess, TopProcesses
from metrics.stores.sqlite.store import SqliteStore

TOP = TopProcesses(by_cpu=(TopProcess(7, "root", "init", 1.5, 4096),), by_memory=())


def good(host: str, *, ago: float = 1.0, cpu: float = 12.5) -> PollResult:
    """A good poll some seconds ago."""
    points = (
        Point("cpu", (("cpu", "cpu-total"),), {"usage_active": cpu, "usage_idle": 100 - cpu}),
        Point("cpu", (("cpu", "cpu0"),), {"usage_active": cpu, "usage_idle": 100 - cpu}),
        Point("mem", (), {"used_percent": 40.0, "total": 1024}),
        Point("system", (), {"load1": 0.5, "n_cpus": 2}),
        Point("poll", (), {"up": 1}),
    )
    return PollResult(
        host=host,
        time=round(time.time() - ago, 3),
        outcome=Outcome.OK,
        duration=0.01,
        points=points,
        tags={"env": "prod"},
        errors={"temp": "no sensors"},
        top=TOP,
    )


def failed(host: str, outcome: Outcome = Outcome.REFUSED, *, ago: float = 1.0) -> PollResult:
    """A failed poll some seconds ago."""
    points = (Point("poll", (), {"up": 0}),)
    at = round(time.time() - ago, 3)
    return PollResult(
        host=host, time=at, outcome=outcome, duration=0.0, points=points, detail="nobody listens"
    )


def fill(data_dir: Path, results: Sequence[PollResult]) -> None:
    """Write results into the store of a data directory."""

    async def write() -> None:
        data_dir.mkdir(parents=True, exist_ok=True)
        store = await SqliteStore.open(data_dir / "metrics.db")
        try:
            await store.write(results)
        finally:
            await store.close()

    asyncio.run(write())

"""The embedded store locked or without room: results wait in the spool and are in it once afterwards."""

import asyncio
import sqlite3
from pathlib import Path

import pytest

from metrics.store import Aggregate, HistoryQuery
from metrics.stores.retention import Retention
from metrics.stores.sqlite.store import SqliteStore
from tests.faults.feeding import HOST, START, feeding
from tests.support.small_disk import fill_up, small_disk

pytestmark = pytest.mark.timeout(240)

_DISK = "4m"


def _values(path: Path, kept: int) -> list[float | int | None]:
    """Every second's value, up to the result `kept`."""

    async def ask() -> list[float | int | None]:
        ever = Retention(raw=1e10, minute=1e10, quarter=1e10)
        store = await SqliteStore.open(path, retention=ever, read_only=True)
        query = HistoryQuery(
            hosts=(HOST,),
            metric="mem.used",
            start=START + 1,
            end=START + kept + 1,
            step=1.0,
            aggregate=Aggregate.LAST,
        )
        (series,) = (await store.history(query)).series
        await store.close()
        return [value for _, value in series.points]

    return asyncio.run(ask())


def test_a_database_that_another_process_holds_costs_no_result(tmp_path: Path) -> None:
    path = tmp_path / "metrics.db"
    with feeding(str(path), tmp_path / "spool.db") as feeder:
        feeder.keep(40)
        holder = sqlite3.connect(path, isolation_level=None)
        holder.execute("BEGIN IMMEDIATE")
        feeder.wait_until_spooled()
        feeder.keep(40)
        feeder.kill()
        feeder.start()
        feeder.keep(40)
        holder.execute("ROLLBACK")
        holder.close()
        feeder.keep(40)
        feeder.wait_until_drained()
        feeder.keep(20)
        feeder.stop()
        assert _values(path, feeder.kept) == list(range(1, feeder.kept + 1))


@pytest.mark.netns
def test_a_full_disk_costs_no_result_when_the_spool_lies_on_another(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", _DISK) as disk:
        path = disk / "metrics.db"
        with feeding(str(path), tmp_path / "spool.db") as feeder:
            feeder.keep(40)
            filler = fill_up(disk)
            feeder.wait_until_spooled()
            feeder.keep(40)
            filler.unlink()
            feeder.wait_until_drained()
            feeder.keep(20)
            feeder.stop()
            assert _values(path, feeder.kept) == list(range(1, feeder.kept + 1))


@pytest.mark.netns
def test_with_the_spool_on_the_same_full_disk_results_wait_in_memory(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", _DISK) as disk:
        path = disk / "metrics.db"
        with feeding(str(path), disk / "spool.db") as feeder:
            feeder.keep(40)
            filler = fill_up(disk)
            while not feeder.does_not_keep(1, seconds=3):
                pass  # both databases have some room left in their files
            filler.unlink()
            feeder.keep(40)
            feeder.wait_until_drained()
            feeder.stop()
            assert _values(path, feeder.kept) == list(range(1, feeder.kept + 1))

"""The embedded store keeps the contract, and its file is what it says."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Iterable
from pathlib import Path

import pytest

from metrics.errors import StoreCorrupt, StoreError, StoreUnavailable
from metrics.store import Aggregate, HistoryQuery, Latest
from metrics.stores.retention import DAY, Retention
from metrics.stores.sqlite.boundary import store_error
from metrics.stores.sqlite.packing import packer
from metrics.stores.sqlite.reading.latest import read_latest
from metrics.stores.sqlite.store import SqliteStore
from tests.metrics.store_contract import START, Clock, StoreContract, ask, cpu, poll, settle, values


class _ReadAnew(SqliteStore):
    """The store, its latest states read as a process does that asks once."""

    async def latest(self, hosts: Iterable[str] | None = None) -> list[Latest]:
        return await asyncio.to_thread(read_latest, self._path, hosts)


class TestLatestReadOnce(StoreContract):
    @pytest.fixture
    async def store(self, tmp_path: Path, clock: Clock) -> AsyncIterator[SqliteStore]:
        opened = await _ReadAnew.open(tmp_path / "metrics.db", clock=clock)
        yield opened
        await opened.close()

    async def test_of_hosts_that_are_asked_for_the_others_are_left_out(self, store: SqliteStore) -> None:
        await store.write([poll(START + at, cpu(at), host=host) for host in ("a", "b", "c") for at in (0, 5)])
        assert [(found.host, found.time) for found in await store.latest(["c", "a", "x"])] == [
            ("a", START + 5),
            ("c", START + 5),
        ]

    async def test_damage_in_the_log_is_an_error(self, store: SqliteStore, tmp_path: Path) -> None:
        await store.write([poll(START, cpu(1.0))])
        for damage in ("DELETE FROM log", "UPDATE batch SET entries = x'0102'"):
            with sqlite3.connect(tmp_path / "metrics.db") as db:
                db.execute(damage)
            with pytest.raises(StoreCorrupt):
                await store.latest()


class TestSqliteStore(StoreContract):
    @pytest.fixture
    async def store(self, tmp_path: Path, clock: Clock) -> AsyncIterator[SqliteStore]:
        opened = await SqliteStore.open(tmp_path / "metrics.db", clock=clock)
        yield opened
        await opened.close()

    async def test_another_reader_sees_what_is_written_meanwhile(
        self, store: SqliteStore, tmp_path: Path, clock: Clock
    ) -> None:
        reader = await SqliteStore.open(tmp_path / "metrics.db", clock=clock, read_only=True)
        for at in range(3):
            await store.write([poll(START + 5.0 * at, cpu(float(at)))])
            found = await values(reader, "cpu.usage_active", end=START + 5.0 * (at + 1))
            assert found == [float(number) for number in range(at + 1)]
        await settle(store, clock, until=START + 7200.0)
        assert await values(reader, "cpu.usage_active", end=START + 15.0) == [0.0, 1.0, 2.0]
        await reader.close()

    async def test_the_log_empties_and_space_is_reused(
        self, store: SqliteStore, tmp_path: Path, clock: Clock
    ) -> None:
        await store.write([poll(START + at, cpu(at / 10)) for at in range(300)])
        await settle(store, clock, until=START + 3 * 3600.0)
        assert _count(tmp_path, "log") == 0
        assert _count(tmp_path, "block") > 0

    async def test_late_results_join_what_is_packed(
        self, store: SqliteStore, tmp_path: Path, clock: Clock
    ) -> None:
        early = [poll(START + at, cpu(float(at))) for at in range(0, 60, 10)]
        late = [poll(START + at, cpu(float(at))) for at in range(5, 60, 10)]
        await store.write(early)
        await settle(store, clock, until=START + 6 * 3600.0)
        await store.write([*late, early[0]])
        await settle(store, clock, until=START + 7 * 3600.0)
        assert _count(tmp_path, "log") == 0
        assert await values(store, "cpu.usage_active") == [float(at) for at in range(0, 60, 5)]
        assert await values(store, "cpu.usage_active", step=60.0) == [27.5]

    async def test_a_backlog_is_packed_in_steps_that_cut_through_windows(
        self, store: SqliteStore, tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(packer, "PACK_ROWS", 50)
        await store.write([poll(START + 5.0 * at, cpu(float(at % 100))) for at in range(720)])
        await settle(store, clock, until=START + 4 * 3600.0)
        assert _count(tmp_path, "log") == 0
        found = await values(store, "cpu.usage_active", end=START + 3600.0)
        assert found == [float(at % 100) for at in range(720)]

    async def test_two_years_are_answered_from_all_levels(self, tmp_path: Path) -> None:
        clock = Clock()
        keep = Retention(raw=DAY / 4, minute=DAY / 2, quarter=5 * DAY)
        store = await SqliteStore.open(tmp_path / "levels.db", clock=clock, retention=keep)
        while clock.now < START + 2 * DAY:
            at = [clock.now + offset for offset in range(0, 900, 30)]
            await store.write([poll(time, cpu((time - START) % 100)) for time in at])
            clock.now += 900.0
            await store.maintain(clock.now)
            await store.maintain(clock.now)
        history = await store.history(
            HistoryQuery(hosts=("web-1",), metric="cpu.usage_active", start=START, end=clock.now, step=3600.0)
        )
        assert [value for _, value in history.series[0].points] == pytest.approx([45.0] * 48, abs=6.0)
        raw = await values(store, "cpu.usage_active", start=clock.now - 60, end=clock.now, step=30.0)
        assert None not in raw
        gone = await ask(store, "cpu.usage_active", start=START, end=START + 1800.0, step=30.0)
        assert sum(value is not None for _, value in gone.series[0].points) == 2
        assert _levels(tmp_path / "levels.db") == [0, 1, 2]
        await store.close()


async def _first_write(path: Path) -> None:
    store = await SqliteStore.open(path)
    await store.write([poll(START, cpu(1.0), tags={"env": "prod"})])
    await store.close()


def _count(folder: Path, table: str) -> int:
    with sqlite3.connect(folder / "metrics.db") as db:
        found: int = db.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
    db.close()
    return found


def _levels(path: Path) -> list[int]:
    db = sqlite3.connect(path)
    found = [level for (level,) in db.execute("SELECT DISTINCT level FROM block ORDER BY level")]
    db.close()
    return found


def test_a_reader_of_a_file_that_is_not_there_finds_nothing_and_makes_none(tmp_path: Path) -> None:
    async def scenario() -> None:
        reader = await SqliteStore.open(tmp_path / "metrics.db", read_only=True)
        assert await reader.latest() == []
        assert (await ask(reader, "cpu.usage_active")).series == ()
        assert not (tmp_path / "metrics.db").exists()
        await _first_write(tmp_path / "metrics.db")
        assert [latest.tags for latest in await reader.latest()] == [{"env": "prod"}]
        with pytest.raises(StoreError, match="reading only"):
            await reader.write([poll(START, cpu(1.0))])
        await reader.close()

    asyncio.run(scenario())


def test_what_was_written_is_there_after_opening_again(tmp_path: Path) -> None:
    async def scenario() -> None:
        clock = Clock()
        for at in range(4):
            store = await SqliteStore.open(tmp_path / "metrics.db", clock=clock)
            await store.write([poll(START + 5.0 * at, cpu(float(at)))])
            await settle(store, clock, until=clock.now + 1200.0)
            await store.close()
        store = await SqliteStore.open(tmp_path / "metrics.db", clock=clock)
        assert await values(store, "cpu.usage_active", end=START + 20.0) == [0.0, 1.0, 2.0, 3.0]
        await store.close()

    asyncio.run(scenario())


def test_a_file_that_is_no_database_is_corrupt(tmp_path: Path) -> None:
    path = tmp_path / "metrics.db"
    path.write_bytes(b"this is no database" * 100)
    with pytest.raises(StoreCorrupt, match=r"metrics\.db"):
        asyncio.run(_first_write(path))
    with pytest.raises(StoreCorrupt):
        asyncio.run(_latest(path))


async def _latest(path: Path) -> None:
    store = await SqliteStore.open(path, read_only=True)
    try:
        await store.latest()
    finally:
        await store.close()


def test_a_newer_version_of_the_tables_is_refused(tmp_path: Path) -> None:
    asyncio.run(_first_write(tmp_path / "metrics.db"))
    db = sqlite3.connect(tmp_path / "metrics.db")
    db.execute("PRAGMA user_version = 99")
    db.close()
    with pytest.raises(StoreError, match="version 99"):
        asyncio.run(_first_write(tmp_path / "metrics.db"))


def test_a_full_disk_is_unavailable_and_the_store_goes_on_when_there_is_room(tmp_path: Path) -> None:
    async def scenario() -> None:
        store = await SqliteStore.open(tmp_path / "metrics.db", clock=Clock())
        await store.write([poll(START, cpu(1.0))])
        await store._run_on_writer(lambda writer: writer._db.execute("PRAGMA max_page_count = 25"))  # type: ignore[arg-type]
        with pytest.raises(StoreUnavailable):
            await store.write([poll(START + at, cpu(float(at)), host=f"h{at}") for at in range(1, 2000)])
        await store._run_on_writer(lambda writer: writer._db.execute("PRAGMA max_page_count = 100000"))  # type: ignore[arg-type]
        await store.write([poll(START + 5.0, cpu(2.0)), poll(START, cpu(7.0), host="h1")])
        assert await values(store, "cpu.usage_active", end=START + 10.0) == [1.0, 2.0]
        assert [latest.host for latest in await store.latest()] == ["h1", "web-1"]
        await store.close()

    asyncio.run(scenario())


def test_a_damaged_block_is_named_and_other_hosts_are_still_packed(tmp_path: Path) -> None:
    async def scenario() -> None:
        clock = Clock()
        store = await SqliteStore.open(tmp_path / "metrics.db", clock=clock)
        for host in ("bad", "good"):
            await store.write([poll(START + at, cpu(at / 7), host=host) for at in range(0, 600, 5)])
        await settle(store, clock, until=START + 2000.0)
        db = sqlite3.connect(tmp_path / "metrics.db")
        db.execute("UPDATE block SET data = zeroblob(10) WHERE host = 1")
        db.commit()
        db.close()
        await settle(store, clock, until=START + 8 * 3600.0)
        with pytest.raises(StoreCorrupt, match=r"block \d+ is damaged"):
            await ask(store, "cpu.usage_active", hosts=("bad",))
        found = await ask(store, "cpu.usage_active", hosts=("good",), step=60.0)
        assert found.series[0].points[0][1] is not None
        await store.close()

    asyncio.run(scenario())


def test_two_processes_that_write_do_not_mix_up_each_others_rows(tmp_path: Path) -> None:
    async def scenario() -> None:
        one = await SqliteStore.open(tmp_path / "metrics.db", clock=Clock())
        two = await SqliteStore.open(tmp_path / "metrics.db", clock=Clock())
        for at in range(6):
            await (one, two)[at % 2].write([poll(START + 5.0 * at, cpu(float(at)), host="ab"[at % 2])])
        for store, host in ((one, "b"), (two, "a")):
            history = await ask(store, "cpu.usage_active", hosts=(host,), aggregate=Aggregate.MAX)
            found = [value for _, value in history.series[0].points if value is not None]
            assert found == [1.0, 3.0, 5.0] if host == "b" else [0.0, 2.0, 4.0]
            await store.close()

    asyncio.run(scenario())


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (sqlite3.SQLITE_FULL, StoreUnavailable),
        (sqlite3.SQLITE_BUSY_SNAPSHOT, StoreUnavailable),
        (sqlite3.SQLITE_IOERR_FSYNC, StoreUnavailable),
        (sqlite3.SQLITE_CORRUPT_INDEX, StoreCorrupt),
        (sqlite3.SQLITE_NOTADB, StoreCorrupt),
        (sqlite3.SQLITE_ERROR, StoreError),
        (None, StoreError),
    ],
)
def test_each_error_of_sqlite_becomes_one_of_ours(code: int | None, kind: type[StoreError]) -> None:
    for error_class in _with_subclasses(sqlite3.Error):
        error = error_class("text")
        if code is not None:
            error.sqlite_errorcode = code
        assert type(store_error(error, Path("metrics.db"))) is kind


def _with_subclasses(kind: type[sqlite3.Error]) -> list[type[sqlite3.Error]]:
    return [kind, *(found for below in kind.__subclasses__() for found in _with_subclasses(below))]


def test_a_folder_that_cannot_be_made_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreUnavailable, match="File exists"):
        asyncio.run(_first_write(tmp_path / "file" / "metrics.db"))

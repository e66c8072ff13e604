"""Series and layouts come and go: what is used no more is deleted, and no host can bring them without end."""

import asyncio
import logging
import sqlite3
from pathlib import Path

import pytest

from metrics.results import Point
from metrics.store import HistoryQuery
from metrics.stores.retention import DAY, HOUR, Retention
from metrics.stores.sqlite.store import SqliteStore
from metrics.stores.sqlite.writing import layout_writer
from tests.metrics.store_contract import START, Clock, ask, cpu, poll, settle, values

SHORT = Retention(raw=2 * HOUR, minute=3 * HOUR, quarter=6 * HOUR)


def _net(interface: str) -> Point:
    return Point("net", (("interface", interface),), {"bytes_sent": 1})


def _rows(path: Path, statement: str) -> list[object]:
    db = sqlite3.connect(path)
    found = [row[0] for row in db.execute(statement)]
    db.close()
    return found


def _interfaces(path: Path) -> list[object]:
    return _rows(path, "SELECT labels FROM series WHERE measurement = 'net' ORDER BY id")


def test_series_and_layouts_go_with_the_last_values_of_them(tmp_path: Path) -> None:
    async def scenario() -> None:
        clock = Clock()
        path = tmp_path / "metrics.db"
        store = await SqliteStore.open(path, clock=clock, retention=SHORT)
        gone = [poll(START + at, cpu(1.0), _net(f"veth{at}"), host=f"web-{at % 3}") for at in range(30)]
        await store.write([*gone, poll(START, cpu(1.0), _net("eth0"))])
        assert len(_interfaces(path)) == 31
        for _ in range(36):
            await store.write([poll(clock.now, cpu(2.0), _net("eth0"))])
            await settle(store, clock, until=clock.now + 2 * HOUR)
        assert len(_interfaces(path)) == 1
        assert _rows(path, "SELECT count(*) FROM layout") == [1]
        await store.write(
            [poll(clock.now, cpu(3.0), _net("veth7")), poll(clock.now + 5, cpu(4.0), _net("eth0"))]
        )
        found = await values(
            store, "net.bytes_sent", start=clock.now, end=clock.now + 5, labels=_net("veth7").labels
        )
        assert found == [1.0]
        await store.close()

    asyncio.run(scenario())


def test_what_a_block_holds_keeps_its_series_however_often_is_swept(tmp_path: Path) -> None:
    async def scenario() -> None:
        clock = Clock()
        store = await SqliteStore.open(tmp_path / "metrics.db", clock=clock)
        await store.write([poll(START + at, _net(f"veth{at}")) for at in range(0, 300, 5)])
        await settle(store, clock, until=START + 5 * DAY)
        query = HistoryQuery(
            hosts=("web-1",), metric="net.bytes_sent", start=START, end=START + 300, step=60.0
        )
        assert len((await store.history(query)).series) == 60
        assert _rows(tmp_path / "metrics.db", "SELECT count(*) FROM log") == [0]
        assert len(await store.label_sets("web-1", "net")) == 60
        await store.close()

    asyncio.run(scenario())


def test_an_open_reader_is_not_confused_by_what_was_deleted(tmp_path: Path) -> None:
    async def scenario() -> None:
        clock = Clock()
        path = tmp_path / "metrics.db"
        store = await SqliteStore.open(path, clock=clock, retention=SHORT)
        reader = await SqliteStore.open(path, clock=clock, retention=SHORT, read_only=True)
        for round_ in range(4):
            interface = f"veth{round_}"
            await store.write([poll(clock.now + at, cpu(1.0), _net(interface)) for at in range(0, 30, 5)])
            assert await reader.label_sets("web-1", "net") == [_net(interface).labels]
            history = await ask(reader, "net.bytes_sent", start=clock.now, end=clock.now + 30)
            assert [series.labels for series in history.series] == [_net(interface).labels]
            await settle(store, clock, until=clock.now + 3 * DAY)
        await store.close()
        await reader.close()

    asyncio.run(scenario())


def test_a_host_that_changes_with_every_answer_is_held_to_its_bound(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    monkeypatch.setattr(layout_writer, "MAX_NEW_A_DAY", 10)

    async def scenario() -> None:
        clock = Clock()
        path = tmp_path / "metrics.db"
        up = Point("poll", (), {"up": 1})
        store = await SqliteStore.open(path, clock=clock)
        for at in range(100):
            odd = [_net(f"veth{at}-{number}") for number in range(3)]
            mixed = [_net(f"veth0-{number}") for number in range(3) if at >> number & 1]
            await store.write([poll(START + at, up, cpu(float(at)), *odd, *mixed, host="odd")])
            await store.write([poll(START + at, up, cpu(float(at)), _net("eth0"), host="good")])
        assert len(_interfaces(path)) == 10 * 3 + 1
        assert _rows(path, "SELECT count(*) FROM layout")[0] < 22  # type: ignore[operator]
        for host, metric in (("odd", "poll.up"), ("good", "poll.up"), ("good", "net.bytes_sent")):
            found = await values(store, metric, hosts=(host,), end=START + 100, step=1.0)
            assert found == [1.0] * 100
        assert [record.getMessage().split(":")[0] for record in caplog.records] == [
            "host odd keeps changing what it reports"
        ]
        await store.write([poll(START + DAY, up, cpu(1.0), _net("new"), host="odd")])
        assert len(_interfaces(path)) == 10 * 3 + 2
        await store.close()

    asyncio.run(scenario())


def test_not_even_new_mixtures_of_known_series_come_without_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(layout_writer, "MAX_NEW_A_DAY", 10)

    async def scenario() -> None:
        path = tmp_path / "metrics.db"
        up = Point("poll", (), {"up": 1})
        store = await SqliteStore.open(path, clock=Clock())
        for at in range(200):
            mixture = [_net(f"eth{number}") for number in range(8) if 255 - at >> number & 1]
            await store.write([poll(START + at, up, *mixture)])
        # The last one is of answers without what the host says.
        assert _rows(path, "SELECT count(*) FROM layout") == [20 + 1]
        assert await values(store, "poll.up", end=START + 200, step=1.0) == [1.0] * 200
        await store.close()

    asyncio.run(scenario())

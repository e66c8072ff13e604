"""A database file that somebody deletes or replaces while it is in use."""

import shutil
from pathlib import Path

import pytest

from metrics.stores.sqlite.store import SqliteStore
from tests.metrics.store_contract import START, Clock, cpu, poll, values

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


async def _written(store: SqliteStore, at: float, value: float) -> None:
    await store.write([poll(START + at, cpu(value))])


async def test_a_deleted_database_is_begun_anew_and_told(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "metrics.db"
    store = await SqliteStore.open(path, clock=Clock())
    await _written(store, 0.0, 1.0)
    assert await values(store, "cpu.usage_active", end=START + 5) == [1.0]
    for file in tmp_path.glob("metrics.db*"):
        file.unlink()
    await _written(store, 5.0, 2.0)
    await _written(store, 10.0, 3.0)
    assert caplog.text.count("was deleted or replaced") == 1
    found = await values(store, "cpu.usage_active", end=START + 15)
    assert [value for value in found if value is not None] == [2.0, 3.0]
    await store.close()
    again = await SqliteStore.open(path, clock=Clock(), read_only=True)
    assert 3.0 in await values(again, "cpu.usage_active", end=START + 15)
    await again.close()


async def test_a_database_that_is_put_back_from_a_copy_is_gone_on_with(tmp_path: Path) -> None:
    path, copy = tmp_path / "metrics.db", tmp_path / "copy.db"
    first = await SqliteStore.open(path, clock=Clock())
    await _written(first, 0.0, 1.0)
    await first.close()
    shutil.copy(path, copy)
    store = await SqliteStore.open(path, clock=Clock())
    await _written(store, 5.0, 2.0)
    copy.replace(path)
    await _written(store, 10.0, 3.0)
    found = await values(store, "cpu.usage_active", end=START + 15)
    assert [value for value in found if value is not None] == [1.0, 3.0]
    await store.close()

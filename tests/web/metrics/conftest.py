"""A fleet with a minute of history, on each store that needs no server."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from metrics.store import MetricStore
from metrics.stores.memory import MemoryStore
from metrics.stores.sqlite.store import SqliteStore
from tests.support.api import ApiUnderTest, api_under_test
from tests.web.metrics.fleet import NOW, add_hosts, result


@pytest.fixture(params=["memory", "sqlite"])
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[MetricStore]:
    """An empty store whose clock stands at `NOW`."""
    if request.param == "memory":
        yield MemoryStore(clock=lambda: NOW)
        return
    store = await SqliteStore.open(tmp_path / "metrics.db", clock=lambda: NOW)
    yield store
    await store.close()


@pytest.fixture
async def fleet(tmp_path: Path, store: MetricStore) -> AsyncIterator[ApiUnderTest]:
    """An API with twelve values of web-1 and six of db-1."""
    times = [NOW - 60 + at * 5 for at in range(12)]
    await store.write([result("web-1", at, usage) for usage, at in enumerate(times, 1)])
    await store.write([result("db-1", at, 50.0) for at in times[:6]])
    async with api_under_test(tmp_path, clock=lambda: NOW, store=store) as api:
        add_hosts(api)
        yield api

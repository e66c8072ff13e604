"""The server that the tests of this folder share, and a bucket for each."""

from collections.abc import AsyncIterator, Iterator

import pytest

from metrics.stores.influx.store import InfluxStore
from tests.metrics.store_contract import Clock
from tests.support.influx import InfluxProxy, InfluxServer, influx_bucket, influx_proxy


@pytest.fixture(scope="session")
def shared_influx_proxy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[InfluxProxy]:
    """One server for all tests that do it no harm."""
    with influx_proxy(tmp_path_factory.mktemp("influx")) as proxy:
        yield proxy


@pytest.fixture
def influx_server(shared_influx_proxy: InfluxProxy) -> Iterator[InfluxServer]:
    """An empty bucket of the test's own."""
    with influx_bucket(shared_influx_proxy) as server:
        yield server


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def store(influx_server: InfluxServer, clock: Clock) -> AsyncIterator[InfluxStore]:
    opened = await InfluxStore.open(influx_server.target, clock=clock)
    yield opened
    await opened.close()

"""One filled bucket for all tests that ask it."""

import asyncio
import time
from collections.abc import Iterator

import pytest

from tests.deploy.filling import Filled, fill
from tests.support.influx import influx_bucket, influx_proxy


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Filled]:
    """Some minutes of three hosts and of alerts, in a real InfluxDB."""
    with (
        influx_proxy(tmp_path_factory.mktemp("influx")) as proxy,
        influx_bucket(proxy) as server,
    ):
        yield asyncio.run(fill(server, tmp_path_factory.mktemp("database"), now=time.time()))

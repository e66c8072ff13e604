"""The InfluxDB store keeps the contract of every store."""

import pytest

from tests.metrics.store_contract import StoreContract


@pytest.mark.influxdb
class TestInfluxStore(StoreContract):
    """Its `store` and `clock` are the folder's."""

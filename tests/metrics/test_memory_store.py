"""The store in memory keeps the contract."""

import pytest

from metrics.stores.memory import MemoryStore
from tests.metrics.store_contract import Clock, StoreContract


class TestMemoryStore(StoreContract):
    @pytest.fixture
    def store(self, clock: Clock) -> MemoryStore:
        return MemoryStore(clock=clock)

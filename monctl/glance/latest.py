"""What is last known of hosts, from whatever store."""

from collections.abc import Awaitable, Callable, Iterable

from metrics.store import Latest, MetricStore
from monctl import event_loop as aio


def stored_latest(open_store: Callable[[], Awaitable[MetricStore]], hosts: Iterable[str]) -> list[Latest]:
    """The latest state of each of these hosts that the store knows; raises StoreError's kinds."""
    return aio.run(_latest(open_store, hosts))


async def _latest(open_store: Callable[[], Awaitable[MetricStore]], hosts: Iterable[str]) -> list[Latest]:
    store = await open_store()
    try:
        return await store.latest(hosts)
    finally:
        await store.close()

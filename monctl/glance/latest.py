"""What is last known of hosts, from whatever store."""

from collections.abc import Iterable

from metrics.store import Latest
from monctl import event_loop as aio
from monctl.installation import Installation


def stored_latest(installation: Installation, hosts: Iterable[str]) -> list[Latest]:
    """The latest state of each of these hosts that the store knows; raises StoreError's kinds."""
    return aio.run(_latest(installation, hosts))


async def _latest(installation: Installation, hosts: Iterable[str]) -> list[Latest]:
    store = await installation.open_store(read_only=True)
    try:
        return await store.latest(hosts)
    finally:
        await store.close()

"""Following the inventory: edits of hosts.yaml into the host table, changes of the table into the process."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping

from foundation.database.errors import DatabaseUnusable
from foundation.mishaps import Mishaps
from foundation.outage import Outage
from foundation.pause import pause
from inventory.errors import InventoryInvalid
from inventory.host import HostSpec
from inventory.hosts_yaml.file import Inventory
from inventory.hosts_yaml.watch import watch_inventory
from monctl.installation import Installation

_REVISION_SECONDS = 1.0
_READING = "read the hosts"
_KEEPING = "keep an edit of the inventory"
_PARTS = {_READING: "host table", _KEEPING: "inventory file"}

log = logging.getLogger(__name__)


class InventoryFollower:
    """Keeps a process in step with hosts.yaml and the host table; `apply` gets every host after each change.

    `problem`: what is wrong with hosts.yaml now.
    """

    def __init__(
        self,
        installation: Installation,
        apply: Callable[[Mapping[str, HostSpec]], None],
        *,
        mishaps: Mishaps | None = None,
    ) -> None:
        self._installation = installation
        self._apply = apply
        self._mishaps = mishaps or Mishaps(log)
        self._mishaps.expect(*_PARTS.values())
        self._revision = -1
        self._wake = asyncio.Event()
        self.problem: InventoryInvalid | None = None
        self._outages = {doing: _outage(doing) for doing in (_READING, _KEEPING)}

    def wake(self) -> None:
        """Look at the table now rather than within the second."""
        self._wake.set()

    def database_problem(self) -> str | None:
        """What the database keeps this process from doing; None when it works."""
        doing = next((doing for doing, outage in self._outages.items() if outage.is_on), None)
        return None if doing is None else f"the database fails, cannot {doing}"

    async def follow_file(self) -> None:
        """Bring every edit of hosts.yaml into the host table; a broken one is logged and changes nothing."""
        async for edited in watch_inventory(
            self._installation.inventory_file,
            environ=self._installation.environ,
            on_error=lambda error: self._mishaps.note(_PARTS[_KEEPING], error),
        ):
            is_stored = await self._keep(edited)
            while not is_stored:
                await asyncio.sleep(_REVISION_SECONDS)
                is_stored = await self._keep(edited)

    async def follow_table(self) -> None:
        """Apply the host table's changes, whoever made them: the file, this process or another."""
        while True:
            await self._next_look()
            await self._with_database(self.read_table(), doing=_READING)

    async def read_table(self) -> None:
        """Apply the table as it is, if it has changed; raises DatabaseUnusable."""
        revision = await asyncio.to_thread(self._installation.repository.revision)
        if revision != self._revision:
            # read after the revision: a change in between is applied now, and once more at the next look
            self._apply(await asyncio.to_thread(self._installation.hosts))
            self._revision = revision

    async def _next_look(self) -> None:
        await pause(self._wake, _REVISION_SECONDS)
        self._wake.clear()

    async def _keep(self, edited: Inventory | InventoryInvalid) -> bool:
        return await self._with_database(self._store_edit(edited), doing=_KEEPING)

    async def _store_edit(self, edited: Inventory | InventoryInvalid) -> None:
        self._note_inventory(await asyncio.to_thread(self._sync, edited))
        self.wake()

    def _sync(self, edited: Inventory | InventoryInvalid) -> InventoryInvalid | None:
        if isinstance(edited, InventoryInvalid):
            return None if self._installation.does_without_file() else edited
        try:
            self._installation.repository.sync_file(edited)
        except InventoryInvalid as error:
            return error
        return None

    def _note_inventory(self, problem: InventoryInvalid | None) -> None:
        if problem is not None:
            log.error("the inventory has errors; the last good one stays in force")
            for each in problem.problems:
                log.error("%s", each)
        elif self.problem is not None:
            log.info("the inventory is good again")
        self.problem = problem

    async def _with_database(self, work: Awaitable[None], *, doing: str) -> bool:
        """Whether the work could be done; its failing and its working again is logged once each.

        A full disk can still be read: each kind of work has its own failure. An edit that the work itself
        fails at is given up: the last good inventory stays in force until the next one.
        """
        try:
            await work
        except DatabaseUnusable as error:
            self._outages[doing].failed(error)
            return False
        except Exception as error:  # noqa: BLE001 -- noted, with its traceback
            self._mishaps.note(_PARTS[doing], error)
            await asyncio.sleep(_REVISION_SECONDS)
            return doing == _KEEPING
        self._outages[doing].worked()
        return True


def _outage(doing: str) -> Outage:
    return Outage(
        log, begins=f"the hosts stay as they are for now, cannot {doing}", ends="the database works again"
    )

"""The changes that wait to be written: each host's in their order, the hosts in turn."""

from collections import deque
from collections.abc import Iterable

from alerts.engine.changes import AlertChange


class ChangeQueue:
    """A queue for each host ("" for the poller), so that no host's changes wait behind all of another's."""

    def __init__(self) -> None:
        self._by_host: dict[str, deque[AlertChange]] = {}
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def of(self, host: str) -> int:
        """How many changes of a host wait."""
        changes = self._by_host.get(host)
        return 0 if changes is None else len(changes)

    def put(self, change: AlertChange) -> None:
        """Add a change behind those of its host."""
        self._by_host.setdefault(change.key.host, deque()).append(change)
        self._count += 1

    def first(self, count: int) -> list[AlertChange]:
        """The next so many, one of each host in turn; they stay in the queue."""
        batch: list[AlertChange] = []
        queues, turn = list(self._by_host.values()), 0
        while queues and len(batch) < count:
            batch += [changes[turn] for changes in queues[: count - len(batch)]]
            turn += 1
            queues = [changes for changes in queues if len(changes) > turn]
        return batch

    def take_out(self, batch: Iterable[AlertChange]) -> None:
        """Remove what `first` gave; a host that was served and has more stands behind the others."""
        for host in dict.fromkeys(change.key.host for change in batch):
            self._by_host[host] = self._by_host.pop(host)
        for change in batch:
            changes = self._by_host[change.key.host]
            changes.popleft()
            self._count -= 1
            if not changes:
                del self._by_host[change.key.host]

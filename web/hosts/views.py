"""Hosts of the table as the API shows them, each resolved once for each version."""

from collections.abc import Iterable
from typing import Any

from inventory.host import HostSpec
from inventory.host_table.repository import HostRepository
from inventory.host_table.stored import StoredHost
from inventory.host_table.view import host_view


class HostViews:
    """Resolves stored hosts for showing; used in several threads."""

    def __init__(self, repository: HostRepository) -> None:
        self._repository = repository
        self._known: dict[str, tuple[int, bool | None, HostSpec | None]] = {}

    def all(self) -> list[tuple[StoredHost, HostSpec | None]]:
        """Every host by name with its spec, None where it cannot be used."""
        stored = self._repository.list()
        self._resolve(host for host in stored if not self._is_known(host))
        if len(self._known) > len(stored):
            present = {host.name for host in stored}
            for name in [name for name in self._known if name not in present]:
                self._known.pop(name, None)
        return [(host, self.spec(host)) for host in stored]

    def spec(self, host: StoredHost) -> HostSpec | None:
        """The spec of one host."""
        if not self._is_known(host):
            self._resolve([host])
        return self._known[host.name][2]

    def view(self, host: StoredHost) -> dict[str, Any]:
        """The host's document."""
        return host_view(host, self.spec(host))

    def _is_known(self, host: StoredHost) -> bool:
        known = self._known.get(host.name)
        return known is not None and known[:2] == (host.version, host.paused)

    def _resolve(self, hosts: Iterable[StoredHost]) -> None:
        rows = list(hosts)
        specs = self._repository.resolve(rows, is_to_be_shown=True).hosts if rows else {}
        for row in rows:
            self._known[row.name] = (row.version, row.paused, specs.get(row.name))

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
        self._specs: dict[str, tuple[int, bool | None, HostSpec | None]] = {}

    def all(self) -> list[tuple[StoredHost, HostSpec | None]]:
        """Every host by name with its spec, None where it cannot be used."""
        hosts = self._repository.list()
        self._resolve(host for host in hosts if not self._is_known(host))
        if len(self._specs) > len(hosts):
            names = {host.name for host in hosts}
            for name in [name for name in self._specs if name not in names]:
                self._specs.pop(name, None)  # another thread may have been faster
        return [(host, self.spec(host)) for host in hosts]

    def spec(self, host: StoredHost) -> HostSpec | None:
        """The spec of one host."""
        if not self._is_known(host):
            self._resolve([host])
        return self._specs[host.name][2]

    def view(self, host: StoredHost) -> dict[str, Any]:
        """The host's document."""
        return host_view(host, self.spec(host))

    def _is_known(self, host: StoredHost) -> bool:
        entry = self._specs.get(host.name)
        return entry is not None and entry[:2] == (host.version, host.paused)

    def _resolve(self, hosts: Iterable[StoredHost]) -> None:
        rows = list(hosts)
        specs = self._repository.resolve(rows, is_to_be_shown=True).hosts if rows else {}
        for row in rows:
            self._specs[row.name] = (row.version, row.paused, specs.get(row.name))

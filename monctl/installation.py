"""One installation of monctl: its inventory file, its settings, its data directory and what lies in it."""

import logging
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from foundation.database.kinds import DATABASE_NAME, SQLITE
from foundation.late_import import late_import
from foundation.records.owner import Owner
from inventory.errors import InventoryInvalid
from inventory.host import HostSpec
from inventory.host_table.api_policy import ApiPolicy
from inventory.host_table.stored import StoredHost, resolve_hosts
from inventory.hosts_yaml.file import Inventory, load_inventory
from inventory.selectors import select_hosts
from metrics.catalog import nearest
from metrics.store import Latest
from metrics.stores.influx.target import InfluxTarget
from metrics.stores.retention import Retention
from metrics.stores.sqlite.reading.latest import read_latest
from monctl.errors import SettingsInvalid, UnknownHost
from monctl.glance.sqlite import FiringAlert, glance_at_alerts, glance_at_hosts
from monctl.late_modules import LateModule
from monctl.settings.metrics import INFLUX_LONGEST_SECONDS, StoreKind
from monctl.settings.settings import Settings, load_settings

if TYPE_CHECKING:  # what `monctl.late_modules` loads
    from sqlalchemy import Engine

    from inventory.host_table.repository import HostRepository
    from metrics.store import MetricStore
    from metrics.stores.influx.store import InfluxStore

INVENTORY_NAME = "hosts.yaml"
CONFIG_NAME = "monctl.yaml"

log = logging.getLogger(__name__)


@dataclass
class Installation:
    """Paths are absolute. `environ` is where `${NAME}` is looked up.

    `is_only_read`: whoever uses it makes no installation where there is none: an empty database stands in,
    which is gone at the end.
    """

    inventory_file: Path
    config_file: Path
    settings: Settings
    environ: Mapping[str, str]
    is_only_read: bool = False
    _stand_in: "TemporaryDirectory[str] | None" = field(default=None, repr=False)

    @property
    def data_dir(self) -> Path:
        """Where databases, lock and spool lie."""
        return self.settings.data_dir

    @cached_property
    def engine(self) -> "Engine":
        """The migrated database; raises DatabaseUnusable."""
        folder = self.data_dir
        if self.is_only_read and self.is_nowhere:
            self._stand_in = TemporaryDirectory(prefix="monctl-")
            folder = Path(self._stand_in.name)
        engine: Engine = late_import(LateModule.DATABASE).open_database(
            self.settings.database, data_dir=folder
        )
        return engine

    @cached_property
    def is_nowhere(self) -> bool:
        """Whether there is nothing of an installation: neither inventory nor settings nor a database."""
        files = (self.inventory_file, self.config_file, self.data_dir / DATABASE_NAME)
        return self.settings.database == SQLITE and not any(file.exists() for file in files)

    @cached_property
    def repository(self) -> "HostRepository":
        """The host table."""
        repository: HostRepository = late_import(LateModule.HOST_TABLE).HostRepository(
            self.engine, environ=self.environ, policy=self.host_policy
        )
        return repository

    @cached_property
    def host_policy(self) -> ApiPolicy:
        """Where files of the API's hosts may lie."""
        folders = self.settings.web.host_files
        return ApiPolicy(
            [Path("~/.ssh").expanduser(), self.inventory_file.parent] if folders is None else folders
        )

    def sync_inventory(self) -> InventoryInvalid | None:
        """Bring the host table up to date with hosts.yaml.

        A broken file changes nothing and is returned, so that the last good inventory stays in force; a
        missing one is broken unless the table has hosts of the API.
        """
        if self.does_without_file():
            return None
        try:
            inventory = load_inventory(self.inventory_file, environ=self.environ)
            if not _is_in_step(inventory, self.stored_hosts()):
                self.repository.sync_file(inventory)
        except InventoryInvalid as error:
            return error
        return None

    def does_without_file(self) -> bool:
        """Whether there is no hosts.yaml, and every host is one of the API."""
        if self.inventory_file.exists():
            return False
        hosts = self.stored_hosts()
        return bool(hosts) and all(host.owner is Owner.API for host in hosts)

    def stored_hosts(self) -> tuple[StoredHost, ...]:
        """Every host by name, as it is written."""
        if self.is_only_read and self.is_nowhere:
            return ()
        glance = glance_at_hosts(self.data_dir) if self._is_glance_enough else None
        return self.repository.list() if glance is None else glance

    def firing_alerts(self, hosts: tuple[str, ...], *, limit: int) -> tuple[list[FiringAlert], int]:
        """The alerts that fire on hosts which any of these selectors chooses, the worst first; how many."""
        if self.is_only_read and self.is_nowhere:
            return [], 0
        glance = glance_at_alerts(self.data_dir, hosts) if self._is_glance_enough else None
        if glance is not None:
            return glance[:limit], len(glance)
        alerts: tuple[list[FiringAlert], int] = late_import(LateModule.FIRING_ALERTS).firing_alerts(
            self.engine, hosts, limit=limit
        )
        return alerts

    @property
    def _is_glance_enough(self) -> bool:
        """Whether SQLite's own file can be read: it is the database, and no engine is there to ask."""
        return self.settings.database == SQLITE and "engine" not in self.__dict__

    def hosts(self, *, is_to_be_shown: bool = False) -> dict[str, HostSpec]:
        """Every host, resolved, by name; those that cannot be are logged and left out.

        `is_to_be_shown`: nobody polls by these specs, so that variables of the daemon may be missing here.
        """
        specs = resolve_hosts(
            self.stored_hosts(), environ=self.environ, policy=self.host_policy, is_to_be_shown=is_to_be_shown
        )
        for problem in specs.problems:
            log.error("a host is left out: %s", problem)
        return specs.hosts

    def host(self, name: str) -> HostSpec:
        """One host by its name; raises UnknownHost."""
        hosts = self.hosts()
        if name not in hosts:
            raise UnknownHost(name, nearest(name, hosts))
        return hosts[name]

    @property
    def metrics_file(self) -> Path:
        """The metrics of the store in the data directory."""
        return self.data_dir / "metrics.db"

    def latest(self, hosts: Iterable[str]) -> list[Latest]:
        """The latest state of each of these hosts that the store knows; raises StoreError's kinds."""
        if self.settings.metrics.store is StoreKind.SQLITE:
            return read_latest(self.metrics_file, hosts)
        latest: list[Latest] = late_import(LateModule.STORED_LATEST).stored_latest(
            partial(self.open_store, read_only=True), hosts
        )
        return latest

    async def open_store(self, *, read_only: bool) -> "MetricStore":
        """The metrics store that the settings choose; an InfluxDB may be away: its first use will tell."""
        metrics = self.settings.metrics
        seconds = metrics.retention
        retention = Retention(raw=seconds.raw, minute=seconds.minute, quarter=seconds.quarter)
        if metrics.store is StoreKind.INFLUXDB:
            return await self.open_influx(retention=retention, read_only=read_only)
        store: MetricStore = await late_import(LateModule.SQLITE_STORE).SqliteStore.open(
            self.metrics_file, retention=retention, read_only=read_only
        )
        return store

    async def open_influx(self, *, retention: Retention | None = None, read_only: bool) -> "InfluxStore":
        """The InfluxDB of the settings, whatever store they choose."""
        influx = self.settings.metrics.influxdb
        seconds = self.settings.metrics.retention
        target = InfluxTarget(
            url=influx.url,
            org=influx.org,
            bucket=influx.bucket,
            token=influx.token.get_secret_value(),
            retention_seconds=influx.retention
            or min(max(seconds.raw, seconds.minute, seconds.quarter), INFLUX_LONGEST_SECONDS),
        )
        store: InfluxStore = await late_import(LateModule.INFLUX_STORE).InfluxStore.open(
            target, retention=retention, read_only=read_only
        )
        return store

    @property
    def spool_path(self) -> Path:
        """Where samples wait while the metric store cannot be written."""
        return self.settings.metrics.spool.path or self.data_dir / "spool.db"

    def close(self) -> None:
        """Let go of the database."""
        if "engine" in self.__dict__:
            self.engine.dispose()
        if self._stand_in is not None:
            self._stand_in.cleanup()


def _is_in_step(inventory: Inventory, hosts: Iterable[StoredHost]) -> bool:
    """Whether the host table is what the file would make of it."""
    entries_in_table = {
        host.name: (host.file, host.line, host.entry) for host in hosts if host.owner is Owner.FILE
    }
    entries_in_file = {
        name: (inventory.file, host.line, dict(host.entry)) for name, host in inventory.parsed_hosts.items()
    }
    return entries_in_table == entries_in_file


def open_installation(
    *, inventory: Path | None = None, config: Path | None = None, data_dir: Path | None = None
) -> Installation:
    """The installation that a command's options name; raises SettingsInvalid."""
    inventory_file = (inventory or Path(INVENTORY_NAME)).absolute()
    config_file = (config or inventory_file.with_name(CONFIG_NAME)).absolute()
    if config is not None and not config_file.exists():
        raise SettingsInvalid([f"{config_file}: no such file"])
    settings = load_settings(config_file)
    if data_dir is not None:
        settings.data_dir = data_dir.absolute()
    return Installation(inventory_file, config_file, settings, os.environ)


def chosen_hosts(hosts: Mapping[str, HostSpec], names: list[str]) -> dict[str, HostSpec]:
    """The hosts that names, patterns (`web-*`) and tags (`tag:env=prod`) choose; all without any.

    Raises UnknownHost for a name or pattern that chooses none.
    """
    if not names:
        return dict(hosts)
    all_chosen: dict[str, HostSpec] = {}
    for name in names:
        matches = select_hosts(hosts, name)
        if not matches:
            raise UnknownHost(name, nearest(name, hosts))
        all_chosen |= matches
    return all_chosen

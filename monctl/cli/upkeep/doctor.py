"""`monctl doctor`: whether an installation is in order."""

import os
import platform
import resource
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import typer

from foundation.database.database import shown_database
from foundation.times import rfc3339
from metrics.errors import StoreError
from metrics.stores.spool.file import peek
from monctl import event_loop as aio
from monctl.cli.installed import installed
from monctl.cli.options import ConfigOption, DataDirOption, InventoryOption, JsonOption
from monctl.cli.upkeep.doctor_alerts import alert_findings
from monctl.cli.upkeep.finding import Finding
from monctl.daemon.lock import running_daemon
from monctl.installation import Installation
from monctl.private_files import open_files, open_keys
from monctl.render.exit_status import EXIT_BAD
from monctl.render.printing import out, print_json
from monctl.settings.metrics import StoreKind
from poller.openssh.program import described_ssh
from poller.ssh.host_keys.known_hosts import default_files

_FREE_BYTES = 500_000_000
_SPARE_FILES = 200


def doctor(
    as_json: JsonOption = False,
    inventory: InventoryOption = None,
    config: ConfigOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Look over this installation: files, database, disk space, limits. Exit 1 if something is wrong."""
    with installed(inventory, config, data_dir, sync=False, reads=True) as installation:
        findings = list(_findings(installation))
    if as_json:
        print_json({"findings": [{"name": f.name, "ok": f.is_ok, "detail": f.detail} for f in findings]})
    else:
        for finding in findings:
            mark = "[green]ok  [/]" if finding.is_ok else "[bold red]BAD [/]"
            out.print(f"{mark} {finding.name:<14} ", end="")
            out.print(finding.detail, markup=False, soft_wrap=True)
    if not all(finding.is_ok for finding in findings):
        raise typer.Exit(EXIT_BAD)


def _findings(installation: Installation) -> Iterator[Finding]:
    yield Finding("python", True, f"{platform.python_version()} at {sys.executable}")
    yield Finding("settings", True, _there(installation.config_file, "defaults"))
    problem = installation.sync_inventory()
    hosts = installation.hosts()
    yield Finding("inventory", problem is None, str(problem) if problem else f"{len(hosts)} hosts")
    yield Finding("database", True, _database(installation))
    yield from _metrics(installation)
    yield _spool(installation)
    yield _free_space(installation.data_dir)
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    limit = f"{hard} open files allowed for {len(hosts)} hosts"
    yield Finding("file limit", hard == resource.RLIM_INFINITY or hard >= len(hosts) + _SPARE_FILES, limit)
    open_ones = [*open_files(installation), *aio.run(open_keys(hosts))]
    yield Finding("file modes", not open_ones, "; ".join(open_ones) or "nothing is open to others")
    key_files = [str(path) for path in default_files() if path.is_file()]
    yield Finding("known_hosts", True, ", ".join(key_files) or "none yet; see: monctl hosts trust HOST")
    yield Finding("ssh", True, described_ssh())
    agent = os.environ.get("SSH_AUTH_SOCK")
    yield Finding("ssh agent", True, agent or "none")
    yield from alert_findings(installation)
    is_running = running_daemon(installation.data_dir)
    yield Finding("daemon", True, "polls" if is_running else "does not run; start it with: monctl poll")


def _database(installation: Installation) -> str:
    engine = installation.engine
    if installation.is_nowhere:
        return "none yet: monctl poll makes it"
    if engine.dialect.name != "postgresql":
        return shown_database(engine)
    with engine.connect() as connection:
        version = connection.exec_driver_sql("SHOW server_version").scalar()
    return f"{shown_database(engine)}, PostgreSQL {version}"


def _metrics(installation: Installation) -> Iterator[Finding]:
    if installation.settings.metrics.store is StoreKind.INFLUXDB:
        yield from aio.run(_influx(installation))
        return
    try:
        aio.run(_look(installation))
    except StoreError as error:
        yield Finding("metrics", False, f"{error} (move the file away, and monctl begins a new one)")
    else:
        yield Finding("metrics", True, "can be read")


async def _look(installation: Installation) -> None:
    store = await installation.open_store(read_only=True)
    try:
        await store.latest()
    finally:
        await store.close()


async def _influx(installation: Installation) -> list[Finding]:
    store = await installation.open_influx(read_only=True)
    try:
        steps = await store.check()
    finally:
        await store.close()
    return [
        Finding(f"influxdb {step.name}", step.is_ok, _with_advice(step.detail, step.advice)) for step in steps
    ]


def _with_advice(detail: str, advice: str) -> str:
    return f"{detail}: {advice}" if advice else detail


def _spool(installation: Installation) -> Finding:
    """Samples that wait while a daemon runs are news, without one a reason to start it."""
    try:
        fill = peek(installation.spool_path)
    except StoreError as error:
        return Finding("spool", False, str(error))
    if fill.oldest is None:
        return Finding("spool", True, "empty")
    size = f"{fill.size_bytes / 1e6:.1f} MB"
    since = rfc3339(fill.oldest)
    detail = f"{fill.results} samples ({size}) wait for the metric store since {since}"
    return Finding("spool", False, detail)


def _free_space(folder: Path) -> Finding:
    there = next(path for path in (folder, *folder.parents) if path.exists())
    free = shutil.disk_usage(there).free
    return Finding("data directory", free > _FREE_BYTES, f"{folder}, {free / 1e9:.1f} GB free")


def _there(path: Path, otherwise: str) -> str:
    return str(path) if path.is_file() else f"{otherwise} ({path} is not there)"

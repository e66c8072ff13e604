"""`monctl hosts add / remove / pause / resume / import`: what changes the inventory."""

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape

from access.audit.log import AuditLog
from foundation.database.changes import Note
from inventory.host import Connection
from inventory.host_table.export import render_hosts
from inventory.importers.detect import ImportFormat, import_hosts
from monctl.cli.access import accounts
from monctl.cli.installed import installed
from monctl.cli.options import ConfigOption, DataDirOption, HostArgument, InventoryOption, YesOption
from monctl.installation import Installation, chosen_hosts
from monctl.render.printing import err, fail, out


def add(
    host: HostArgument,
    address: Annotated[str | None, typer.Option(help="Name or address; the host's name without it.")] = None,
    port: Annotated[int | None, typer.Option(help="SSH port.")] = None,
    user: Annotated[str | None, typer.Option(help="Log-in name.")] = None,
    key: Annotated[list[str] | None, typer.Option(help="Private key file; repeatable.")] = None,
    jump: Annotated[str | None, typer.Option(help="Jump host: a host, an alias, or user@host:port.")] = None,
    interval: Annotated[str | None, typer.Option(help="Time between polls, such as 5s.")] = None,
    tag: Annotated[list[str] | None, typer.Option(help="NAME=VALUE; repeatable.")] = None,
    set_: Annotated[
        list[str] | None, typer.Option("--set", help="Any other key of an entry, KEY=VALUE.")
    ] = None,
    inventory: InventoryOption = None,
    config: ConfigOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Add a host that belongs to the API and the command line rather than to hosts.yaml."""
    options = {"address": address, "port": port, "user": user, "key": key, "jump": jump, "interval": interval}
    entry: dict[str, Any] = {name: value for name, value in options.items() if value is not None}
    entry |= _pairs(set_ or [], "--set")
    if tag:
        entry["tags"] = _pairs(tag, "--tag")
    with installed(inventory, config, data_dir) as installation:
        note = _note(installation, "host.create", host, entry=entry)
        installation.repository.add(host, entry, note=note)
        pushes = installation.host(host).connection is Connection.PUSH
    following = f"push-script {host} > monctl-push.py" if pushes else f"check {host}"
    out.print(f"added {escape(host)}; next: monctl hosts {escape(following)}", soft_wrap=True)


def remove(
    host: HostArgument,
    yes: YesOption = False,
    inventory: InventoryOption = None,
    config: ConfigOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Remove a host that belongs to the API; one of hosts.yaml is removed there."""
    with installed(inventory, config, data_dir) as installation:
        installation.repository.get(host)
        if not yes and sys.stdin.isatty() and not typer.confirm(f"Remove {host}?"):
            raise typer.Exit(1)
        installation.repository.remove(host, note=_note(installation, "host.delete", host))
    out.print(f"removed {escape(host)}")


def pause(
    hosts: Annotated[list[str], typer.Argument(help="Names, patterns or tags.")],
    inventory: InventoryOption = None,
    config: ConfigOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Stop polling hosts for a while, whoever owns them."""
    _set_paused(hosts, inventory, config, data_dir, paused=True)


def resume(
    hosts: Annotated[list[str], typer.Argument(help="Names, patterns or tags.")],
    inventory: InventoryOption = None,
    config: ConfigOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Poll paused hosts again."""
    _set_paused(hosts, inventory, config, data_dir, paused=False)


def import_(
    source: Annotated[
        Path, typer.Argument(help="An ssh config, an Ansible inventory (file or folder) or a hosts.yaml.")
    ],
    format_: Annotated[
        ImportFormat | None, typer.Option("--format", help="What it is; recognised by itself without.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only print what would be added.")] = False,
    inventory: InventoryOption = None,
    config: ConfigOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Take over hosts from ~/.ssh/config or an Ansible inventory; hosts that exist are left as they are."""
    with installed(inventory, config, data_dir) as installation:
        imported = import_hosts(source, format=format_, environ=installation.environ)
        _print_left_out(imported.notes)
        names_before = {host.name for host in installation.repository.list()}
        new_entries, problems = installation.repository.usable(
            {name: entry for name, entry in imported.entries.items() if name not in names_before}
        )
        _print_left_out(problems)
        if dry_run:
            sys.stdout.write(render_hosts(new_entries))
        elif new_entries:
            audit_note = _note(
                installation, "host.import", f"{len(new_entries)} hosts", added=sorted(new_entries)
            )
            installation.repository.add_all(new_entries, note=audit_note)
    there = len(imported.entries.keys() & names_before)
    verb = "would be added" if dry_run else "added"
    err.print(f"{len(new_entries)} hosts {verb}, {there} are there already", markup=False)


def _print_left_out(problems: Iterable[object]) -> None:
    for problem in problems:
        err.print(f"left out: {problem}", style="yellow", markup=False, soft_wrap=True)


def _note(installation: Installation, action: str, target: str, **detail: Any) -> Note:
    """The entry of the audit log that goes with a change."""
    return AuditLog(installation.engine).note(accounts.actor(), action, target, **detail)


def _set_paused(
    hosts: list[str], inventory: Path | None, config: Path | None, data_dir: Path | None, *, paused: bool
) -> None:
    with installed(inventory, config, data_dir) as installation:
        change = installation.repository.pause if paused else installation.repository.resume
        names = sorted(chosen_hosts(installation.hosts(is_to_be_shown=True), hosts))
        for name in names:
            change(name, note=_note(installation, "host.pause" if paused else "host.resume", name))
    out.print(f"{'paused' if paused else 'resumed'}: {escape(', '.join(names))}")


def _pairs(texts: list[str], option: str) -> dict[str, str]:
    pairs = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals or not name:
            fail(f"{option} {text}: write NAME=VALUE")
        pairs[name] = value
    return pairs

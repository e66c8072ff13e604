"""`monctl hosts …`: the inventory."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from foundation.display.text import clean_text
from foundation.documents.durations import format_duration
from inventory.host import Connection, HostSpec
from inventory.host_table.export import export_hosts, render_hosts
from inventory.host_table.stored import StoredHost
from inventory.host_table.view import host_view, hosts_view
from inventory.importers.detect import ImportFormat, import_hosts
from monctl.cli.installed import installed
from monctl.cli.lazy_group import LazyCommand, lazy_group
from monctl.cli.options import (
    ConfigOption,
    DataDirOption,
    HostArgument,
    HostsArgument,
    InventoryOption,
    JsonOption,
    YesOption,
)
from monctl.cli.printing import err, fail, out, print_json
from monctl.installation import Installation, chosen_hosts

if TYPE_CHECKING:
    from foundation.database.changes import Note

_COMMANDS = {
    "check": LazyCommand(
        "monctl.cli.hosts_access",
        "check",
        "Walk dns, tcp, host key, login, python, probe; say which fails and what to do; exit 1 then.",
    ),
    "trust": LazyCommand(
        "monctl.cli.hosts_access", "trust", "Show a host's keys and add them to known_hosts."
    ),
    "harden": LazyCommand(
        "monctl.cli.hosts_access",
        "harden",
        "Print the authorized_keys line that lets monctl's key run the probe and nothing else.",
    ),
    "push-script": LazyCommand(
        "monctl.cli.push_script",
        "push_script",
        "Print a Python file that sends this host's samples, for hosts that SSH cannot reach.",
    ),
}

app = typer.Typer(
    cls=lazy_group(_COMMANDS),
    no_args_is_help=True,
    help="The inventory: which hosts there are, and how to reach each.",
)
_SHOWN_CHARACTERS = 100


@app.command("list")
def list_hosts(
    hosts: HostsArgument = None,
    as_json: JsonOption = False,
    inventory: InventoryOption = None,
    config: ConfigOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """List the hosts: address, interval, tags, and who owns each."""
    with installed(inventory, config, data_dir) as installation:
        stored, specs = _all_hosts(installation)
        names = chosen_hosts(specs, hosts) if hosts else stored
        shown = [stored[name] for name in sorted(names)]
        if as_json:
            print_json(hosts_view([host_view(host, specs.get(host.name)) for host in shown]))
        else:
            out.print(_table(shown, specs))


@app.command()
def show(
    host: HostArgument,
    as_json: JsonOption = False,
    inventory: InventoryOption = None,
    config: ConfigOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Show one host with every setting, defaults worked in."""
    with installed(inventory, config, data_dir) as installation:
        stored = installation.repository.get(host)
        view = host_view(stored, installation.hosts().get(host))
    if as_json:
        print_json(view)
        return
    for name, value in view.items():
        if name != "entry":
            out.print(f"[bold]{name:<12}[/] {escape(_text(value))}", soft_wrap=True)


@app.command()
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
    given = {"address": address, "port": port, "user": user, "key": key, "jump": jump, "interval": interval}
    entry: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    entry |= _pairs(set_ or [], "--set")
    if tag:
        entry["tags"] = _pairs(tag, "--tag")
    with installed(inventory, config, data_dir) as installation:
        note = _note(installation, "host.create", host, entry=entry)
        installation.repository.add(host, entry, note=note)
        pushes = installation.host(host).connection is Connection.PUSH
    following = f"push-script {host} > monctl-push.py" if pushes else f"check {host}"
    out.print(f"added {escape(host)}; next: monctl hosts {escape(following)}", soft_wrap=True)


@app.command()
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


@app.command()
def pause(
    hosts: Annotated[list[str], typer.Argument(help="Names, patterns or tags.")],
    inventory: InventoryOption = None,
    config: ConfigOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Stop polling hosts for a while, whoever owns them."""
    _set_paused(hosts, inventory, config, data_dir, paused=True)


@app.command()
def resume(
    hosts: Annotated[list[str], typer.Argument(help="Names, patterns or tags.")],
    inventory: InventoryOption = None,
    config: ConfigOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Poll paused hosts again."""
    _set_paused(hosts, inventory, config, data_dir, paused=False)


@app.command("import")
def import_(
    source: Annotated[Path, typer.Argument(help="An ssh config, an Ansible inventory or a hosts.yaml.")],
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
        found = import_hosts(source, format=format_, environ=installation.environ)
        for note in found.notes:
            err.print(f"left out: {note}", style="yellow", markup=False, soft_wrap=True)
        present = {host.name for host in installation.repository.list()}
        fresh = {name: entry for name, entry in found.entries.items() if name not in present}
        if dry_run:
            sys.stdout.write(render_hosts(fresh))
        elif fresh:
            added = _note(installation, "host.import", f"{len(fresh)} hosts", added=sorted(fresh))
            installation.repository.add_all(fresh, note=added)
    there = len(found.entries) - len(fresh)
    verb = "would be added" if dry_run else "added"
    err.print(f"{len(fresh)} hosts {verb}, {there} are there already", markup=False)


@app.command()
def export(
    inventory: InventoryOption = None, config: ConfigOption = None, data_dir: DataDirOption = None
) -> None:
    """Print every host, whoever owns it, as one hosts.yaml."""
    with installed(inventory, config, data_dir) as installation:
        sys.stdout.write(export_hosts(installation.repository.list()))


def _all_hosts(installation: Installation) -> tuple[dict[str, StoredHost], dict[str, HostSpec]]:
    return {host.name: host for host in installation.repository.list()}, installation.hosts()


def _note(installation: Installation, action: str, target: str, **detail: Any) -> "Note":
    """The entry of the audit log that goes with a change."""
    from access.audit.log import AuditLog
    from monctl.cli import accounts

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


def _table(hosts: list[StoredHost], specs: dict[str, HostSpec]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("HOST", "ADDRESS", "BY", "INTERVAL", "TAGS", "OWNER"):
        table.add_column(title, overflow="fold")
    for host in hosts:
        spec = specs.get(host.name)
        owner = f"{host.file}:{host.line}" if host.file else "API"
        if spec is None:
            table.add_row(escape(host.name), "[red]cannot be used[/]", "", "", "", escape(owner))
            continue
        tags = ", ".join(f"{name}={value}" for name, value in spec.tags.items())
        way = f"{spec.connection} via {spec.jump}" if spec.jump else str(spec.connection)
        interval = "paused" if spec.paused else format_duration(spec.interval)
        cells = (host.name, _address(spec), way, interval, tags, owner)
        table.add_row(*(escape(clean_text(cell, limit=_SHOWN_CHARACTERS)) for cell in cells))
    return table


def _address(spec: HostSpec) -> str:
    user = f"{spec.user}@" if spec.user else ""
    port = f":{spec.port}" if spec.port else ""
    return "-" if spec.connection == "local" else f"{user}{spec.address}{port}"


def _text(value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, dict):
        return ", ".join(f"{name}={inner}" for name, inner in value.items())
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)

"""`monctl hosts …`: the inventory."""

import sys
from typing import Any

import typer
from rich.markup import escape
from rich.table import Table

from foundation.display.text import clean_text
from foundation.documents.durations import format_duration
from foundation.documents.report import nearest
from foundation.records.errors import RecordUnknown
from inventory.host import HostSpec
from inventory.host_table.export import export_hosts
from inventory.host_table.stored import StoredHost
from inventory.host_table.view import host_view, hosts_view
from monctl.cli.installed import installed
from monctl.cli.lazy_group import LazyCommand, lazy_group
from monctl.cli.options import (
    ConfigOption,
    DataDirOption,
    HostArgument,
    HostsArgument,
    InventoryOption,
    JsonOption,
)
from monctl.installation import Installation, chosen_hosts
from monctl.render.printing import out, print_json

_COMMANDS = {
    "list": LazyCommand(
        "monctl.cli.hosts.hosts",
        "list_hosts",
        "List the hosts: address, interval, tags, and who owns each.",
    ),
    "show": LazyCommand(
        "monctl.cli.hosts.hosts",
        "show",
        "Show one host with every setting, defaults worked in.",
    ),
    "add": LazyCommand(
        "monctl.cli.hosts.change_commands",
        "add",
        "Add a host that belongs to the API and the command line rather than to hosts.yaml.",
    ),
    "remove": LazyCommand(
        "monctl.cli.hosts.change_commands",
        "remove",
        "Remove a host that belongs to the API; one of hosts.yaml is removed there.",
    ),
    "pause": LazyCommand(
        "monctl.cli.hosts.change_commands",
        "pause",
        "Stop polling hosts for a while, whoever owns them.",
    ),
    "resume": LazyCommand(
        "monctl.cli.hosts.change_commands",
        "resume",
        "Poll paused hosts again.",
    ),
    "import": LazyCommand(
        "monctl.cli.hosts.change_commands",
        "import_",
        "Take over hosts from ~/.ssh/config or an Ansible inventory; hosts that exist are left as they are.",
    ),
    "export": LazyCommand(
        "monctl.cli.hosts.hosts",
        "export",
        "Print every host, whoever owns it, as one hosts.yaml.",
    ),
    "check": LazyCommand(
        "monctl.cli.hosts.reach_commands",
        "check",
        "Walk dns, tcp, host key, login, python, probe; say which fails and what to do; exit 1 then.",
    ),
    "trust": LazyCommand(
        "monctl.cli.hosts.reach_commands", "trust", "Show a host's keys and add them to known_hosts."
    ),
    "harden": LazyCommand(
        "monctl.cli.hosts.reach_commands",
        "harden",
        "Print the authorized_keys line that lets monctl's key run the probe and nothing else.",
    ),
    "push-script": LazyCommand(
        "monctl.cli.hosts.push_script",
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


def list_hosts(
    hosts: HostsArgument = None,
    as_json: JsonOption = False,
    inventory: InventoryOption = None,
    config: ConfigOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """List the hosts: address, interval, tags, and who owns each."""
    with installed(inventory, config, data_dir, reads=True) as installation:
        stored_hosts, specs = _all_hosts(installation)
        names = chosen_hosts(specs, hosts) if hosts else stored_hosts
        rows = [stored_hosts[name] for name in sorted(names)]
        if as_json:
            print_json(hosts_view([host_view(host, specs.get(host.name)) for host in rows]))
        else:
            out.print(_table(rows, specs))


def show(
    host: HostArgument,
    as_json: JsonOption = False,
    inventory: InventoryOption = None,
    config: ConfigOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Show one host with every setting, defaults worked in."""
    with installed(inventory, config, data_dir, reads=True) as installation:
        stored_host = _stored_host(installation, host)
        view = host_view(stored_host, installation.hosts().get(host))
    if as_json:
        print_json(view)
        return
    for name, value in view.items():
        if name != "entry":
            out.print(f"[bold]{name:<12}[/] {escape(_text(value))}", soft_wrap=True)


def export(
    inventory: InventoryOption = None, config: ConfigOption = None, data_dir: DataDirOption = None
) -> None:
    """Print every host, whoever owns it, as one hosts.yaml."""
    with installed(inventory, config, data_dir, reads=True) as installation:
        sys.stdout.write(export_hosts(installation.stored_hosts()))


def _stored_host(installation: Installation, name: str) -> StoredHost:
    """A host by its name; raises RecordUnknown."""
    stored_hosts = {host.name: host for host in installation.stored_hosts()}
    if name not in stored_hosts:
        raise RecordUnknown("host", name, nearest(name, stored_hosts))
    return stored_hosts[name]


def _all_hosts(installation: Installation) -> tuple[dict[str, StoredHost], dict[str, HostSpec]]:
    return {host.name: host for host in installation.stored_hosts()}, installation.hosts()


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

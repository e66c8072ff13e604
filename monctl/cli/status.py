"""`monctl status`: a line a host."""

from typing import Annotated, Any

import typer

from inventory.host import HostSpec
from monctl.cli import aio
from monctl.cli.options import (
    EXIT_BAD,
    ConfigOption,
    DataDirOption,
    InventoryOption,
    JsonOption,
    err,
    installed,
    out,
    print_json,
)
from monctl.fleet_view import stored_view
from monctl.installation import Installation, chosen_hosts
from monctl.lock import running_daemon
from monctl.render.fleet_table import fleet_table, summary_line

HostsArgument = Annotated[
    list[str] | None, typer.Argument(help="Names, patterns (web-*) or tags (tag:env=prod); all without any.")
]
_BAD_STATES = ("down", "late")


def status(
    hosts: HostsArgument = None,
    as_json: JsonOption = False,
    inventory: InventoryOption = None,
    config: ConfigOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Show each host's state, reason, age, CPU, memory, load and fullest disk; exit 1 if any is down."""
    with installed(inventory, config, data_dir) as installation:
        chosen = chosen_hosts(installation.hosts(), hosts or [])
        view = aio.run(read_view(installation, chosen))
        if as_json:
            print_json(view)
        else:
            out.print(fleet_table(view["hosts"], width=out.width))
            out.print(summary_line(view["hosts"]), style="bold")
            _warn_without_daemon(installation)
    if any(host["state"] in _BAD_STATES for host in view["hosts"]):
        raise typer.Exit(EXIT_BAD)


async def read_view(installation: Installation, hosts: dict[str, HostSpec]) -> dict[str, Any]:
    """The current values of these hosts, from the store."""
    store = await installation.open_store(read_only=True)
    try:
        return await stored_view(store, hosts)
    finally:
        await store.close()


def _warn_without_daemon(installation: Installation) -> None:
    if not running_daemon(installation.data_dir):
        err.print("No daemon polls from this data directory now; start it with: monctl poll", style="yellow")

"""`monctl poll`: the daemon, or one round without it."""

from typing import Annotated

import typer

from monctl.cli.options import ConfigOption, DataDirOption, InventoryOption, JsonOption, err, fail, installed


def poll(
    once: Annotated[
        bool, typer.Option("--once", help="Poll every host once, print, exit 1 if any failed.")
    ] = False,
    as_json: JsonOption = False,
    no_web: Annotated[
        bool, typer.Option("--no-web", help="Only poll (there is no API and dashboard yet to leave out).")
    ] = False,
    listen: Annotated[
        str | None, typer.Option("--listen", help="HOST:PORT of API and dashboard (which are not there yet).")
    ] = None,
    inventory: InventoryOption = None,
    config: ConfigOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Poll the hosts: the daemon, until SIGINT or SIGTERM; or one round with --once."""
    if listen is not None and not no_web:
        err.print("There is no API and dashboard yet: --listen has no effect.", style="yellow")
    if as_json and not once:
        fail("--json goes with --once; beside a running daemon use: monctl status --json")
    with installed(inventory, config, data_dir, sync=False) as installation:
        problem = installation.sync_inventory()
        if problem is not None:
            fail(f"the inventory has errors:\n{problem}")
        # asyncssh takes longer to import than most commands take to run
        from monctl import polling

        if once:
            polling.poll_round(installation, as_json=as_json)
        else:
            polling.poll_on(installation)

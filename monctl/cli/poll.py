"""`monctl poll`: the daemon, or one round without it; `monctl serve`: the API alone."""

from typing import Annotated

import typer

from monctl.cli.installed import installed
from monctl.cli.options import ConfigOption, DataDirOption, InventoryOption, JsonOption
from monctl.daemon import polling, serving
from monctl.installation import Installation
from monctl.render.printing import fail
from monctl.settings.web import ListenAddress, parse_listen

ListenOption = Annotated[
    str | None,
    typer.Option("--listen", help="HOST:PORT of the API.", show_default="web.listen of the settings"),
]


def poll(
    once: Annotated[
        bool, typer.Option("--once", help="Poll every host once, print, exit 1 if any failed.")
    ] = False,
    as_json: JsonOption = False,
    no_web: Annotated[bool, typer.Option("--no-web", help="Only poll: no API.")] = False,
    listen: ListenOption = None,
    inventory: InventoryOption = None,
    config: ConfigOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Poll the hosts and serve the API: the daemon, until SIGINT or SIGTERM; or one round with --once."""
    if as_json and not once:
        fail("--json goes with --once; beside a running daemon use: monctl status --json")
    with installed(inventory, config, data_dir, sync=False) as installation:
        address = None if no_web else _address(installation, listen)
        problem = installation.sync_inventory()
        if problem is not None:
            fail(f"the inventory has errors:\n{problem}")
        # asyncssh takes longer to import than most commands take to run
        if once:
            polling.poll_round(installation, as_json=as_json)
        else:
            polling.poll_on(installation, listen=address)


def serve(
    listen: ListenOption = None,
    inventory: InventoryOption = None,
    config: ConfigOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Serve the API alone, on the database and the metrics of a daemon that polls (--no-web)."""
    with installed(inventory, config, data_dir) as installation:
        address = _address(installation, listen)
        serving.serve_on(installation, address)


def _address(installation: Installation, listen: str | None) -> ListenAddress:
    """Where to listen; an option becomes the setting, since links in messages lead there too."""
    web = installation.settings.web
    if listen is not None:
        try:
            web.listen = str(parse_listen(listen))
        except ValueError as error:
            fail(f"--listen {listen}: {error}")
    return web.address

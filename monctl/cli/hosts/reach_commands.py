"""`monctl hosts check / trust / harden`: the way to a host."""

from typing import Annotated

import typer

from monctl.cli.hosts import reach as access
from monctl.cli.installed import installed
from monctl.cli.options import (
    ConfigOption,
    DataDirOption,
    HostArgument,
    HostsArgument,
    InventoryOption,
    JsonOption,
    YesOption,
)
from monctl.installation import chosen_hosts


def check(
    hosts: HostsArgument = None,
    as_json: JsonOption = False,
    inventory: InventoryOption = None,
    config: ConfigOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Walk dns, tcp, host key, login, python, probe; say which fails and what to do; exit 1 then."""
    with installed(inventory, config, data_dir, reads=True) as installation:
        everyone = installation.hosts()
        access.check(chosen_hosts(everyone, hosts or []), everyone, as_json=as_json)


def trust(
    host: HostArgument,
    yes: YesOption = False,
    replace: Annotated[
        bool, typer.Option("--replace", help="Accept that the host's key has changed; the old one goes.")
    ] = False,
    fingerprint: Annotated[
        str | None, typer.Option(help="Add only if the host shows this SHA256:… fingerprint; asks nothing.")
    ] = None,
    inventory: InventoryOption = None,
    config: ConfigOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Show a host's keys and add them to known_hosts."""
    with installed(inventory, config, data_dir, reads=True) as installation:
        everyone = installation.hosts()
        spec = installation.host(host)
        access.trust(spec, everyone, yes=yes, replace=replace, fingerprint=fingerprint)


def harden(
    host: HostArgument,
    inventory: InventoryOption = None,
    config: ConfigOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Print the authorized_keys line that lets monctl's key run the probe and nothing else."""
    with installed(inventory, config, data_dir, reads=True) as installation:
        access.harden(installation.host(host))

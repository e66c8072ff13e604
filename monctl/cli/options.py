"""Options that commands share, and the statuses that they end with."""

from pathlib import Path
from typing import Annotated

import typer

InventoryOption = Annotated[
    Path | None, typer.Option("--inventory", "-i", help="The inventory file.", show_default="./hosts.yaml")
]
ConfigOption = Annotated[
    Path | None,
    typer.Option(
        "--config", "-c", help="The settings file.", show_default="monctl.yaml beside the inventory"
    ),
]
DataDirOption = Annotated[
    Path | None,
    typer.Option("--data-dir", help="The data directory.", show_default="data_dir of the settings"),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON and nothing else.")]
YesOption = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]
HostArgument = Annotated[str, typer.Argument(help="The host's name.")]
HostsArgument = Annotated[
    list[str] | None, typer.Argument(help="Names, patterns (web-*) or tags (tag:env=prod); all without any.")
]

"""`monctl hosts …`: the inventory."""

from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True, help="The inventory: which hosts there are, and how to reach each.")
HostArgument = Annotated[str, typer.Argument(help="The host's name.")]

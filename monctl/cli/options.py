"""Options that commands share, and how a command ends when something is wrong."""

import contextlib
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from rich.console import Console

from access.errors import AccessError
from alerts.errors import AlertsError
from foundation.database.errors import DatabaseUnusable
from foundation.documents.errors import DocumentError
from inventory.errors import InventoryError
from metrics.errors import MetricsError
from monctl.errors import MonctlError
from monctl.installation import Installation, open_installation
from web.errors import WebError

_USERS_ERRORS = (
    MonctlError,
    AccessError,
    AlertsError,
    DatabaseUnusable,
    DocumentError,
    InventoryError,
    MetricsError,
    WebError,
)
"""What the user can mend: wrong use, wrong configuration, something that is away."""

EXIT_BAD = 1
"""The command ran and the answer is bad."""

EXIT_WRONG = 2
"""Wrong use or wrong configuration."""

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

# a file or a pipe has no width of its own, and nothing is to be cut off there
_PIPE_COLUMNS = None if sys.stdout.isatty() or "COLUMNS" in os.environ else 160

# names and IPv6 addresses may hold `:a:`, which rich would draw as an emoji
out = Console(highlight=False, emoji=False, width=_PIPE_COLUMNS)
err = Console(stderr=True, highlight=False, emoji=False)


@contextlib.contextmanager
def installed(
    inventory: Path | None, config: Path | None, data_dir: Path | None, *, sync: bool = True
) -> Iterator[Installation]:
    """The installation that the options name, its host table in step with hosts.yaml.

    A broken hosts.yaml is told on standard error; the last good inventory serves. Errors of ours end the
    command with status 2 and a message instead of a traceback.
    """
    with wrong_use():
        installation = open_installation(inventory=inventory, config=config, data_dir=data_dir)
        try:
            if sync:
                problem = installation.sync_inventory()
                if problem is not None:
                    told = f"{problem}\nThe last good inventory is used."
                    err.print(told, style="yellow", markup=False, soft_wrap=True)
            yield installation
        finally:
            installation.close()


@contextlib.contextmanager
def wrong_use() -> Iterator[None]:
    """Turn errors that are the user's to mend into a message and status 2."""
    try:
        yield
    except _USERS_ERRORS as error:
        fail(str(error))


def fail(message: str) -> NoReturn:
    """End the command as wrongly used."""
    err.print(f"monctl: {message}", style="red", markup=False, soft_wrap=True)
    raise typer.Exit(EXIT_WRONG)


def print_json(value: Any) -> None:
    """JSON on standard output: indented for people, and the same for machines."""
    is_ascii = (sys.stdout.encoding or "").lower().replace("-", "") != "utf8"
    sys.stdout.write(json.dumps(value, indent=2, ensure_ascii=is_ascii, allow_nan=False) + "\n")

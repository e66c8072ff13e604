"""`monctl db …`: the database that holds inventory, users and alerts."""

import re
from typing import Annotated, Any

import typer
from rich.progress import Progress
from rich.table import Table

from foundation.database.database import connect_database, shown_database
from foundation.documents.variables import is_plain_reference, resolve
from monctl.cli.installed import installed
from monctl.cli.options import ConfigOption, DataDirOption, InventoryOption, JsonOption
from monctl.cli.upkeep.db_copy import copy_database
from monctl.daemon.lock import daemon_lock
from monctl.installation import Installation
from monctl.render.printing import err, out, print_json

app = typer.Typer(no_args_is_help=True, help="The database that holds inventory, users and alerts.")

_PASSWORD = re.compile(r"^([^:/?#]+://[^:/?#@]*:)(.*)(@.*)$", re.DOTALL)
_PARAMETER = re.compile(r"([?&](?:ssl)?password=)([^&]*)")
_HIDDEN = "***"


@app.callback()
def db() -> None:
    """Keep `migrate-to` a command of its own, though it is the only one."""


@app.command("migrate-to")
def migrate_to(
    url: Annotated[
        str,
        typer.Argument(help="Where to: postgresql://USER:${PASSWORD}@HOST/DATABASE; variables are put in."),
    ],
    as_json: JsonOption = False,
    inventory: InventoryOption = None,
    config: ConfigOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Copy the whole database into an empty one and compare every row; stop the daemon before.

    The old database stays as it is, and so do the metrics, which are not in it.
    """
    with installed(inventory, config, data_dir, sync=False) as installation:
        copy = _copied(installation, url)
    if as_json:
        print_json(copy)
        return
    _print_tables(copy["tables"])
    err.print(
        f"copied and compared {copy['rows']} rows. Now write into {installation.config_file}:",
        markup=False,
        soft_wrap=True,
    )
    out.print(f"database: {copy['database']}", markup=False, soft_wrap=True)
    err.print(f"The old database, {copy['source']}, is not used any more then.", markup=False, soft_wrap=True)


def _copied(installation: Installation, url: str) -> dict[str, Any]:
    """What was copied, once it is all there."""
    with daemon_lock(installation.data_dir):
        source = installation.engine
        target = connect_database(resolve(url, installation.environ), data_dir=installation.data_dir)
        try:
            with Progress(console=err, transient=True, disable=not err.is_terminal) as progress:
                task = progress.add_task("copying", total=None)
                copied = copy_database(
                    source,
                    target,
                    progress=lambda count, total: progress.update(task, completed=count, total=total),
                )
        finally:
            target.dispose()
        return {
            "source": shown_database(source),
            "target": shown_database(target),
            "tables": [{"name": table.name, "rows": table.rows} for table in copied],
            "rows": sum(table.rows for table in copied),
            "database": without_password(url),
        }


def _print_tables(tables: list[dict[str, Any]]) -> None:
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("TABLE")
    table.add_column("ROWS", justify="right")
    for each in tables:
        table.add_row(each["name"], str(each["rows"]))
    out.print(table)


def without_password(url: str) -> str:
    """A URL as it was written, with `***` for a password that is not in a variable."""
    url_without = _PASSWORD.sub(lambda match: match[1] + _masked(match[2]) + match[3], url)
    return _PARAMETER.sub(lambda match: match[1] + _masked(match[2]), url_without)


def _masked(password: str) -> str:
    return password if is_plain_reference(password) else _HIDDEN

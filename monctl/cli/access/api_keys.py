"""`monctl key …`: API keys of programs."""

import sys
from datetime import datetime, timedelta
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from access.roles import Role
from access.views import key_view
from foundation.display.pages import page_view
from foundation.documents.durations import parse_duration
from foundation.documents.errors import ValueInvalid
from foundation.times import utc_now
from monctl.cli.access import accounts
from monctl.cli.installed import installed
from monctl.cli.options import ConfigOption, DataDirOption, InventoryOption, JsonOption
from monctl.render.printing import fail, out, print_json

app = typer.Typer(no_args_is_help=True, help="API keys: for programs, collectors and scrapers.")
NameArgument = Annotated[str, typer.Argument(help="The key's name.")]
_ALL = 1_000_000


@app.command()
def create(
    name: NameArgument,
    role: Annotated[Role, typer.Option(help="What the key may do.")] = Role.VIEWER,
    expires: Annotated[str | None, typer.Option(help="Ends after this time, such as 90d.")] = None,
    host: Annotated[
        str | None, typer.Option(help="The only host that a collector may send for.", show_default="any")
    ] = None,
    as_json: JsonOption = False,
    inventory: InventoryOption = None,
    config: ConfigOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Make a key and print it: this once, it cannot be read again."""
    expires_at = None if expires is None else _later(expires)
    with installed(inventory, config, data_dir, sync=False) as installation:
        keys = accounts.open_accounts(installation).keys
        row, key = keys.create(name, role, actor=accounts.actor(), expires_at=expires_at, host=host)
    if as_json:
        print_json(key_view(row) | {"key": key})
        return
    accounts.note(f"{name}, {role}: keep this key, it is not shown again.")
    sys.stdout.write(f"{key}\n")


@app.command("list")
def list_keys(
    as_json: JsonOption = False,
    inventory: InventoryOption = None,
    config: ConfigOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """List the keys, without the keys themselves."""
    with installed(inventory, config, data_dir, sync=False, reads=True) as installation:
        rows, total = accounts.open_accounts(installation).keys.page(limit=_ALL)
    views = [key_view(row) for row in rows]
    if as_json:
        print_json(page_view(views, total=total, offset=0, limit=total))
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("KEY", "ROLE", "HOST", "EXPIRES", "LAST USED"):
        table.add_column(title)
    for view in views:
        last = view["last_used_at"] or "never"
        table.add_row(
            escape(view["name"]),
            view["role"],
            escape(view["host"] or "-"),
            view["expires_at"] or "never",
            last,
        )
    out.print(table)


@app.command()
def revoke(
    name: NameArgument,
    inventory: InventoryOption = None,
    config: ConfigOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """End a key for good."""
    with installed(inventory, config, data_dir, sync=False) as installation:
        accounts.open_accounts(installation).keys.revoke(name, actor=accounts.actor())
    out.print(f"revoked {escape(name)}")


def _later(text: str) -> datetime:
    try:
        return utc_now() + timedelta(seconds=_seconds(text))
    except OverflowError:
        fail(f"--expires {text}: is longer than time lasts; leave it out for a key without end")


def _seconds(text: str) -> float:
    try:
        seconds = parse_duration(text)
    except ValueInvalid as error:
        fail(f"--expires {text}: {error.message}")
    if seconds <= 0:
        fail(f"--expires {text}: must be longer than nothing")
    return seconds

"""`monctl user …`: who may log in."""

import sys
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from access.roles import Role
from access.views import user_view
from foundation.display.pages import page_view
from monctl.cli.access import accounts
from monctl.cli.installed import installed
from monctl.cli.options import ConfigOption, DataDirOption, InventoryOption, JsonOption, YesOption
from monctl.render.printing import out, print_json

app = typer.Typer(no_args_is_help=True, help="Users of the API.")
NameArgument = Annotated[str, typer.Argument(help="The user's name.")]
StdinOption = Annotated[
    bool,
    typer.Option("--password-stdin", help="Read the password from standard input."),
]
_ALL = 1_000_000


@app.command()
def add(
    name: NameArgument,
    role: Annotated[Role, typer.Option(help="What the user may do.")] = Role.VIEWER,
    password_stdin: StdinOption = False,
    inventory: InventoryOption = None,
    config: ConfigOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Add a user; the password is asked for, or read from standard input."""
    with installed(inventory, config, data_dir, sync=False) as installation:
        users = accounts.open_accounts(installation).users
        users.add(name, accounts.asked_password(from_stdin=password_stdin), role, actor=accounts.actor())
    out.print(f"added {escape(name)}, {role}")


@app.command("list")
def list_users(
    as_json: JsonOption = False,
    inventory: InventoryOption = None,
    config: ConfigOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """List the users."""
    with installed(inventory, config, data_dir, sync=False, reads=True) as installation:
        rows, total = accounts.open_accounts(installation).users.page(limit=_ALL)
    views = [user_view(row) for row in rows]
    if as_json:
        print_json(page_view(views, total=total, offset=0, limit=total))
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("USER", "ROLE", "ACTIVE", "LAST LOG-IN"):
        table.add_column(title)
    for view in views:
        active = "yes" if view["is_active"] else "no"
        table.add_row(escape(view["name"]), view["role"], active, view["last_login_at"] or "never")
    out.print(table)


@app.command()
def remove(
    name: NameArgument,
    yes: YesOption = False,
    inventory: InventoryOption = None,
    config: ConfigOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Remove a user, and the keys that the user made."""
    with installed(inventory, config, data_dir, sync=False) as installation:
        users = accounts.open_accounts(installation).users
        users.get(name)
        if not yes and sys.stdin.isatty() and not typer.confirm(f"Remove {name}?"):
            raise typer.Exit(1)
        users.remove(name, actor=accounts.actor())
    out.print(f"removed {escape(name)}")


@app.command()
def password(
    name: NameArgument,
    password_stdin: StdinOption = False,
    inventory: InventoryOption = None,
    config: ConfigOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Give a user another password; log-ins of before end."""
    with installed(inventory, config, data_dir, sync=False) as installation:
        users = accounts.open_accounts(installation).users
        users.get(name)
        users.set_password(name, accounts.asked_password(from_stdin=password_stdin), actor=accounts.actor())
    out.print(f"{escape(name)} has a new password")


@app.command()
def activate(
    name: NameArgument,
    inventory: InventoryOption = None,
    config: ConfigOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Let a user log in again."""
    with installed(inventory, config, data_dir, sync=False) as installation:
        accounts.open_accounts(installation).users.change(name, is_active=True, actor=accounts.actor())
    out.print(f"{escape(name)} may log in")


@app.command()
def deactivate(
    name: NameArgument,
    inventory: InventoryOption = None,
    config: ConfigOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """End a user's log-ins and keys, and refuse new ones, until activated again."""
    with installed(inventory, config, data_dir, sync=False) as installation:
        accounts.open_accounts(installation).users.change(name, is_active=False, actor=accounts.actor())
    out.print(f"{escape(name)} may not log in any more")

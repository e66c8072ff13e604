"""What the commands on users and keys share."""

import getpass
import sys
from functools import partial

import typer

from access.accounts import Accounts
from access.audit.log import Actor
from monctl.installation import Installation
from monctl.private_files import forget_first_password
from monctl.render.printing import err, fail
from web.auth.opening import open_access


def open_accounts(installation: Installation) -> Accounts:
    """Users and keys of the installation's database."""
    forget = partial(forget_first_password, installation.data_dir)
    return open_access(installation.engine, on_new_password=forget).accounts


def actor() -> Actor:
    """Who runs this command."""
    try:
        return Actor(f"cli:{getpass.getuser()}")
    except (KeyError, OSError):  # a container's user need not have a name
        return Actor("cli:unknown")


def asked_password(*, from_stdin: bool) -> str:
    """A password: asked for twice on a terminal, else the first line of standard input."""
    if not from_stdin and sys.stdin.isatty():
        return str(typer.prompt("Password", hide_input=True, confirmation_prompt=True, err=True))
    try:
        line = sys.stdin.readline().rstrip("\r\n")
    except UnicodeDecodeError:
        fail("the password on standard input is not text in UTF-8")
    if not line:
        fail("no password came on standard input")
    return line


def note(text: str) -> None:
    """Something for people only, beside what is printed."""
    err.print(text, markup=False, soft_wrap=True)

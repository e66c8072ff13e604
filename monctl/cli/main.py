"""The `monctl` command."""

import contextlib
import errno
import importlib
import io
import os
import sys
import time
from typing import Annotated

import typer

from monctl.cli.lazy_group import LazyCommand, lazy_group
from monctl.logs import configure_early_logging
from monctl.render.exit_status import EXIT_BAD

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EIO})

COMMANDS = {
    "poll": LazyCommand(
        "monctl.cli.poll",
        "poll",
        "Poll the hosts and serve the API: the daemon, until SIGINT or SIGTERM; or one round with --once.",
    ),
    "serve": LazyCommand(
        "monctl.cli.poll",
        "serve",
        "Serve the API alone, on the database and the metrics of a daemon that polls (--no-web).",
    ),
    "status": LazyCommand(
        "monctl.cli.figures.status",
        "status",
        "Show each host's state, reason, age, CPU, memory, load and fullest disk; exit 1 if any is down.",
    ),
    "top": LazyCommand(
        "monctl.cli.figures.top",
        "top",
        "Show the fleet live; keys: s h c m l d n sort (again: other way round), j k scroll, q leaves.",
    ),
    "history": LazyCommand(
        "monctl.cli.figures.history",
        "history",
        "Plot a metric's history in the terminal, or print it as JSON or CSV; exit 1 if there is none.",
    ),
    "doctor": LazyCommand(
        "monctl.cli.upkeep.doctor",
        "doctor",
        "Look over this installation: files, database, disk space, limits. Exit 1 if something is wrong.",
    ),
    "version": LazyCommand("monctl.cli.upkeep.version", "version", "Print monctl's version."),
    "hosts": LazyCommand(
        "monctl.cli.hosts.hosts", "app", "The inventory: which hosts there are, and how to reach each."
    ),
    "rules": LazyCommand(
        "monctl.cli.alerts.rules", "app", "Alert rules: what is worth telling, and to whom."
    ),
    "channels": LazyCommand("monctl.cli.alerts.channels", "app", "Channels: the places that alerts go to."),
    "alerts": LazyCommand("monctl.cli.alerts.alerts", "app", "Alerts: what is wrong now, and was before."),
    "silence": LazyCommand("monctl.cli.alerts.silence", "app", "Silences: when which alerts are not told."),
    "user": LazyCommand("monctl.cli.access.user", "app", "Users of the API."),
    "key": LazyCommand(
        "monctl.cli.access.api_keys", "app", "API keys: for programs, collectors and scrapers."
    ),
    "db": LazyCommand("monctl.cli.upkeep.db", "app", "The database that holds inventory, users and alerts."),
    "schema": LazyCommand("monctl.cli.upkeep.schema", "schema_app", "JSON Schemas, for editors and checks."),
}
"""Every command and group, in the order of the help; each help is the first of its own."""

app = typer.Typer(
    name="monctl",
    cls=lazy_group(COMMANDS),
    help="Watch servers over SSH, with nothing installed on them.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _show_version(is_wanted: bool) -> None:
    if is_wanted:
        getattr(importlib.import_module(COMMANDS["version"].module), COMMANDS["version"].name)()
        raise typer.Exit


def _keep_utc(is_wanted: bool) -> None:
    """Have UTC for the zone of what is printed, and of times that are given without one."""
    if is_wanted:
        os.environ["TZ"] = "UTC"
        time.tzset()


@app.callback()
def _monctl(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_show_version, is_eager=True, help="Print monctl's version."),
    ] = False,
    utc: Annotated[
        bool,
        typer.Option("--utc", callback=_keep_utc, is_eager=True, help="Show and read times in UTC."),
    ] = False,
) -> None:
    """Make a group of it: its commands are in the table alone."""


def main() -> None:
    """Run the command line; ends the process."""
    _open_what_is_closed()
    _ignore_no_width()
    _bring_to_front("--utc")
    _print_whatever_the_encoding()
    configure_early_logging()
    try:
        try:
            app()
        finally:
            sys.stdout.flush()
    except OSError as error:
        if error.errno not in _FULL:
            raise
        _end_unprinted(error)


def _end_unprinted(error: OSError) -> None:
    """End without Python's own attempt to flush, which would fail again with a traceback."""
    with contextlib.suppress(OSError):
        sys.stderr.write(f"monctl: cannot print: {error.strerror}\n")
        sys.stderr.flush()
    os._exit(EXIT_BAD)


def _open_what_is_closed() -> None:
    """Let a stream that is closed (`monctl status >&-`) lead nowhere.

    Otherwise the next file that is opened, such as a database, would get its number, and what is printed.
    """
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # gets the lowest number that is free: this one
    sys.stdin = sys.stdin or os.fdopen(0, "r", closefd=False)
    sys.stdout = sys.stdout or os.fdopen(1, "w", closefd=False)
    sys.stderr = sys.stderr or os.fdopen(2, "w", closefd=False)


def _bring_to_front(option: str) -> None:
    """Let an option of monctl's own stand behind a command too."""
    words = sys.argv[1:]
    end = words.index("--") if "--" in words else len(words)
    if option in words[:end]:
        words.remove(option)
        sys.argv[1:] = [option, *words]


def _ignore_no_width() -> None:
    """A terminal whose size is not known says 0 (`COLUMNS=0`), in which nothing could be drawn."""
    for name in ("COLUMNS", "LINES"):
        if not os.environ.get(name, "1").strip().lstrip("0"):
            del os.environ[name]


def _print_whatever_the_encoding() -> None:
    """Let characters that a terminal's encoding lacks (LC_ALL=de_DE.ISO-8859-1) become `?`, not errors."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")

"""The `monctl` command."""

import contextlib
import errno
import io
import os
import sys

import typer

from monctl.cli import (
    alerts,
    channels,
    db,
    doctor,
    help_commands,
    history,
    hosts,
    hosts_access,
    key,
    poll,
    push_script,
    rules,
    rules_replay,
    silence,
    status,
    top,
    user,
)
from monctl.cli.options import EXIT_BAD
from monctl.logs import configure_early_logging

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EIO})

app = typer.Typer(
    name="monctl",
    help="Watch servers over SSH, with nothing installed on them.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("poll")(poll.poll)
app.command("serve")(poll.serve)
app.command("status")(status.status)
app.command("top")(top.top)
app.command("history")(history.history)
hosts.app.command("check")(hosts_access.check)
hosts.app.command("trust")(hosts_access.trust)
hosts.app.command("harden")(hosts_access.harden)
hosts.app.command("push-script")(push_script.push_script)
app.add_typer(hosts.app, name="hosts")
rules.app.command("test")(rules_replay.replay)
app.add_typer(rules.app, name="rules")
app.add_typer(channels.app, name="channels")
app.add_typer(alerts.app, name="alerts")
app.add_typer(silence.app, name="silence")
app.add_typer(user.app, name="user")
app.add_typer(key.app, name="key")
app.add_typer(db.app, name="db")
app.add_typer(help_commands.schema_app, name="schema")
app.command("doctor")(doctor.doctor)
app.command("version")(help_commands.version)


def main() -> None:
    """Run the command line; ends the process."""
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


def _print_whatever_the_encoding() -> None:
    """Let characters that a terminal's encoding lacks (LC_ALL=de_DE.ISO-8859-1) become `?`, not errors."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")

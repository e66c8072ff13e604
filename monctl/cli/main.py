"""The `monctl` command."""

import io
import sys

import typer

from monctl.cli import help_commands, history, hosts, hosts_access, poll, status, top
from monctl.logs import configure_early_logging

app = typer.Typer(
    name="monctl",
    help="Watch servers over SSH, with nothing installed on them.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("poll")(poll.poll)
app.command("status")(status.status)
app.command("top")(top.top)
app.command("history")(history.history)
hosts.app.command("check")(hosts_access.check)
hosts.app.command("trust")(hosts_access.trust)
hosts.app.command("harden")(hosts_access.harden)
app.add_typer(hosts.app, name="hosts")
app.add_typer(help_commands.schema_app, name="schema")
app.command("doctor")(help_commands.doctor)
app.command("version")(help_commands.version)


def main() -> None:
    """Run the command line; ends the process."""
    _print_whatever_the_encoding()
    configure_early_logging()
    app()


def _print_whatever_the_encoding() -> None:
    """Let characters that a terminal's encoding lacks (LC_ALL=de_DE.ISO-8859-1) become `?`, not errors."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")

"""A command imports what it needs and no more; the table of commands tells what their modules say."""

import importlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from alerts import late_modules as alert_parts
from monctl.cli.lazy_group import LazyCommand, LazyGroup, load_command
from monctl.cli.main import COMMANDS, _monctl, app
from monctl.late_modules import LateModule
from tests.monctl.filling import fill, good

_LIBRARIES = frozenset(
    {
        "aiohttp",
        "alembic",
        "apprise",
        "asyncssh",
        "fastapi",
        "jinja2",
        "numpy",
        "PIL",
        "plotext",
        "psycopg",
        "pydantic",
        "sqlalchemy",
        "uvicorn",
        "yaml",
    }
)
"""Those that take long to import."""

_CHILD = """\
import atexit, json, sys
from monctl.cli.main import main
atexit.register(lambda: sys.stderr.write("\\n" + json.dumps(sorted(sys.modules))))
main()
"""


def loaded(folder: Path, *args: str) -> set[str]:
    """The modules that a command has imported when it ends."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith("MONCTL_")}
    command = [sys.executable, "-c", _CHILD, *args]
    done = subprocess.run(command, cwd=folder, env=environ, capture_output=True, text=True, check=False)
    return set(json.loads(done.stderr.splitlines()[-1]))


@pytest.mark.parametrize("args", [("--help",), ("version",), ("version", "--json")])
def test_help_and_version_load_no_library_but_those_of_the_command_line(
    tmp_path: Path, args: tuple[str, ...]
) -> None:
    modules = loaded(tmp_path, *args)
    assert modules.isdisjoint(_LIBRARIES)
    assert {"rich.markdown", "rich.traceback", "monctl.installation", "monctl.settings.settings"}.isdisjoint(
        modules
    )


def test_showing_states_and_hosts_loads_no_database_library(tmp_path: Path) -> None:
    """Nor what is for the daemon, for alerts, or for the web; what validates the settings it does."""
    (tmp_path / "hosts.yaml").write_text("hosts: {web-1: 10.0.0.1}\n")
    (tmp_path / "monctl.yaml").write_text("alerts: {group_wait: 1s}\n")
    fill(tmp_path / "data", [good("web-1")])
    assert "sqlalchemy" in loaded(tmp_path, "hosts", "list"), "the first command makes the database"
    for args in (("status",), ("status", "--json"), ("hosts", "list"), ("hosts", "show", "web-1")):
        modules = loaded(tmp_path, *args)
        assert modules & _LIBRARIES == {"pydantic", "yaml"}
        assert {"pydantic_settings", "uvloop"}.isdisjoint(modules)


def test_every_part_is_a_module() -> None:
    for name in (*LateModule, *alert_parts.LateModule):
        assert importlib.import_module(name).__name__ == name


def test_a_shell_completes_commands_without_their_modules(tmp_path: Path) -> None:
    asked = {"_MONCTL_COMPLETE": "complete_bash", "COMP_WORDS": "monctl ho", "COMP_CWORD": "1"}
    main = "import sys; sys.argv = ['monctl']; from monctl.cli.main import main; main()"
    command = [sys.executable, "-X", "importtime", "-c", main]
    done = subprocess.run(
        command, cwd=tmp_path, env=os.environ | asked, capture_output=True, text=True, check=False
    )
    assert done.stdout.split() == ["hosts"]
    assert "monctl.cli.hosts\n" not in done.stderr


def _tables(table: Mapping[str, LazyCommand]) -> Iterator[tuple[str, LazyCommand, Any]]:
    for name, lazy in table.items():
        command = load_command(name, lazy)
        yield name, lazy, command
        if isinstance(command, LazyGroup):
            yield from _tables(command.table)


def test_the_tables_tell_the_first_lines_of_the_commands_own_help() -> None:
    told = {name: lazy.help for name, lazy, _ in _tables(COMMANDS)}
    assert {"status", "hosts", "check", "push-script"} <= told.keys()
    assert told == {name: command.help.split("\n\n")[0] for name, _, command in _tables(COMMANDS)}


def _with_everything_imported() -> typer.Typer:
    """The command line without a table."""
    eager = typer.Typer(**_ROOT)
    eager.callback()(_monctl)
    for name, lazy in COMMANDS.items():
        found = getattr(importlib.import_module(lazy.module), lazy.name)
        if isinstance(found, typer.Typer):
            eager.add_typer(found, name=name)
        else:
            eager.command(name)(found)
    return eager


_ROOT: dict[str, Any] = {
    "name": "monctl",
    "help": app.info.help,
    "context_settings": {"help_option_names": ["-h", "--help"]},
}


@pytest.mark.parametrize("columns", ["60", "80", "160"])
@pytest.mark.parametrize("colors", [{"NO_COLOR": "1"}, {"FORCE_COLOR": "1"}])
def test_the_help_is_the_one_that_typer_draws_of_the_commands_themselves(
    columns: str, colors: dict[str, str]
) -> None:
    environ = {"COLUMNS": columns} | colors
    shown, expected = (
        CliRunner().invoke(made, ["--help"], env=environ, prog_name="monctl")
        for made in (app, _with_everything_imported())
    )
    assert "status" in shown.output
    assert shown.output == expected.output

"""The command line run inside the test's own process, where no process of its own is needed."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from typer.testing import CliRunner, Result

from monctl.cli.main import app

_PLAIN = ("version", "schema", "--help")
"""Commands that look at no installation."""


@dataclass(frozen=True)
class Commands:
    """Commands on the installation of one folder."""

    folder: Path

    @property
    def hosts_yaml(self) -> Path:
        """The inventory file."""
        return self.folder / "hosts.yaml"

    def run(self, *args: str, stdin: str | None = None, environ: dict[str, str] | None = None) -> Result:
        """Run a command to its end; what it prints and its exit status."""
        given = [*args] if not args or args[0] in _PLAIN else [*args, "-i", str(self.hosts_yaml)]
        variables = {"COLUMNS": "120", "NO_COLOR": "1"} | (environ or {})
        done = CliRunner().invoke(app, given, input=stdin, env=variables)
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            raise done.exception
        return done

    def json(self, *args: str) -> Any:
        """What a command with --json prints."""
        done = self.run(*args, "--json")
        assert done.stdout, done.stderr
        return json.loads(done.stdout)

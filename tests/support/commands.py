"""The command line run inside the test's own process, where no process of its own is needed."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from typer.testing import CliRunner, Result

from monctl.cli.main import app
from monctl.render import printing

_COLUMNS = 160
# as in a pipe; printing takes it when it is imported, which may be within any command
printing.out.width = _COLUMNS

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
        arguments = [*args] if not args or args[0] in _PLAIN else [*args, "-i", str(self.hosts_yaml)]
        variables = {"COLUMNS": str(_COLUMNS), "NO_COLOR": "1"} | (environ or {})
        result = CliRunner().invoke(app, arguments, input=stdin, env=variables)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    def json(self, *args: str) -> Any:
        """What a command with --json prints."""
        result = self.run(*args, "--json")
        assert result.stdout, result.stderr
        return json.loads(result.stdout)

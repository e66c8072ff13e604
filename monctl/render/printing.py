"""What commands print: text for people, JSON for machines, and what was wrong."""

import json
import os
import sys
from typing import Any, NoReturn

import typer
from rich.console import Console

from monctl.render.exit_status import EXIT_WRONG

# a file or a pipe has no width of its own, and nothing is to be cut off there
_PIPE_COLUMNS = None if sys.stdout.isatty() or "COLUMNS" in os.environ else 160

# names and IPv6 addresses may hold `:a:`, which rich would draw as an emoji
out = Console(highlight=False, emoji=False, width=_PIPE_COLUMNS)
err = Console(stderr=True, highlight=False, emoji=False)


def fail(message: str) -> NoReturn:
    """End the command as wrongly used."""
    err.print(f"monctl: {message}", style="red", markup=False, soft_wrap=True)
    raise typer.Exit(EXIT_WRONG)


def print_json(value: Any) -> None:
    """JSON on standard output: indented for people, and the same for machines."""
    is_ascii = (sys.stdout.encoding or "").lower().replace("-", "") != "utf8"
    sys.stdout.write(json.dumps(value, indent=2, ensure_ascii=is_ascii, allow_nan=False) + "\n")

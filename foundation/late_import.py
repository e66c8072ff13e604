"""Modules that are imported when they are first needed, not when the program starts.

Some libraries take longer to import than a command that does without them runs, or more memory than a daemon
that does without them has. Nowhere else is anything imported but at the top of a module.
"""

import importlib
from typing import Any


def late_import(module: str) -> Any:
    """The module of that dotted name; raises ModuleNotFoundError."""
    return importlib.import_module(module)

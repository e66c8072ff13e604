"""What of alerts is imported when it is first needed: a daemon without channels needs none of it.

Apprise, Pillow and Jinja2 take 10 MB of a process' memory. Nowhere else in this package is anything imported
but at the top of a module.
"""

import importlib
from enum import StrEnum
from typing import Any


class Part(StrEnum):
    """A part, and the module that it is."""

    APPRISE = "apprise"
    APPRISE_COMMON = "apprise.common"
    APPRISE_MEMORY = "apprise.attachment.memory"
    APPRISE_PLUGINS = "apprise.manager_plugins"
    DRAWING = "alerts.charts.drawing"
    SANDBOX = "alerts.messages.sandbox"


def load(part: Part) -> Any:
    """The module of a part."""
    return importlib.import_module(part.value)

"""What of alerts is imported when it is first needed: a daemon without channels needs none of it.

Apprise, Pillow and Jinja2 take 10 MB of a process' memory.
"""

from enum import StrEnum


class LateModule(StrEnum):
    """For `late_import`."""

    APPRISE = "apprise"
    APPRISE_COMMON = "apprise.common"
    APPRISE_MEMORY = "apprise.attachment.memory"
    APPRISE_PLUGINS = "apprise.manager_plugins"
    APPRISE_URLS = "apprise.plugins"
    APPRISE_PARSE = "apprise.utils.parse"
    DRAWING = "alerts.charts.drawing"
    REQUESTS = "requests"
    SANDBOX = "alerts.messages.sandbox"

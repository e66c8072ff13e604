"""The probe's collectors and how often each is asked by default."""

from collections.abc import Mapping
from types import MappingProxyType

EVERY_POLL = 0.0
"""A collector interval that means: with every poll."""

OFF = None
"""A collector interval that means: never."""

DEFAULT_COLLECTORS: Mapping[str, float | None] = MappingProxyType(
    {
        "cpu": EVERY_POLL,
        "mem": EVERY_POLL,
        "swap": EVERY_POLL,
        "system": EVERY_POLL,
        "net": EVERY_POLL,
        "diskio": EVERY_POLL,
        "pressure": EVERY_POLL,
        "disk": 30.0,
        "netstat": 30.0,
        "processes": 30.0,
        "temp": 30.0,
        "users": 30.0,
        "netfs": OFF,
    }
)
"""Collector -> seconds between two runs. With `netfs`, disk looks at network file systems too."""

"""A daemon whose parts break, in a way that nobody foresaw, while a file of the part's name is there."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import inventory.hosts_yaml.watch
import monctl.settings.watch
from alerts.engine.engine import AlertEngine
from alerts.history.repository import AlertRepository
from alerts.rules.repository import RuleRepository
from inventory.host_table.repository import HostRepository
from monctl.cli.main import main as monctl_main

BREAKABLE = {
    "inventory file": (inventory.hosts_yaml.watch, "parse_inventory"),
    "settings file": (monctl.settings.watch, "load_settings"),
    "host table": (HostRepository, "list"),
    "alert rules": (RuleRepository, "rules"),
    "alert news": (AlertRepository, "changed_since"),
    "alert clock": (AlertEngine, "tick"),
}
"""Part, as it is named in the log and in the metrics -> what of it breaks."""


def main() -> None:
    """Run monctl."""
    for part, (holder, name) in BREAKABLE.items():
        setattr(holder, name, _breakable(getattr(holder, name), Path(part)))
    monctl_main()


def _breakable(work: Callable[..., Any], sign: Path) -> Callable[..., Any]:
    def work_or_break(*args: Any, **kwargs: Any) -> Any:
        if sign.exists():
            raise TypeError(f"unhashable type: {sign.name}")
        return work(*args, **kwargs)

    return work_or_break

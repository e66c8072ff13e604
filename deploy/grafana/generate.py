"""Write the dashboards: `python -m deploy.grafana.generate`, from the root of the repository."""

import json
from collections.abc import Iterator
from pathlib import Path

from grafana_foundation_sdk.cog.encoder import JSONEncoder

from deploy.grafana.source.alerts import alerts_dashboard
from deploy.grafana.source.fleet import fleet_dashboard
from deploy.grafana.source.host import host_dashboard

DASHBOARDS_FOLDER = Path(__file__).parent / "dashboards"

_MADE_BY = {"fleet.json": fleet_dashboard, "host.json": host_dashboard, "alerts.json": alerts_dashboard}


def dashboard_texts() -> Iterator[tuple[str, str]]:
    """The name and the text of each file; the same whenever they are made."""
    for name, make in _MADE_BY.items():
        yield name, json.dumps(make(), cls=JSONEncoder, indent=2, sort_keys=True) + "\n"


def main() -> None:
    """Write every file."""
    DASHBOARDS_FOLDER.mkdir(exist_ok=True)
    for name, text in dashboard_texts():
        (DASHBOARDS_FOLDER / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()

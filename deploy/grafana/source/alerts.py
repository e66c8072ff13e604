"""The dashboard of alerts."""

from grafana_foundation_sdk.models.dashboard import Dashboard

from deploy.grafana.source import alert_panels
from deploy.grafana.source.addresses import ALERTS_UID
from deploy.grafana.source.board import PanelRow, board
from deploy.grafana.source.variables import fleet_variables


def alerts_dashboard() -> Dashboard:
    """What fires, what fired, and who makes the noise."""
    return board(
        ALERTS_UID,
        "monctl: alerts",
        description="Alerts of monctl: what fires now, what did, and which rules and hosts make the noise.",
        variables=fleet_variables(),
        rows=[
            PanelRow(
                "Now",
                [
                    alert_panels.firing_tile(span=5),
                    alert_panels.firing_tile("critical", span=5),
                    alert_panels.firing_tile("warning", span=5),
                    alert_panels.firing_tile("info", span=5),
                    alert_panels.pending_tile(span=4),
                    alert_panels.firing_table(),
                ],
            ),
            PanelRow("Over time", [alert_panels.timeline()]),
            PanelRow(
                "How many",
                [
                    alert_panels.begun_graph("Alerts begun per hour", every="1h"),
                    alert_panels.begun_graph("Alerts begun per day", every="1d"),
                    alert_panels.noisiest_hosts(),
                    alert_panels.noisiest_rules(),
                ],
            ),
        ],
        since="now-24h",
        refresh="1m",
    )

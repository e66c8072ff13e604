"""The dashboards' fixed addresses, and links among them that keep time range and variables."""

from grafana_foundation_sdk.builders.dashboard import DashboardLink
from grafana_foundation_sdk.models.dashboard import DashboardLinkType, DynamicConfigValue

DATASOURCE_UID = "monctl-influxdb"
FLEET_UID = "monctl-fleet"
HOST_UID = "monctl-host"
ALERTS_UID = "monctl-alerts"
TAG = "monctl"

_TITLES = {FLEET_UID: "Fleet", HOST_UID: "Host", ALERTS_UID: "Alerts"}
_KEPT = "${__url_time_range}&${datasource:queryparam}"


def links_from(uid: str) -> list[DashboardLink]:
    """Links of one dashboard to each of the others."""
    return [_link(title, other) for other, title in _TITLES.items() if other != uid]


def host_link(field: str = "host") -> DynamicConfigValue:
    """The property of a column that leads to the host which the row's `field` names."""
    return DynamicConfigValue(
        "links", [{"title": "Open this host", "url": host_url(f"__data.fields.{field}")}]
    )


def host_url(variable: str) -> str:
    """Where the host whose name is in a variable is shown."""
    return f"/d/{HOST_UID}?var-host=${{{variable}:percentencode}}&{_KEPT}"


def _link(title: str, uid: str) -> DashboardLink:
    return (
        DashboardLink(title)
        .type(DashboardLinkType.LINK)
        .icon("dashboard")
        .url(f"/d/{uid}")
        .include_vars(True)
        .keep_time(True)
    )

"""A dashboard, put together of rows of panels."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from grafana_foundation_sdk.builders.dashboard import Dashboard, Row, TimePicker
from grafana_foundation_sdk.cog.builder import Builder
from grafana_foundation_sdk.models import dashboard as models

from deploy.grafana.source.addresses import TAG, links_from

_REFRESH_CHOICES = ["5s", "10s", "30s", "1m", "5m", "15m", "30m", "1h"]


@dataclass(frozen=True, slots=True)
class PanelRow:
    """Panels under a heading; what is collapsed asks the database for nothing until it is opened."""

    title: str
    panels: Sequence[Builder[models.Panel]]
    is_collapsed: bool = False


def board(
    uid: str,
    title: str,
    *,
    description: str,
    variables: Sequence[Builder[models.VariableModel]],
    rows: Sequence[PanelRow],
    since: str = "now-3h",
    refresh: str = "30s",
) -> models.Dashboard:
    """A dashboard with what all of them have: links, tags, choices, numbered panels."""
    dashboard = (
        Dashboard(title)
        .uid(uid)
        .description(description)
        .tags([TAG])
        .readonly()
        .timezone("browser")
        .time(since, "now")
        .timepicker(TimePicker().refresh_intervals(_REFRESH_CHOICES))
        .refresh(refresh)
        .tooltip(models.DashboardCursorSync.CROSSHAIR)
        .variables(list(variables))
        .links(list(links_from(uid)))
    )
    for row in rows:
        _add(dashboard, row)
    built = dashboard.build()
    _number(built.panels or [])
    return built


def _add(dashboard: Dashboard, row: PanelRow) -> None:
    """An open row's panels stand beside it, a collapsed one's inside it."""
    heading = Row(row.title).collapsed(row.is_collapsed)
    if row.is_collapsed:
        for panel in row.panels:
            heading.with_panel(panel)
        dashboard.with_row(heading)
        return
    dashboard.with_row(heading)
    for panel in row.panels:
        dashboard.with_panel(panel)


def _number(panels: Sequence[Any], first: int = 1) -> int:
    for panel in panels:
        panel.id_val = first
        first = _number(getattr(panel, "panels", None) or [], first + 1)
    return first

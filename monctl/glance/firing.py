"""The alerts that fire, from any database."""

from sqlalchemy import Engine

from alerts.history.filter import AlertFilter
from alerts.history.repository import AlertRepository
from alerts.states import AlertState
from monctl.glance.sqlite import FiringAlert


def firing_alerts(engine: Engine, hosts: tuple[str, ...], *, limit: int) -> tuple[list[FiringAlert], int]:
    """Those on hosts that any of these selectors chooses (on all without any), the worst first; how many."""
    firing_filter = AlertFilter(states=frozenset({AlertState.FIRING}), hosts=hosts)
    rows, total = AlertRepository(engine).page(firing_filter, limit=limit)
    return [FiringAlert(row.severity, row.rule, row.host, row.tags) for row in rows], total

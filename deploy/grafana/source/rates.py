"""Graphs of counters that the catalogue has no rate for."""

from grafana_foundation_sdk.builders import timeseries

from deploy.grafana.source.graph import Graph, graph


def rate(field: str, name: str, *, per: str = "1s") -> str:
    """How much a counter grew per time, by its greatest value in each step; a reset gives nothing."""
    return f'non_negative_derivative(max("{field}"), {per}) AS "{name}"'


def swap_rates(scope: str) -> timeseries.Panel:
    """What goes to swap and comes back."""
    return graph(
        Graph(
            title="Swapping",
            lines={"swap.in": "in", "swap.out": "out"},
            columns=(rate("in", "in"), rate("out", "out")),
            mirrored=frozenset({"out"}),
            unit="binBps",
            note="Per second; what is written to swap is drawn below zero.",
        ),
        scope=scope,
    )


def missed_polls(scope: str) -> timeseries.Panel:
    """Polls that fell out."""
    return graph(
        Graph(
            title="Polls missed",
            lines={"poll.missed": "missed"},
            columns=(rate("missed", "missed", per="1m"),),
            unit="cpm",
            note="Per minute.",
        ),
        scope=scope,
        span=8,
    )

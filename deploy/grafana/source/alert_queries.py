"""What is asked of the measurement `alerts`, which `monctl.daemon.alerting.series` writes.

Tags: host, rule, severity, labels and the host's own tags. Fields: state (0 resolved, 1 pending, 2 firing),
since (unix seconds), began (1, in the point with which it began to fire).
"""

from deploy.grafana.source.influxql import CHOSEN_HOSTS, ResultFormat, Target, column, series, table

FIRING = 2
IDENTITY = ("host", "rule", "severity", "labels")
_SINCE = 'last("since") * 1000 AS "Since"'  # Grafana's times are milliseconds


def current_states(*where: str) -> Target:
    """Where every alert stands, a row for each."""
    columns = [column("last", "state", "State"), _SINCE]
    query = table("alerts", columns, where=[CHOSEN_HOSTS, *where], by=IDENTITY)
    return Target(query, result_format=ResultFormat.TABLE)


def states() -> Target:
    """Where every alert stood, over time."""
    columns = [column("last", "state", "State")]
    by = ("host", "rule", "labels")
    query = series("alerts", columns, where=[CHOSEN_HOSTS], by=by, fill="none")
    alias = "$tag_host: $tag_rule $tag_labels"
    return Target(query, result_format=ResultFormat.TIME_SERIES, alias=alias)


def begun_over_time(*, every: str) -> Target:
    """How many alerts began to fire in each step, a series for each rule."""
    columns = [column("sum", "began", "began")]
    query = series("alerts", columns, where=[CHOSEN_HOSTS], by=("rule",), every=every, fill="none")
    return Target(query, result_format=ResultFormat.TIME_SERIES, alias="$tag_rule")


def count_of_firings(by: str) -> str:
    """How many alerts began to fire, a row for each value of a tag."""
    return table("alerts", [column("sum", "began", "Alerts")], where=[CHOSEN_HOSTS], by=(by,))

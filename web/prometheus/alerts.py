"""Counting alerts and what becomes of their notifications."""

from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import product

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from alerts.engine.engine import AlertEngine
from alerts.history.filter import OPEN
from alerts.outbox.telemetry import OutboxTelemetry
from alerts.severity import Severity
from alerts.states import AlertState
from alerts.tables import AlertRow
from web.prometheus.names import PREFIX

_POLLER = "poller"


class OpenAlerts(Collector):
    """The alerts that are open: how many, and each one that fires. `alerts`: by id, changed in place."""

    def __init__(self, alerts: Mapping[int, AlertRow]) -> None:
        self._alerts = alerts

    def collect(self) -> Iterator[Metric]:
        """The metric families."""
        rows = list(self._alerts.values())
        counts = Counter((row.state, row.severity) for row in rows)
        open_alerts = GaugeMetricFamily(
            f"{PREFIX}_alerts", "Alerts that are pending or firing", labels=["state", "severity"]
        )
        for state, severity in product(sorted(OPEN), Severity):
            open_alerts.add_metric([state, severity], counts[state, severity])
        yield open_alerts
        firing = GaugeMetricFamily(
            f"{PREFIX}_alert_firing",
            "How many alerts of a rule fire on a host",
            labels=["rule", "host", "severity"],
        )
        fired = Counter((row.rule, row.host, row.severity) for row in rows if row.state == AlertState.FIRING)
        for (rule, host, worst), count in sorted(fired.items()):
            firing.add_metric([rule, host or _POLLER, worst], count)
        yield firing


class AlertingTelemetry(Collector):
    """What engine and outbox of this process have done."""

    def __init__(self, engine: AlertEngine, outbox: OutboxTelemetry) -> None:
        self._engine = engine
        self._outbox = outbox

    def collect(self) -> Iterator[Metric]:
        """The metric families."""
        engine, outbox = self._engine, self._outbox
        yield CounterMetricFamily(
            f"{PREFIX}_alert_evaluated_results", "Poll results held against the rules", engine.evaluated
        )
        yield CounterMetricFamily(
            f"{PREFIX}_alert_skipped_results",
            "Poll results not held against the rules since alerts could not be written",
            engine.skipped,
        )
        yield CounterMetricFamily(
            f"{PREFIX}_alert_left_out",
            "Alerts that did not begin or fire: their host has too many",
            engine.left_out,
        )
        yield CounterMetricFamily(
            f"{PREFIX}_alert_cut_results",
            "Poll results of which something was left out, since the host brought too much",
            engine.cut,
        )
        notifications = CounterMetricFamily(
            f"{PREFIX}_alert_notifications", "Notifications by what became of them", labels=["status"]
        )
        for status, count in outbox.notifications.items():
            notifications.add_metric([status], count)
        yield notifications
        deliveries = CounterMetricFamily(
            f"{PREFIX}_alert_deliveries", "Attempts to send a message", labels=["channel", "result"]
        )
        for channel, (sent_count, failed_count) in list(outbox.attempts.items()):
            deliveries.add_metric([channel, "sent"], sent_count)
            deliveries.add_metric([channel, "failed"], failed_count)
        yield deliveries
        yield GaugeMetricFamily(
            f"{PREFIX}_alert_outbox_queued", "Notifications waiting to be sent", outbox.queued
        )
        yield GaugeMetricFamily(
            f"{PREFIX}_alert_outbox_oldest_seconds",
            "Age of the oldest notification waiting to be sent",
            outbox.oldest_age_seconds,
        )

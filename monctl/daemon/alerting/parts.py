"""What the API needs for alerts, of the parts of a process."""

from collections.abc import Callable, Mapping

from alerts.channels.apprise_notifier import AppriseNotifier
from alerts.channels.tester import Tester
from alerts.replay import Replayer
from inventory.host import HostSpec
from metrics.store import MetricStore
from monctl.daemon.alerting.tables import AlertTables
from monctl.installation import Installation
from web.dependencies import AlertDependencies


def alert_parts(
    installation: Installation,
    tables: AlertTables,
    store: MetricStore,
    hosts: Callable[[], Mapping[str, HostSpec]],
) -> AlertDependencies:
    """The parts; `hosts` gives the hosts that rules are replayed for."""
    return AlertDependencies(
        rules=tables.rules,
        channels=tables.channels,
        silences=tables.silences,
        book=tables.book,
        tester=Tester(tables.channels, AppriseNotifier()),
        replayer=Replayer(store, hosts),
        channel_variables=tuple(installation.settings.alerts.channel_variables),
    )

"""What the doctor says of alerts: rules, channels, and what waits to be sent."""

import time
from collections.abc import Collection, Iterator, Mapping

from alerts.channels.document import literal_secrets
from alerts.outbox.repository import OutboxRepository
from alerts.repositories import AlertRepositories
from alerts.rules.rule import Rule
from alerts.severity import Severity
from alerts.tables import DeliveryRow, NotificationStatus
from foundation.display.numbers import age_text
from monctl.cli.upkeep.finding import Finding
from monctl.daemon.alerting.repositories import file_channels, open_alert_repositories, sync_rules
from monctl.daemon.lock import running_daemon
from monctl.installation import Installation

_LATE_SECONDS = 300.0
"""What has waited for so long beyond `group_wait` does not get through."""

_SHOWN = 5


def alert_findings(installation: Installation) -> Iterator[Finding]:
    """Three of them; raises DatabaseUnusable."""
    repositories = open_alert_repositories(installation)
    yield _rules(installation, repositories)
    yield _channels(installation, repositories)
    yield _outbox(installation, repositories)


def _rules(installation: Installation, repositories: AlertRepositories) -> Finding:
    unsynced = sync_rules(repositories, installation.settings.alerts, str(installation.config_file))
    usable_rules = repositories.rules.rules()
    problems = [*([] if unsynced is None else unsynced.problems), *usable_rules.problems]
    enabled = [rule for rule in usable_rules.rules if rule.is_enabled]
    texts = [f"{len(enabled)} in force", *map(str, problems)]
    channels = repositories.channels.severities()
    unheard = [rule.name for rule in enabled if channels and not _is_told(rule, channels)]
    if unheard:
        texts.append(f"nobody is told of {_names_text(unheard)}: no channel of theirs takes their severity")
    return Finding("rules", not problems, "; ".join(texts))


def _is_told(rule: Rule, channels: Mapping[str, Severity]) -> bool:
    """Whether a channel takes the rule's alerts; `channels: []` says that none is to."""
    names = channels if rule.channels is None else rule.channels
    least_severities = [channels[name] for name in names if name in channels]
    return not least_severities or any(least.rank <= rule.severity.rank for least in least_severities)


def _channels(installation: Installation, repositories: AlertRepositories) -> Finding:
    channels = repositories.channels.list()
    if not channels:
        hint = "none: alerts are kept, but nobody is told; see alerts.channels in docs/alerts.md"
        return Finding("channels", True, hint)
    wrong = [f"{channel.name} cannot be used: {channel.problem}" for channel in channels if channel.problem]
    for name, channel in file_channels(installation.settings.alerts).items():
        if literal_secrets(channel, installation.environ):
            place = f"{installation.config_file}:{channel.line}"
            wrong.append(f"{place}: a secret of {name} stands in the file: put it into a variable, ${{NAME}}")
    names = _names_text([channel.name for channel in channels])
    return Finding("channels", not wrong, "; ".join(wrong) or names)


def _outbox(installation: Installation, repositories: AlertRepositories) -> Finding:
    outbox = OutboxRepository(installation.engine)
    backlog = outbox.backlog()
    age = 0.0 if backlog.oldest is None else max(0.0, time.time() - backlog.oldest)
    texts = ["nothing waits"]
    if backlog.queued:
        texts = [f"{backlog.queued} waiting, the oldest for {age_text(age)}"]
        if not running_daemon(installation.data_dir):
            texts.append("no daemon sends them now")
    failed = {
        name: last for name, last in repositories.channels.last_deliveries().items() if not last.is_sent
    }
    queued_channels = outbox.queued_channels()
    is_late = age > installation.settings.alerts.group_wait + _LATE_SECONDS
    texts += _failures(failed, repositories.channels.severities(), outbox)
    return Finding("outbox", not is_late and failed.keys().isdisjoint(queued_channels), "; ".join(texts))


def _failures(
    failed: Mapping[str, DeliveryRow], channel_names: Collection[str], outbox: OutboxRepository
) -> Iterator[str]:
    """What went wrong lately: channels that did not take their last message, and what was given up."""
    for name, last in failed.items():
        if name in channel_names:
            yield f"{name} did not take its last message: {last.error} (try: monctl channels test {name})"
    given_up = outbox.counts()[NotificationStatus.FAILED]
    if given_up:
        yield f"{given_up} given up after a day"


def _names_text(names: list[str]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more

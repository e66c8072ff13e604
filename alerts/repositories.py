"""Rules, channels, silences and alerts of one database, together."""

from dataclasses import dataclass

from alerts.channels.repository import ChannelRepository
from alerts.history.repository import AlertRepository
from alerts.rules.repository import RuleRepository
from alerts.silences.repository import SilenceRepository


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertRepositories:
    """The repositories of alerts; `book` has the alerts themselves."""

    rules: RuleRepository
    channels: ChannelRepository
    silences: SilenceRepository
    book: AlertRepository

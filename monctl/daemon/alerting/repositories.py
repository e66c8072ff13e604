"""Rules, channels, silences and alerts of an installation, opened for whoever needs them."""

from collections.abc import Mapping

from alerts.channels.channel import FileChannel
from alerts.channels.repository import ChannelRepository
from alerts.errors import AlertsInvalid
from alerts.history.repository import AlertRepository
from alerts.repositories import AlertRepositories
from alerts.rules.repository import RuleRepository
from alerts.silences.repository import SilenceRepository
from monctl.installation import Installation
from monctl.settings.alerts import AlertSettings, ChannelSettings


def open_alert_repositories(installation: Installation) -> AlertRepositories:
    """The repositories, with the channels of monctl.yaml."""
    settings = installation.settings.alerts
    engine = installation.engine
    channels = ChannelRepository(
        engine,
        environ=installation.environ,
        file_channels=file_channels(settings),
        file=str(installation.config_file),
        variables=tuple(settings.channel_variables),
        addresses=settings.address_policy,
    )
    rules = RuleRepository(
        engine,
        channels=channels.severities,
        uses_defaults=settings.defaults,
    )
    return AlertRepositories(
        rules=rules, channels=channels, silences=SilenceRepository(engine), book=AlertRepository(engine)
    )


def sync_rules(repositories: AlertRepositories, settings: AlertSettings, file: str) -> AlertsInvalid | None:
    """Bring the rule table in step with monctl.yaml; what keeps it from that is returned."""
    repositories.rules.uses_defaults = settings.defaults
    try:
        repositories.rules.sync_file(settings.rules, file)
    except AlertsInvalid as error:
        return error
    return None


def file_channels(settings: AlertSettings) -> Mapping[str, FileChannel]:
    """The channels of monctl.yaml."""
    return {name: _file_channel(channel) for name, channel in settings.channels.items()}


def _file_channel(channel: ChannelSettings) -> FileChannel:
    origin = channel.origin
    return FileChannel(
        url=channel.url.get_secret_value(),
        min_severity=channel.min_severity,
        line=None if origin is None else origin.line,
        url_as_written=None if origin is None else origin.written_url,
    )

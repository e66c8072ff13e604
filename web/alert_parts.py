"""What the API's routes for alerts are made of."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:  # heavy ones, which whoever builds the app has imported already
    from alerts.channels.repository import ChannelRepository
    from alerts.history.repository import AlertRepository
    from alerts.rules.repository import RuleRepository
    from alerts.rules.rule import Rule
    from alerts.silences.repository import SilenceRepository


class ChannelTester(Protocol):
    """Sends test messages."""

    async def test(self, name: str) -> Mapping[str, Any]:
        """Send one; `{channel, ok, seconds, answer}`. Raises ThingUnknown and AlertsInvalid."""


class RuleReplayer(Protocol):
    """Replays a rule over stored history."""

    async def replay(
        self, rule: "Rule", *, start: float, end: float, step: float | None = None
    ) -> Mapping[str, Any]:
        """When it would have fired and cleared between two times (unix seconds).

        `{rule, start, end, step_seconds, hosts, alerts: [{host, labels, pending_at, fired_at, resolved_at,
        readings}], truncated}`. Raises StoreError's kinds.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertParts:
    """Rules, channels, silences and alerts of one database, and those who do things with them.

    `channel_variables`: patterns of the environment variables that channels made over the API may refer to.
    """

    rules: "RuleRepository"
    channels: "ChannelRepository"
    silences: "SilenceRepository"
    book: "AlertRepository"
    tester: ChannelTester
    replayer: RuleReplayer
    channel_variables: tuple[str, ...] = ("MONCTL_CHANNEL_*",)

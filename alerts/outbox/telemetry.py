"""What the outbox tells of itself."""

from dataclasses import dataclass, field

from alerts.outbox.repository import Ended
from alerts.tables import NotificationStatus


@dataclass(slots=True)
class OutboxTelemetry:
    """Counts since the start, and what waits.

    `notifications`: status -> how many reached it. `attempts`: channel -> [sent, failed]. `errors`: faults of
    monctl's own on the way. `queued`, `oldest_age_seconds`: as of the last look at the table.
    """

    notifications: dict[NotificationStatus, int] = field(
        default_factory=lambda: dict.fromkeys(NotificationStatus, 0)
    )
    attempts: dict[str, list[int]] = field(default_factory=dict)
    errors: int = 0
    queued: int = 0
    oldest_age_seconds: float = 0.0

    def count(self, channel: str, ended: Ended) -> None:
        """Count how an attempt ended."""
        self.notifications[NotificationStatus.SENT] += len(ended.sent)
        self.notifications[NotificationStatus.FAILED] += len(ended.given_up)
        self.notifications[NotificationStatus.SILENCED] += len(ended.silenced)
        self.notifications[NotificationStatus.DROPPED] += len(ended.dropped)
        if ended.delivery is not None:
            self.attempts.setdefault(channel, [0, 0])[0 if ended.delivery.is_sent else 1] += 1

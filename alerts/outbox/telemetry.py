"""What the outbox counts."""

from dataclasses import dataclass, field

from alerts.outbox.repository import AttemptResult
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

    def count(self, channel: str, result: AttemptResult) -> None:
        """Count how an attempt ended."""
        self.notifications[NotificationStatus.SENT] += len(result.sent_ids)
        self.notifications[NotificationStatus.FAILED] += len(result.given_up_ids)
        self.notifications[NotificationStatus.SILENCED] += len(result.silenced)
        self.notifications[NotificationStatus.DROPPED] += len(result.dropped)
        for delivery in result.deliveries:
            self.attempts.setdefault(channel, [0, 0])[0 if delivery.is_sent else 1] += 1

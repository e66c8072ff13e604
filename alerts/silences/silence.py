"""A silence: which alerts are not told, and when."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from alerts.silences.matchers import Matchers
from alerts.silences.schedule import WeeklySchedule


class SilenceState(StrEnum):
    """Where a silence stands: one that is pending will be active, an expired one never again."""

    PENDING = "pending"
    ACTIVE = "active"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """One silence.

    `id`: 0 until it is stored. It holds from `starts_at` (inclusive) to `ends_at` (exclusive; None without
    end), all the time or only in the windows of `schedule`. Times are unix seconds. `created_by`: as in the
    audit log (`user:alice`).
    """

    matchers: Matchers
    starts_at: float
    ends_at: float | None
    schedule: WeeklySchedule | None = None
    comment: str = ""
    created_by: str = ""
    created_at: float = 0.0
    id: int = 0

    def is_active(self, at: float) -> bool:
        """Whether it silences at a moment."""
        if at < self.starts_at or (self.ends_at is not None and at >= self.ends_at):
            return False
        return self.schedule is None or self.schedule.is_active(at)

    def covers(self, host: str, tags: Mapping[str, str], rule: str, labels: Mapping[str, str]) -> bool:
        """Whether it is about an alert of this host ("" for the poller itself) and rule, at any time."""
        return self.matchers.match(host, tags, rule, labels)

    def next_change(self, at: float) -> float | None:
        """The first moment after `at` at which it begins or ends to silence; None when neither ever comes."""
        if at < self.starts_at and self.is_active(self.starts_at):
            return self.starts_at
        change = self._next_of_schedule(max(at, self.starts_at))
        if self.ends_at is None:
            return change
        if change is not None and change < self.ends_at:
            return change
        return self.ends_at if self.is_active(at) else None

    def state(self, at: float) -> SilenceState:
        """Its state at a moment; a recurring one is pending between its windows."""
        if self.is_active(at):
            return SilenceState.ACTIVE
        return SilenceState.EXPIRED if self.next_change(at) is None else SilenceState.PENDING

    def _next_of_schedule(self, at: float) -> float | None:
        return None if self.schedule is None else self.schedule.next_change(at)

"""What a host brings while alerts about its things are open: whether one of these things is gone."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from inventory.host import HostSpec
from metrics.results import Labels, Outcome, PollResult

_ERROR_SECONDS = 600.0
"""So long an error of a collector explains that something is missing."""


@dataclass(frozen=True, slots=True)
class Absence:
    """How long a host that answers has not brought a thing.

    `is_partial`: it brings others of the kind, or is not asked for any. `is_unknown`: it does not answer, or
    says that it could not look.
    """

    seconds: float
    is_partial: bool
    is_unknown: bool


class Presence:
    """What one host brings; `gap_seconds`: after a longer silence it answers anew."""

    __slots__ = ("_answered_at", "_answering_since", "_errors", "_gap_seconds", "_host", "_seen_at")

    def __init__(self, host: HostSpec, *, gap_seconds: float) -> None:
        self._host = host
        self._gap_seconds = gap_seconds
        self._answering_since: float | None = None
        self._answered_at = 0.0
        self._seen_at: dict[str, float] = {}
        self._errors: dict[str, tuple[float, str]] = {}

    def note(self, result: PollResult) -> None:
        """Take a result that comes while alerts are open; others need not pay for it."""
        now = result.time
        if result.outcome is not Outcome.OK:
            self._answering_since = None
            return
        if self._answering_since is None or not 0 <= now - self._answered_at <= self._gap_seconds:
            self._answering_since = now
        self._answered_at = now
        self._seen_at.update((point.measurement, now) for point in result.points)
        self._errors.update((name, (now, text)) for name, text in result.errors.items())

    def absence(self, measurements: Iterable[str], labels: Labels, *, since: float) -> Absence:
        """The absence of a thing of these measurements that was last brought at `since` (unix seconds)."""
        if self._answering_since is None:
            return Absence(0.0, is_partial=False, is_unknown=True)
        start = max(since, self._answering_since)
        names = tuple(measurements)
        return Absence(
            self._answered_at - start,
            is_partial=all(self._is_seen_or_off(name, start) for name in names),
            is_unknown=any(self._is_explained(name, labels, start) for name in names),
        )

    def _is_seen(self, measurement: str, start: float) -> bool:
        return self._seen_at.get(measurement, 0.0) > start

    def _is_seen_or_off(self, measurement: str, start: float) -> bool:
        return self._is_seen(measurement, start) or self._host.collectors.get(measurement, 0.0) is None

    def _is_explained(self, measurement: str, labels: Labels, start: float) -> bool:
        """Whether the collector failed lately, as a whole or on this thing, which it then names."""
        time, text = self._errors.get(measurement, (0.0, ""))
        if not text or self._answered_at - time > max(_ERROR_SECONDS, self._gap_seconds):
            return False
        return not self._is_seen(measurement, start) or any(_is_named(value, text) for _, value in labels)


def _is_named(value: str, text: str) -> bool:
    """Whether an error names a thing, and not only one whose name begins like it: `/mnt`, not `/mnt/a`."""
    return re.search(rf"(?:^|[\s,;]){re.escape(value)}(?:$|[\s,;])", text) is not None

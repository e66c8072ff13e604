"""How long a store keeps each level of detail."""

from dataclasses import dataclass

HOUR = 3600.0
DAY = 24 * HOUR


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """Seconds that raw values, 1-minute and 15-minute rollups are kept."""

    raw: float = 48 * HOUR
    minute: float = 30 * DAY
    quarter: float = 730 * DAY

"""What can go wrong with metrics.

MetricsError
├── UnknownMetric      a name that is not in the catalogue (carries a suggestion)
├── BadAnswer          a probe's answer that cannot be used
└── StoreError         the store cannot do what was asked
    ├── StoreUnavailable   it cannot be reached, is locked or full: try again
    ├── StoreRefused       it will never take these results
    ├── StoreCorrupt       what is on disk is not what was written
    └── TooManyPoints      a question for more history than is given at once
"""


class MetricsError(Exception):
    """Any error of this package."""


class UnknownMetric(MetricsError):
    """A metric that the catalogue does not have; `suggestion` is the nearest name or None."""

    def __init__(self, name: str, suggestion: str | None) -> None:
        hint = f", did you mean {suggestion}?" if suggestion else ""
        super().__init__(f"unknown metric {name}{hint}")
        self.name = name
        self.suggestion = suggestion


class BadAnswer(MetricsError):
    """A probe's answer that cannot be used; `reason` is safe to show on a terminal."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class StoreError(MetricsError):
    """The store cannot do what was asked."""


class StoreUnavailable(StoreError):
    """The store cannot be reached, is locked or full: the same call may work later."""


class StoreRefused(StoreError):
    """The store will never take these results, however often they are written."""


class StoreCorrupt(StoreError):
    """What is on disk is not what was written; the message names the file and the place."""


class TooManyPoints(StoreError):
    """A question for more history than is given at once: `point_count` points of at most `limit`."""

    def __init__(self, point_count: int, limit: int) -> None:
        super().__init__(
            f"{point_count:,} points asked for, at most {limit:,} at once: take a larger step, "
            "a shorter time or fewer hosts"
        )
        self.point_count = point_count
        self.limit = limit

"""The states of an alert, and why one ended."""

from enum import StrEnum


class AlertState(StrEnum):
    """Where an alert stands; one whose condition ended before its `for` had passed is in no table."""

    PENDING = "pending"
    FIRING = "firing"
    RESOLVED = "resolved"


class Resolution(StrEnum):
    """Why an alert is over."""

    CLEARED = "cleared"
    RULE_REMOVED = "rule_removed"
    RULE_CHANGED = "rule_changed"
    HOST_REMOVED = "host_removed"
    HOST_PAUSED = "host_paused"
    GONE = "gone"

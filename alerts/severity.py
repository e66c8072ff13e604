"""How bad an alert is."""

from enum import StrEnum


class Severity(StrEnum):
    """From the least to the worst."""

    INFO = "info"
    WARNING = "warning"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        """0 for the least; for comparing, since the words themselves sort by the alphabet."""
        return _RANKS[self]


_RANKS = {severity: rank for rank, severity in enumerate(Severity)}

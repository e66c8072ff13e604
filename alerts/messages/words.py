"""Words for what is an identifier elsewhere: reasons, ends, comparisons."""

from collections.abc import Mapping
from types import MappingProxyType

from alerts.states import Resolution
from metrics.results import Outcome

REASONS: Mapping[str, str] = MappingProxyType(
    {
        Outcome.DNS: "its name cannot be resolved",
        Outcome.REFUSED: "connection refused",
        Outcome.TIMEOUT: "no answer in time",
        Outcome.UNREACHABLE: "unreachable",
        Outcome.HOST_KEY_UNKNOWN: "its host key is not known",
        Outcome.HOST_KEY_CHANGED: "its host key has changed",
        Outcome.AUTH_FAILED: "log-in refused",
        Outcome.JUMP_DOWN: "its jump host is down",
        Outcome.NO_PYTHON: "it has no usable Python",
        Outcome.PROBE_FAILED: "the probe failed",
        Outcome.BAD_OUTPUT: "its answer is unusable",
        Outcome.LATE: "no fresh data",
    }
)
"""Why a host is down, by `Outcome`."""

ENDS: Mapping[str, str] = MappingProxyType(
    {
        Resolution.CLEARED: "",
        Resolution.RULE_REMOVED: "It is over because its rule was removed or switched off.",
        Resolution.RULE_CHANGED: "It is over because its rule was changed.",
        Resolution.HOST_REMOVED: "It is over because the host was removed from the inventory.",
        Resolution.HOST_PAUSED: "It is over because the host was paused: nobody looks at it now.",
    }
)
"""What else than the condition's end ended an alert, by `Resolution`."""

OPERATORS: Mapping[str, str] = MappingProxyType(
    {">": "over", ">=": "at least", "<": "under", "<=": "at most", "==": "equal to", "!=": "other than"}
)
"""How a comparison is said before its threshold."""


def reason_text(reason: str) -> str:
    """Why a host is down, for people; a reason that is not known reads as it is."""
    return REASONS.get(reason, reason.replace("_", " "))


def counted(count: int, one: str, many: str | None = None) -> str:
    """`1 host`, `200 hosts`."""
    return f"{count} {one if count == 1 else many or f'{one}s'}"

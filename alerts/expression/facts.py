"""What an expression can ask about a host besides its metrics."""

from collections.abc import Mapping, Sequence
from typing import Protocol, TypeAlias

OVER_LIMITS = "over_limits"
"""The reason of a host that answers, and of which something was left out since there was too much of it."""

Fields: TypeAlias = Sequence[Mapping[str, int | float]]
"""For each measurement that an expression needs: field -> value, empty where there is no point."""

Windows: TypeAlias = Sequence[float | None]
"""For each window call that an expression needs: its value, None where it is not known."""


class HostFacts(Protocol):
    """How a host is doing."""

    @property
    def state(self) -> str:
        """One of `metrics.current.host_state.HostState`."""

    @property
    def reason(self) -> str:
        """One of `metrics.results.Outcome`, or OVER_LIMITS; "" while all is well."""

    @property
    def tags(self) -> Mapping[str, str]:
        """The host's tags."""

    @property
    def silent_seconds(self) -> float:
        """Seconds since its last good poll; infinite if that is not known."""

    @property
    def is_cut_off(self) -> bool:
        """Whether the poller itself reaches no host."""

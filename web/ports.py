"""What the API asks of the parts that other rooms implement."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from typing import Any, Protocol

from alerts.rules.rule import Rule
from inventory.host import HostSpec
from metrics.current.state import CurrentState
from metrics.push_outcome import Taken


class FleetView(Protocol):
    """The hosts as they are polled now, and what is last known of each."""

    @property
    def hosts(self) -> Mapping[str, HostSpec]:
        """Every host that can be used, by name, paused ones included."""

    @property
    def current(self) -> CurrentState:
        """What is last known."""

    async def refresh(self) -> None:
        """Take over changes of the host table now rather than at the next look."""


class HostChecker(Protocol):
    """Walks to a host step by step."""

    def check(self, host: HostSpec) -> AsyncIterator[Mapping[str, Any]]:
        """Yield `{step, ok, reason, detail, advice}` as each step is done, up to the first that fails."""


class PushIntake(Protocol):
    """Takes the samples that hosts send by themselves."""

    async def take(
        self,
        host: HostSpec,
        answers: Sequence[bytes],
        *,
        hello: Mapping[str, Any] | None,
        now: float,
        sent: float | None = None,
    ) -> Sequence[Taken]:
        """Take probe answers (JSON, in any order); what became of each, in the same order.

        Returns when those accepted are stored. `now`: unix seconds. `sent`: the host's clock when it sent
        them, None where it does not say. Raises BadAnswer for a hello that is none, StoreUnavailable when
        storing takes too long, StoreError when the store refuses.
        """


ReadinessCheck = Callable[[], str | None]
"""Says why something is not ready; None when it is."""


class ChannelTester(Protocol):
    """Sends test messages."""

    async def test(self, name: str) -> Mapping[str, Any]:
        """Send one; `{channel, ok, seconds, answer}`. Raises RecordUnknown and AlertsInvalid."""


class RuleReplayer(Protocol):
    """Replays a rule over stored history."""

    async def replay(
        self, rule: Rule, *, start: float, end: float, step: float | None = None
    ) -> Mapping[str, Any]:
        """When it would have fired and cleared between two times (unix seconds).

        `{rule, start, end, step_seconds, hosts, alerts: [{host, labels, pending_at, fired_at, resolved_at,
        readings}], truncated}`. Raises StoreError's kinds.
        """

"""What the API asks of the parts that other rooms implement, and what these give it."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Protocol

from inventory.host import HostSpec
from metrics.current.state import CurrentState
from metrics.push_outcome import PushOutcome


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
        sent_at: float | None = None,
    ) -> Sequence[PushOutcome]:
        """Take probe answers (JSON, in any order); what became of each, in the same order.

        Returns when those accepted are stored. `now`: unix seconds. `sent_at`: the host's clock when it sent
        them, None where it does not say. Raises BadAnswer for a hello that is none, StoreUnavailable when
        storing takes too long, StoreError when the store refuses.
        """


ReadinessCheck = Callable[[], str | None]
"""Says why something is not ready; None when it is."""


class KeyStatus(StrEnum):
    """What known_hosts says of a key that a host shows."""

    KNOWN = "known"
    UNKNOWN = "unknown"
    CHANGED = "changed"
    """The host has keys and this is none of them; or it is revoked."""


FURTHER_KEYS = (
    "Further ones are added on the machine that monctl runs on alone: monctl hosts trust {} --replace."
)
"""What to do about the other keys of a host that is known by one."""


@dataclass(frozen=True, slots=True)
class HostKey:
    """A public key: its type (`ssh-ed25519`) and fingerprint (`SHA256:…`)."""

    type: str
    fingerprint: str
    status: KeyStatus = KeyStatus.KNOWN


@dataclass(frozen=True, slots=True, kw_only=True)
class HostKeys:
    """What a host shows now, beside what known_hosts has.

    `name`: the host as known_hosts spells it. `file`: where a key would be added. `is_revoked`: whether it
    shows a key that is revoked.
    """

    host: str
    name: str
    file: Path
    keys: tuple[HostKey, ...]
    known_keys: tuple[HostKey, ...]
    is_revoked: bool = False

    @property
    def is_changed(self) -> bool:
        """Whether the host shows another key than known_hosts has."""
        return any(key.status is KeyStatus.CHANGED for key in self.keys)

    @property
    def advice(self) -> str:
        """What to do; empty where every key is known."""
        if self.is_revoked:
            return (
                f"The key of {self.host} is marked as @revoked in known_hosts: give the host another one. If "
                "it is revoked by mistake, take that line out on the machine that monctl runs on."
            )
        if self.is_changed:
            return (
                f"The key of {self.host} is not the one that is known. Somebody may stand in between: find "
                "out why before you trust it. If it is right, run on the machine that monctl runs on: monctl "
                f"hosts trust {self.host} --replace."
            )
        if any(key.status is KeyStatus.UNKNOWN for key in self.keys):
            if self.known_keys:
                return f"It is known by one of these keys. {FURTHER_KEYS.format(self.host)}"
            return (
                f"Compare a fingerprint with what ssh-keygen -lf says on {self.host} itself, then trust it."
            )
        return ""

    def view(self) -> dict[str, Any]:
        """As the API shows it."""
        return {
            "host": self.host,
            "name": self.name,
            "file": str(self.file),
            "is_changed": self.is_changed,
            "keys": [
                {"type": key.type, "fingerprint": key.fingerprint, "status": str(key.status)}
                for key in self.keys
            ],
            "known": [{"type": key.type, "fingerprint": key.fingerprint} for key in self.known_keys],
            "advice": self.advice,
        }


class HostKeyService(Protocol):
    """Asks hosts for their keys, and adds those that people trust."""

    async def look(self, host: HostSpec) -> HostKeys:
        """What the host shows now, without logging in; raises HostKeysUnseen."""

    async def trust(self, host: HostSpec, fingerprints: Sequence[str]) -> HostKeys:
        """Ask anew and add exactly the keys with these fingerprints; how things stand then.

        Raises HostKeysUnseen, HostKeysDiffer where the host does not show all of them or where a key has
        changed, and KnownHostsUnusable; nothing is added then.
        """

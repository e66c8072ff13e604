"""Who asks: the outcome of looking at a request's credentials."""

from dataclasses import dataclass
from enum import StrEnum

from web.access.roles import Role


class IdentityKind(StrEnum):
    """What a request was made with."""

    USER = "user"
    KEY = "key"


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """An active user or a valid key.

    `id` is that of its row. `host`: the only host that a collector may send for, None for any. `session`: the
    browser session that the token belongs to, None for other tokens and keys.
    """

    kind: IdentityKind
    id: int
    name: str
    role: Role
    host: str | None = None
    session: str | None = None

    @property
    def actor(self) -> str:
        """As the audit log and the limits name it: `user:alice`, `key:grafana`."""
        return f"{self.kind}:{self.name}"

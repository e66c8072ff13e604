"""Who asks: the outcome of looking at a request's credentials."""

from dataclasses import dataclass
from enum import StrEnum

from access.roles import Role


class IdentityKind(StrEnum):
    """What a request was made with."""

    USER = "user"
    KEY = "key"
    KIOSK = "kiosk"
    """With nothing, where the settings let anybody look."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """An active user, a valid key, or whoever looks at a kiosk.

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
    def is_kiosk(self) -> bool:
        """Whether nobody has logged in: what is answered then must be fit for anybody's eyes."""
        return self.kind is IdentityKind.KIOSK

    @property
    def actor(self) -> str:
        """As the audit log and the limits name it: `user:alice`, `key:grafana`."""
        return f"{self.kind}:{self.name}"


KIOSK = Identity(kind=IdentityKind.KIOSK, id=0, name="kiosk", role=Role.VIEWER)
"""Whoever looks without a log-in."""

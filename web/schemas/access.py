"""Users, keys, log-ins and the audit log in requests and answers."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StrictBool

from access.credentials.passwords import MAX_CHARACTERS, MIN_CHARACTERS
from access.names import NAME_PATTERN
from access.roles import Role

UserRole = Literal["viewer", "operator", "admin"]


def _text(value: object) -> object:
    if isinstance(value, str):
        return value
    raise ValueError("write a time as text, such as 2026-05-01T12:00:00Z")


_Moment = Annotated[datetime, BeforeValidator(_text)]


class _Request(BaseModel):
    model_config = ConfigDict(extra="forbid")


class TokenView(BaseModel):
    """A token to send as `Authorization: Bearer`."""

    access_token: str
    token_type: Literal["bearer"] = "bearer"  # noqa: S105 -- the kind of token, not one
    expires_in: int = Field(description="Seconds that it is valid.")
    role: UserRole


class LoginRequest(_Request):
    """Name and password of a user."""

    username: str = Field(max_length=256)
    password: str = Field(max_length=1024)


class SessionView(BaseModel):
    """A browser session: the cookie is set beside it."""

    name: str
    role: UserRole
    csrf_token: str = Field(
        description="To be sent as X-CSRF-Token with every request that changes something."
    )


class MeView(BaseModel):
    """Who asks."""

    name: str
    kind: Literal["user", "key", "kiosk"] = Field(description="kiosk: nobody has logged in.")
    role: Role
    csrf_token: str | None = Field(description="Of a browser session; null for tokens and keys.")


class PasswordRequest(_Request):
    """A user's own new password."""

    current_password: str = Field(max_length=1024)
    new_password: str = Field(min_length=MIN_CHARACTERS, max_length=MAX_CHARACTERS)


class UserView(BaseModel):
    """A user."""

    name: str
    role: UserRole
    is_active: bool
    created_at: datetime
    last_login_at: datetime | None


class UserRequest(_Request):
    """A user to make."""

    model_config = ConfigDict(
        json_schema_extra={"example": {"name": "alice", "password": "a long pass phrase", "role": "operator"}}
    )

    name: str = Field(pattern=NAME_PATTERN)
    password: str = Field(min_length=MIN_CHARACTERS, max_length=MAX_CHARACTERS)
    role: UserRole = "viewer"


class UserPatch(_Request):
    """What to change of a user; what is left out or null stays."""

    role: UserRole | None = None
    is_active: StrictBool | None = None
    password: str | None = Field(default=None, min_length=MIN_CHARACTERS, max_length=MAX_CHARACTERS)


class KeyView(BaseModel):
    """An API key, without the key itself, which nobody can read again."""

    name: str
    role: Role
    host: str | None = Field(description="The only host that a collector may send for; null: any.")
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None


class KeyRequest(_Request):
    """A key to make."""

    model_config = ConfigDict(json_schema_extra={"example": {"name": "grafana", "role": "viewer"}})

    name: str = Field(pattern=NAME_PATTERN)
    role: Role
    expires_at: _Moment | None = Field(default=None, description="Without it the key never expires.")
    host: str | None = Field(default=None, max_length=253, description="For the role collector.")


class NewKeyView(KeyView):
    """A new key."""

    key: str = Field(description="The key: shown now and never again.", examples=["mctl_…"])


class AuditView(BaseModel):
    """One change."""

    id: int
    time: datetime
    actor: str = Field(examples=["user:alice", "key:ci", "cli:root"])
    address: str | None = Field(description="Where it came from; null for this machine's command line.")
    action: str = Field(examples=["host.create"])
    target: str
    detail: dict[str, Any]

"""The tables of users, API keys and the key that signs tokens."""

from datetime import datetime

from sqlalchemy import Column, ForeignKey, Integer
from sqlmodel import Field, SQLModel

from foundation.database.columns import UtcDateTime, sorted_text

SIGNING_KEY_ID = 1
"""The key of the one row of `signing_key`."""


class AccountRow(SQLModel, table=True):
    """A user. `token_version` grows with every change that ends the user's tokens."""

    __tablename__ = "account"

    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(sa_column=Column(sorted_text(64), nullable=False, unique=True, index=True))
    password_hash: str = Field(max_length=255)
    role: str = Field(max_length=16)
    is_active: bool = Field(default=True)
    token_version: int = Field(default=1)
    created_at: datetime = Field(sa_column=Column(UtcDateTime(), nullable=False))
    last_login_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime(), nullable=True))


class ApiKeyRow(SQLModel, table=True):
    """An API key; only the SHA-256 of it is kept.

    `host`: the only host that a collector may send for. `owner_id`: the user who made it and with whom it
    goes; None for one made on the command line.
    """

    __tablename__ = "api_key"

    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(sa_column=Column(sorted_text(64), nullable=False, unique=True, index=True))
    digest: str = Field(max_length=64, unique=True, index=True)
    role: str = Field(max_length=16)
    host: str | None = Field(default=None, max_length=253)
    owner_id: int | None = Field(
        default=None, sa_column=Column(Integer, ForeignKey("account.id", ondelete="CASCADE"), nullable=True)
    )
    created_at: datetime = Field(sa_column=Column(UtcDateTime(), nullable=False))
    expires_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime(), nullable=True))
    last_used_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime(), nullable=True))


class SigningKey(SQLModel, table=True):
    """The one secret that signs tokens, in hex; made at the first start."""

    __tablename__ = "signing_key"

    id: int = Field(default=SIGNING_KEY_ID, primary_key=True)
    secret: str = Field(max_length=128)

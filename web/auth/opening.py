"""Users, keys, sessions and audit log of a database, opened together."""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Engine

from access.accounts import Accounts
from access.audit.log import AuditLog
from access.credentials.keys import Keys
from access.credentials.tokens import Tokens, signing_secret
from access.users import Users
from inventory.names import check_name
from web.auth.session import Sessions


@dataclass(frozen=True, slots=True)
class Access:
    """What one database says of who may use the API."""

    accounts: Accounts
    sessions: Sessions
    audit: AuditLog


def open_access(
    engine: Engine,
    *,
    token_seconds: float = 3600.0,
    unavailable: tuple[type[Exception], ...] = (),
    on_new_password: Callable[[str], None] = lambda name: None,
) -> Access:
    """Users, keys, tokens and audit log of a database; reads and, the first time, makes its signing key.

    `unavailable`: errors which say that the database is away. `on_new_password` is given the names of users
    whose password is changed.
    """
    audit = AuditLog(engine)
    secret = signing_secret(engine)
    tokens = Tokens(secret, seconds=token_seconds)
    accounts = Accounts(
        Users(engine, audit, on_new_password=on_new_password),
        Keys(engine, audit, check_host_name=check_name),
        tokens,
        unavailable=unavailable,
    )
    return Access(accounts, Sessions(secret), audit)

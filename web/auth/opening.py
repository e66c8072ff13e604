"""Users, keys, sessions and audit log of a database, opened together."""

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
    engine: Engine, *, token_seconds: float = 3600.0, unavailable: tuple[type[Exception], ...] = ()
) -> Access:
    """Users, keys, tokens and audit log of a database; reads and, the first time, makes its signing key.

    `unavailable`: errors which say that the database is away.
    """
    audit = AuditLog(engine)
    secret = signing_secret(engine)
    tokens = Tokens(secret, seconds=token_seconds)
    accounts = Accounts(
        Users(engine, audit), Keys(engine, audit, check_host_name=check_name), tokens, unavailable=unavailable
    )
    return Access(accounts, Sessions(secret), audit)

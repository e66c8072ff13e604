"""PostgreSQL as monctl uses it: how it is connected to, and what it does not take."""

import json
import math
from collections.abc import Mapping
from typing import Any

from psycopg.adapt import Dumper
from sqlalchemy import URL, Connection, Engine, QueuePool, create_engine, event, text
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.pool import PoolProxiedConnection

from foundation.database.drivers.driver_errors import POSTGRESQL
from foundation.database.errors import DatabaseUnusable

_DRIVER = f"{POSTGRESQL}+psycopg"
_SCHEMES = frozenset({POSTGRESQL, "postgres", _DRIVER})

_CONNECT_SECONDS = 5
_STATEMENT_SECONDS = 30
_IDLE_SECONDS = 60
_KEPT_CONNECTIONS = 5
_MORE_CONNECTIONS = 27
"""Together they are as many as the threads that asyncio makes at most."""

_DEFAULTS = {
    "connect_timeout": _CONNECT_SECONDS,
    "application_name": "monctl",
    "client_encoding": "utf8",
    "keepalives": 1,
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 1000 * _STATEMENT_SECONDS,
}
"""Parameters of libpq that the URL may set otherwise."""

_OPTIONS = (
    f"-c statement_timeout={_STATEMENT_SECONDS}s"
    f" -c idle_in_transaction_session_timeout={_IDLE_SECONDS}s"
    " -c timezone=UTC"
)
_MIGRATION_LOCK = 0x6D6F6E63746C  # "monctl"
_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"


def postgresql_engine(url: URL) -> Engine:
    """An engine that gives up in bounded time; raises DatabaseUnusable for a driver that is not ours."""
    if url.drivername not in _SCHEMES:
        raise DatabaseUnusable(f"database: write {POSTGRESQL}://…, monctl brings its own driver")
    url, secrets = _without_hidden_parts(url.set(drivername=_DRIVER))
    engine = create_engine(
        url,
        connect_args=_arguments(url.query) | secrets,
        isolation_level="READ COMMITTED",  # whatever the server's default, locks are made for this one
        json_serializer=json_text,
        max_overflow=_MORE_CONNECTIONS,
        pool_pre_ping=True,
        pool_size=_KEPT_CONNECTIONS,
        pool_timeout=_STATEMENT_SECONDS,
        poolclass=_Pool,
        use_native_hstore=False,
    )
    event.listen(engine, "connect", _prepare)
    return engine


def take_migration_lock(connection: Connection) -> None:
    """Wait for whoever migrates the same database, until this transaction ends."""
    connection.execute(text("SET LOCAL statement_timeout = 0"))
    connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _MIGRATION_LOCK})


def text_without_nul(value: str) -> str:
    """Text without the character NUL, which PostgreSQL cannot store."""
    return value.replace("\x00", _REPLACEMENT)


def json_text(value: Any) -> str:
    """JSON text with null for NaN and infinity, which PostgreSQL refuses in JSON."""
    try:
        return json.dumps(value, allow_nan=False)
    except ValueError:
        return json.dumps(finite(value), allow_nan=False)


def finite(value: Any) -> Any:
    """A JSON value in which null stands for NaN and infinity."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {key: finite(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [finite(each) for each in value]
    return value


class _Pool(QueuePool):
    """A pool that raises DatabaseUnusable when every connection is in use for too long."""

    def connect(self) -> PoolProxiedConnection:
        try:
            return super().connect()
        except PoolTimeoutError as error:
            raise DatabaseUnusable(f"database: all of its {self.size()} connections are busy") from error


def _without_hidden_parts(url: URL) -> tuple[URL, dict[str, str]]:
    """The URL without the secrets of its query, which nothing masks; and the arguments to pass instead."""
    password = url.query.get("password")
    if isinstance(password, str) and url.password is None:
        url = url.set(password=password)
    passphrase = url.query.get("sslpassword")
    secrets = {"sslpassword": passphrase} if isinstance(passphrase, str) else {}
    return url.difference_update_query(("password", "sslpassword")), secrets


def _arguments(query: Mapping[str, str | tuple[str, ...]]) -> dict[str, Any]:
    """The connection arguments for libpq that are not in the URL."""
    users_options = query.get("options", "")
    # the later option holds, so that the user's own come last
    options = " ".join(
        [_OPTIONS, *([users_options] if isinstance(users_options, str) else users_options)]
    ).strip()
    defaults = {name: value for name, value in _DEFAULTS.items() if name not in query}
    # a statement prepared before another process changes the schema would fail afterwards
    return defaults | {"options": options, "prepare_threshold": None}


def _prepare(connection: Any, _record: object) -> None:
    """Refuse a database that cannot hold all text, and let text with a NUL be taken."""
    name, encoding = connection.info.dbname, connection.info.parameter_status("server_encoding")
    if encoding != "UTF8":
        connection.close()  # nobody else would
        raise DatabaseUnusable(
            f"database {name}: its encoding is {encoding}, which cannot hold all text:"
            " make one with ENCODING 'UTF8' TEMPLATE template0"
        )
    connection.adapters.register_dumper(str, _TextDumper)


class _TextDumper(Dumper):
    """Text of no certain type, as psycopg sends it."""

    def dump(self, obj: str) -> bytes:
        return text_without_nul(obj).encode()

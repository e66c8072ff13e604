"""What goes wrong with a database: its driver's errors become DatabaseUnusable, by one rule."""

import re
from collections.abc import Callable

from sqlalchemy import URL, ExceptionContext
from sqlalchemy.exc import DatabaseError, InterfaceError, InternalError, OperationalError, ProgrammingError

from foundation.database.errors import DatabaseUnusable

POSTGRESQL = "postgresql"
"""The dialect's name, and the scheme of its URLs."""

_OTHER_SCHEMA = frozenset(
    {
        "3F000",  # invalid_schema_name: the search path leads nowhere
        "42501",  # insufficient_privilege
        "42701",  # duplicate_column
        "42703",  # undefined_column
        "42704",  # undefined_object
        "42710",  # duplicate_object
        "42804",  # datatype_mismatch
        "42809",  # wrong_object_type
        "42P01",  # undefined_table
        "42P07",  # duplicate_table
    }
)
"""SQLSTATEs which say that the tables are not as monctl made them, or not for us to use."""

_ADVICE = (
    ("refused", "is PostgreSQL running there?"),
    ("no such file", "is PostgreSQL running there?"),
    ("timeout expired", "is the address right, and is there a firewall in between?"),
    ("timed out", "is the address right, and is there a firewall in between?"),
    ("no route to host", "is the address right, and is there a firewall in between?"),
    ("name or service not known", "is the host's name right?"),
    ("failed to resolve", "is the host's name right?"),
    ("name resolution", "is the host's name right, and does the name server answer?"),
    ("authentication failed", "are user and password right?"),
    ("no password supplied", "write postgresql://USER:PASSWORD@HOST/DATABASE"),
    ("pg_hba.conf", "let this address in, in the server's pg_hba.conf"),
    ("too many clients", "raise max_connections of the server"),
    ("connection slots", "raise max_connections of the server"),
    ("starting up", "try again in a moment"),
    ("shutting down", "start it again"),
    ("permission denied", "the user must own the database: ALTER DATABASE … OWNER TO …"),
)
"""What to do about a reason in which a phrase stands; where none does, the reason must do."""

_MISSING = re.compile(r'(role|database) "(.+)" does not exist')
_MAKE = {"role": 'CREATE ROLE "{}" LOGIN PASSWORD …', "database": 'CREATE DATABASE "{}" OWNER …'}
_SERVER = re.compile(
    r"^(?:connection (?:failed|is bad): )?"
    r"(?:connection to server (?:at|on socket) .*? failed: )?"
    r"(?:FATAL:  )?"
)


def translator(database: str) -> Callable[[ExceptionContext], None]:
    """A listener for SQLAlchemy's `handle_error`; `database`: how messages name the database."""

    def translate(context: ExceptionContext) -> None:
        if is_unusable(context):
            raise unusable(database, context.original_exception) from context.sqlalchemy_exception

    return translate


def is_unusable(context: ExceptionContext) -> bool:
    """Whether the database failed; what a statement did wrong (a duplicate, say) is left as it is."""
    error = context.sqlalchemy_exception
    # the pool asks a connection whether it lives, and makes another if not
    if context.is_pre_ping or context.engine is None or error is None:
        return False
    if context.connection is None or context.is_disconnect:
        return True
    if isinstance(error, OperationalError) or type(error) is DatabaseError:
        return True
    return context.dialect.name == POSTGRESQL and (
        isinstance(error, InterfaceError | InternalError)
        or (isinstance(error, ProgrammingError) and _sqlstate(context.original_exception) in _OTHER_SCHEMA)
    )


def unusable(database: str, error: object) -> DatabaseUnusable:
    """The error that a command reports: one line, without a password."""
    reason = _reason(error)
    advice = _advice(reason)
    return DatabaseUnusable(f"database {database}: {reason}" + (f" ({advice})" if advice else ""))


def is_postgresql(url: URL) -> bool:
    """Whether a URL leads to PostgreSQL, by whatever driver."""
    return url.drivername.partition("+")[0] in (POSTGRESQL, "postgres")


def shown_url(url: URL) -> str:
    """A URL as its user would write it, without the password."""
    if url.get_backend_name() == POSTGRESQL:
        url = url.set(drivername=POSTGRESQL)
    return url.render_as_string()


def _sqlstate(error: object) -> str | None:
    return getattr(error, "sqlstate", None)


def _reason(error: object) -> str:
    """The one line of a driver's message that says what happened."""
    diagnosis = getattr(error, "diag", None)
    primary = getattr(diagnosis, "message_primary", None)
    if primary:
        return str(primary)
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    if not lines:
        return type(error).__name__
    return _SERVER.sub("", _last_attempt(lines))


def _last_attempt(lines: list[str]) -> str:
    """Of a name with several addresses, what the last one said."""
    attempts = [line.partition(": connection ")[2] for line in lines[1:] if line.startswith("- host:")]
    return f"connection {attempts[-1]}" if attempts and attempts[-1] else lines[0]


def _advice(reason: str) -> str | None:
    absence = _MISSING.search(reason)
    if absence is not None:
        return f"make it: {_MAKE[absence[1]].format(absence[2])}"
    lowered = reason.lower()
    return next((advice for phrase, advice in _ADVICE if phrase in lowered), None)

"""Moments: seconds since 1970 (UTC) as the program counts them, aware datetimes as tables hold them, text.

The API writes RFC 3339 in three styles, which are contracts: milliseconds and `Z` for figures and alerts,
whole seconds where that is all there is, and the offset `+00:00` for what tables hold.
"""

from datetime import UTC, datetime


def utc_now() -> datetime:
    """The time, aware UTC."""
    return datetime.now(UTC)


def utc_time(seconds: float) -> datetime:
    """Unix seconds as the tables hold times: aware UTC."""
    return datetime.fromtimestamp(seconds, UTC)


def rfc3339(seconds: float) -> str:
    """Unix seconds as RFC 3339 in UTC, to the millisecond."""
    return _with_z(utc_time(seconds), "milliseconds")


def rfc3339_seconds(seconds: float) -> str:
    """Unix seconds as RFC 3339 in UTC, to the second."""
    return _with_z(utc_time(seconds), "seconds")


def rfc3339_short(seconds: float) -> str:
    """Unix seconds as RFC 3339 in UTC, with milliseconds only where it is between two seconds."""
    moment = utc_time(seconds)
    return _with_z(moment, "milliseconds" if moment.microsecond else "seconds")


def local_text(text: str) -> str:
    """A time in RFC 3339 as this machine's zone has it, to the second, with its offset; in UTC as it is."""
    moment = datetime.fromisoformat(text).astimezone()
    return moment.isoformat(timespec="seconds") if moment.utcoffset() else text


def stored_text(time: datetime | None) -> str | None:
    """A time of a table as RFC 3339 with its offset, `+00:00`; None for none."""
    return None if time is None else time.astimezone(UTC).isoformat()


def _with_z(moment: datetime, precision: str) -> str:
    return moment.isoformat(timespec=precision).replace("+00:00", "Z")

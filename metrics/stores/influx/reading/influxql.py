"""Pieces of InfluxQL, in the one dialect that InfluxDB 1, 2 and 3 speak. Whatever is quoted is hostile."""

from collections.abc import Iterable, Iterator, Sequence
from urllib.parse import quote

from metrics.stores.influx.names import stored_text

MAX_STATEMENT_BYTES = 6_000
"""Of a statement in a URL, as it is encoded there."""

LEAST_TIME, GREATEST_TIME = -9_223_372_036_854, 9_223_372_036_854
"""Times in ms that the database knows; what is beyond is bounded."""


def select(what: str, measurement: str, conditions: Iterable[str] = (), then: str = "") -> str:
    """A question: `what` and `then` (grouping, order, limit) are InfluxQL already."""
    return f"SELECT {what} FROM {identifier(measurement)}{where(conditions)} {then}".rstrip()  # noqa: S608


def identifier(name: str) -> str:
    """A measurement, tag or field as a statement names it."""
    return '"' + name.replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ") + '"'


def string(text: str) -> str:
    """A tag's value as a statement compares it, after what the database keeps of it."""
    return "'" + stored_text(text).replace("\\", "\\\\").replace("'", "\\'") + "'"


def is_tag(key: str, value: str) -> str:
    """The condition that a tag has a value."""
    return f"{identifier(key)} = {string(value)}"


def is_host(hosts: Sequence[str]) -> str:
    """The condition that a point is one of these hosts', at least one."""
    alternatives = " OR ".join(is_tag("host", host) for host in hosts)
    return f"({alternatives})" if len(hosts) > 1 else alternatives


def from_time(start: int) -> str:
    """The condition that a point is of `start` (ms) or later."""
    return f"time >= {_nanoseconds(start)}"


def before_time(end: int) -> str:
    """The condition that a point is of before `end` (ms)."""
    return f"time < {_nanoseconds(end)}"


def where(conditions: Iterable[str]) -> str:
    """The clause for conditions that all must hold; "" for none."""
    text = " AND ".join(conditions)
    return f" WHERE {text}" if text else ""


def host_parts(hosts: Iterable[str], most: int) -> Iterator[list[str]]:
    """Hosts in parts of at most `most`, each short enough for one statement."""
    part: list[str] = []
    size = 0
    room = MAX_STATEMENT_BYTES - 2_000
    for host in hosts:
        length = len(quote(is_tag("host", host))) + len(quote(" OR "))
        if part and (len(part) >= most or size + length > room):
            yield part
            part, size = [], 0
        part.append(host)
        size += length
    if part:
        yield part


def _nanoseconds(milliseconds: int) -> int:
    return min(max(milliseconds, LEAST_TIME), GREATEST_TIME) * 1_000_000

"""Points that a server refused: counted, logged once for each cause, and named in the store's `problem`."""

import logging
import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

import msgspec

from metrics.stores.influx.boundary import message_of
from metrics.stores.influx.names import unescape

_log = logging.getLogger(__name__)

LATELY_SECONDS = 600.0
"""For how long a refusal is a problem."""

_MAX_CAUSES = 1_000
_MAX_TEXT = 300
_MAX_PARTIAL = 100_000

_HOST = re.compile(r",host=((?:\\.|[^,\\ ])*)")
_DROPPED = re.compile(r"\bdropped=(\d+)")
_CONFLICT = re.compile(
    r'input field "(?P<field>.+?)" on measurement "(?P<measurement>.+?)" is type (?P<given>\w+), '
    r"already exists as type (?P<known>\w+)"
)
_COLUMN_CONFLICT = re.compile(
    r"column type for column '?(?P<field>.+?)'?,? expected (?P<known>[\w:]+),? got (?P<given>[\w:]+)"
)


@dataclass(frozen=True, slots=True)
class Conflict:
    """A field that the bucket has with another type."""

    measurement: str
    field: str
    our_type: str
    bucket_type: str

    def __str__(self) -> str:
        where = f'field "{self.field}" of measurement "{self.measurement}"'
        return f"{where} is {self.bucket_type} in the bucket, not {self.our_type}"


class _RefusedLine(msgspec.Struct):
    original_line: str = ""
    error_message: str = ""


class _Partial(msgspec.Struct):
    """How InfluxDB 3 says which lines it did not take."""

    data: list[_RefusedLine] = []


class Refusals:
    """Counts points that were refused; `clock` gives unix seconds."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._logged: set[object] = set()
        self._recent: tuple[float, str] | None = None
        self._recent_count = 0
        self.count = 0

    @property
    def problem(self) -> str | None:
        """A sentence about what was refused lately, or None."""
        if self._recent is None or self._clock() - self._recent[0] > LATELY_SECONDS:
            return None
        return f"InfluxDB refused {self._recent_count} points lately: {self._recent[1]}"

    def note_line(self, line: str, text: str) -> None:
        """A line was refused alone, for the reason `text`."""
        self._note(1, text, line)

    def note_partial(self, body: str) -> None:
        """A body was taken but for some lines; `body` is the server's whole answer."""
        refused_lines = _refused_lines(body)
        for one in refused_lines:
            self._note(1, one.error_message, one.original_line)
        if not refused_lines:
            text = message_of(body, _MAX_PARTIAL)
            dropped = _DROPPED.search(text)
            count = int(dropped[1]) if dropped else 0
            self._note(max(count, text.count("unable to parse"), 1), text, "")

    def _note(self, count: int, text: str, line: str) -> None:
        conflict = conflict_of(text, line)
        host = host_of(line)
        reason = str(conflict) if conflict else " ".join(text.split())[:_MAX_TEXT]
        self.count += count
        now = self._clock()
        if self.problem is None:
            self._recent_count = 0
        self._recent_count += count
        self._recent = now, reason
        self._log_once(conflict or (host, reason[:60]), host, reason)

    def _log_once(self, cause: object, host: str | None, reason: str) -> None:
        if cause in self._logged:
            return
        if len(self._logged) >= _MAX_CAUSES:
            self._logged.clear()
        self._logged.add(cause)
        _log.error("InfluxDB refuses points%s: %s", f" of host {host}" if host else "", reason)


def host_of(line: str) -> str | None:
    """The host whose line it is, where it has one."""
    match = _HOST.search(line)
    return unescape(match[1]) if match else None


def conflict_of(text: str, line: str = "") -> Conflict | None:
    """The type conflict that a server's text tells of, `line` being the one it refused."""
    match = _CONFLICT.search(text)
    if match:
        return Conflict(match["measurement"], match["field"], match["given"], match["known"])
    match = _COLUMN_CONFLICT.search(text)
    if match is None:
        return None
    measurement = line.partition(" ")[0].partition(",")[0] or "?"
    return Conflict(measurement, match["field"], _last_word(match["given"]), _last_word(match["known"]))


def _last_word(column_type: str) -> str:
    return column_type.rpartition("::")[2]


def _refused_lines(body: str) -> list[_RefusedLine]:
    with suppress(msgspec.DecodeError, UnicodeEncodeError):
        return msgspec.json.decode(body, type=_Partial).data
    return []

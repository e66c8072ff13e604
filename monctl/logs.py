"""Logging: text for people or JSON for machines, to standard error or a file that rotates.

Records carry `host` and `reason` as extra fields where they are about a host.
"""

import json
import logging
import sys
import time
from collections.abc import Callable
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import TYPE_CHECKING

from foundation.display.text import clean_text
from foundation.times import rfc3339
from monctl.settings.log_choices import LogFormat, LogLevel

if TYPE_CHECKING:  # pydantic takes its time to load, and the log is set up before anything is
    from monctl.settings.settings import LogSettings

_ROTATE_AT_BYTES = 10_000_000
_KEEP_FILES = 5
_LINE_LIMIT = 4000
_EXTRA = ("host", "reason")

_CAUSED_BY_CLIENTS = ("web.", "uvicorn.")
_LINES_A_MINUTE = 20
_KINDS_A_MINUTE = 200
_KIND_CHARACTERS = 200


class TextFormatter(logging.Formatter):
    """`2026-01-02T03:04:05.678Z WARNING web-1: refused: …`, times in UTC; tracebacks follow."""

    def format(self, record: logging.LogRecord) -> str:
        """One record as text; what came from a host cannot forge a line."""
        message = clean_text(record.getMessage(), limit=_LINE_LIMIT)
        line = f"{rfc3339(record.created)} {record.levelname} {message}"
        if record.exc_info:
            # indented, so that no text in an exception can pass for a record
            for part in self.formatException(record.exc_info).splitlines():
                line += f"\n    {clean_text(part, limit=_LINE_LIMIT)}"
        return line


class JsonFormatter(logging.Formatter):
    """One JSON object a line: time, level, logger, message; host, reason, traceback where there are any."""

    def format(self, record: logging.LogRecord) -> str:
        """One record as JSON."""
        entry = {
            "time": rfc3339(record.created),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage()[:_LINE_LIMIT],
        }
        entry |= {name: str(getattr(record, name)) for name in _EXTRA if hasattr(record, name)}
        if record.exc_info:
            entry["traceback"] = self.formatException(record.exc_info)
        return json.dumps(entry, ensure_ascii=True)


class RepeatLimit(logging.Filter):
    """Lets few lines of a kind through each minute where clients can cause them, and counts the others.

    A kind is a logger and the text before its figures are put in. The first line of the next minute says how
    many there were. `clock`: seconds on a monotonic clock.
    """

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._clock = clock
        self._minute = 0
        self._counts: dict[tuple[str, str], int] = {}
        self._left_out = 0

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether a record is written; it is told the number of those that were not."""
        if not record.name.startswith(_CAUSED_BY_CLIENTS):
            return True
        minute = int(self._clock() // 60)
        if minute != self._minute:
            self._minute = minute
            self._counts.clear()
        kind = record.name, str(record.msg)[:_KIND_CHARACTERS]
        count = self._counts[kind] = self._counts.get(kind, 0) + 1
        if count > _LINES_A_MINUTE or len(self._counts) > _KINDS_A_MINUTE:
            self._left_out += 1
            return False
        if self._left_out:
            record.msg = (
                f"{record.getMessage()} ({self._left_out:,} lines about requests were left out before)"
            )
            record.args = ()
            self._left_out = 0
        return True


def configure_logging(settings: "LogSettings") -> None:
    """Send the process' log where the settings say; may be called again. Raises OSError for a bad file."""
    handler = _handler(settings.file)
    handler.setFormatter(JsonFormatter() if settings.format is LogFormat.JSON else TextFormatter())
    _install(handler, settings.level)


def configure_early_logging() -> None:
    """Warnings as plain text on standard error, until the settings are known."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(TextFormatter())
    _install(handler, LogLevel.WARNING)


def _install(handler: logging.Handler, level: LogLevel) -> None:
    handler.addFilter(RepeatLimit())
    root = logging.getLogger()
    for old in list(root.handlers):
        root.removeHandler(old)
        old.close()
    root.addHandler(handler)
    root.setLevel(level.upper())
    # asyncssh and SQLAlchemy tell of every connection, uvicorn of itself
    for name in (
        "asyncssh",
        "asyncio",
        "alembic",
        "sqlalchemy",
        "foundation.database.drivers.postgresql",
        "uvicorn.error",
    ):
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))
    # what libraries warn developers of (deprecated ciphers, missing extras) is no line for an operator
    logging.captureWarnings(True)
    logging.getLogger("py.warnings").setLevel(logging.DEBUG if root.level <= logging.DEBUG else logging.ERROR)


def _handler(file: Path | None) -> logging.Handler:
    if file is None:
        return logging.StreamHandler(sys.stderr)
    file.parent.mkdir(parents=True, exist_ok=True)
    return RotatingFileHandler(file, maxBytes=_ROTATE_AT_BYTES, backupCount=_KEEP_FILES, encoding="utf-8")

"""The log: what a line carries, and what it cannot be made to say."""

import json
import logging
import re
import sys
import warnings
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from monctl import logs
from monctl.logs import JsonFormatter, TextFormatter, configure_logging
from monctl.settings.log_choices import LogFormat, LogLevel
from monctl.settings.settings import LogSettings

HOSTILE = "said\n2026-01-01T00:00:00.000Z ERROR forged\r\x1b[2J\x9b31m\u2028\u202e end"
STAMP = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z (DEBUG|INFO|WARNING|ERROR) ")


@pytest.fixture
def _root() -> Iterator[None]:
    """The root logger as it was, at the end."""
    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    root.handlers = []
    yield
    for handler in root.handlers:
        handler.close()
    root.handlers = before
    root.setLevel(level)
    logging.captureWarnings(False)


def _record(message: str, *args: object, exc_info: Any = None, **extra: object) -> logging.LogRecord:
    record = logging.LogRecord("poller.loop", logging.WARNING, __file__, 1, message, args, exc_info)
    record.__dict__.update(extra)
    record.created = 1767323045.678
    return record


def _error(text: str) -> Any:
    try:
        raise ValueError(text)
    except ValueError:
        return sys.exc_info()


def test_a_text_line_has_time_in_utc_level_and_message() -> None:
    line = TextFormatter().format(_record("%s: refused: %s", "web-1", "nobody listens", host="web-1"))
    assert line == "2026-01-02T03:04:05.678Z WARNING web-1: refused: nobody listens"


def test_a_json_line_carries_host_and_reason() -> None:
    entry = json.loads(JsonFormatter().format(_record("%s is down", "web-1", host="web-1", reason="dns")))
    assert entry == {
        "time": "2026-01-02T03:04:05.678Z",
        "level": "warning",
        "logger": "poller.loop",
        "message": "web-1 is down",
        "host": "web-1",
        "reason": "dns",
    }


def test_what_a_host_says_cannot_forge_a_line_of_text() -> None:
    line = TextFormatter().format(_record("web-1: %s", HOSTILE))
    assert len(line.splitlines()) == 1
    assert all(character.isprintable() or character == "\ufffd" for character in line)


def test_what_a_host_says_cannot_forge_a_line_of_json() -> None:
    line = JsonFormatter().format(_record("web-1: %s", HOSTILE, host=HOSTILE))
    assert len(line.splitlines()) == 1
    assert line.isascii()
    assert "\x1b" not in line
    assert json.loads(line)["host"] == HOSTILE


def test_what_an_exception_says_cannot_forge_a_line_either() -> None:
    record = _record("failed", exc_info=_error(HOSTILE))
    first, *others = TextFormatter().format(record).splitlines()
    assert STAMP.match(first)
    assert any("Traceback" in line for line in others)
    assert any("ValueError: said" in line for line in others)
    assert not any(STAMP.match(line) for line in others)
    assert all(character.isprintable() or character == "\ufffd" for line in others for character in line)
    assert "ValueError: said" in json.loads(JsonFormatter().format(record))["traceback"]


def test_a_line_has_a_bound() -> None:
    record = _record("%s", "x" * 100_000)
    assert len(TextFormatter().format(record)) < 5000
    assert len(JsonFormatter().format(record)) < 5000


@pytest.mark.usefixtures("_root")
def test_the_level_is_obeyed_and_chatty_libraries_are_kept_quiet(
    capsys: pytest.CaptureFixture[str],
) -> None:
    configure_logging(LogSettings(level=LogLevel.WARNING))
    logging.getLogger("poller").info("quiet")
    logging.getLogger("poller").warning("loud")
    configure_logging(LogSettings(level=LogLevel.DEBUG))
    logging.getLogger("poller").debug("very loud")
    logging.getLogger("asyncssh").info("a connection")
    said = capsys.readouterr()
    assert [line.split(" ", 1)[1] for line in said.err.splitlines()] == ["WARNING loud", "DEBUG very loud"]
    assert said.out == ""


@pytest.mark.usefixtures("_root")
def test_what_libraries_warn_developers_of_is_told_to_developers_alone(
    capsys: pytest.CaptureFixture[str],
) -> None:
    for level in (LogLevel.INFO, LogLevel.DEBUG):
        configure_logging(LogSettings(level=level))
        with warnings.catch_warnings():
            warnings.simplefilter("always")
            warnings.warn(f"old at {level}", DeprecationWarning, stacklevel=1)
    said = capsys.readouterr().err
    assert "old at info" not in said
    assert "DeprecationWarning: old at debug" in said


@pytest.mark.usefixtures("_root")
@pytest.mark.parametrize("format_", list(LogFormat))
def test_a_file_takes_the_log_in_either_format(
    tmp_path: Path, format_: LogFormat, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "new" / "monctl.log"
    before = datetime.now(UTC).isoformat()
    configure_logging(LogSettings(file=file, format=format_))
    logging.getLogger("poller").warning("web-1: näheres", extra={"host": "web-1", "reason": "dns"})
    (line,) = file.read_text("utf-8").splitlines()
    assert capsys.readouterr().err == ""
    if format_ is LogFormat.JSON:
        entry = json.loads(line)
        assert (entry["message"], entry["host"], entry["reason"]) == ("web-1: näheres", "web-1", "dns")
        assert entry["time"] > before[:19]
    else:
        assert STAMP.match(line)
        assert line.endswith("WARNING web-1: näheres")


@pytest.mark.usefixtures("_root")
def test_a_file_rotates_and_the_oldest_goes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs, "_ROTATE_AT_BYTES", 2000)
    file = tmp_path / "monctl.log"
    configure_logging(LogSettings(file=file))
    for number in range(500):
        logging.getLogger("poller").info("line %d", number)
    found = sorted(path.name for path in tmp_path.iterdir())
    assert found == ["monctl.log", *(f"monctl.log.{number}" for number in range(1, 6))]
    assert all(path.stat().st_size <= 2000 for path in tmp_path.iterdir())
    newest = file.read_text() or (tmp_path / "monctl.log.1").read_text()
    assert newest.endswith("line 499\n")


@pytest.mark.usefixtures("_root")
def test_a_file_that_cannot_be_written_is_an_error_of_the_caller(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="directory"):
        configure_logging(LogSettings(file=tmp_path))

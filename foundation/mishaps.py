"""Errors that nobody expected, in parts of a process that go on all the same: told loudly and counted."""

import contextlib
import logging
import time
from collections.abc import Callable, Iterator, Mapping

_TELL_AGAIN_SECONDS = 60.0


class Mishaps:
    """How many errors nobody expected, by the part of the process that met them.

    Each is logged with its traceback, one that comes again at most once a minute.
    """

    def __init__(self, log: logging.Logger, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._log = log
        self._clock = clock
        self._counts: dict[str, int] = {}
        self._last: dict[str, tuple[str, float]] = {}

    @property
    def counts(self) -> Mapping[str, int]:
        """Part -> errors so far; changes in place."""
        return self._counts

    def expect(self, *parts: str) -> None:
        """Count these parts from now on, from 0."""
        for part in parts:
            self._counts.setdefault(part, 0)

    def note(self, part: str, error: Exception) -> None:
        """Count an error of a part, and tell of it."""
        self._counts[part] = self._counts.get(part, 0) + 1
        now, text = self._clock(), f"{type(error).__name__}: {error}"
        last_text, told_at = self._last.get(part, ("", 0.0))
        if text == last_text and now - told_at < _TELL_AGAIN_SECONDS:
            return
        self._last[part] = (text, now)
        self._log.error(
            "%s: an error in monctl itself (%s). The last good state stays in force, all else goes on. "
            "Undo the last change here, if there was one, and report the traceback below to the project",
            part,
            type(error).__name__,
            exc_info=error,
        )

    @contextlib.contextmanager
    def survived(self, part: str) -> Iterator[None]:
        """Note whatever goes wrong within, and go on after it."""
        try:
            yield
        except Exception as error:  # noqa: BLE001 -- the edge of a part: noted, with its traceback
            self.note(part, error)

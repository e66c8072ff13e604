"""What one poll gives: an outcome and, when it went well, points.

A `PollResult` is the only thing that travels from the poller to the sinks (store, current state,
alert engine, live stream). A failed poll is a `PollResult` too.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Protocol

import msgspec

Labels = tuple[tuple[str, str], ...]
"""Label names and values of a point, sorted by name; `()` for a measurement without labels."""

Number = int | float
"""A field's value: its type (int or float) is fixed by the catalogue and never changes."""


class Outcome(StrEnum):
    """How a poll ended; every member but `OK` is the reason shown to people."""

    OK = "ok"
    DNS = "dns"
    REFUSED = "refused"
    TIMEOUT = "timeout"
    UNREACHABLE = "unreachable"
    HOST_KEY_UNKNOWN = "host_key_unknown"
    HOST_KEY_CHANGED = "host_key_changed"
    HOST_KEY_INVALID = "host_key_invalid"
    AUTH_FAILED = "auth_failed"
    JUMP_DOWN = "jump_down"
    NO_PYTHON = "no_python"
    PROBE_FAILED = "probe_failed"
    BAD_OUTPUT = "bad_output"
    LATE = "late"


class Point(msgspec.Struct, frozen=True):
    """One measurement of one label set; the host, its tags and the time are the `PollResult`'s."""

    measurement: str
    labels: Labels
    fields: dict[str, Number]


class TopProcess(msgspec.Struct, frozen=True):
    """A process among the first by CPU or memory; `cpu_percent` is of one core, None at first sight."""

    pid: int
    user: str
    name: str
    cpu_percent: float | None
    rss: int


class TopProcesses(msgspec.Struct, frozen=True):
    """The first processes of a host, each list sorted with the largest first."""

    by_cpu: tuple[TopProcess, ...] = ()
    by_memory: tuple[TopProcess, ...] = ()


class PollResult(msgspec.Struct, frozen=True, kw_only=True):
    """One poll of one host.

    `time`: unix seconds on the poller's clock, when the host was asked, rounded to milliseconds.
    `duration`: seconds from asking to the decoded answer (or to the failure).
    `detail`: one sentence for people, "" when all went well.
    `jump`: the jump host to blame for a host that is behind one, None otherwise.
    `errors`: collector name -> what went wrong at its last run; the other collectors' points are there.
    `top`: only in results whose poll ran the processes collector.
    `excess`: what was left out of the answer since the host brought too much, for people; "" for nothing.
    `facts`: what the host said of itself at the session's start (os, kernel, python, backend, …);
    only in the first result of a session.
    """

    host: str
    time: float
    outcome: Outcome
    duration: float
    points: tuple[Point, ...] = ()
    detail: str = ""
    jump: str | None = None
    tags: Mapping[str, str] = msgspec.field(default_factory=dict)
    errors: Mapping[str, str] = msgspec.field(default_factory=dict)
    top: TopProcesses | None = None
    facts: Mapping[str, Any] | None = None
    excess: str = ""


class Sink(Protocol):
    """Takes every poll result. `accept` neither blocks nor raises: it queues, with a bound."""

    def accept(self, result: PollResult) -> None:
        """Take one result, in the event loop's thread."""

"""What people read of one alert below its title: a fact a line, what matters most first."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice

from alerts.messages.context import host_name, link_to, main_reading, sentence, word
from alerts.messages.phrases import reading_with_threshold, threshold_phrase
from alerts.messages.processes import process_lines
from alerts.messages.times import moment_text, range_text, span_text
from alerts.messages.words import ENDS, counted
from alerts.notice import Notice, NoticeKind, Reading

SHOWN_MEMBERS = 10
SHOWN_READINGS = 10
SHOWN_PAIRS = 12
LATE_SECONDS = 300.0
"""A notice that is told later than this after it happened says so."""


def body_text(notice: Notice, *, now: float, link_base: str | None) -> str:
    """The whole text of one alert, for a message of its own."""
    lines = _end_lines(notice) if notice.kind is NoticeKind.RESOLVED else _problem_lines(notice, now)
    link = link_to(notice.host, link_base)
    return "\n".join(
        [
            *lines,
            *_name_lines(notice),
            *_late_lines(notice, now),
            *([link] if link else []),
            footer_text(notice),
        ]
    )


def short_text(notice: Notice, *, now: float, link_base: str | None) -> str:
    """The text of one alert among several: three or four lines."""
    if notice.kind is NoticeKind.RESOLVED:
        lines = list(_end_lines(notice))
    else:
        lines = list(_short_problem_lines(notice, now))
    link = link_to(notice.host, link_base)
    return "\n".join([*lines, *_late_lines(notice, now), *([link] if link else []), footer_text(notice)])


def footer_text(notice: Notice) -> str:
    """Host, rule and the alert's id, by which a message that came twice is recognised."""
    return f"{host_name(notice.host)}, {word(notice.rule)}, alert #{notice.alert_id}"


def _problem_lines(notice: Notice, now: float) -> Iterator[str]:
    spent = span_text(notice.time - notice.fired_at)
    if notice.kind is NoticeKind.ESCALATION:
        yield f"Nobody has acknowledged this for {spent}."
    elif notice.kind is NoticeKind.REPEAT:
        yield f"Still firing for {spent}."
    yield from _comparison_lines(notice.readings)
    yield from _reason_lines(notice)
    yield _since_line(notice, now)
    if notice.is_flapping:
        yield "Flapping: it has come and gone several times."
    yield from _members_lines(notice)
    yield from process_lines(notice)
    if notice.help:
        yield sentence(notice.help)


def _short_problem_lines(notice: Notice, now: float) -> Iterator[str]:
    """As `_problem_lines`, without what the title above has said already."""
    yield from _reason_lines(notice)
    reading = main_reading(notice.readings)
    since = _since_line(notice, now)
    if reading is None or reading.metric is None or notice.reason or notice.title is not None:
        yield from _comparison_lines(notice.readings)
        yield since
    else:
        compared = threshold_phrase(reading)
        yield f"{_begun(compared)}, {since[0].lower()}{since[1:]}" if compared else since
        yield from _comparison_lines(each for each in notice.readings if each is not reading)
    yield from _members_lines(notice)


def _end_lines(notice: Notice) -> Iterator[str]:
    span = span_text(notice.time - notice.since)
    yield f"It lasted {span}, from {range_text(notice.since, notice.time)}."
    end = ENDS.get(notice.resolution or "", "")
    if end:
        yield end
    else:
        yield from (f"Now {line}" for line in _comparison_lines(notice.readings))
    if notice.is_flapping:
        yield "Flapping: it has come and gone several times."
    yield from _members_lines(notice)


def _comparison_lines(readings: Iterable[Reading]) -> Iterator[str]:
    for reading in islice(readings, SHOWN_READINGS):
        if not _is_said_otherwise(reading):
            yield reading_with_threshold(reading)


def _is_said_otherwise(reading: Reading) -> bool:
    """Whether the reason or the poller's own line says it better than `host.state is down` would."""
    return reading.metric is None and reading.text.lstrip().startswith(("host.", "poller."))


def _reason_lines(notice: Notice) -> Iterator[str]:
    if not notice.host:
        yield "No host answers: monctl itself may be cut off from the network."
    detail = sentence(notice.detail)
    if detail:
        yield _begun(detail)


def _begun(text: str) -> str:
    """With a capital at its beginning."""
    return f"{text[:1].upper()}{text[1:]}"


def _since_line(notice: Notice, now: float) -> str:
    return f"Since {moment_text(notice.since)}, {span_text(now - notice.since)} ago"


def _late_lines(notice: Notice, now: float) -> Iterator[str]:
    """Says of a notice that could not be sent in time from when it is."""
    if now - notice.time > LATE_SECONDS:
        yield f"Sent {span_text(now - notice.time)} late: this is as of {moment_text(notice.time)}."


def _members_lines(notice: Notice) -> Iterator[str]:
    if notice.members:
        names = ", ".join(host_name(member) for member in notice.members[:SHOWN_MEMBERS])
        more = len(notice.members) - SHOWN_MEMBERS
        rest = f", … and {more} more" if more > 0 else ""
        relation = " behind it" if notice.host else ""
        yield f"{counted(len(notice.members), 'host')}{relation}: {names}{rest}"


def _name_lines(notice: Notice) -> Iterator[str]:
    """Labels beyond the one that the title has, and the host's tags."""
    if len(notice.labels) > 1:
        yield f"Labels: {_pairs(notice.labels)}"
    if notice.tags:
        yield f"Tags: {_pairs(notice.tags)}"


def _pairs(names: Mapping[str, str]) -> str:
    shown = [f"{word(name)}={word(text)}" for name, text in sorted(names.items())[:SHOWN_PAIRS]]
    return ", ".join([*shown, "…"] if len(names) > SHOWN_PAIRS else shown)

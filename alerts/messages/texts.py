"""What people read of one alert: its title, and below it a fact a line, what matters most first.

A rule may bring templates of its own for either; one that fails costs nothing but itself.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice
from types import MappingProxyType

from alerts.errors import TemplateInvalid
from alerts.messages.authored import authored, without_marks
from alerts.messages.context import link_to, main_reading, template_context
from alerts.messages.phrases import (
    clean_marked_lines,
    count_text,
    host_name,
    moment_text,
    place_text,
    quantity_text,
    range_text,
    reading_text,
    reading_with_threshold,
    sentence,
    span_text,
    threshold_phrase,
    word,
)
from alerts.messages.templates import render, render_marked
from alerts.notice import Notice, NoticeKind, Reading
from alerts.states import Resolution
from foundation.display.text import clean_text
from metrics.outcomes import reason_text
from metrics.results import Outcome, TopProcess

MAX_TITLE_CHARACTERS = 200

SHORT_CHARACTERS = 1000
"""The most of a rule's own text in a message that tells of several alerts."""

SHOWN_MEMBERS = 10
SHOWN_READINGS = 10
SHOWN_PAIRS = 12
LATE_SECONDS = 300.0
"""A message that is sent later than this after its notice says so."""

SHOWN_PROCESSES = 5

_BY_CPU = frozenset({"cpu", "system"})
_BY_MEMORY = frozenset({"mem", "memory", "swap"})
"""Measurements and resources for which a list of processes is of use."""

ENDS: Mapping[str, str] = MappingProxyType(
    {
        Resolution.CLEARED: "",
        Resolution.RULE_REMOVED: "It is over because its rule was removed or switched off.",
        Resolution.RULE_CHANGED: "It is over because its rule was changed.",
        Resolution.HOST_REMOVED: "It is over because the host was removed from the inventory.",
        Resolution.HOST_PAUSED: "It is over because the host was paused: nobody looks at it now.",
        Resolution.GONE: "It is over because the host no longer reports what it was about.",
    }
)
"""What ended an alert, where it was not that its condition cleared; by `Resolution`."""


def title_of(notice: Notice, *, link_base: str | None) -> str:
    """A notice's title: that of the rule's template, marked as its author's, or the one that ships."""
    if notice.title is not None:
        try:
            own_title = render_marked(notice.title, template_context(notice, link_base=link_base))
        except TemplateInvalid:
            return title_text(notice)  # the body says why
        title = clean_marked_lines(" ".join(own_title.split()), limit=MAX_TITLE_CHARACTERS)
        if without_marks(title).strip():
            return authored(title)
    return title_text(notice)


def text_of(notice: Notice, *, now: float, link_base: str | None, is_short: bool = False) -> str:
    """A notice's text: that of the rule's template, or the one that ships; both name host and alert.

    What an author wrote is marked as such, and so are links.
    """
    faults = _title_fault(notice, link_base)
    own_text = None
    if notice.message is not None:
        try:
            own_text = render_marked(notice.message, template_context(notice, link_base=link_base))
        except TemplateInvalid as error:
            faults.append(f"(The rule's own message cannot be used: {error})")
    if own_text and without_marks(own_text):
        own_part = clean_marked_lines(own_text, limit=SHORT_CHARACTERS) if is_short else own_text
        return "\n".join([authored(own_part), *faults, footer_text(notice)])
    shipped = short_text if is_short else body_text
    return "\n".join([shipped(notice, now=now, link_base=link_base), *faults])


def title_text(notice: Notice) -> str:
    """How bad, where, what; at most MAX_TITLE_CHARACTERS."""
    host = host_name(notice.host)
    if notice.resolution == Resolution.GONE:
        return cut_title(f"ENDED {host}: {rule_and_place(notice)}, no longer reported")
    if notice.kind is NoticeKind.RESOLVED:
        return cut_title(f"RESOLVED {host}: {rule_and_place(notice)}")
    title = f"{notice.severity.value.upper()} {host}: {what_text(notice)}"
    spent = span_text(notice.time - notice.fired_at)
    match notice.kind:
        case NoticeKind.REPEAT:
            return cut_title(f"{title}, still firing for {spent}")
        case NoticeKind.ESCALATION:
            return cut_title(f"{title}, unacknowledged for {spent}")
    return cut_title(title)


def what_text(notice: Notice) -> str:
    """What is wrong, without the host: `disk 93.2 % full on /var`, `down, connection refused`."""
    if not notice.host:
        return f"no host answers{_members_in_brackets(notice)}"
    if notice.reason:
        return f"{_down_text(notice.reason)}{_members_behind(notice)}"
    reading = main_reading(notice.readings)
    if reading is None:
        return rule_and_place(notice)
    if reading.metric is None:
        return f"{word(notice.rule)}, {reading_with_threshold(reading)}"
    return reading_text(reading)


def rule_and_place(notice: Notice) -> str:
    """`disk-almost-full /var`: what an alert is called where its values do not matter."""
    place = place_text(notice.labels).removeprefix(" on ").strip()
    return f"{word(notice.rule)} {place}".strip()


def cut_title(title: str) -> str:
    """One clean line, not too long for a title."""
    return clean_text(" ".join(title.split()), limit=MAX_TITLE_CHARACTERS)


def body_text(notice: Notice, *, now: float, link_base: str | None) -> str:
    """The whole text of one alert, for a message of its own."""
    lines = _end_lines(notice) if notice.kind is NoticeKind.RESOLVED else _problem_lines(notice, now)
    link = link_to(notice.host, link_base)
    return "\n".join(
        [
            *lines,
            *_name_lines(notice),
            *_late_lines(notice, now),
            *([authored(link)] if link else []),
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
    return "\n".join(
        [*lines, *_late_lines(notice, now), *([authored(link)] if link else []), footer_text(notice)]
    )


def footer_text(notice: Notice) -> str:
    """Host, rule and the alert's id, by which a message that came twice is recognised."""
    return f"{host_name(notice.host)}, {word(notice.rule)}, alert #{notice.alert_id}"


def _title_fault(notice: Notice, link_base: str | None) -> list[str]:
    if notice.title is None:
        return []
    try:
        render(notice.title, template_context(notice, link_base=link_base))
    except TemplateInvalid as error:
        return [f"(The rule's own title cannot be used: {error})"]
    return []


def _down_text(reason: str) -> str:
    if reason == Outcome.HOST_KEY_CHANGED:
        return "SSH host key has changed"
    return f"down, {word(reason_text(reason))}"


def _members_behind(notice: Notice) -> str:
    return f", and {count_text(len(notice.members), 'host')} behind it" if notice.members else ""


def _members_in_brackets(notice: Notice) -> str:
    return f" ({count_text(len(notice.members), 'host')})" if notice.members else ""


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
    if notice.damped_until is not None:
        end = moment_text(notice.damped_until)
        yield f"It comes and goes: until {end} it is told again only if it lasts."
    yield from _members_lines(notice)
    yield from _process_lines(notice)
    if notice.help:
        yield authored(sentence(notice.help))


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
        yield f"{_with_capital(compared)}, {since[0].lower()}{since[1:]}" if compared else since
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
        yield _with_capital(detail)


def _with_capital(text: str) -> str:
    """With a capital at its beginning."""
    return f"{text[:1].upper()}{text[1:]}"


def _since_line(notice: Notice, now: float) -> str:
    return f"Since {moment_text(notice.since)}, {span_text(now - notice.since)} ago"


def _late_lines(notice: Notice, now: float) -> Iterator[str]:
    """The time of a notice that could not be sent soon."""
    if now - notice.time > LATE_SECONDS:
        yield f"Sent {span_text(now - notice.time)} late: this is as of {moment_text(notice.time)}."


def _members_lines(notice: Notice) -> Iterator[str]:
    if notice.members:
        names = ", ".join(host_name(member) for member in notice.members[:SHOWN_MEMBERS])
        more = len(notice.members) - SHOWN_MEMBERS
        rest = f", … and {more} more" if more > 0 else ""
        relation = " behind it" if notice.host else ""
        yield f"{count_text(len(notice.members), 'host')}{relation}: {names}{rest}"


def _name_lines(notice: Notice) -> Iterator[str]:
    """Labels beyond the one that the title has, and the host's tags."""
    if len(notice.labels) > 1:
        yield f"Labels: {_pairs(notice.labels)}"
    if notice.tags:
        yield f"Tags: {_pairs(notice.tags)}"


def _pairs(names: Mapping[str, str]) -> str:
    pairs = [f"{word(name)}={word(text)}" for name, text in sorted(names.items())[:SHOWN_PAIRS]]
    return ", ".join([*pairs, "…"] if len(names) > SHOWN_PAIRS else pairs)


def _process_lines(notice: Notice) -> Iterator[str]:
    """A heading and up to five processes, by CPU, by memory, or nothing."""
    if notice.top is None:
        return
    subjects = {(reading.metric or "").partition(".")[0] for reading in notice.readings}
    subjects |= {reading.labels.get("resource", "") for reading in notice.readings}
    if subjects & _BY_CPU:
        # the first answer of a probe has no CPU use of processes: that takes two
        measured_processes = tuple(
            process for process in notice.top.by_cpu if process.cpu_percent is not None
        )
        yield from _table("Most CPU, in percent of one core:", measured_processes, _cpu_text)
    if subjects & _BY_MEMORY:
        yield from _table("Most memory:", notice.top.by_memory, _memory_text)


def _table(
    heading: str, processes: tuple[TopProcess, ...], amount: Callable[[TopProcess], str]
) -> Iterator[str]:
    if not processes:
        return
    yield heading
    for process in processes[:SHOWN_PROCESSES]:
        yield f"- {word(process.name)} {amount(process)} (pid {process.pid}, {word(process.user)})"


def _cpu_text(process: TopProcess) -> str:
    return quantity_text(process.cpu_percent, "percent")


def _memory_text(process: TopProcess) -> str:
    return quantity_text(process.rss, "bytes")

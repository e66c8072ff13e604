"""What an alert is called in one line."""

from alerts.messages.context import host_name, main_reading, word
from alerts.messages.phrases import place_text, reading_text, reading_with_threshold
from alerts.messages.times import span_text
from alerts.messages.words import counted, reason_text
from alerts.notice import Notice, NoticeKind
from foundation.display.text import clean_text
from metrics.results import Outcome

MAX_TITLE_CHARACTERS = 200


def title_text(notice: Notice) -> str:
    """How bad, where, what; at most MAX_TITLE_CHARACTERS."""
    host = host_name(notice.host)
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


def _down_text(reason: str) -> str:
    if reason == Outcome.HOST_KEY_CHANGED:
        return "SSH host key has changed"
    return f"down, {word(reason_text(reason))}"


def _members_behind(notice: Notice) -> str:
    return f", and {counted(len(notice.members), 'host')} behind it" if notice.members else ""


def _members_in_brackets(notice: Notice) -> str:
    return f" ({counted(len(notice.members), 'host')})" if notice.members else ""

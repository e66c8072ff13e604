"""Notices in, one message out: one alert with its text, up to ten each with its own, more as a list."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from alerts.messages.authored import authored, cut, ended, without_marks
from alerts.messages.message import Message, MessageKind
from alerts.messages.phrases import clean_marked_lines, count_text, host_name, span_text, word
from alerts.messages.texts import cut_title, rule_and_place, text_of, title_of
from alerts.notice import Notice, NoticeKind
from alerts.severity import Severity

MAX_WITH_TEXT = 10
"""The most alerts of which a message has the text of each."""

MAX_LISTED = 1000
"""The most alerts that one message names."""

SHOWN_RULES = 20

_ORDER = {NoticeKind.FIRING: 0, NoticeKind.REPEAT: 1, NoticeKind.ESCALATION: 2, NoticeKind.RESOLVED: 3}


@dataclass(frozen=True, slots=True)
class Story:
    """All notices of one alert, by their time; there is at least one."""

    notices: tuple[Notice, ...]

    @property
    def last(self) -> Notice:
        """The newest notice, which says the state of the alert."""
        return self.notices[-1]

    @property
    def is_over(self) -> bool:
        """Whether the alert has ended."""
        return self.last.kind is NoticeKind.RESOLVED


def compose(
    notices: Sequence[Notice], *, now: float, link_base: str | None, limit: int | None = None
) -> Message:
    """One message for all of them: one alert, up to ten each with its text, or a summary.

    `limit`: the most characters of the body; several alerts are then a short list, with how many more there
    are and the link.

    `notices`: at least one, in any order. `now`: unix seconds. `link_base`: the dashboard's address, None
    for no links. Every alert's id and host are in the text, up to a thousand alerts. The title is one line
    of at most 200 characters; neither it nor the body has control characters other than line ends.
    """
    stories = stories_of(notices)
    if limit is not None and len(stories) > 1:
        body = short_summary_text(stories, link_base=link_base, limit=limit)
    elif len(stories) > MAX_WITH_TEXT:
        body = summary_text(stories, now=now, link_base=link_base)
    elif len(notices) > 1:
        body = group_text(stories, now=now, link_base=link_base)
    else:
        body = text_of(stories[0].last, now=now, link_base=link_base)
    if limit is not None and len(stories) == 1:
        body = shortened(body, limit)
    title = count_title(stories) if len(stories) > 1 else title_of(stories[0].last, link_base=link_base)
    is_marked = (title, body) != (without_marks(title), without_marks(body))
    plain_title = cut_title(without_marks(title))
    plain_body = clean_marked_lines(without_marks(body), limit=len(body) + 1)
    return Message(
        plain_title,
        plain_body,
        _kind(stories),
        worst_severity(stories),
        marked_title=title if is_marked else None,
        marked_body=body if is_marked else None,
    )


def _kind(stories: Sequence[Story]) -> MessageKind:
    over = sum(story.is_over for story in stories)
    if over == 0:
        return MessageKind.PROBLEM
    return MessageKind.RESOLVED if over == len(stories) else MessageKind.MIXED


def stories_of(notices: Iterable[Notice]) -> list[Story]:
    """One story for each alert, the worst first: those that fire, then by severity, then the oldest."""
    notices_by_alert: dict[object, list[Notice]] = {}
    for notice in notices:
        notices_by_alert.setdefault(_alert_key(notice), []).append(notice)
    stories = [Story(tuple(sorted(group, key=_moment))) for group in notices_by_alert.values()]
    return sorted(stories, key=_badness)


def worst_severity(stories: Sequence[Story]) -> Severity:
    """The worst of the alerts that fire; of all, where none does."""
    firing = [story for story in stories if not story.is_over] or stories
    return max((story.last.severity for story in firing), key=lambda severity: severity.rank)


def _alert_key(notice: Notice) -> object:
    # a notice that was queued before its row had an id is known by what makes an alert the same
    return notice.alert_id or (notice.rule, notice.host, tuple(sorted(notice.labels.items())))


def _moment(notice: Notice) -> tuple[float, int]:
    return notice.time, _ORDER[notice.kind]


def _badness(story: Story) -> tuple[bool, int, float, str, int]:
    last = story.last
    return story.is_over, -last.severity.rank, last.since, last.host, last.alert_id


def count_title(stories: Sequence[Story]) -> str:
    """`3 alerts: 2 critical, 1 warning`, with the host or else the rule that all have in common."""
    if all(story.is_over for story in stories):
        return cut_title(f"{count_text(len(stories), 'alert')} resolved{_in_common(stories)}")
    return cut_title(f"{count_text(len(stories), 'alert')}{_in_common(stories)}: {_counts(stories)}")


def group_text(stories: Sequence[Story], *, now: float, link_base: str | None) -> str:
    """Each alert with its title and text; several notices of one alert in their order."""
    return "\n\n".join(
        f"{title_of(notice, link_base=link_base)}\n"
        f"{text_of(notice, now=now, link_base=link_base, is_short=True)}"
        for story in stories
        for notice in story.notices
    )


def summary_text(stories: Sequence[Story], *, now: float, link_base: str | None) -> str:
    """Counts, the worst ten, and every other alert on a line, up to MAX_LISTED."""
    return "\n".join(_summary_lines(stories, now, link_base))


def short_summary_text(stories: Sequence[Story], *, link_base: str | None, limit: int) -> str:
    """Counts, as many alerts as have room, the worst first, how many more there are, and the link."""
    link = [authored(f"{link_base.rstrip('/')}/")] if link_base else []
    more = _more_line(len(stories))
    frames = ([_counts(stories), more, *link], [more, *link], [more])
    frame = next((frame for frame in frames if _length(frame) <= limit), [more])
    room = limit - _length(frame)
    lines = []
    for line in map(_list_line, stories):
        room -= len(line) + 1
        if room < 0:
            break
        lines.append(line)
    left_out = len(stories) - len(lines)
    lines += [_more_line(left_out)] if left_out else []
    place = frame.index(more)
    return "\n".join([*frame[:place], *lines, *frame[place + 1 :]])


def _length(lines: Sequence[str]) -> int:
    """The characters of lines that are put together."""
    return sum(len(without_marks(line)) + 1 for line in lines) - 1


def shortened(text: str, limit: int) -> str:
    """The text of one alert, cut before its last line, which names the alert."""
    if len(without_marks(text)) <= limit:
        return text
    head, _, footer = text.rpartition("\n")
    room = limit - len(without_marks(footer)) - 1
    return f"{ended(cut(head, room))}\n{footer}" if room > 1 else footer


def _more_line(count: int) -> str:
    return f"… and {count} more: monctl alerts list"


def _summary_lines(stories: Sequence[Story], now: float, link_base: str | None) -> Iterator[str]:
    yield _counts(stories)
    yield from _rule_lines(stories)
    yield ""
    yield "The worst:"
    for story in stories[:MAX_WITH_TEXT]:
        last = story.last
        yield f"- {title_of(last, link_base=link_base)}"
        yield f"  {_how_long(story, now)}; {host_name(last.host)}, alert #{last.alert_id}"
    rest = stories[MAX_WITH_TEXT:MAX_LISTED]
    if rest:
        yield ""
        yield "The others:"
    yield from (_list_line(story) for story in rest)
    if len(stories) > MAX_LISTED:
        yield _more_line(len(stories) - MAX_LISTED)
    if link_base:
        yield ""
        yield authored(f"{link_base.rstrip('/')}/")


def _list_line(story: Story) -> str:
    last = story.last
    state = "resolved" if story.is_over else last.severity.value
    return f"- {state}: {host_name(last.host)}, {rule_and_place(last)}, #{last.alert_id}"


def _how_long(story: Story, now: float) -> str:
    last = story.last
    if last.kind is NoticeKind.RESOLVED:
        return f"lasted {span_text(last.time - last.since)}"
    return f"for {span_text(now - last.since)}"


def _rule_lines(stories: Sequence[Story]) -> Iterator[str]:
    rules = Counter(story.last.rule for story in stories).most_common()
    yield "By rule: " + ", ".join(f"{word(rule)} {count}" for rule, count in rules[:SHOWN_RULES])
    if len(rules) > SHOWN_RULES:
        yield f"and {count_text(len(rules) - SHOWN_RULES, 'rule')} more"


def _counts(stories: Sequence[Story]) -> str:
    firing = Counter(story.last.severity for story in stories if not story.is_over)
    parts = [f"{firing[severity]} {severity.value}" for severity in reversed(Severity) if firing[severity]]
    over = sum(story.is_over for story in stories)
    return ", ".join([*parts, f"{over} resolved"] if over else parts)


def _in_common(stories: Sequence[Story]) -> str:
    hosts = {story.last.host for story in stories}
    if len(hosts) == 1:
        return f" on {host_name(hosts.pop())}"
    rules = {story.last.rule for story in stories}
    return f" of {word(rules.pop())}" if len(rules) == 1 else ""

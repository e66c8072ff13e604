"""Messages that tell of several alerts: up to ten each with its text, more as a list, the worst first."""

from collections import Counter
from collections.abc import Iterator, Sequence

from alerts.messages.context import host_name, word
from alerts.messages.own import text_of, title_of
from alerts.messages.story import Story
from alerts.messages.times import span_text
from alerts.messages.titles import cut_title, rule_and_place
from alerts.messages.words import counted
from alerts.notice import NoticeKind
from alerts.severity import Severity

MAX_TOLD = 10
"""The most alerts that are told each with its text."""

MAX_LISTED = 1000
"""The most alerts that one message names."""

SHOWN_RULES = 20


def count_title(told: Sequence[Story]) -> str:
    """`3 alerts: 2 critical, 1 warning`, with the host or else the rule that all have in common."""
    if all(story.is_over for story in told):
        return cut_title(f"{counted(len(told), 'alert')} resolved{_in_common(told)}")
    return cut_title(f"{counted(len(told), 'alert')}{_in_common(told)}: {_counts(told)}")


def group_text(told: Sequence[Story], *, now: float, link_base: str | None) -> str:
    """Each alert with its title and text; several notices of one alert in their order."""
    return "\n\n".join(
        f"{title_of(notice, link_base=link_base)}\n"
        f"{text_of(notice, now=now, link_base=link_base, is_short=True)}"
        for story in told
        for notice in story.notices
    )


def summary_text(told: Sequence[Story], *, now: float, link_base: str | None) -> str:
    """Counts, the worst ten, and every other alert on a line, up to MAX_LISTED."""
    return "\n".join(_summary_lines(told, now, link_base))


def _summary_lines(told: Sequence[Story], now: float, link_base: str | None) -> Iterator[str]:
    yield _counts(told)
    yield from _rule_lines(told)
    yield ""
    yield "The worst:"
    for story in told[:MAX_TOLD]:
        last = story.last
        yield f"- {title_of(last, link_base=link_base)}"
        yield f"  {_how_long(story, now)}; {host_name(last.host)}, alert #{last.alert_id}"
    rest = told[MAX_TOLD:MAX_LISTED]
    if rest:
        yield ""
        yield "The others:"
    yield from (_listed(story) for story in rest)
    if len(told) > MAX_LISTED:
        yield f"… and {len(told) - MAX_LISTED} more: monctl alerts list"
    if link_base:
        yield ""
        yield f"{link_base.rstrip('/')}/"


def _listed(story: Story) -> str:
    last = story.last
    state = "resolved" if story.is_over else last.severity.value
    return f"- {state}: {host_name(last.host)}, {rule_and_place(last)}, #{last.alert_id}"


def _how_long(story: Story, now: float) -> str:
    last = story.last
    if last.kind is NoticeKind.RESOLVED:
        return f"lasted {span_text(last.time - last.since)}"
    return f"for {span_text(now - last.since)}"


def _rule_lines(told: Sequence[Story]) -> Iterator[str]:
    rules = Counter(story.last.rule for story in told).most_common()
    yield "By rule: " + ", ".join(f"{word(rule)} {count}" for rule, count in rules[:SHOWN_RULES])
    if len(rules) > SHOWN_RULES:
        yield f"and {counted(len(rules) - SHOWN_RULES, 'rule')} more"


def _counts(told: Sequence[Story]) -> str:
    firing = Counter(story.last.severity for story in told if not story.is_over)
    parts = [f"{firing[severity]} {severity.value}" for severity in reversed(Severity) if firing[severity]]
    over = sum(story.is_over for story in told)
    return ", ".join([*parts, f"{over} resolved"] if over else parts)


def _in_common(told: Sequence[Story]) -> str:
    hosts = {story.last.host for story in told}
    if len(hosts) == 1:
        return f" on {host_name(hosts.pop())}"
    rules = {story.last.rule for story in told}
    return f" of {word(rules.pop())}" if len(rules) == 1 else ""

"""Notices in, one message out."""

from collections.abc import Sequence

from alerts.messages.message import Message, MessageKind
from alerts.messages.own import text_of, title_of
from alerts.messages.quantities import MAX_WORD_CHARACTERS
from alerts.messages.story import Story, stories, worst_severity
from alerts.messages.summary import MAX_TOLD, count_title, group_text, summary_text
from alerts.messages.times import moment_text
from alerts.messages.titles import cut_title
from alerts.notice import Notice
from alerts.severity import Severity
from foundation.display.text import clean_text


def compose(notices: Sequence[Notice], *, now: float, link_base: str | None) -> Message:
    """One message for all of them: one alert, up to ten each with its text, or a summary.

    `notices`: at least one, in any order. `now`: unix seconds. `link_base`: the dashboard's address, None
    for no links. Every alert's id and host are in the text, up to a thousand alerts. The title is one line
    of at most 200 characters; neither it nor the body has control characters other than line ends.
    """
    told = stories(notices)
    severity = worst_severity(told)
    kind = _kind(told)
    if len(told) > MAX_TOLD:
        return Message(count_title(told), summary_text(told, now=now, link_base=link_base), kind, severity)
    if len(told) > 1:
        return Message(count_title(told), group_text(told, now=now, link_base=link_base), kind, severity)
    title = title_of(told[0].last, link_base=link_base)
    if len(told[0].notices) > 1:
        return Message(title, group_text(told, now=now, link_base=link_base), kind, severity)
    return Message(title, text_of(told[0].last, now=now, link_base=link_base), kind, severity)


def test_message(channel: str, now: float) -> Message:
    """A message that only shows that `channel` can be reached; `now`: unix seconds."""
    name = clean_text(channel, limit=MAX_WORD_CHARACTERS)
    body = (
        f"If you can read this, monctl's alerts reach the channel {name}.\n"
        f"Sent at {moment_text(now)} by somebody who tried it; nothing is wrong."
    )
    return Message(cut_title(f"TEST monctl: channel {name}"), body, MessageKind.TEST, Severity.INFO)


def _kind(told: Sequence[Story]) -> MessageKind:
    over = sum(story.is_over for story in told)
    if over == 0:
        return MessageKind.PROBLEM
    return MessageKind.RESOLVED if over == len(told) else MessageKind.MIXED

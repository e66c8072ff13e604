"""Messages as long as their service takes them: a flood of parts would neither be read nor ever end."""

import math
from collections.abc import Sequence
from typing import Protocol

from alerts.channels.channel import Capacity
from alerts.channels.markup import rendered_length
from alerts.messages.compose import MAX_WITH_TEXT
from alerts.messages.message import Message
from alerts.notice import Notice

MOST_PARTS = 3
"""The most messages that a service with short ones gets for what is not a summary."""

_LONG = 30_000
"""A service with messages this long, such as mail, gets a long summary in as many parts."""

_FILLED = 0.95
_SMALLER = 0.8
_TRIES = 12


class Compose(Protocol):
    """Makes one message of notices, as of a time (unix seconds); called in a thread.

    `limit`: the most characters of its body, None for any.
    """

    def __call__(self, notices: Sequence[Notice], now: float, limit: int | None = None) -> Message:
        """The message."""


def fitted(compose: Compose, notices: Sequence[Notice], now: float, capacity: Capacity | None) -> Message:
    """A message that its service takes in one part; a few alerts with their texts in three at most."""
    message = compose(notices, now)
    if capacity is None:
        return message
    alerts = len({notice.alert_id for notice in notices})
    most = MOST_PARTS if alerts <= MAX_WITH_TEXT or capacity.characters >= _LONG else 1
    if parts_of(message, capacity) <= most:
        return message
    most = MOST_PARTS if alerts == 1 else 1
    limit = float(capacity.characters * most)
    for _ in range(_TRIES):
        message = compose(notices, now, int(limit))
        if parts_of(message, capacity) <= most:
            break
        limit *= _SMALLER
    return message


def parts_of(message: Message, capacity: Capacity) -> int:
    """In how many parts a service gets a message."""
    title = message.title if message.marked_title is None else message.marked_title
    body = message.body if message.marked_body is None else message.marked_body
    length = rendered_length(body, capacity.dialect, is_html=capacity.is_html)
    if not capacity.has_title:
        length += rendered_length(f"{title}\n", capacity.dialect, is_html=capacity.is_html)
    return max(1, math.ceil(length / max(1.0, capacity.characters * _FILLED)))

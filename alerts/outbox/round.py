"""One round of a channel: what was claimed on its way to each of the channel's targets.

A service that refuses a message of several alerts may dislike one of them: the message is halved until what
it refuses stands alone. Whether that is refused for its content, or the channel refuses everything, is shown
by what else is taken.
"""

from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from types import MappingProxyType

from alerts.channels.channel import Channel
from alerts.channels.notifier import Sent, named
from alerts.outbox.notification import Queued
from foundation.display.text import clean_text

ERROR_CHARACTERS = 1000

_MOST_SENT = 24
"""The most messages that one round tries."""

_MOST_SUSPECTS = 2
"""So many alerts refused alone, and nothing taken: it is the channel that refuses."""

Tell = Callable[[Channel, Sequence[Queued]], Awaitable[Sent]]
"""Sends one message to one target."""

Remember = Callable[[Mapping[int, Sequence[str]]], Awaitable[None]]
"""Writes down which targets have which rows, so that whoever goes on after a stop or a crash knows."""

_NO_ANSWERS: Mapping[str, Sent] = MappingProxyType({})


class Round:
    """Sends rows to targets; afterwards it says of each row where it stands.

    `targets`: those of the channel, at least one. `may_go_on`: whether there is time for another message.
    `remember` is asked after each message that leaves some to be sent. `retry_after`: for how many seconds a
    service asked to be left alone, None where none did.
    """

    def __init__(
        self,
        targets: Sequence[Channel],
        tell: Tell,
        *,
        may_go_on: Callable[[], bool],
        remember: Remember,
    ) -> None:
        self._remember = remember
        self._rows: Sequence[Queued] = ()
        self._targets = {target.target_key: target for target in targets}
        self._tell = tell
        self._may_go_on = may_go_on
        self._sent_count = 0
        self._reached: dict[int, set[str]] = {}
        self._refusals: dict[int, dict[str, Sent]] = {}
        self._failures: dict[str, Sent] = {}
        self._suspects: dict[int, Mapping[str, Sent]] = {}
        self.has_accepted = False
        self.retry_after: float | None = None

    async def run(self, rows: Sequence[Queued]) -> None:
        """Send rows, in order, as one message where possible."""
        self._rows = rows
        self._reached = {row.id: set(row.reached) & self._targets.keys() for row in rows}
        parts = deque(self._by_what_lacks(rows))
        while parts and self._goes_on():
            part = parts.popleft()
            answers = await self._send(part)
            if not answers:
                continue  # those that lack it failed before in this round
            refused = {key: sent for key, sent in answers.items() if sent.is_refusal}
            if self._reached[part[0].id]:
                # Others took the same: it is the target that is wrong, and it stays so.
                for row in part:
                    self._refusals.setdefault(row.id, {}).update(refused)
            elif len(refused) < len(answers) or not all(sent.is_about_content for sent in refused.values()):
                self._failures.update(refused)
            elif len(part) > 1:
                middle = len(part) // 2
                parts.extendleft([part[middle:], part[:middle]])
            else:
                self._suspects[part[0].id] = refused

    def is_sent(self, row: Queued) -> bool:
        """Whether every target has it."""
        return self._reached[row.id] >= self._targets.keys()

    def is_settled(self, row: Queued) -> bool:
        """Whether nothing is gained by another try: each target has it, or refuses it for good."""
        if row.id in self._suspects:
            return self.has_accepted
        return self._targets.keys() <= self._reached[row.id] | self._refusals.get(row.id, _NO_ANSWERS).keys()

    def reached(self, row: Queued) -> tuple[str, ...]:
        """The keys of the targets that have it."""
        return tuple(sorted(self._reached[row.id]))

    def error(self, row: Queued) -> str:
        """What those said that do not have it; "" where each has it."""
        answers = {
            **self._failures,
            **self._suspects.get(row.id, _NO_ANSWERS),
            **self._refusals.get(row.id, _NO_ANSWERS),
        }
        among = len(self._targets)
        texts = [
            named(sent, self._targets[key], among=among)
            for key, sent in answers.items()
            if key not in self._reached[row.id]
        ]
        return clean_text("; ".join(dict.fromkeys(texts)), limit=ERROR_CHARACTERS)

    def _goes_on(self) -> bool:
        is_channel_to_blame = len(self._suspects) >= _MOST_SUSPECTS and not self.has_accepted
        return (
            not is_channel_to_blame
            and self._sent_count < _MOST_SENT
            and self._failures.keys() < self._targets.keys()
            and (self._sent_count == 0 or self._may_go_on())
        )

    def _by_what_lacks(self, rows: Sequence[Queued]) -> list[list[Queued]]:
        """The rows, those together that the same targets have: nobody gets again what it has."""
        groups: dict[frozenset[str], list[Queued]] = {}
        for row in rows:
            groups.setdefault(frozenset(self._reached[row.id]), []).append(row)
        return list(groups.values())

    async def _send(self, part: Sequence[Queued]) -> dict[str, Sent]:
        """The answers of the targets that lack it, those aside that failed in this round."""
        answers: dict[str, Sent] = {}
        for key, target in self._targets.items():
            if key in self._reached[part[0].id] or key in self._failures:
                continue
            if answers and not self._may_go_on():
                break
            sent = answers[key] = await self._tell(target, part)
            self._sent_count += 1
            self._note(key, sent, part)
            if sent.ok and not all(map(self.is_sent, self._rows)):
                await self._remember({row.id: self.reached(row) for row in part})
        return answers

    def _note(self, key: str, sent: Sent, part: Sequence[Queued]) -> None:
        if sent.ok:
            self.has_accepted = True
            for row in part:
                self._reached[row.id].add(key)
            return
        if not sent.is_refusal:
            self._failures[key] = sent
        if sent.retry_after is not None:
            self.retry_after = max(self.retry_after or 0.0, sent.retry_after)

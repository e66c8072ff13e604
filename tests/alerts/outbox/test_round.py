"""What a round does with a service that refuses: one message, one target, or everything."""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.channels.channel import Channel
from alerts.channels.notifier import Sent
from alerts.channels.reasons import public_reason
from alerts.notice import Notice, NoticeKind
from alerts.outbox.notification import Queued
from alerts.outbox.round import Round
from alerts.severity import Severity

NOTICE = Notice(
    kind=NoticeKind.FIRING,
    alert_id=1,
    rule="r",
    severity=Severity.WARNING,
    host="web-1",
    labels={},
    tags={},
    since=0.0,
    fired_at=0.0,
    time=0.0,
)
OK = Sent(True, "", 0.1)
REFUSED = Sent(False, "the service refused it (HTTP 400): it said: no", 0.1, status=400)
NOT_FOUND = Sent(False, "the service refused it (HTTP 404)", 0.1, status=404)
BUSY = Sent(False, "the service refused it (HTTP 429)", 0.1, status=429, retry_after=90.0)
DOWN = Sent(False, "the connection was refused", 0.1)

Answer = Callable[[str, Sequence[int]], Sent]


def rows(count: int, *, reached: Iterable[str] = ()) -> list[Queued]:
    """Rows with the ids from 1 on."""
    return [
        Queued(
            id=number, alert_id=number, notice=NOTICE, created_at=0.0, attempts=1, reached=frozenset(reached)
        )
        for number in range(1, count + 1)
    ]


class Trial:
    """One round over rows; `sent`: target and ids of every message."""

    def __init__(self, queued: Sequence[Queued], answer: Answer, *targets: str, time: int = 1000) -> None:
        self.queued = queued
        self.sent: list[tuple[str, list[int]]] = []
        self.taken: dict[str, list[int]] = {}
        channels = [
            Channel("ops", "json://h", target=name, target_number=number)
            for number, name in enumerate(targets, start=1)
        ] or [Channel("ops", "json://h")]

        async def tell(target: Channel, part: Sequence[Queued]) -> Sent:
            name, ids = target.target or "", [row.id for row in part]
            self.sent.append((name, ids))
            outcome = answer(name, ids)
            if outcome.ok:
                self.taken.setdefault(name, []).extend(ids)
            return outcome

        async def remember(reached: Mapping[int, Sequence[str]]) -> None:
            self.remembered |= reached

        self.remembered: dict[int, Sequence[str]] = {}
        self.round = Round(channels, tell, may_go_on=lambda: len(self.sent) < time, remember=remember)
        asyncio.run(self.round.run(queued))

    def ids(self, is_so: Callable[[Queued], object]) -> list[int]:
        """The rows of which something is so."""
        return [row.id for row in self.queued if is_so(row)]


def poisoned(*ids: int, sent: Sent = REFUSED) -> Answer:
    """A service that refuses whatever holds one of these."""
    return lambda target, part: sent if set(ids) & set(part) else OK


def test_what_is_taken_at_once_is_one_message() -> None:
    trial = Trial(rows(5), lambda target, part: OK)
    assert trial.sent == [("", [1, 2, 3, 4, 5])]
    assert trial.remembered == {}, "what is over is written down once, at its end"
    assert trial.ids(trial.round.is_sent) == [1, 2, 3, 4, 5]


@pytest.mark.parametrize("status", [400, 403, 413, 415, 422])
@pytest.mark.parametrize("bad", [1, 5, 8])
def test_of_a_group_only_what_is_refused_stays_behind_and_is_over(bad: int, status: int) -> None:
    answer = poisoned(bad, sent=Sent(False, "the service refused it", 0.1, status=status))
    trial = Trial(rows(8), answer)
    others = [number for number in range(1, 9) if number != bad]
    assert trial.taken[""] == others, "in order, and each once"
    assert trial.ids(trial.round.is_sent) == others
    assert trial.ids(trial.round.is_settled) == list(range(1, 9))
    assert trial.round.error(trial.queued[bad - 1]) == "the service refused it"


def test_a_service_that_takes_short_messages_gets_several() -> None:
    too_large = Sent(False, "the service refused it (HTTP 413)", 0.1, status=413)
    trial = Trial(rows(300), lambda target, part: too_large if len(part) > 80 else OK)
    assert trial.taken[""] == list(range(1, 301))


def test_a_channel_that_refuses_everything_is_asked_a_few_times_and_nothing_is_given_up() -> None:
    trial = Trial(rows(1000), lambda target, part: REFUSED)
    assert len(trial.sent) <= 12
    assert trial.ids(trial.round.is_settled) == []
    assert trial.round.error(trial.queued[0]) == REFUSED.answer


def test_a_message_refused_alone_is_tried_again_as_long_as_nothing_else_is_taken() -> None:
    trial = Trial(rows(1), lambda target, part: REFUSED)
    assert trial.ids(trial.round.is_settled) == []


@pytest.mark.parametrize("answer", [DOWN, BUSY, NOT_FOUND, Sent(False, "failed", 0.1, status=503)])
def test_a_service_that_is_away_gets_one_message_a_round(answer: Sent) -> None:
    trial = Trial(rows(20), lambda target, part: answer)
    assert len(trial.sent) == 1
    assert trial.ids(trial.round.is_settled) == []
    assert trial.round.error(trial.queued[19]) == answer.answer
    assert trial.round.retry_after == answer.retry_after


def test_a_target_that_fails_gets_what_it_lacks_and_the_others_nothing_twice() -> None:
    first = Trial(rows(3), lambda target, part: DOWN if target == "b" else OK, "a", "b", "c")
    assert first.taken == {"a": [1, 2, 3], "c": [1, 2, 3]}
    assert first.ids(first.round.is_settled) == []
    assert first.round.error(first.queued[0]) == "the connection was refused: to target 2"
    again = Trial(rows(3, reached=first.round.reached(first.queued[0])), lambda *_: OK, "a", "b", "c")
    assert again.sent == [("b", [1, 2, 3])]
    assert again.ids(again.round.is_sent) == [1, 2, 3]


def test_a_target_that_refuses_what_others_took_is_named_and_not_asked_again() -> None:
    trial = Trial(rows(4), lambda target, part: REFUSED if target == "b" else OK, "a", "b")
    assert trial.sent == [("a", [1, 2, 3, 4]), ("b", [1, 2, 3, 4])]
    assert trial.ids(trial.round.is_settled) == [1, 2, 3, 4]
    assert trial.ids(trial.round.is_sent) == []
    error = trial.round.error(trial.queued[0])
    assert error == "the service refused it (HTTP 400): to target 2: it said: no"
    assert public_reason(error) == "the service refused it (HTTP 400)"


def test_the_end_of_an_alert_reaches_those_who_can_be_reached() -> None:
    began, ended = rows(2)
    began = rows(1, reached=[Channel("ops", "", target="a").target_key])[0]
    trial = Trial([began, ended], lambda target, part: DOWN if target == "b" else OK, "a", "b")
    assert trial.taken == {"a": [2]}
    assert len(trial.sent) == 2
    assert trial.ids(trial.round.is_settled) == []


def test_what_only_a_failing_target_lacks_waits_for_it() -> None:
    half = rows(6, reached=[Channel("ops", "", target="a").target_key])
    trial = Trial([*rows(8)[6:], *half], lambda target, part: DOWN if target == "b" else OK, "a", "b")
    assert trial.taken == {"a": [7, 8]}
    assert trial.ids(trial.round.is_settled) == []


def test_when_time_is_up_what_was_not_tried_waits_without_an_error() -> None:
    late = Trial(rows(8), poisoned(8), time=2)
    assert late.taken[""] == [1, 2, 3, 4]
    assert late.round.error(late.queued[7]) == ""


@given(
    bad=st.sets(st.integers(1, 40), max_size=3),
    targets=st.sets(st.sampled_from("abc"), max_size=3),
    down=st.sets(st.sampled_from("abc"), max_size=2),
)
def test_nobody_gets_anything_twice_and_whatever_is_over_was_taken_or_refused(
    bad: set[int], targets: set[str], down: set[str]
) -> None:
    def answer(target: str, part: Sequence[int]) -> Sent:
        return DOWN if target in down else poisoned(*bad)(target, part)

    trial = Trial(rows(40), answer, *sorted(targets))
    for row in trial.queued:
        if trial.round.reached(row) and not all(map(trial.round.is_sent, trial.queued)):
            assert trial.remembered[row.id] == trial.round.reached(row)
    for ids in trial.taken.values():
        assert sorted(ids) == sorted(set(ids))
        assert not bad & set(ids)
    for row in trial.queued:
        if trial.round.is_settled(row):
            assert trial.round.is_sent(row) or row.id in bad
        if trial.round.is_sent(row):
            assert all(row.id in trial.taken[name] for name in targets or {""})

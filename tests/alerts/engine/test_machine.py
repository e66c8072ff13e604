"""The states of one alert, as tables and as properties of any run."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.engine.machine import (
    FLAP_SECONDS,
    FLAPPING_FROM,
    AlertStatus,
    Evaluation,
    Event,
    hold_seconds,
    step,
)
from alerts.states import AlertState

START = 1_800_000_000.0

Run = list[tuple[float, Event]]


def _look(after: float, is_true: bool | None, *, for_seconds: float = 0.0, **fields: bool) -> Evaluation:
    is_over = None if is_true is None else not is_true
    look = Evaluation(now=START + after, is_true=is_true, is_over=is_over, for_seconds=for_seconds)
    return replace(look, **fields)


def _run(*looks: Evaluation) -> tuple[AlertStatus | None, Run]:
    standing: AlertStatus | None = None
    events: Run = []
    for look in looks:
        standing, happened = step(standing, look)
        events += [(look.now - START, event) for event in happened]
    return standing, events


def test_a_rule_without_for_fires_at_the_first_sample_and_resolves_at_the_first_that_is_clear() -> None:
    _, events = _run(_look(0, True), _look(5, True), _look(10, False), _look(15, False))
    assert events == [(0, Event.FIRING), (10, Event.RESOLVED)]


def test_an_alert_fires_once_its_condition_has_held_for_long_enough() -> None:
    looks = [_look(at, True, for_seconds=10) for at in (0, 5, 9.9, 10, 15)]
    assert _run(*looks)[1] == [(0, Event.PENDING), (10, Event.FIRING)]


def test_a_condition_that_ends_early_is_cancelled_and_begins_anew() -> None:
    looks = [_look(at, at != 5, for_seconds=10) for at in (0, 5, 10, 15, 20)]
    expected = [(0, Event.PENDING), (5, Event.CANCELLED), (10, Event.PENDING), (20, Event.FIRING)]
    assert _run(*looks)[1] == expected


def test_without_data_nothing_fires_and_nothing_resolves() -> None:
    pending = _run(_look(0, True, for_seconds=10), _look(20, None, for_seconds=10))
    assert pending[1] == [(0, Event.PENDING)]
    firing = _run(_look(0, True), *(_look(at, None) for at in range(5, 5000, 5)))
    assert firing[1] == [(0, Event.FIRING)]


def test_a_clock_that_nobody_watched_for_long_starts_anew() -> None:
    looks = [_look(at, True, for_seconds=10) for at in (0, 301, 306, 311)]
    expected = [(0, Event.PENDING), (301, Event.CANCELLED), (301, Event.PENDING), (311, Event.FIRING)]
    assert _run(*looks)[1] == expected


def test_a_clock_survives_a_gap_as_short_as_its_for() -> None:
    looks = [_look(at, True, for_seconds=900) for at in (0, 899, 900)]
    assert _run(*looks)[1] == [(0, Event.PENDING), (900, Event.FIRING)]


def test_an_alert_that_is_held_fires_when_it_is_let_go() -> None:
    looks = [_look(0, True, is_held=True), _look(5, True, is_held=True), _look(10, True)]
    assert _run(*looks)[1] == [(0, Event.PENDING), (10, Event.FIRING)]


def test_between_when_and_clear_a_firing_alert_goes_on() -> None:
    looks = [_look(0, True), _look(5, False, is_over=False), _look(10, False, is_over=True)]
    assert _run(*looks)[1] == [(0, Event.FIRING), (10, Event.RESOLVED)]


def test_a_clock_set_back_makes_nothing_fire_early_and_nothing_hang() -> None:
    looks = [_look(at, True, for_seconds=10) for at in (0, -3600, -3595, -3590)]
    assert _run(*looks)[1] == [(0, Event.PENDING), (-3590, Event.FIRING)]


@pytest.mark.parametrize(("firings", "seconds"), [(1, 0), (2, 0), (3, 60), (4, 120), (7, 900), (50, 900)])
def test_the_more_often_it_fired_the_longer_it_must_stay_clear(firings: int, seconds: float) -> None:
    assert hold_seconds(firings) == seconds


def test_an_alert_that_flaps_for_an_hour_is_told_a_few_times() -> None:
    looks = [_look(at, at % 10 == 0) for at in range(0, 3600, 5)]
    standing, events = _run(*looks)
    assert standing is not None
    assert standing.is_flapping
    assert [event for _, event in events] == [Event.FIRING, Event.RESOLVED] * 2 + [Event.FIRING]


def test_after_a_quiet_hour_flapping_is_forgotten() -> None:
    looks = [_look(at, at % 10 == 0) for at in range(0, 20, 5)]
    looks += [_look(at, False) for at in range(20, 200, 5)]
    standing, _ = _run(*looks, _look(20 + FLAP_SECONDS, False))
    assert standing is None


_LOOKS = st.lists(
    st.tuples(
        st.sampled_from([0.0, 1.0, 5.0, 60.0, 400.0]),
        st.sampled_from([True, True, False, None]),
        st.sampled_from([True, False, None]),
        st.booleans(),
    ),
    max_size=60,
)


@given(_LOOKS, st.sampled_from([0.0, 5.0, 300.0]))
def test_whatever_happens_every_run_of_events_makes_sense(
    rows: list[tuple[float, bool | None, bool | None, bool]], for_seconds: float
) -> None:
    standing: AlertStatus | None = None
    now, state = START, "none"
    follows = {
        "none": {Event.PENDING: "pending", Event.FIRING: "firing"},
        "pending": {Event.CANCELLED: "none", Event.FIRING: "firing"},
        "firing": {Event.RESOLVED: "none"},
    }
    for elapsed, is_true, is_over, is_held in rows:
        now += elapsed
        look = Evaluation(now=now, is_true=is_true, is_over=is_over, for_seconds=for_seconds, is_held=is_held)
        before = standing
        standing, events = step(standing, look)
        for event in events:
            assert event in follows[state], "resolved only after firing, fired only once"
            state = follows[state][event]
        if Event.FIRING in events:
            assert is_true
            assert not is_held
            since = now if before is None or before.state is AlertState.RESOLVED else before.since
            assert now - since >= for_seconds
        if Event.RESOLVED in events:
            assert is_over
            assert not is_true
        is_open = standing is not None and standing.state is not AlertState.RESOLVED
        assert is_open == (state != "none")
        again, more = step(standing, look)
        if Event.CANCELLED not in events and Event.RESOLVED not in events:
            assert more == (), "the same look twice makes one event"
            assert again == standing


@given(st.lists(st.booleans(), min_size=1, max_size=700))
def test_messages_about_one_alert_in_an_hour_are_few(values: list[bool]) -> None:
    _, events = _run(*(_look(at * 5, is_true) for at, is_true in enumerate(values)))
    assert sum(event is Event.FIRING for _, event in events) <= FLAPPING_FROM + 6

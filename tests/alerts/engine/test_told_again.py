"""Repeats, escalations, edits and noise: what is told again, to whom, and how often."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, select

from alerts.engine.changes import AlertKey, ChangeKind
from alerts.engine.ledger import Entry
from alerts.history.restore import open_entries
from alerts.history.writer import AlertWriter
from alerts.rules.rule import Escalation, Rule
from alerts.severity import Severity
from alerts.tables import AlertRow, NotificationRow
from tests.alerts.engine.building import START, Bench, failed, good, host, memory, point, rule

FIRING, RESOLVED, REPEAT = ChangeKind.FIRING, ChangeKind.RESOLVED, ChangeKind.REPEAT
ESCALATION = ChangeKind.ESCALATION
HOUR, DAY = 3600, 86400
CHANNELS = {"all": Severity.INFO, "ops": Severity.WARNING, "boss": Severity.CRITICAL}


def tick(bench: Bench, begin: float, end: float, every: float = 60) -> list[ChangeKind]:
    """Let time pass; what is said."""
    at = begin
    while at <= end:
        bench.engine.tick(START + at)
        at += every
    return bench.kinds()


def test_a_metric_is_not_repeated_while_its_host_is_down_and_is_again_once_it_is_back() -> None:
    down = rule("down", 'host.state == "down"', repeat_seconds=1200)
    bench = Bench(rule(repeat_seconds=600), down)
    bench.feed(memory(START, 99.0)).said()
    for at in range(30, 7200, 30):
        bench.feed(failed(START + at))
        bench.engine.tick(START + at)
    told = Counter((change.kind, change.key.rule) for change in bench.changes)
    assert told[REPEAT, "r"] == 0
    assert told[REPEAT, "down"] >= 4
    bench.said()
    bench.feed(memory(START + 7200, 99.0))
    bench.engine.tick(START + 7201)
    assert (REPEAT, "r") in [(change.kind, change.key.rule) for change in bench.changes]


def test_a_rule_that_asks_for_the_host_is_repeated_while_it_is_down() -> None:
    bench = Bench(rule(when="nodata(1m) or mem.used_percent > 90", repeat_seconds=600))
    bench.feed(memory(START, 99.0)).said()
    for at in range(30, 1300, 30):
        bench.feed(failed(START + at))
        bench.engine.tick(START + at)
    assert bench.kinds() == [REPEAT, REPEAT]


@pytest.mark.parametrize("back", [HOUR, 5 * HOUR, 400 * DAY])
def test_a_clock_set_back_stops_neither_repeats_nor_escalation(back: float) -> None:
    escalated = rule(repeat_seconds=1800, escalate=Escalation(after_seconds=1500, channels=("boss",)))
    bench = Bench(escalated)
    bench.feed(memory(START, 99.0)).said()
    assert tick(bench, 0, 1200) == []
    said = tick(bench, 1200 - back, 1200 - back + 2 * 1800 + 60)
    assert said.count(REPEAT) == 2
    assert said.count(ESCALATION) == 1


def test_a_host_whose_clock_is_ahead_is_repeated_all_the_same() -> None:
    bench = Bench(rule(repeat_seconds=600))
    bench.feed(memory(START + DAY, 99.0)).said()
    assert tick(bench, 0, 1300).count(REPEAT) == 2


def told(engine: Engine) -> list[tuple[str, str]]:
    """Channel and kind of every notification, in order."""
    with Session(engine) as session:
        return [(row.channel, row.kind) for row in session.exec(select(NotificationRow))]


@pytest.mark.parametrize(
    ("before", "after", "new"),
    [
        ({"severity": Severity.WARNING}, {"severity": Severity.CRITICAL}, ["boss"]),
        ({"channels": ("ops",)}, {"channels": ("ops", "all")}, ["all"]),
        ({"channels": ("ops",)}, {"channels": ("all",)}, ["all"]),
        ({"channels": ("ops",), "severity": Severity.CRITICAL}, {"channels": None}, ["all", "boss"]),
        ({"severity": Severity.CRITICAL}, {"severity": Severity.INFO}, []),
        ({"channels": ()}, {"channels": ()}, []),
        ({}, {"help": "Look."}, []),
        ({}, {"for_seconds": 5.0, "repeat_seconds": 60.0}, []),
    ],
)
@pytest.mark.parametrize("is_restarted", [False, True])
def test_an_edit_while_it_fires_tells_those_whom_it_concerns_only_now(
    engine: Engine, before: dict[str, Any], after: dict[str, Any], new: list[str], is_restarted: bool
) -> None:
    old = rule(**before)
    edited = replace(old, **after)
    writer = AlertWriter(engine, channels=lambda: CHANNELS, clock=lambda: START)
    bench = Bench(old)
    bench.feed(memory(START, 99.0))
    writer.write(bench.changes)
    first = told(engine)
    if is_restarted:
        bench = Bench(edited)
        for key, entry in restored(engine, edited):
            bench.engine.restore(key, entry)
        bench.engine.settle(START + 20)
    else:
        bench.changes.clear()
        bench.engine.apply_rules([edited], START + 10)
        bench.engine.apply_rules([edited], START + 11)
    writer.write(bench.changes)
    # Which channels a rule had is not kept across a restart.
    expected = [] if is_restarted and "channels" in after else new
    assert told(engine) == [*first, *((channel, "firing") for channel in expected)]
    with Session(engine) as session:
        (row,) = session.exec(select(AlertRow))
    assert row.severity == edited.severity
    bench.changes.clear()
    bench.feed(memory(START + 30, 1.0))
    writer.write(bench.changes)
    ends = [channel for channel, kind in told(engine) if kind == "resolved"]
    assert sorted(ends) == sorted({channel for channel, _ in [*first, *((one, "") for one in expected)]})


def restored(engine: Engine, found: Rule) -> list[tuple[AlertKey, Entry]]:
    """What a restart takes up."""
    entries = open_entries(engine, now=START + 20, find_rule=lambda name: found, seen_at=lambda _: START + 10)
    return list(entries.items())


def test_a_repeat_goes_by_the_edited_rule_also_while_the_host_says_nothing() -> None:
    bench = Bench(rule(repeat_seconds=DAY))
    bench.feed(memory(START, 99.0)).said()
    bench.engine.apply_rules([rule(repeat_seconds=600)], START + 1)
    assert tick(bench, 0, 700) == [REPEAT]


def firings_of_a_day(wave: Callable[[int], float], **fields: Any) -> Bench:
    """A day of memory that goes up and down."""
    bench = Bench(rule(**fields))
    for at in range(0, DAY, 60):
        bench.feed(memory(START + at, wave(at)))
        bench.engine.tick(START + at)
    return bench


@pytest.mark.parametrize("period_minutes", [4, 10, 34, 40, 60])
def test_noise_at_a_threshold_is_told_some_of_the_times_a_day(period_minutes: int) -> None:
    period = period_minutes * 60
    bench = firings_of_a_day(lambda at: 99.0 if at % period < period / 2 else 10.0)
    firings = [change for change in bench.changes if change.kind is FIRING]
    assert 3 <= len(firings) <= 24
    damped = [change for change in firings if change.damped_until is not None]
    assert not damped or damped[0].damped_until == pytest.approx(firings[1].time + DAY)


def test_what_fires_less_often_than_the_budget_is_told_each_time() -> None:
    bench = firings_of_a_day(lambda at: 99.0 if at % (2 * HOUR) < HOUR else 10.0)
    assert [change.kind for change in bench.changes].count(FIRING) == 12
    assert not any(change.damped_until for change in bench.changes)


@pytest.mark.parametrize(("severity", "minutes"), [(Severity.CRITICAL, 5), (Severity.WARNING, 30)])
def test_what_lasts_is_told_though_the_budget_is_spent(severity: Severity, minutes: int) -> None:
    bench = firings_of_a_day(lambda at: 99.0 if at % 2400 < 1200 else 10.0, severity=severity)
    bench.said()
    for at in range(DAY, DAY + HOUR, 60):
        bench.feed(memory(START + at, 99.0))
    firing = next(change for change in bench.changes if change.kind is FIRING)
    assert firing.time - START - DAY <= minutes * 60


def test_the_budget_is_of_a_rule_and_host_and_first_firings_do_not_count() -> None:
    bench = Bench(rule(), hosts={name: host(name) for name in ("web-1", "web-2")})
    for at in range(0, DAY, 600):
        bench.feed(memory(START + at, 99.0 if at % 2400 < 1200 else 10.0))
    bench.said()
    bench.feed(memory(START + DAY, 99.0, host="web-2"))
    assert bench.said() == [(FIRING, "web-2")]
    many = Bench(rule(when="disk.used_percent > 90"))
    for number in range(150):
        disk = point("disk", (("path", f"/{number}"),), used_percent=99.0)
        many.feed(good(START + number, disk))
    assert [change.damped_until for change in many.changes] == [None] * 150

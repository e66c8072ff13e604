"""The rule table: the file's rules follow the file, the API's are changed here, what ships lies below."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, text
from sqlmodel import Session

from alerts.errors import AlertsInvalid, RuleShips
from alerts.rules.defaults import DEFAULT_SPECS
from alerts.rules.document import parse_rules
from alerts.rules.export import export_rules, spec_of
from alerts.rules.repository import RuleRepository
from alerts.rules.rule import Rule, RuleOwner
from alerts.rules.view import rule_view
from foundation.database.changes import Changes
from foundation.documents.report import Report
from foundation.documents.yaml import read_yaml
from foundation.records.errors import RecordConflict, RecordExists, RecordFileOwned, RecordUnknown
from tests.alerts.rules.writing import any_rule, written
from tests.support.databases import Database
from tests.support.examples import examples

FILE = "monctl.yaml"
BUSY = {"when": "cpu.usage_active > 90"}
CHANNELS = {"ops", "mail"}


class Clock:
    """A clock that goes on by a minute each time it is asked."""

    def __init__(self) -> None:
        self.now = datetime(2026, 1, 1, tzinfo=UTC)

    def __call__(self) -> datetime:
        self.now += timedelta(minutes=1)
        return self.now


@pytest.fixture
def rules(engine: Engine) -> RuleRepository:
    return RuleRepository(engine, channels=lambda: CHANNELS, clock=Clock())


@pytest.fixture
def bare(engine: Engine) -> RuleRepository:
    """Without the rules that ship."""
    return RuleRepository(engine, uses_defaults=False, clock=Clock())


def _names(rules: RuleRepository) -> list[str]:
    return [stored.name for stored in rules.list()]


def test_what_ships_is_there_from_the_start(rules: RuleRepository) -> None:
    assert _names(rules) == sorted(DEFAULT_SPECS)
    stored = rules.get("host-down")
    assert (stored.owner, stored.version, stored.created_at) == (RuleOwner.DEFAULT, 0, None)
    assert stored.spec == DEFAULT_SPECS["host-down"]
    assert rules.rules().problems == ()
    assert len(rules.rules().rules) == len(DEFAULT_SPECS)


def test_the_table_follows_the_file(bare: RuleRepository) -> None:
    first = written("- {name: a, when: poller.cut_off}\n- {name: b, when: disk.free < 1}\n")
    assert bare.sync_file(first, FILE) == Changes(added=("a", "b"))
    second = written("- {name: b, when: disk.free < 2}\n\n- {name: c, when: disk.free < 3}\n")
    assert bare.sync_file(second, FILE) == Changes(added=("c",), changed=("b",), removed=("a",))
    assert bare.rules().rules == tuple(one.rule for one in second)
    assert (bare.get("b").version, bare.get("c").line, bare.get("c").file) == (2, 3, FILE)


def test_what_has_not_changed_is_not_written(bare: RuleRepository) -> None:
    text = "- {name: a, when: poller.cut_off}\n"
    bare.sync_file(written(text), FILE)
    before = bare.get("a"), bare.revision()
    assert bare.sync_file(written(text), FILE) == Changes()
    assert (bare.get("a"), bare.revision()) == before
    assert bare.sync_file(written(f"\n{text}"), FILE) == Changes()
    assert (bare.get("a").line, bare.get("a").version) == (2, 1)


def test_the_revision_grows_with_every_change(rules: RuleRepository) -> None:
    seen = [rules.revision()]
    changes: tuple[Callable[[], Any], ...] = (
        lambda: rules.sync_file(written("- {name: a, when: poller.cut_off}"), FILE),
        lambda: rules.add("b", BUSY),
        lambda: rules.replace("b", BUSY | {"for": "1m"}),
        lambda: rules.patch("b", {"for": "2m"}),
        lambda: rules.patch("cpu-busy", {"enabled": False}),
        lambda: rules.remove("cpu-busy"),
        lambda: rules.remove("b"),
    )
    for change in changes:
        change()
        seen.append(rules.revision())
    assert seen == list(range(8))


def test_a_rule_of_the_file_with_the_name_of_one_that_ships_is_laid_over_it(rules: RuleRepository) -> None:
    rules.sync_file(written("- {name: cpu-busy, severity: info}\n- {name: load-high, enabled: false}"), FILE)
    stored = rules.get("cpu-busy")
    assert (stored.owner, stored.overrides_default, stored.spec) == (
        RuleOwner.FILE,
        True,
        {"severity": "info"},
    )
    assert stored.rule is not None
    assert stored.rule.when == DEFAULT_SPECS["cpu-busy"]["when"]
    in_force = {rule.name: rule for rule in rules.rules().rules}
    assert not in_force["load-high"].is_enabled
    rules.sync_file((), FILE)
    assert rules.get("cpu-busy").owner is RuleOwner.DEFAULT


def test_a_rule_that_ships_can_be_changed_and_set_back(rules: RuleRepository) -> None:
    changed = rules.patch("disk-full", {"for": "10m", "repeat": None, "labels": {"path": "/srv*"}})
    assert (changed.owner, changed.version, changed.overrides_default) == (RuleOwner.API, 1, True)
    assert changed.rule is not None
    assert (changed.rule.for_seconds, changed.rule.repeat_seconds) == (600.0, None)
    assert changed.rule.labels["path"] == ("/srv*",)
    assert "mode" in changed.rule.labels
    assert changed.spec.keys() == {"for", "repeat", "labels"}
    again = rules.patch("disk-full", {"for": None})
    assert again.rule is not None
    assert (again.rule.for_seconds, again.rule.repeat_seconds) == (0.0, None)
    rules.remove("disk-full")
    assert rules.get("disk-full").spec == DEFAULT_SPECS["disk-full"]


def test_a_rule_that_ships_cannot_be_removed(rules: RuleRepository) -> None:
    with pytest.raises(RuleShips, match="ships with monctl: switch it off with `enabled: false`"):
        rules.remove("cpu-busy")
    with pytest.raises(RecordExists):
        rules.add("cpu-busy", BUSY)


def test_without_the_rules_that_ship_one_of_them_can_be_asked_for(bare: RuleRepository) -> None:
    assert _names(bare) == []
    with pytest.raises(RecordUnknown):
        bare.get("disk-full")
    bare.add("disk-full", {})
    assert [rule.name for rule in bare.rules().rules] == ["disk-full"]


def test_a_name_belongs_to_the_file_or_to_the_api(rules: RuleRepository) -> None:
    rules.add("mine", BUSY)
    rules.patch("cpu-busy", {"enabled": False})
    claiming = (
        "- {name: other, when: poller.cut_off}\n- {name: mine, when: poller.cut_off}\n- {name: cpu-busy}\n"
    )
    with pytest.raises(AlertsInvalid) as caught:
        rules.sync_file(written(claiming), FILE)
    assert [str(problem) for problem in caught.value.problems] == [
        f"monctl.yaml:{line}: alerts.rules.{name}: the API has a rule `{name}` since 2026-01-01: "
        "remove that one, or give this one another name"
        for line, name in ((2, "mine"), (3, "cpu-busy"))
    ]
    with pytest.raises(RecordUnknown):
        rules.get("other")


def test_a_rule_of_the_file_is_not_changed_here(rules: RuleRepository) -> None:
    rules.sync_file(written("\n- {name: a, when: poller.cut_off}"), FILE)
    refused: tuple[Callable[[], Any], ...] = (
        lambda: rules.replace("a", BUSY),
        lambda: rules.patch("a", {"for": "1m"}),
        lambda: rules.remove("a"),
    )
    for change in refused:
        with pytest.raises(RecordFileOwned, match=r"rule `a` belongs to monctl\.yaml, line 2") as caught:
            change()
        assert not isinstance(caught.value, RuleShips)
    with pytest.raises(RecordExists, match=r"in monctl\.yaml, line 2"):
        rules.add("a", BUSY)


def test_an_unknown_rule_is_named_with_the_nearest(rules: RuleRepository) -> None:
    asked: tuple[Callable[[], Any], ...] = (
        lambda: rules.get("cpu-bsy"),
        lambda: rules.remove("cpu-bsy"),
        lambda: rules.patch("cpu-bsy", {}),
        lambda: rules.replace("cpu-bsy", BUSY),
    )
    for ask in asked:
        with pytest.raises(RecordUnknown, match="there is no rule `cpu-bsy`, did you mean `cpu-busy`"):
            ask()


def test_two_who_change_the_same_version_do_not_overwrite_each_other(rules: RuleRepository) -> None:
    version = rules.add("a", BUSY).version
    changed = rules.replace("a", BUSY | {"for": "1m"}, expected_version=version)
    with pytest.raises(RecordConflict, match="it is at version 2, not 1"):
        rules.replace("a", BUSY, expected_version=version)
    with pytest.raises(RecordConflict):
        rules.remove("a", expected_version=version)
    assert rules.get("a") == changed
    rules.patch("cpu-busy", {"for": "1m"}, expected_version=0)
    with pytest.raises(RecordConflict):
        rules.patch("cpu-busy", {"for": "2m"}, expected_version=0)


def test_a_rule_of_the_api_is_checked_like_one_of_the_file(rules: RuleRepository) -> None:
    before = rules.list()
    changes: tuple[Callable[[], Any], ...] = (
        lambda: rules.add("b", {"for": "x"}),
        lambda: rules.patch("cpu-busy", {"wen": "x"}),
    )
    for change in changes:
        with pytest.raises(AlertsInvalid):
            change()
    with pytest.raises(AlertsInvalid, match=r"b\.channels: unknown channel `opps`, did you mean `ops`"):
        rules.add("b", BUSY | {"channels": ["opps"]})
    assert rules.list() == before


def test_a_new_rule_of_the_file_that_names_no_channel_that_there_is_changes_nothing(
    rules: RuleRepository, engine: Engine
) -> None:
    text = "- {name: a, when: poller.cut_off}\n- {name: b, when: poller.cut_off, channels: [mail]}\n"
    rules.sync_file(written(text), FILE)
    with pytest.raises(AlertsInvalid, match=r"monctl\.yaml:2: alerts\.rules\.b\.channels: unknown"):
        rules.sync_file(written(text.replace("mail", "mial")), FILE)
    later = RuleRepository(engine, channels=lambda: {"ops"})
    assert later.sync_file(written(text), FILE) == Changes(), (
        "a channel that is gone stops nobody from starting"
    )
    assert [str(problem) for problem in later.rules().problems] == ["b.channels: unknown channel `mail`"]
    assert "b" in [rule.name for rule in later.rules().rules]


def test_a_row_that_cannot_be_used_harms_no_other(rules: RuleRepository, engine: Engine) -> None:
    rules.add("a", BUSY)
    rules.add("b", BUSY)
    with engine.begin() as connection:
        connection.execute(text("""UPDATE rule SET spec = '{"when": "no.such > 1"}' WHERE name = 'a'"""))
    found = rules.rules()
    names = [rule.name for rule in found.rules]
    assert "b" in names
    assert "a" not in names
    (problem,) = found.problems
    assert problem.field == "a.when"
    view = rule_view(rules.get("a"))
    assert view["problems"] == [str(problem)]
    assert "severity" not in view


def test_a_note_is_kept_with_the_change_or_not_at_all(rules: RuleRepository) -> None:
    noted: list[str] = []

    def note(session: Session) -> None:
        noted.append("called")
        raise RuntimeError("the audit log is full")

    changes: tuple[Callable[[], Any], ...] = (
        lambda: rules.add("a", BUSY, note=note),
        lambda: rules.add_all({"a": BUSY}, note=note),
        lambda: rules.patch("cpu-busy", {"for": "1m"}, note=note),
    )
    before = rules.list(), rules.revision()
    for change in changes:
        with pytest.raises(RuntimeError):
            change()
    assert len(noted) == 3
    assert (rules.list(), rules.revision()) == before


def test_many_rules_are_added_all_or_none(rules: RuleRepository) -> None:
    with pytest.raises(AlertsInvalid) as caught:
        rules.add_all({"a": {"when": "x"}, "b": BUSY, "c": {}})
    assert {problem.field for problem in caught.value.problems} == {"a.when", "c"}
    rules.add("b", BUSY)
    with pytest.raises(RecordExists):
        rules.add_all({"a": BUSY, "b": BUSY})
    assert "a" not in _names(rules)
    rules.add_all({"a": BUSY, "cpu-busy": {"enabled": False}})
    assert rules.get("cpu-busy").overrides_default


def test_writers_wait_for_each_other(database: Database, engine: Engine) -> None:
    def add_ten(writer: int) -> None:
        own_engine = database.open()
        for number in range(10):
            RuleRepository(own_engine).add(f"{writer}-{number}", BUSY)
        own_engine.dispose()

    writers = [threading.Thread(target=add_ten, args=(number,)) for number in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    rules = RuleRepository(engine, uses_defaults=False)
    assert len(rules.list()) == rules.revision() == 40


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=examples(30), deadline=None
)
@given(st.lists(any_rule(), max_size=3, unique_by=lambda rule: rule.name), st.booleans())
def test_loading_what_was_exported_gives_the_same_rules(
    engine: Engine, found: list[Rule], is_laid_over: bool
) -> None:
    rules = RuleRepository(engine)
    for stored in rules.list():
        if stored.owner is RuleOwner.API:
            rules.remove(stored.name)
    rules.sync_file((), FILE)
    rules.add_all({rule.name: spec_of(rule) for rule in found})
    if is_laid_over:
        rules.patch("disk-full", {"for": "7m", "repeat": None})
    before = rules.rules()
    exported = export_rules(one for one in rules.list() if one.owner is RuleOwner.API)
    for rule in before.rules:
        if rule.owner is RuleOwner.API:
            rules.remove(rule.name)
    document = read_yaml(exported.replace("$${", "${"), Report(FILE))
    report = Report(FILE)
    rules.sync_file(parse_rules(document["alerts"]["rules"], report), FILE)
    assert report.problems == []
    assert rules.rules() == before

"""What is written of a rule, checked and made into a Rule; and back."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

from alerts.errors import AlertsInvalid
from alerts.expression.compiled import Compiled, Scope, compile_expression
from alerts.rules.defaults import DEFAULT_SPECS
from alerts.rules.keys import KEYS, field_of
from alerts.rules.names import check_rule_name
from alerts.rules.rule import NEVER, Rule, RuleOwner
from foundation.documents.keys import refuse_unknown_keys
from foundation.documents.report import Report, nearest, shown
from foundation.documents.values import Place, attempt
from foundation.documents.yaml import Located
from metrics.catalog import LABELS

Spec = Mapping[str, Any]
"""A rule as it is written, without its name; it can be stored as JSON. None takes a key away."""

_SCOPES = {
    Scope.SERIES: "metrics",
    Scope.HOST: "the host itself",
    Scope.POLLER: "the poller",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenRule:
    """A rule of a file: what it comes to, its line (from 1, None from elsewhere), and its spec as written."""

    rule: Rule
    line: int | None
    spec: dict[str, Any]


def merge_default(name: str, spec: Spec) -> dict[str, Any]:
    """The spec, laid key by key over that of the rule of this name that ships, if there is one."""
    whole = {**DEFAULT_SPECS.get(name, {}), **spec}
    return {key: value for key, value in whole.items() if value is not None}


def check_rule(
    name: str,
    spec: Spec,
    place: Place,
    *,
    channels: Collection[str] | None = None,
    owner: RuleOwner = RuleOwner.API,
) -> Rule | None:
    """The rule; None after noting every problem at the place.

    `channels`: the names that there are, None for not looking.
    """
    before = len(place.report.problems)
    # nothing stops at the first problem: all of them are told at once
    attempt(lambda value, _: check_rule_name(value), name, place)
    refuse_unknown_keys(spec, KEYS, place)
    whole = merge_default(name, spec)
    fields = {
        field_of(name): attempt(key.parse, whole[name], place.inside(spec, name))
        for name, key in KEYS.items()
        if name in whole
    }
    if "when" not in whole:
        place.wrong("has no `when:`")
    _check_conditions(fields, spec, place)
    if channels is not None:
        _check_channels(fields, spec, place, channels)
    if len(place.report.problems) > before:
        return None
    return Rule(name=name, owner=owner, **fields)


def parse_rule(
    name: str,
    spec: Spec,
    *,
    channels: Collection[str] | None = None,
    owner: RuleOwner = RuleOwner.API,
    file: str | None = None,
    line: int | None = None,
) -> Rule:
    """As `check_rule` for a rule that stands alone; raises AlertsInvalid with every problem."""
    report = Report(file)
    rule = check_rule(name, spec, Place(report, str(name), line, None), channels=channels, owner=owner)
    if rule is None:
        raise AlertsInvalid(report.problems)
    return rule


def parse_rules(document: object, report: Report, *, field: str = "rules") -> tuple[WrittenRule, ...]:
    """The rules of a list as it stands in monctl.yaml, each with its `name`; problems go to the report.

    Of mappings that `foundation.documents.yaml` has read the lines are known.
    """
    if document is None:
        return ()
    if not isinstance(document, list | tuple):
        report.add(None, field, message=f"must be a list of rules, not {shown(document)}")
        return ()
    rules: dict[str, WrittenRule] = {}
    lines: dict[str, int | None] = {}
    for number, item in enumerate(document):
        place = Place(report, f"{field}.{number}", getattr(item, "line", None), None)
        rule = _listed_rule(item, place, field=field)
        if rule is None:
            continue
        name = rule.rule.name
        if name in lines:
            where = f" on line {lines[name]}" if lines[name] else ""
            report.add(
                rule.line, f"{field}.{name}", message=f"the rule {shown(name)} is there already{where}"
            )
            continue
        lines[name] = rule.line
        rules[name] = rule
    return tuple(rules.values())


def _check_conditions(fields: Mapping[str, Any], spec: Spec, place: Place) -> None:
    """Note where `clear`, `hosts` and `labels` do not go with `when`."""
    if fields.get("when") is None:
        return
    when = compile_expression(fields["when"])
    clear = fields.get("clear")
    if clear is not None and clear != NEVER:
        _check_clear(compile_expression(clear), when, place.inside(spec, "clear"))
    if when.scope is Scope.POLLER and fields.get("hosts"):
        place.inside(spec, "hosts").wrong("an alert of the poller itself has no hosts")
    _check_labels(fields.get("labels") or {}, when, spec, place)


def _check_clear(clear: Compiled, when: Compiled, place: Place) -> None:
    if clear.scope is not when.scope:
        place.wrong(f"must be about the same as `when`, which looks at {_SCOPES[when.scope]}")
    others = sorted(set(clear.measurements) - set(when.measurements))
    if others and when.measurements:
        measurements = ", ".join(when.measurements)
        place.wrong(
            f"must use the measurements of `when` ({measurements}) and no other: not {', '.join(others)}"
        )


def _check_labels(labels: Mapping[str, Any], when: Compiled, spec: Spec, place: Place) -> None:
    known_labels = sorted({name for measurement in when.measurements for name in LABELS[measurement]})
    there = place.inside(spec, "labels")
    for name in labels:
        if name not in known_labels:
            has = (
                f"`when` has the labels {', '.join(known_labels)}"
                if known_labels
                else "what `when` looks at has none"
            )
            patterns = spec.get("labels")
            here = there.inside(patterns, name) if isinstance(patterns, Mapping) else there
            here.wrong(f"unknown label {shown(name)}: {has}", nearest(name, known_labels))


def _check_channels(fields: Mapping[str, Any], spec: Spec, place: Place, channels: Collection[str]) -> None:
    """Note names of channels that are none."""
    escalation = fields.get("escalate")
    channels_by_key = {
        "channels": fields.get("channels") or (),
        "escalate": escalation.channels if escalation is not None else (),
    }
    for key, names in channels_by_key.items():
        for name in names:
            if name not in channels:
                place.inside(spec, key).wrong(f"unknown channel {shown(name)}", nearest(name, channels))


def _listed_rule(item: object, place: Place, *, field: str) -> WrittenRule | None:
    """One rule of a list."""
    if not isinstance(item, dict):
        place.wrong(f"must be a mapping with `name` and `when`, not {shown(item)}")
        return None
    name = item.get("name")
    if name is None:
        place.wrong("has no `name:`")
        return None
    if not isinstance(name, str):
        attempt(lambda value, _: check_rule_name(value), name, place)
        return None
    spec = _nameless(item)
    rule = check_rule(name, spec, replace(place, field=f"{field}.{name}"), owner=RuleOwner.FILE)
    return None if rule is None else WrittenRule(rule=rule, line=place.line, spec=plain(spec))


def _nameless(item: dict[str, Any]) -> dict[str, Any]:
    """A listed rule's keys without its name; where they stand is kept."""
    spec: dict[str, Any] = {}
    if isinstance(item, Located):
        spec = Located(item.line)
        spec.lines = item.lines
    spec.update((key, value) for key, value in item.items() if key != "name")
    return spec


def plain(value: Any) -> Any:
    """The value in dicts and lists of Python's own, fit to be stored as JSON."""
    if isinstance(value, Mapping):
        return {str(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [plain(inner) for inner in value]
    return value

"""Rules as they are kept, and what they come to."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from alerts.rules.defaults import DEFAULT_SPECS
from alerts.rules.document import check_rule
from alerts.rules.rule import Rule, RuleOwner
from foundation.documents.errors import Problem
from foundation.documents.report import Report
from foundation.documents.values import Place


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredRule:
    """A rule that ships, or a row of the rule table.

    `file`, `line`: where a file-owned rule stands, else None. `spec`: as written. `overrides_default`: its
    keys are laid over a rule that ships. `rule`: None where it cannot be used, for which `problems` says why.
    `version`, `created_at`, `updated_at` (aware UTC): 0 and None for one that ships and is as it shipped.
    """

    name: str
    owner: RuleOwner
    file: str | None = None
    line: int | None = None
    spec: dict[str, Any]
    overrides_default: bool = False
    rule: Rule | None
    problems: tuple[Problem, ...] = ()
    version: int = 0
    created_at: datetime | None = None
    updated_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Rules:
    """`rules`: those that can be used, by name, also the ones that are switched off.

    `problems`: why others are left out, and which channels are named that are none.
    """

    rules: tuple[Rule, ...]
    problems: tuple[Problem, ...]


def shipped_rule(name: str) -> StoredRule:
    """A rule that ships, as it ships; raises KeyError."""
    spec = dict(DEFAULT_SPECS[name])
    rule, problems = _compiled_default(name)
    return StoredRule(name=name, owner=RuleOwner.DEFAULT, spec=spec, rule=rule, problems=problems)


@cache
def _compiled_default(name: str) -> tuple[Rule | None, tuple[Problem, ...]]:
    """Remembered: compiling all of them takes 40 ms, and they never change."""
    return compile_rule(name, {}, owner=RuleOwner.DEFAULT)


def compile_rule(
    name: str, spec: dict[str, Any], *, owner: RuleOwner, file: str | None = None, line: int | None = None
) -> tuple[Rule | None, tuple[Problem, ...]]:
    """What a spec comes to, None with the problems where it cannot be used."""
    report = Report(file)
    rule = check_rule(name, spec, Place(report, name, line, None), owner=owner)
    return rule, tuple(report.problems)


def effective(rules: Iterable[StoredRule]) -> Rules:
    """The rules of all that is stored; one that cannot be used is left out and harms no other."""
    by_name = sorted(rules, key=lambda rule: rule.name)
    return Rules(
        tuple(one.rule for one in by_name if one.rule is not None),
        tuple(problem for one in by_name for problem in one.problems),
    )

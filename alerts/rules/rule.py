"""A rule as the engine needs it: checked, with every default worked in."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from alerts.severity import Severity

NEVER = "never"
"""The `clear` of an alert that ends only after a person has acknowledged it."""


class RuleOwner(StrEnum):
    """Who may change a rule: nobody (it ships with monctl, but can be overridden), monctl.yaml, the API."""

    DEFAULT = "default"
    FILE = "file"
    API = "api"


@dataclass(frozen=True, slots=True, kw_only=True)
class Escalation:
    """Who is told when an alert has been firing for `after_seconds` and nobody acknowledged it."""

    after_seconds: float
    channels: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule.

    `when`: an expression. `clear`: one that ends the alert, NEVER, or None for "when is not true".
    `hosts`: selectors as in `inventory.selectors`, () for all. `labels`: label name -> patterns, as
    `alerts.rules.label_filter` reads them.
    `channels`: names, None for all. `repeat_seconds`: None for no repeats. `title`, `message`: Jinja2
    templates, None for those that ship. `help`: a line for people on what to do. Two rules are equal when
    evaluating them would be the same.
    """

    name: str
    when: str
    clear: str | None = None
    for_seconds: float = 0.0
    severity: Severity = Severity.WARNING
    hosts: tuple[str, ...] = ()
    labels: Mapping[str, tuple[str, ...]] = field(default_factory=dict, hash=False)
    channels: tuple[str, ...] | None = None
    repeat_seconds: float | None = None
    escalate: Escalation | None = None
    title: str | None = None
    message: str | None = None
    help: str = ""
    is_enabled: bool = True
    owner: RuleOwner = field(default=RuleOwner.API, compare=False)

    @property
    def named_channels(self) -> tuple[str, ...]:
        """Every channel that the rule names, each once."""
        escalated = self.escalate.channels if self.escalate is not None else ()
        return tuple(dict.fromkeys((*(self.channels or ()), *escalated)))

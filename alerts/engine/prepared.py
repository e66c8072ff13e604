"""Rules with their expressions compiled."""

from collections.abc import Sequence
from dataclasses import dataclass

from alerts.expression.compiled import Compiled, Scope, compile_expression
from alerts.rules.label_filter import LabelFilter
from alerts.rules.rule import NEVER, Rule
from inventory.host import HostSpec
from inventory.selectors import is_selected
from metrics.catalog import LABELS
from metrics.results import Number

Fields = tuple[dict[str, Number], ...]
"""The fields of one point of each measurement of `when`, in their order; empty where there is none."""


@dataclass(frozen=True, slots=True)
class PreparedRule:
    """A rule with its expressions compiled.

    `scope`: what it is evaluated for: each label set, each host, or the poller. `filter`: which label sets
    are meant. `clear_fields`: where among `when`'s measurements those of `clear` are. `is_plain`: `when`
    needs nothing but the point itself. `has_labels`: any of its measurements has.
    """

    rule: Rule
    name: str
    scope: Scope
    when: Compiled
    clear: Compiled | None
    filter: LabelFilter
    clear_fields: tuple[int, ...]
    is_plain: bool
    has_labels: bool

    @property
    def never_clears(self) -> bool:
        """Whether its alerts end only after somebody acknowledged them."""
        return self.rule.clear == NEVER

    def is_for(self, host: HostSpec) -> bool:
        """Whether the rule's selectors choose this host."""
        selectors = self.rule.hosts
        return not selectors or any(is_selected(host, selector) for selector in selectors)

    def fields_to_clear(self, fields: Fields) -> Fields:
        """Those of `fields` that `clear` needs, in its order."""
        return tuple(fields[index] for index in self.clear_fields)


def prepare(rule: Rule) -> PreparedRule:
    """Compile a rule; raises ExpressionInvalid."""
    when = compile_expression(rule.when)
    clear = None if rule.clear is None or rule.clear == NEVER else compile_expression(rule.clear)
    indexes = () if clear is None else tuple(map(when.measurements.index, clear.measurements))
    remembers = when.windows or (clear is not None and clear.windows)
    return PreparedRule(
        rule=rule,
        name=rule.name,
        scope=when.scope,
        when=when,
        clear=clear,
        filter=LabelFilter(rule.labels, when.measurements),
        clear_fields=indexes,
        is_plain=not remembers and not when.uses_host,
        has_labels=any(LABELS[measurement] for measurement in when.measurements),
    )


def prepare_all(rules: Sequence[Rule]) -> tuple[PreparedRule, ...]:
    """Those of the rules that are enabled, compiled."""
    return tuple(prepare(rule) for rule in rules if rule.is_enabled)

"""Evaluates an expression where values are missing.

A comparison with a side that is missing, infinite or not a number is unknown (None), and so is what depends
on it: `True or unknown` is True, `False and unknown` is False, all else with an unknown is unknown (Kleene).
"""

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import TypeAlias

from alerts.expression.arithmetic import COMPARISONS, calculate, finite
from alerts.expression.facts import Fields, HostFacts, Windows
from alerts.expression.needs import Needs
from alerts.expression.tree import (
    AllOf,
    AnyOf,
    Arithmetic,
    Comparison,
    Condition,
    CutOff,
    HostField,
    Membership,
    MetricValue,
    Negation,
    NoData,
    Not,
    Number,
    Numeric,
    Side,
    Tag,
    Text,
    Textual,
    Truth,
    WindowValue,
)

Decide: TypeAlias = Callable[[Fields, Windows, HostFacts], bool | None]
Look: TypeAlias = Callable[[Fields, Windows, HostFacts], int | float | str | None]
Count: TypeAlias = Callable[[Fields, Windows, HostFacts], int | float | None]
Read: TypeAlias = Callable[[Fields, Windows, HostFacts], str]


class Interpreter:
    """Makes functions of an expression's parts; none of them raises, whatever the numbers are."""

    def __init__(self, needs: Needs) -> None:
        self._needs = needs

    def condition(self, condition: Condition) -> Decide:
        """A function that says whether a condition holds, None where that is not known."""
        match condition:
            case AllOf(operands):
                return _until(False, [self.condition(operand) for operand in operands])
            case AnyOf(operands):
                return _until(True, [self.condition(operand) for operand in operands])
            case Not(operand):
                return _negated(self.condition(operand))
            case Comparison():
                return self._comparison(condition)
            case Membership(side, choices, is_negated):
                text = self.text(side)
                return lambda fields, windows, host: (
                    (text(fields, windows, host) in choices) is not is_negated
                )
            case Truth(value):
                return lambda fields, windows, host: value
            case NoData(seconds):
                return lambda fields, windows, host: host.silent_seconds >= seconds
            case CutOff():
                return lambda fields, windows, host: host.is_cut_off

    def side(self, side: Side) -> Look:
        """A function that gives a side of a comparison: a text, a finite number, or None if it is unknown."""
        match side:
            case Text() | HostField() | Tag():
                return self.text(side)
            case _:
                number = self._number(side)
                return lambda fields, windows, host: finite(number(fields, windows, host))

    def text(self, side: Textual) -> Read:
        """A function that gives a text."""
        match side:
            case Text(value):
                return lambda fields, windows, host: value
            case HostField("state"):
                return lambda fields, windows, host: host.state
            case HostField():
                return lambda fields, windows, host: host.reason
            case Tag(name):
                return lambda fields, windows, host: host.tags.get(name, "")

    def _comparison(self, comparison: Comparison) -> Decide:
        sides = pairwise([self.side(side) for side in comparison.sides])
        links = [_compared(op, *pair) for op, pair in zip(comparison.operators, sides, strict=True)]
        return links[0] if len(links) == 1 else _until(False, links)

    def _number(self, side: Numeric) -> Count:
        match side:
            case Number(value):
                return lambda fields, windows, host: value
            case MetricValue(metric):
                index, field = self._needs.measurements.index(metric.measurement), metric.field
                return lambda fields, windows, host: fields[index].get(field)
            case WindowValue(call):
                place = self._needs.windows.index(call)
                return lambda fields, windows, host: windows[place]
            case Negation(operand):
                # as 0 - x, so that a missing operand is handled in one place
                return _calculated("-", self._number(Number(0)), self._number(operand))
            case Arithmetic(operator, left, right):
                return _calculated(operator, self._number(left), self._number(right))


def _until(end: bool, decisions: Sequence[Decide]) -> Decide:
    """`end` if one of the decisions is, else unknown if one of them is, else the other truth."""

    def decide(fields: Fields, windows: Windows, host: HostFacts) -> bool | None:
        result: bool | None = not end
        for decision in decisions:
            truth = decision(fields, windows, host)
            if truth is None:
                result = None  # go on: a later one that is `end` still decides
            elif truth is end:
                return end
        return result

    return decide


def _negated(decision: Decide) -> Decide:
    def decide(fields: Fields, windows: Windows, host: HostFacts) -> bool | None:
        truth = decision(fields, windows, host)
        return None if truth is None else not truth

    return decide


def _compared(operator: str, left: Look, right: Look) -> Decide:
    compare = COMPARISONS[operator]

    def decide(fields: Fields, windows: Windows, host: HostFacts) -> bool | None:
        first = left(fields, windows, host)
        if first is None:
            return None
        second = right(fields, windows, host)
        return None if second is None else compare(first, second)

    return decide


def _calculated(operator: str, left: Count, right: Count) -> Count:
    def count(fields: Fields, windows: Windows, host: HostFacts) -> int | float | None:
        return calculate(operator, left(fields, windows, host), right(fields, windows, host))

    return count

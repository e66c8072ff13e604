"""An expression as a tree whose parts are known to fit: numbers with numbers, texts with texts."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

from metrics.catalog import Metric


@dataclass(frozen=True, slots=True)
class WindowCall:
    """A function over a time of one metric, whose value is handed to the expression.

    `function`: one of the language's, but not nodata. `metric`: the catalogue's name. `seconds`: how far back
    (avg, min, max) or ahead (predict) it looks, 0 for rate.
    """

    function: str
    metric: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Number:
    """A number that was written, or what written numbers come to; finite."""

    value: int | float


@dataclass(frozen=True, slots=True)
class MetricValue:
    """The value of a metric."""

    metric: Metric


@dataclass(frozen=True, slots=True)
class WindowValue:
    """The value of a function over a time; `metric` is the one it is of."""

    call: WindowCall
    metric: Metric


@dataclass(frozen=True, slots=True)
class Negation:
    """The operand with the other sign."""

    operand: "Numeric"


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """One of `+ - * / %`."""

    operator: str
    left: "Numeric"
    right: "Numeric"


@dataclass(frozen=True, slots=True)
class Text:
    """A text that was written."""

    value: str


@dataclass(frozen=True, slots=True)
class HostField:
    """The host's state or the reason for it."""

    name: Literal["state", "reason"]


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag of the host, "" where it has none of that name."""

    name: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """Sides with operators between them, chained as in `1 < x < 2`; all sides are numbers or all are texts.

    `operators`: of `< <= > >= == !=`, one fewer than `sides`. `texts`: each pair of sides as written.
    """

    sides: tuple["Side", ...]
    operators: tuple[str, ...]
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Membership:
    """Whether a text is one of several, or (`is_negated`) none of them; `text`: as written."""

    side: "Textual"
    choices: tuple[str, ...]
    is_negated: bool
    text: str


@dataclass(frozen=True, slots=True)
class Truth:
    """`True` or `False`."""

    value: bool


@dataclass(frozen=True, slots=True)
class NoData:
    """Whether the host has given nothing for so long; `text`: as written."""

    seconds: float
    text: str


@dataclass(frozen=True, slots=True)
class CutOff:
    """Whether the poller itself reaches no host."""


@dataclass(frozen=True, slots=True)
class Not:
    """The negation of a condition."""

    operand: "Condition"


@dataclass(frozen=True, slots=True)
class AllOf:
    """Whether all operands (at least two) are true."""

    operands: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """Whether one of the operands (at least two) is true."""

    operands: tuple["Condition", ...]


Numeric: TypeAlias = Number | MetricValue | WindowValue | Negation | Arithmetic
Textual: TypeAlias = Text | HostField | Tag
Side: TypeAlias = Numeric | Textual
Condition: TypeAlias = Comparison | Membership | Truth | NoData | CutOff | Not | AllOf | AnyOf
Part: TypeAlias = Side | Condition


def parts(part: Part) -> Iterator[Part]:
    """A part and all that it is made of, in the order of the text."""
    yield part
    for child in _children(part):
        yield from parts(child)


def _children(part: Part) -> tuple[Part, ...]:
    match part:
        case AllOf(operands) | AnyOf(operands):
            return operands
        case Not(operand) | Negation(operand):
            return (operand,)
        case Comparison(sides=sides):
            return sides
        case Membership(side=side):
            return (side,)
        case Arithmetic(left=left, right=right):
            return (left, right)
    return ()

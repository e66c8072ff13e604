"""Comparisons: what may be compared with what."""

import ast
from collections.abc import Sequence
from itertools import pairwise

from alerts.expression.facts import OVER_LIMITS
from alerts.expression.source import Source, unquoted
from alerts.expression.tree import (
    Comparison,
    HostField,
    Membership,
    Number,
    Numeric,
    Side,
    Tag,
    Text,
    Textual,
)
from metrics.catalog import nearest
from metrics.current.host_state import HostState
from metrics.results import Outcome

_OPERATORS: dict[type[ast.cmpop], str] = {
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Eq: "==",
    ast.NotEq: "!=",
}
_ORDERING = frozenset({"<", "<=", ">", ">="})
_IN_EXAMPLE = '`in` takes texts in brackets, such as ("dns", "refused")'


def build_comparison(node: ast.Compare, sides: Sequence[Side], source: Source) -> Comparison | Membership:
    """The comparison of these sides (of `in`: the left one); raises ExpressionInvalid if they do not fit."""
    if any(isinstance(operator, ast.In | ast.NotIn) for operator in node.ops):
        return _membership(node, sides[0], source)
    if len(sides) != len(node.ops) + 1:
        raise source.fault("several texts can only be compared with by `in`", node.comparators[-1])
    nodes = (node.left, *node.comparators)
    operators = tuple(_operator(operator, node, source) for operator in node.ops)
    for operator, left, right in zip(operators, pairwise(sides), pairwise(nodes), strict=True):
        _check_pair(operator, left, right, source)
    return Comparison(tuple(sides), operators, tuple(_written_pairs(nodes, node, source)))


def _operator(operator: ast.cmpop, node: ast.Compare, source: Source) -> str:
    if type(operator) not in _OPERATORS:
        raise source.fault("`is` is not part of the language", node, "==")
    return _OPERATORS[type(operator)]


def _check_pair(
    operator: str, sides: tuple[Side, Side], nodes: tuple[ast.expr, ast.expr], source: Source
) -> None:
    left, right = sides
    if isinstance(left, Numeric) and isinstance(right, Numeric):
        return
    if isinstance(left, Numeric) or isinstance(right, Numeric):
        _refuse_mixture(sides, nodes, source)
    if operator in _ORDERING:
        raise source.fault("texts can only be compared by == and !=", nodes[0])
    _check_choice(left, right, nodes[1], source)
    _check_choice(right, left, nodes[0], source)


def _refuse_mixture(sides: tuple[Side, Side], nodes: tuple[ast.expr, ast.expr], source: Source) -> None:
    """A number beside a text: say which of them is better written in the other way."""
    index = next((i for i, side in enumerate(sides) if isinstance(side, Text | Number)), 1)
    side, node, other = sides[index], nodes[index], nodes[1 - index]
    suggestion = None
    if isinstance(side, Text) and _is_number(side.value):
        suggestion = side.value
    elif isinstance(side, Number) and isinstance(sides[1 - index], Tag):
        suggestion = f'"{side.value}"'
    kinds = ("a number", "a text") if isinstance(side, Numeric) else ("a text", "a number")
    message = (
        f"{source.name(node)} is {kinds[0]} and cannot be compared with {source.name(other)}, {kinds[1]}"
    )
    raise source.fault(message, node, suggestion)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return text.isascii() and text.strip() == text


def _check_choice(side: Side, text: Side, node: ast.expr, source: Source) -> None:
    """Only what the host's state or reason can be is worth comparing it with."""
    if not isinstance(side, HostField) or not isinstance(text, Text):
        return
    choices = _choices(side)
    if text.value in choices:
        return
    choice_list = ", ".join(f'"{choice}"' for choice in choices)
    near = '""' if text.value == Outcome.OK else _quoted(nearest(text.value.lower(), choices))
    raise source.fault(
        f"`host.{side.name}` is never {source.name(node)}, but one of {choice_list}", node, near
    )


def _choices(field: HostField) -> tuple[str, ...]:
    if field.name == "state":
        return tuple(str(state) for state in HostState)
    return ("", *(str(outcome) for outcome in Outcome if outcome is not Outcome.OK), OVER_LIMITS)


def _quoted(text: str | None) -> str | None:
    return None if text is None else f'"{text}"'


def _membership(node: ast.Compare, side: Side, source: Source) -> Membership:
    if len(node.ops) > 1:
        raise source.fault("`in` cannot be chained with other comparisons: use `and`", node)
    (choices,) = node.comparators
    if not isinstance(choices, ast.Tuple | ast.List) or not choices.elts:
        raise source.fault(_IN_EXAMPLE, choices)
    if not isinstance(side, Textual):
        raise source.fault(f"{source.name(node.left)} is a number, and `in` is for texts", node.left)
    texts = tuple(_choice(side, choice, source) for choice in choices.elts)
    text = source.text_between(source.position(node), source.end(node))
    return Membership(side, texts, isinstance(node.ops[0], ast.NotIn), text)


def _choice(side: Textual, node: ast.expr, source: Source) -> str:
    if not isinstance(node, ast.Constant) or not isinstance(node.value, str):
        raise source.fault(_IN_EXAMPLE, node)
    text = Text(unquoted(source.originals[source.position(node)]))
    _check_choice(side, text, node, source)
    return text.value


def _written_pairs(nodes: Sequence[ast.expr], node: ast.Compare, source: Source) -> list[str]:
    """Each pair of neighbouring sides as written, with the brackets around them, which belong to no node."""
    starts, ends = [source.position(node)], []
    for left, right in pairwise(nodes):
        gap = source.masked[source.end(left) : source.position(right)]
        ends.append(source.end(left) + len(gap) - len(gap.lstrip(" )")))
        starts.append(source.position(right) - (len(gap) - len(gap.rstrip(" ("))))
    ends.append(source.end(node))
    return [source.text_between(start, end) for start, end in zip(starts, ends[1:], strict=False)]

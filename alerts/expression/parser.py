"""Parses an expression with Python's own parser, and then refuses what is not of the language."""

import ast
import re

from alerts.errors import ExpressionInvalid
from alerts.expression import references
from alerts.expression.arithmetic import calculate, finite
from alerts.expression.calls import read_call
from alerts.expression.comparisons import build_comparison
from alerts.expression.source import Source, read_source, unquoted
from alerts.expression.tree import (
    AllOf,
    AnyOf,
    Arithmetic,
    Condition,
    CutOff,
    HostField,
    MetricValue,
    Negation,
    NoData,
    Not,
    Number,
    Numeric,
    Part,
    Side,
    Tag,
    Text,
    Textual,
    Truth,
    WindowValue,
    parts,
)
from foundation.documents.report import shown

MAX_PARTS = 400
MAX_DEPTH = 64

_POLLER = re.compile(r"(?<![.\w])poller\b")
_ARITHMETIC = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.Mod: "%"}


def parse(text: str) -> Condition:
    """The tree of an expression; raises ExpressionInvalid."""
    source = read_source(text)
    node = _python_tree(source)
    _check_size(node)
    condition = _Reader(source).condition(node)
    _check_mixing(condition, source)
    return condition


def _python_tree(source: Source) -> ast.expr:
    try:
        return ast.parse(source.masked[source.start :], mode="eval").body
    except SyntaxError as error:
        position = source.start + max((error.offset or 1) - 1, 0)
        word = next(iter(source.text[position:].split()), "it")
    except (
        ValueError,
        RecursionError,
        MemoryError,
    ):  # what the parser raises depends on the version of Python
        raise ExpressionInvalid("the expression is too deeply nested") from None
    raise ExpressionInvalid(f"{shown(word)} cannot stand here", column=position + 1)


def _check_size(node: ast.expr) -> None:
    """Bound the recursion of everything that follows."""
    # level by level and not by recursion, which the tree that is to be refused could exhaust
    level: list[ast.AST] = [node]
    count = depth = 0
    while level:
        count += len(level)
        depth += 1
        if count > MAX_PARTS or depth > MAX_DEPTH:
            raise ExpressionInvalid("the expression has too many parts: make it several rules")
        level = [
            child for part in level for child in ast.iter_child_nodes(part) if isinstance(child, ast.expr)
        ]


def _check_mixing(condition: Condition, source: Source) -> None:
    kinds = {type(part) for part in parts(condition)}
    if CutOff not in kinds or not kinds & {MetricValue, WindowValue, HostField, Tag, NoData}:
        return
    match = _POLLER.search(source.masked)
    message = "`poller.cut_off` is about the poller itself and cannot be mixed with what is about hosts"
    raise ExpressionInvalid(message, column=match.start() + 1 if match else None)


class _Reader:
    """Turns Python's tree into one of this package, and refuses what has no place in it."""

    def __init__(self, source: Source) -> None:
        self._source = source

    def condition(self, node: ast.expr) -> Condition:
        """The node as a condition."""
        part = self._part(node)
        if isinstance(part, Condition):
            return part
        kind = "a text" if isinstance(part, Textual) else "a number"
        message = f"{self._source.name(node)} is {kind}, not a condition: compare it with something"
        raise self._source.fault(message, node, _example(part))

    def side(self, node: ast.expr) -> Side:
        """The node as a side of a comparison: a number or a text."""
        part = self._part(node)
        if not isinstance(part, Condition):
            return part
        message = (
            f"{self._source.name(node)} is true or false already: it cannot be compared or calculated with"
        )
        raise self._source.fault(message, node)

    def number(self, node: ast.expr) -> Numeric:
        """The node as a number."""
        side = self.side(node)
        if isinstance(side, Numeric):
            return side
        message = f"{self._source.name(node)} is a text: it cannot be calculated with"
        raise self._source.fault(message, node)

    def _part(self, node: ast.expr) -> Part:
        match node:
            case ast.BoolOp(op=ast.And(), values=values):
                return AllOf(tuple(self.condition(value) for value in values))
            case ast.BoolOp(values=values):
                return AnyOf(tuple(self.condition(value) for value in values))
            case ast.UnaryOp() | ast.BinOp():
                return self._operation(node)
            case ast.Compare(left=left, comparators=[*_, ast.Tuple() | ast.List()]):
                return build_comparison(node, [self.side(left)], self._source)
            case ast.Compare(left=left, comparators=others):
                return build_comparison(node, [self.side(side) for side in (left, *others)], self._source)
            case ast.Constant():
                return self._constant(node)
            case ast.Call():
                return read_call(node, self._source)
            case ast.Attribute() | ast.Subscript() | ast.Name():
                return references.read_reference(node, self._source)
        raise self._source.fault(f"{self._source.name(node)} is not part of the language", node)

    def _constant(self, node: ast.Constant) -> Part:
        match node.value:
            case bool():
                return Truth(node.value)
            case int() | float():
                return self._written_number(node.value, node)
            case str():
                return Text(unquoted(self._source.originals[self._source.position(node)]))
        raise self._source.fault(f"{self._source.name(node)} is not part of the language", node)

    def _operation(self, node: ast.UnaryOp | ast.BinOp) -> Part:
        match node:
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                return Not(self.condition(operand))
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                number = self.number(operand)
                return Number(-number.value) if isinstance(number, Number) else Negation(number)
            case ast.UnaryOp(op=ast.UAdd(), operand=operand):
                return self.number(operand)
            case ast.BinOp() if type(node.op) in _ARITHMETIC:
                return self._arithmetic(node)
        raise self._source.fault(f"{self._source.name(node)} is not part of the language", node)

    def _arithmetic(self, node: ast.BinOp) -> Numeric:
        self._refuse_hyphen(node)
        operator = _ARITHMETIC[type(node.op)]
        left, right = self.number(node.left), self.number(node.right)
        if operator in {"/", "%"} and right == Number(0):
            raise self._source.fault("nothing can be divided by zero", node.right)
        if isinstance(left, Number) and isinstance(right, Number):
            return self._written_number(calculate(operator, left.value, right.value), node)
        return Arithmetic(operator, left, right)

    def _written_number(self, value: int | float | None, node: ast.expr) -> Number:
        number = finite(value)
        if number is None:
            raise self._source.fault(f"{self._source.name(node)} is too large a number", node)
        return Number(number)

    def _refuse_hyphen(self, node: ast.BinOp) -> None:
        """`tags.my-tag` reads as a subtraction and is meant as a name."""
        if not isinstance(node.op, ast.Sub) or not references.is_tag(node.left):
            return
        names = self._source.text_between(self._source.position(node), self._source.end(node)).split(".", 1)
        message = "a tag whose name has other characters than letters, digits and `_` is written in brackets"
        suggestion = f'tags["{names[-1]}"]' if len(names) > 1 and " " not in names[-1] else None
        raise self._source.fault(message, node, suggestion)


def _example(part: Side) -> str | None:
    """An example of a comparison with it, for an error message."""
    match part:
        case MetricValue(metric) if metric.unit == "bool":
            return f"{metric.name} == 1"
        case MetricValue(metric):
            return f"{metric.name} > {90 if metric.unit == 'percent' else 0}"
        case HostField("state"):
            return 'host.state == "down"'
        case HostField():
            return 'host.reason == "timeout"'
        case Tag(name) if name.isidentifier():
            return f'tags.{name} == "…"'
    return None

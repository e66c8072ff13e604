"""Turns an expression into one Python function, for the many times that all values are there.

The function is made of this package's tree, never of the text that somebody wrote. It knows only True and
False: where a value is missing or not finite it raises, and the interpreter decides.
"""

import ast
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TypeAlias, cast

from alerts.expression.arithmetic import LARGEST
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

Check: TypeAlias = Callable[[Fields, Windows, HostFacts], bool]

UNDECIDED = (KeyError, TypeError, ZeroDivisionError, OverflowError)
"""What a generated function raises where values are missing."""

_ARITHMETIC: Mapping[str, type[ast.operator]] = MappingProxyType(
    {"+": ast.Add, "-": ast.Sub, "*": ast.Mult, "/": ast.Div, "%": ast.Mod}
)
_COMPARISONS: Mapping[str, type[ast.cmpop]] = MappingProxyType(
    {"<": ast.Lt, "<=": ast.LtE, ">": ast.Gt, ">=": ast.GtE, "==": ast.Eq, "!=": ast.NotEq}
)
_FIELDS, _WINDOWS, _HOST, _VALUE, _NOTHING = "fields", "windows", "host", "value", "nothing"


def generate(condition: Condition, needs: Needs) -> Check:
    """A function that says whether the condition holds; raises one of UNDECIDED where values are missing."""
    arguments = ast.arguments(
        posonlyargs=[ast.arg(name) for name in (_FIELDS, _WINDOWS, _HOST)],
        args=[],
        kwonlyargs=[],
        kw_defaults=[],
        defaults=[],
    )
    # Positional arguments only, and no builtins: a call costs as little as a call can, and the code can reach
    # nothing but what it is passed.
    function = ast.Expression(ast.Lambda(arguments, _Generator(needs).condition(condition)))
    code = compile(ast.fix_missing_locations(function), "<rule>", "eval")
    global_names: dict[str, object] = {"__builtins__": {}, _NOTHING: {}}
    return cast(Check, eval(code, global_names))  # noqa: S307 - made of the nodes below only


class _Generator:
    def __init__(self, needs: Needs) -> None:
        self._needs = needs

    def condition(self, condition: Condition) -> ast.expr:
        match condition:
            case AllOf(operands):
                return ast.BoolOp(ast.And(), [self.condition(operand) for operand in operands])
            case AnyOf(operands):
                return ast.BoolOp(ast.Or(), [self.condition(operand) for operand in operands])
            case Not(operand):
                return ast.UnaryOp(ast.Not(), self.condition(operand))
            case Comparison(sides, operators):
                first, *others = [self._side(side) for side in sides]
                return ast.Compare(first, [_COMPARISONS[operator]() for operator in operators], others)
            case Membership(side=side, choices=choices, is_negated=is_negated):
                operator = ast.NotIn() if is_negated else ast.In()
                return ast.Compare(
                    _text(side),
                    [operator],
                    [ast.Tuple([ast.Constant(choice) for choice in choices], ast.Load())],
                )
            case Truth(value):
                return ast.Constant(value)
            case NoData(seconds=seconds):
                return ast.Compare(_of_host("silent_seconds"), [ast.GtE()], [ast.Constant(seconds)])
            case CutOff():
                return _of_host("is_cut_off")

    def _side(self, side: Side) -> ast.expr:
        match side:
            case Text() | HostField() | Tag():
                return _text(side)
            case Number(value):
                return ast.Constant(value)
            case _:
                return _finite(self._number(side))

    def _number(self, side: Numeric) -> ast.expr:
        match side:
            case Number(value):
                return ast.Constant(value)
            case MetricValue(metric):
                index = self._needs.measurements.index(metric.measurement)
                return _item(_item(_name(_FIELDS), index), metric.field)
            case WindowValue(call=call):
                return _item(_name(_WINDOWS), self._needs.windows.index(call))
            case Negation(operand):
                return ast.UnaryOp(ast.USub(), self._number(operand))
            case Arithmetic(operator, left, right):
                return ast.BinOp(self._number(left), _ARITHMETIC[operator](), self._number(right))


def _finite(expression: ast.expr) -> ast.expr:
    """`value if -LARGEST <= (value := expression) <= LARGEST else nothing[0]`, which raises a KeyError."""
    # A comparison with inf or nan would be true or false where it has to be unknown. Both fail this test;
    # an expression cannot raise, but looking up what is not in an empty dict does.
    value = ast.NamedExpr(ast.Name(_VALUE, ast.Store()), expression)
    largest = ast.Constant(LARGEST)
    test = ast.Compare(ast.Constant(-LARGEST), [ast.LtE(), ast.LtE()], [value, largest])
    return ast.IfExp(test, _name(_VALUE), _item(_name(_NOTHING), 0))


def _text(side: Textual) -> ast.expr:
    match side:
        case Text(value):
            return ast.Constant(value)
        case HostField(name):
            return _of_host(name)
        case Tag(name):
            get = ast.Attribute(_of_host("tags"), "get", ast.Load())
            return ast.Call(get, [ast.Constant(name), ast.Constant("")], [])


def _of_host(name: str) -> ast.expr:
    return ast.Attribute(_name(_HOST), name, ast.Load())


def _item(expression: ast.expr, key: int | str) -> ast.expr:
    return ast.Subscript(expression, ast.Constant(key), ast.Load())


def _name(name: str) -> ast.expr:
    return ast.Name(name, ast.Load())

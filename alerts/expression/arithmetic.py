"""Operators on values, of which some may be missing."""

import operator
import sys
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

LARGEST = sys.float_info.max
"""The largest finite number."""

ARITHMETIC: Mapping[str, Callable[[Any, Any], int | float]] = MappingProxyType(
    {"+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv, "%": operator.mod}
)

COMPARISONS: Mapping[str, Callable[[Any, Any], bool]] = MappingProxyType(
    {
        "<": operator.lt,
        "<=": operator.le,
        ">": operator.gt,
        ">=": operator.ge,
        "==": operator.eq,
        "!=": operator.ne,
    }
)


def calculate(symbol: str, left: int | float | None, right: int | float | None) -> int | float | None:
    """The result of an operator; None where a side is missing or there is none (a division by zero)."""
    if left is None or right is None:
        return None
    try:
        return ARITHMETIC[symbol](left, right)
    except (ZeroDivisionError, OverflowError):
        return None


def finite(value: int | float | None) -> int | float | None:
    """The value, or None where it is infinite or not a number."""
    return value if value is not None and -LARGEST <= value <= LARGEST else None

"""How much a value weighs with every alias written out, to be known before any work is done with it."""

from collections.abc import Mapping
from typing import Any

_EACH = 16
"""What a value weighs beside its characters: even an empty one takes memory and time."""


def weigh(value: Any, *, most: int) -> int:
    """The characters of all keys and texts, and 16 for each value; more than `most` is not counted further.

    What stands at several places (YAML's aliases) weighs at each of them.
    """
    weight = 0
    values = [value]
    while values and weight <= most:
        item = values.pop()
        weight += _EACH
        if isinstance(item, str):
            weight += len(item)
        elif isinstance(item, Mapping):
            weight += sum(len(str(key)) for key in item)
            values.extend(item.values())
        elif isinstance(item, list | tuple):
            values.extend(item)
    return weight

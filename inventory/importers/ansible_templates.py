"""Values of Ansible variables that are made of other variables."""

import re
from collections.abc import Mapping

from inventory.importers.ansible_groups import Variable, is_secret

_REFERENCE = re.compile(r"\{\{-?\s*([A-Za-z_][A-Za-z0-9_]*)\s*-?\}\}")
_MARKS = re.compile(r"\{[{%#]")
_MOST_CHARACTERS = 4096
_MOST_LEVELS = 8


class Uncomputable(Exception):
    """A value that only Ansible can work out; `reason` says what it would take, and shows no value."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def computed(text: str, variables: Mapping[str, Variable]) -> str:
    """The text with each `{{ name }}` replaced by that variable's value; raises Uncomputable."""
    return _computed(text, variables, {}, level=0)


def _computed(text: str, variables: Mapping[str, Variable], values: dict[str, str], *, level: int) -> str:
    """The same; `values`: variable -> its computed value, so that each is computed once."""
    if "{" not in text:
        return text
    if level > _MOST_LEVELS:
        raise Uncomputable("refers to variables in a circle")
    parts: list[str] = []
    place = characters = 0
    for match in _REFERENCE.finditer(text):
        name = match.group(1)
        if name not in values:
            values[name] = _computed(_value(name, variables), variables, values, level=level + 1)
        parts += [_plain(text[place : match.start()]), values[name]]
        place = match.end()
        characters += len(values[name])
        if characters > _MOST_CHARACTERS:
            raise Uncomputable(f"comes to more than {_MOST_CHARACTERS} characters")
    parts.append(_plain(text[place:]))
    return "".join(parts)


def _plain(text: str) -> str:
    if _MARKS.search(text):
        raise Uncomputable("is computed by an expression")
    return text


def _value(name: str, variables: Mapping[str, Variable]) -> str:
    variable = variables.get(name)
    if is_secret(name):
        raise Uncomputable(f"refers to `{name}`, which is never copied")
    if variable is None:
        raise Uncomputable(f"refers to `{name}`, which the inventory does not set")
    if variable.value is None:
        raise Uncomputable(f"refers to `{name}`, which is encrypted or no single value")
    if len(variable.value) > _MOST_CHARACTERS:
        raise Uncomputable(f"refers to `{name}`, which has more than {_MOST_CHARACTERS} characters")
    return variable.value

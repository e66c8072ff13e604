"""`${NAME}` and `${NAME:-default}` in text; `$${` stands for the characters `${`."""

import re
from collections.abc import Mapping

from inventory.errors import ValueInvalid, VariableMissing

_TOKEN = re.compile(r"\$\$\{|\$\{(?:([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\})?")
_PLAIN_REFERENCE = re.compile(r"\$\{[A-Za-z_][A-Za-z0-9_]*\}")


def resolve(text: str, environ: Mapping[str, str]) -> str:
    """The text with every reference replaced by its variable.

    As in a shell, a default also stands in for an empty variable. What a variable holds is not looked
    through for references again. Raises VariableMissing, and ValueInvalid for a `${` that is no reference.
    """
    if "${" not in text:
        return text
    return _TOKEN.sub(lambda match: _replacement(match, environ), text)


def _replacement(match: re.Match[str], environ: Mapping[str, str]) -> str:
    name, default = match.groups()
    if match.group() == "$${":
        return "${"
    if name is None:
        raise ValueInvalid("has a `${` that is no reference: write ${NAME}, or $${ for the characters")
    value = environ.get(name)
    if value is None and default is None:
        raise VariableMissing(name)
    return (value or default) if default is not None else value or ""


def has_references(text: str) -> bool:
    """Whether resolving the text would look at the environment."""
    return "${" in text and any(match.group(1) for match in _TOKEN.finditer(text))


def references(text: str) -> list[str]:
    """The names of the variables that resolving the text would look at."""
    return [name for name, _ in _TOKEN.findall(text) if name]


def is_plain_reference(text: str) -> bool:
    """Whether the text is one `${NAME}` and nothing else, so that it holds nothing of its own."""
    return _PLAIN_REFERENCE.fullmatch(text) is not None


def escape(text: str) -> str:
    """Text that `resolve` gives back as this one."""
    return text.replace("${", "$${")

"""References to variables in what somebody wrote who may not refer to all of them."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from foundation.documents.values import Place
from foundation.documents.variables import is_allowed, references


def refuse_references(value: Any, place: Place, patterns: Sequence[str]) -> None:
    """Note each reference within a value to a variable that matches none of the patterns.

    Nothing is resolved, so that nothing can be told of what is set.
    """
    if isinstance(value, Mapping):
        for key, inner in value.items():
            refuse_references(inner, place.inside(value, key), patterns)
    elif isinstance(value, list | tuple):
        for inner in value:
            refuse_references(inner, place, patterns)
    elif isinstance(value, str):
        for variable in _forbidden(value, patterns):
            place.wrong(_message(variable, patterns))


def _forbidden(text: str, patterns: Sequence[str]) -> Iterator[str]:
    return (name for name in dict.fromkeys(references(text)) if not is_allowed(name, patterns))


def _message(variable: str, patterns: Sequence[str]) -> str:
    return (
        f"over the API a host may refer to the variables {', '.join(patterns) or 'none'} only, not to "
        f"{variable}: use such a name, set web.host_variables in monctl.yaml, or put the host into hosts.yaml"
    )

"""Whether a `Match` line of an OpenSSH configuration holds."""

import os
import pwd
from collections.abc import Iterator
from dataclasses import dataclass

from inventory.importers.ssh_words import is_any_match

_WITHOUT_VALUE = frozenset(("all", "final", "canonical"))
_HOSTS = frozenset(("host", "originalhost"))


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What is known of a host when a line is reached; `is_final`: in the second reading of the whole."""

    host: str
    original_host: str
    user: str | None
    is_final: bool


def match_holds(words: list[str], circumstances: Circumstances) -> bool | None:
    """Whether all criteria hold; None where that is known only to `ssh` when it runs (`exec`)."""
    local_user = _local_user()
    subjects = {
        "host": circumstances.host.lower(),
        "originalhost": circumstances.original_host.lower(),
        "user": circumstances.user or local_user,
        "localuser": local_user,
    }
    result: bool | None = True
    for criterion, patterns, is_negated in _criteria(words):
        if criterion in _WITHOUT_VALUE:
            holds = criterion == "all" or circumstances.is_final
        elif criterion in subjects:
            holds = is_any_match(patterns, subjects[criterion])
        else:
            result = None
            continue
        if holds == is_negated:
            return False
    return result


def reads_twice(words: list[str]) -> bool:
    """Whether the line makes `ssh` read the whole configuration a second time."""
    return any(criterion == "final" for criterion, _, _ in _criteria(words))


def _criteria(words: list[str]) -> Iterator[tuple[str, list[str], bool]]:
    """Each criterion in lower case, the patterns behind it, and whether it is negated."""
    rest = iter(words)
    for word in rest:
        is_negated = word.startswith("!")
        name, equals, value = word[is_negated:].partition("=")
        criterion = name.lower()
        if criterion in _WITHOUT_VALUE:
            yield criterion, [], is_negated
            continue
        patterns = (value if equals else next(rest, "")).split(",")
        if criterion in _HOSTS:
            patterns = [pattern.lower() for pattern in patterns]
        yield criterion, patterns, is_negated


def _local_user() -> str:
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return ""

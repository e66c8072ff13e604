"""`${NAME}` and `${NAME:-default}` in text; `$${` stands for the characters `${`.

A variable that is not set may have its value in a file, whose path is the variable `NAME_FILE`: so secrets
that Docker, Kubernetes and systemd hand over as files need not be in the environment.
"""

import re
from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from pathlib import Path

from foundation.documents.errors import ValueInvalid, VariableMissing

_TOKEN = re.compile(r"\$\$\{|\$\{(?:([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\})?")
_PLAIN_REFERENCE = re.compile(r"\$\{[A-Za-z_][A-Za-z0-9_]*\}")
_FILE_SUFFIX = "_FILE"
_FILE_LIMIT_BYTES = 65_536
_MOST_CHARACTERS = 1_048_576
"""What a text may come to, however often it refers to however long a variable."""


def resolve(text: str, environ: Mapping[str, str]) -> str:
    """The text with every reference replaced by its variable.

    As in a shell, a default also stands in for an empty variable. What a variable holds is not looked
    through for references again. Raises VariableMissing, and ValueInvalid for a `${` that is no reference,
    for a file of a variable that cannot be read, and for more than a mebibyte of values.
    """
    if "${" not in text:
        return text
    characters = 0

    def replacement(match: re.Match[str]) -> str:
        nonlocal characters
        value = _replacement(match, environ)
        characters += len(value)
        if characters > _MOST_CHARACTERS:
            raise ValueInvalid("refers to more than a mebibyte of variables")
        return value

    return _TOKEN.sub(replacement, text)


def _replacement(match: re.Match[str], environ: Mapping[str, str]) -> str:
    name, default = match.groups()
    if match.group() == "$${":
        return "${"
    if name is None:
        raise ValueInvalid("has a `${` that is no reference: write ${NAME}, or $${ for the characters")
    value = variable(name, environ)
    if value is None and default is None:
        raise VariableMissing(name)
    return (value or default) if default is not None else value or ""


def variable(name: str, environ: Mapping[str, str]) -> str | None:
    """A variable's value, else what stands in the file that `NAME_FILE` names; None without either.

    White space around a file's text is left out. Raises ValueInvalid for a file that cannot be read.
    """
    path = environ.get(f"{name}{_FILE_SUFFIX}")
    if name in environ or not path:
        return environ.get(name)
    try:
        return _file_text(Path(path))
    except (OSError, ValueError) as error:
        reason = str(error.strerror).lower() if isinstance(error, OSError) else str(error)
        raise ValueInvalid(f"the file of {name}{_FILE_SUFFIX}, {path}, cannot be read: {reason}") from None


def _file_text(path: Path) -> str:
    with path.open("rb") as file:
        content = file.read(_FILE_LIMIT_BYTES + 1)
    if len(content) > _FILE_LIMIT_BYTES:
        raise ValueError(f"it is longer than {_FILE_LIMIT_BYTES} bytes")
    try:
        return content.decode("utf-8").strip()
    except UnicodeDecodeError:
        raise ValueError("it is not UTF-8 text") from None


def has_references(text: str) -> bool:
    """Whether resolving the text would look at the environment."""
    return any(match.group(1) for match in _TOKEN.finditer(_with_all_ends(text)))


def references(text: str) -> list[str]:
    """The names of the variables that resolving the text would look at."""
    return [name for name, _ in _TOKEN.findall(_with_all_ends(text)) if name]


def _with_all_ends(text: str) -> str:
    """The text up to its last `}`, behind which no reference ends.

    The search for an end from each of many beginnings would otherwise take quadratic time, during which
    nothing else runs.
    """
    return text[: text.rfind("}") + 1]


def allowed_variables(environ: Mapping[str, str], patterns: Sequence[str]) -> dict[str, str]:
    """The part of an environment whose names match one of the patterns, with the files of such variables."""
    return {
        name: value
        for name, value in environ.items()
        if is_allowed(name, patterns) or is_allowed(name.removesuffix(_FILE_SUFFIX), patterns)
    }


def is_allowed(variable_name: str, patterns: Sequence[str]) -> bool:
    """Whether a variable's name matches one of the patterns (`MONCTL_HOST_*`)."""
    return any(fnmatchcase(variable_name, pattern) for pattern in patterns)


def is_plain_reference(text: str) -> bool:
    """Whether the text is one `${NAME}` and nothing else, so that no part of a secret stands in it."""
    return _PLAIN_REFERENCE.fullmatch(text) is not None


def escape(text: str) -> str:
    """The text written so that `resolve` gives it back unchanged."""
    return text.replace("${", "$${")

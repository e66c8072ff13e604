"""Reads single values of a document.

Each parser takes the value as it was written and its place, and raises ValueInvalid, or notes problems at
the places inside. Messages show what was written, never what a variable held.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

from foundation.documents.errors import ValueInvalid
from foundation.documents.report import Report, nearest, shown
from foundation.documents.variables import has_references, resolve

MAX_TEXT_CHARACTERS = 4096

TRUE_WORDS = frozenset(("true", "yes", "on"))
FALSE_WORDS = frozenset(("false", "no", "off"))

_Choice = TypeVar("_Choice", bound=StrEnum)


class Unresolved(Exception):
    """The value depends on a variable, and there is no environment to look it up in."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a value stands, and what its references are looked up in (None: they are left alone)."""

    report: Report
    field: str
    line: int | None
    environ: Mapping[str, str] | None

    def inside(self, holder: Mapping[str, Any], key: str) -> "Place":
        """The place of a key of the mapping that stands here."""
        line = getattr(holder, "lines", {}).get(key, self.line)
        return Place(self.report, f"{self.field}.{key}" if self.field else key, line, self.environ)

    def wrong(self, message: str, suggestion: str | None = None) -> None:
        """Note a problem here."""
        self.report.add(self.line, self.field, message=message, suggestion=suggestion)

    def resolve(self, text: str) -> str:
        """The text with its variables; raises ValueInvalid, or Unresolved without an environment."""
        if "${" not in text:
            return text
        if len(text) > MAX_TEXT_CHARACTERS:
            raise ValueInvalid(f"must have at most {MAX_TEXT_CHARACTERS} characters")
        if self.environ is None and has_references(text):
            raise Unresolved
        return resolve(text, self.environ or {})


Parser = Callable[[Any, Place], Any]
"""Makes what the program holds of a value as it was written."""


def attempt(parser: Parser, value: object, place: Place) -> Any:
    """What the parser makes of the value; None after noting a problem, or when it cannot be known."""
    try:
        return parser(value, place)
    except ValueInvalid as error:
        place.wrong(error.message, error.suggestion)
    except Unresolved:
        # whoever has the environment checks the value; here nothing can be said of it
        pass
    return None


def text(value: object, place: Place) -> str:
    """Text on one line, without blanks at its ends."""
    if not isinstance(value, str):
        raise ValueInvalid(f"must be text, not {shown(value)}{quote_hint(value)}")
    whole_text = place.resolve(value)
    if not whole_text:
        raise ValueInvalid("must not be empty")
    if len(whole_text) > MAX_TEXT_CHARACTERS:
        raise ValueInvalid(f"must have at most {MAX_TEXT_CHARACTERS} characters")
    if not whole_text.isprintable() or whole_text != whole_text.strip():
        raise ValueInvalid(f"must be text on one line without blanks around it, not {shown(value)}")
    return whole_text


def quote_hint(value: object) -> str:
    """The advice for a value that YAML did not take for text; "" where quotes would not help."""
    return ": put it in quotes" if isinstance(value, bool | int | float) else ""


def flag(value: object, place: Place) -> bool:
    """True or false."""
    if not isinstance(value, bool):  # neither 0 nor "false": JSON and YAML have words for it
        raise ValueInvalid(f"must be true or false, not {shown(value)}")
    return value


def flag_or_word(value: object, place: Place) -> bool:
    """True or false, or a word for either: what a variable holds is always text."""
    word = place.resolve(value).lower() if isinstance(value, str) else None
    if word in TRUE_WORDS or word in FALSE_WORDS:
        return word in TRUE_WORDS
    return flag(value, place)


def choice(options: type[_Choice]) -> Callable[[Any, Place], _Choice]:
    """A parser for the values of an enum."""

    def parse(value: object, place: Place) -> _Choice:
        word = place.resolve(value) if isinstance(value, str) else None
        if word not in set(options):
            names = ", ".join(options)
            raise ValueInvalid(f"must be one of {names}, not {shown(value)}", nearest(str(word), options))
        return options(word)

    return parse

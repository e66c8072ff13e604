"""What of a channel's URL is secret: found, and kept out of whatever is shown.

Apprise itself says what it would hide: a plugin writes its URL with and without `privacy`.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Protocol
from urllib.parse import quote, unquote

HIDDEN = "***"
"""Stands where a secret was."""

_DELIMITERS = re.compile(r"[/:@?&=#,]+")
_SECRET_NAME = re.compile(r"auth|token|key|secret|passw|cookie|signature", re.IGNORECASE)
_PARAMETER = re.compile(r"[?&]([^&=#]+)=([^&#]*)")
_AUTHORITY = re.compile(r"^[^:/]*://([^/?#]*)@")
_QUERY = re.compile(r"\?.*", re.DOTALL)
_HOST = re.compile(r"(?:localhost|[\w-]+(?:\.[\w-]+)+)(?::\d+)?")
_SCHEMES_OF_AUTHORIZATION = frozenset({"", "basic", "bearer", "bot", "digest", "token"})
_SAFE_IN_URLS = "!#$&'()*+,/:;=?@[]~"
_LEAST_PART_CHARACTERS = 6
_LEAST_INNER_CHARACTERS = 4


class Plugin(Protocol):
    """What is used here of an Apprise plugin."""

    def url(self, privacy: bool = ...) -> str:
        """Its URL, secrets hidden or not."""


def hidden_parts(plugin: Plugin) -> list[str]:
    """The parts of a plugin's URL that are secret, unquoted.

    Those which Apprise hides, and values of parameters (headers of a webhook are such) that are called like a
    secret.
    """
    whole = plugin.url(privacy=False)
    shown_pieces = Counter(_pieces(plugin.url(privacy=True)))
    hidden_pieces = Counter(_pieces(whole)) - shown_pieces
    parameter_values = [
        unquote(value) for name, value in _PARAMETER.findall(whole) if _SECRET_NAME.search(unquote(name))
    ]
    # ntfy's `auth=basic` says how, not with what
    parameter_values = [value for value in parameter_values if value.lower() not in _SCHEMES_OF_AUTHORIZATION]
    return [piece for piece in hidden_pieces if piece] + parameter_values


def literal_parts(parts: Iterable[str], values: Sequence[str]) -> list[str]:
    """Those of the secret parts that do not lie within the value of a variable.

    `Bearer` and its like may stand before one.
    """
    known_values = [text for value in values if value for text in (value, unquote(value))]
    return [part for part in parts if not any(_is_within(part, value) for value in known_values)]


def _is_within(part: str, value: str) -> bool:
    if part.lower() in value.lower():
        return True
    rest = part.replace(value, "")
    return rest != part and rest.strip().lower() in _SCHEMES_OF_AUTHORIZATION


def _pieces(url: str) -> list[str]:
    return [piece for piece in _DELIMITERS.split(unquote(url)) if piece]


class Scrubber:
    """Takes secrets out of text: a URL's log-in, longer parts of its path and parameters, and `secrets`."""

    def __init__(self, url: str, secrets: Iterable[str] = ()) -> None:
        secret_texts = list(secrets)
        words = {url, *secret_texts, *_credentials(url), *_long_parts(url)}
        words |= {
            word for secret in secret_texts for word in secret.split() if len(word) >= _LEAST_PART_CHARACTERS
        }
        spelled = {form for word in words if word for form in _spellings(word)}
        # the longest first: a short secret within a long one would leave the rest of it standing
        longest_first = sorted(spelled, key=len, reverse=True)
        self._secret = re.compile("|".join(map(_pattern, longest_first)), re.IGNORECASE)

    def scrub(self, text: str) -> str:
        """The text with every secret hidden."""
        return self._secret.sub(HIDDEN, text)


def _credentials(url: str) -> list[str]:
    """User and password of the URL; they end at the last `@`, since a password may hold one."""
    match = _AUTHORITY.match(url)
    return [] if match is None else [match.group(1), *re.split(r"[:/]", match.group(1))]


def _spellings(word: str) -> tuple[str, ...]:
    """The word as it is, and in the ways in which it may be quoted in a URL."""
    plain = unquote(word)
    return word, plain, quote(plain, safe=""), quote(plain, safe=_SAFE_IN_URLS)


def _long_parts(url: str) -> list[str]:
    """Parts of the path, a host that may be a token (it has no dot), and values of parameters."""
    _, _, rest = url.partition("://")
    parts = re.split(r"[/@]", _QUERY.sub("", rest)) + [value for _, value in _PARAMETER.findall(url)]
    parts += [piece for part in parts for piece in re.split(r"[:,#\s]", unquote(part))]
    return [part for part in parts if len(part) >= _LEAST_PART_CHARACTERS and not _HOST.fullmatch(part)]


def _pattern(word: str) -> str:
    """A regular expression for a word; a short one counts only where it stands alone."""
    escaped = re.escape(word)
    return escaped if len(word) >= _LEAST_INNER_CHARACTERS else rf"(?<!\w){escaped}(?!\w)"

"""The text of an expression, made fit for Python's own parser.

Python knows neither durations (`5m`) nor fields and tags that are called like its keywords (`swap.in`).
These, and texts, are masked by others of the same length, so that the parser reads plain ASCII, and every
position that it reports is one of the text as it was written.
"""

import ast
import keyword
import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import NoReturn

from alerts.errors import ExpressionInvalid
from foundation.documents.durations import parse_duration
from foundation.documents.errors import ValueInvalid
from foundation.documents.report import shown

MAX_CHARACTERS = 1000
MAX_BRACKETS = 32
"""So many brackets may be open at once."""

_TOKEN = re.compile(
    r"""
      (?P<blank>\s+)
    | (?P<text>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')
    | (?P<number>(?:[0-9]|\.[0-9])(?:[eE][+-](?=[0-9])|[0-9A-Za-z_.])*)
    | (?P<word>[A-Za-z_][0-9A-Za-z_]*)
    | (?P<symbol>===?|!==?|<>|<=|>=|=>|=<|:=|&&|\|\||\*\*|//|<<|>>|.)
    """,
    re.VERBOSE | re.DOTALL,
)
_NUMBER = re.compile(r"(?:0|[1-9](?:_?[0-9])*|[0-9]+\.[0-9]*|\.[0-9]+|[0-9]+(?=[eE]))(?:[eE][+-]?[0-9]+)?")
_ESCAPE = re.compile(r"\\(.)")
_OPERATORS = frozenset({"and", "or", "not", "in"})
_TRUTHS = frozenset({"True", "False"})
_SYMBOLS = frozenset(
    {"(", ")", "[", "]", ",", ".", "<", ">", "<=", ">=", "==", "!=", "+", "-", "*", "/", "%"}
)
_DOT = frozenset({"."})
_CLOSING = MappingProxyType({")": "(", "]": "["})
_MEANT = MappingProxyType(
    {
        "=": "==", "===": "==", "is": "==", "!==": "!=", "<>": "!=", "=>": ">=", "=<": "<=",
        "≥": ">=", "≤": "<=", "≠": "!=", "&&": "and", "&": "and", "||": "or", "|": "or", "!": "not",
        "−": "-", "–": "-", "×": "*", "·": "*", "÷": "/", "//": "/",
        "“": '"', "”": '"', "„": '"', "’": "'", "‘": "'",
    }
)  # fmt: skip
"""What people write, and how it is written in this language."""


@dataclass(frozen=True, slots=True)
class Source:
    """An expression's text and what the parser is given in its place.

    `masked`: as long as `text`. `originals`: position (from 0) -> the token that stands there in `text`, for
    each one that is masked: durations, texts in their quotes, names that are keywords.
    """

    text: str
    masked: str
    originals: Mapping[int, str]

    @property
    def start(self) -> int:
        """How many blanks come before the expression."""
        return len(self.masked) - len(self.masked.lstrip())

    def position(self, node: ast.expr) -> int:
        """Where a node begins, from 0."""
        return self.start + node.col_offset

    def end(self, node: ast.expr) -> int:
        """Where a node ends, from 0, the character after its last."""
        assert node.end_col_offset is not None
        return self.start + node.end_col_offset

    def text_between(self, start: int, end: int) -> str:
        """What stands between two positions, with single blanks."""
        return " ".join(self.text[start:end].split())

    def name(self, node: ast.expr) -> str:
        """A node as it was written, cut where it is long, to be named in a message."""
        return shown(self.text_between(self.position(node), self.end(node)))

    def fault(self, message: str, node: ast.expr, suggestion: str | None = None) -> ExpressionInvalid:
        """The error to raise about a node."""
        return ExpressionInvalid(message, column=self.position(node) + 1, suggestion=suggestion)


def read_source(text: str) -> Source:
    """Mask what Python's parser would not understand; raises ExpressionInvalid for other symbols."""
    if not text.strip():
        raise ExpressionInvalid("an expression is missing")
    if len(text) > MAX_CHARACTERS:
        raise ExpressionInvalid(f"an expression has at most {MAX_CHARACTERS} characters, not {len(text)}")
    return _Masking(text).source()


def unquoted(token: str) -> str:
    """What a text in quotes says."""
    return _ESCAPE.sub(r"\1", token[1:-1])


class _Masking:
    """Goes through the tokens of one text."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._pieces: list[str] = []
        self._originals: dict[int, str] = {}
        self._open_brackets: list[tuple[str, int]] = []
        self._is_after_value = False
        self._is_after_dot = False

    def source(self) -> Source:
        for match in _TOKEN.finditer(self._text):
            token, position = match.group(), match.start()
            if match.lastgroup == "blank":
                self._pieces.append(" " * len(token))
                continue
            if match.lastgroup == "symbol":
                self._symbol(token, position)
            elif match.lastgroup == "word":
                self._word(token, position)
            else:
                self._constant(token, position, is_text=match.lastgroup == "text")
            self._is_after_dot = match.lastgroup == "symbol" and token in _DOT
        if self._open_brackets:
            bracket, position = self._open_brackets[-1]
            self._refuse(f"the bracket `{bracket}` is not closed", position)
        if not self._is_after_value:
            self._refuse("the expression ends too early", len(self._text.rstrip()))
        return Source(self._text, "".join(self._pieces), self._originals)

    def _symbol(self, token: str, position: int) -> None:
        if token in {'"', "'"}:
            self._refuse("the quote is not closed", position)
        if token not in _SYMBOLS:
            self._refuse(f"{shown(token)} is not part of the language", position, _MEANT.get(token))
        if token in {"(", "["}:
            self._open_brackets.append((token, position))
            if len(self._open_brackets) > MAX_BRACKETS:
                self._refuse("too many brackets are nested", position)
        elif token in _CLOSING and (
            not self._open_brackets or self._open_brackets.pop()[0] != _CLOSING[token]
        ):
            self._refuse(f"the bracket `{token}` was not opened", position)
        self._is_after_value = token in _CLOSING
        self._pieces.append(token)

    def _word(self, token: str, position: int) -> None:
        if not self._is_after_dot and token in _OPERATORS:
            self._is_after_value = False
            self._pieces.append(token)
            return
        if not self._is_after_dot and token not in _TRUTHS:
            self._check_word(token, position)
        self._expect_value(token, position)
        # `swap.in` is a metric, but `in` behind a dot is a syntax error to Python
        if self._is_after_dot and keyword.iskeyword(token):
            self._mask(token, position, "_" * len(token))
        else:
            self._pieces.append(token)

    def _check_word(self, token: str, position: int) -> None:
        """Refuse the words of Python that are not of the language, and those written in other letters."""
        own_word = next((word for word in _OPERATORS | _TRUTHS if word.lower() == token.lower()), None)
        if own_word or keyword.iskeyword(token):
            self._refuse(f"`{token}` is not part of the language", position, own_word or _MEANT.get(token))

    def _constant(self, token: str, position: int, *, is_text: bool) -> None:
        self._expect_value(token, position)
        if is_text:
            self._check_text(token, position)
            # masked too: positions in bytes and in characters are then the same, whatever the text holds
            self._mask(token, position, f'"{"_" * (len(token) - 2)}"')
        elif _NUMBER.fullmatch(token):
            self._pieces.append(token)
        elif _is_duration(token):
            self._mask(token, position, "_" * len(token))
        else:
            self._refuse(f"{shown(token)} is neither a number nor a duration such as 5m or 24h", position)

    def _check_text(self, token: str, position: int) -> None:
        if not token.isprintable():
            self._refuse("a text must not have control or format characters", position)
        if any(match[1] not in "\\\"'" for match in _ESCAPE.finditer(token)):
            self._refuse("a backslash within a text is written as two", position)

    def _expect_value(self, token: str, position: int) -> None:
        if self._is_after_value:
            self._refuse(f"an operator is missing before {shown(token)}", position)
        self._is_after_value = True

    def _mask(self, token: str, position: int, mask: str) -> None:
        self._originals[position] = token
        self._pieces.append(mask)

    def _refuse(self, message: str, position: int, suggestion: str | None = None) -> NoReturn:
        raise ExpressionInvalid(message, column=position + 1, suggestion=suggestion)


def _is_duration(token: str) -> bool:
    if not token[-1].isalpha():
        return False
    try:
        parse_duration(token)
    except ValueInvalid:
        return False
    return True

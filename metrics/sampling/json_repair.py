"""Making a damaged line of JSON readable again, so that the damage costs no more than its collector."""

import re

# One token at a time, in linear time whatever the line holds: a whole string (perhaps without its end),
# or a number that JSON does not have.
_TOKEN = re.compile(r'"(?:[^"\\]++|\\.)*+"?|-?\b(?:NaN|Infinity)\b', re.DOTALL)
_IN_STRING = re.compile(
    r"\\u(?:[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|[dD][89a-fA-F][0-9a-fA-F]{2})"
    r"|\\.|[\x00-\x1f]",
    re.DOTALL,
)
_PAIR_LENGTH = len(r"\ud800\udc00")
_REPLACEMENT = r"\ufffd"


def mend(line: bytes) -> bytes:
    """`line` with what JSON forbids replaced where it is known what was meant.

    Bytes that are not UTF-8, lone surrogates (as Python escapes them in file names) and raw control
    characters within strings become U+FFFD; NaN and Infinity become null.
    """
    return _TOKEN.sub(_mend_token, line.decode(errors="replace")).encode()


def _mend_token(match: re.Match[str]) -> str:
    token = match[0]
    return _IN_STRING.sub(_mend_character, token) if token[0] == '"' else "null"


def _mend_character(match: re.Match[str]) -> str:
    text = match[0]
    is_lone = text[1:3].lower() == "ud" and len(text) < _PAIR_LENGTH and text[3] in "89abcdefABCDEF"
    return _REPLACEMENT if is_lone or text < " " else text

"""Host ranges: `db-[01:20]`, `rack-[a:f]`, `web-[01:20:2]`, several brackets in one name."""

import itertools
import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from foundation.documents.errors import ValueInvalid
from foundation.documents.report import shown
from inventory.names import MAX_NAME_CHARACTERS

MAX_HOSTS = 100_000
"""The most hosts an inventory may have."""

_MAX_CHARACTERS = 1024
"""Of a name with its ranges, before anything is looked for in it."""

_BRACKET = re.compile(r"\[([^\[\]]*:[^\[\]]*)\]")
_PADDED_IPV4 = re.compile(r"[0-9]{1,4}(?:\.[0-9]{1,4}){3}")
_NUMBER = re.compile(r"[0-9]{1,9}")
_LETTER = re.compile(r"[a-z]|[A-Z]")


@dataclass(frozen=True, slots=True)
class NameRange:
    """A host name with ranges in it: `texts` around `choices`, one text more than choices."""

    texts: tuple[str, ...]
    choices: tuple[Sequence[str], ...]

    @property
    def count(self) -> int:
        """How many names it stands for."""
        return math.prod(len(choice) for choice in self.choices)

    def expand(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Each name with the values of its ranges, the last range turning fastest."""
        for values in itertools.product(*self.choices):
            pairs = itertools.zip_longest(self.texts, values, fillvalue="")
            yield "".join(itertools.chain.from_iterable(pairs)), values


def parse_range(name: str) -> NameRange:
    """Split a name at its ranges; a name without any stands for itself.

    Raises ValueInvalid for brackets with a colon that are no range, for more than MAX_HOSTS names, and for
    names that would be too long.
    """
    pieces = _BRACKET.split(name) if len(name) <= _MAX_CHARACTERS else [name]
    if sum(map(len, pieces[::2])) + len(pieces) // 2 > MAX_NAME_CHARACTERS:
        raise ValueInvalid(f"a name has at most {MAX_NAME_CHARACTERS} characters")
    bounds = [_bounds(body) for body in pieces[1::2]]
    if math.prod(len(numbers) for numbers, _, _ in bounds) > MAX_HOSTS:
        raise ValueInvalid(f"stands for more than {MAX_HOSTS:,} hosts")
    return NameRange(tuple(pieces[::2]), tuple(_choices(n, w, letters=letters) for n, w, letters in bounds))


def fill_template(template: str, values: Sequence[str]) -> str:
    """The template with its `{}` replaced: by the one value, or by the values in order.

    Raises ValueInvalid when there are several values and not as many `{}`.
    """
    places = template.count("{}")
    if places == 0 or not values:
        return template
    if len(values) == 1:
        return template.replace("{}", values[0])
    if places != len(values):
        raise ValueInvalid(f"has {places} of `{{}}` for the {len(values)} ranges of the name")
    parts = itertools.zip_longest(template.split("{}"), values, fillvalue="")
    return "".join(itertools.chain.from_iterable(parts))


def plain_ipv4(address: str) -> str:
    """An IPv4 address without the leading zeros that a range such as [01:20] puts into it; else as it is.

    Resolvers would take `10.0.0.08` for octal, which nobody who writes a range means.
    """
    if not _PADDED_IPV4.fullmatch(address):
        return address
    return ".".join(str(int(part)) for part in address.split("."))


def _bounds(body: str) -> tuple[range, int, bool]:
    """The values between the bounds, the width to pad them to, and whether they are letters."""
    first, last, step = _parts(body)
    letters = bool(_LETTER.fullmatch(first)) and bool(_LETTER.fullmatch(last))
    if letters and first.isupper() == last.isupper():
        numbers, width = range(ord(first), ord(last) + 1, step), 0
    elif _NUMBER.fullmatch(first) and _NUMBER.fullmatch(last):
        numbers, width = range(int(first), int(last) + 1, step), _width(first)
    else:
        raise _invalid(body)
    if not numbers:
        raise ValueInvalid(f"has a range that ends before it starts: {shown(f'[{body}]')}")
    return numbers, width, letters


def _parts(body: str) -> tuple[str, str, int]:
    parts = body.split(":")
    step = parts[2] if len(parts) == 3 else "1"
    if len(parts) > 3 or not _NUMBER.fullmatch(step) or int(step) == 0:
        raise _invalid(body)
    return parts[0], parts[1], int(step)


def _width(first: str) -> int:
    return len(first) if first.startswith("0") else 0


def _choices(numbers: range, width: int, *, letters: bool) -> list[str]:
    if letters:
        return [chr(number) for number in numbers]
    return [str(number).zfill(width) for number in numbers]


def _invalid(body: str) -> ValueInvalid:
    return ValueInvalid(f"has no range such as [01:20], [a:f] or [1:9:2] in {shown(f'[{body}]')}")

"""Which label sets a rule is about: `{path: "/var*"}`, `{fstype: ["!squashfs", "!iso9660"]}`.

A label's value must match one of its patterns, if it has any, and none of those that begin with `!`.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from fnmatch import translate

from metrics.catalog import LABELS
from metrics.results import Labels

NOT = "!"
"""What a pattern begins with whose matches are left out."""

_CPU = "cpu"
_DEFAULT_CPU = ("cpu-total",)
_MEASUREMENT_LABELS = {name: names for names in LABELS.values() for name in names}
"""Label name -> every label of its measurement: no name belongs to two."""


@dataclass(frozen=True, slots=True)
class _Patterns:
    """The patterns of one label, compiled; `wanted` is empty where any value will do."""

    wanted: tuple[re.Pattern[str], ...]
    unwanted: tuple[re.Pattern[str], ...]

    def match(self, value: str) -> bool:
        if self.wanted and not any(pattern.match(value) for pattern in self.wanted):
            return False
        return not any(pattern.match(value) for pattern in self.unwanted)


class LabelFilter:
    """Label patterns of a rule, for the measurements that it looks at.

    Of cpu a rule means all processors together, unless it has a pattern for the label `cpu`.
    """

    def __init__(self, labels: Mapping[str, Collection[str]], measurements: Collection[str]) -> None:
        patterns = {name: _compiled(written) for name, written in labels.items()}
        if _CPU in measurements:
            patterns.setdefault(_CPU, _compiled(_DEFAULT_CPU))
        self._patterns = patterns

    def matches(self, measurement_labels: Labels) -> bool:
        """Whether the rule is about this label set; patterns for other measurements' labels have no say.

        A label that the measurement could have and this set has not counts as empty.
        """
        values = dict(measurement_labels)
        concerned = {name for present in values for name in _MEASUREMENT_LABELS.get(present, (present,))}
        return all(
            patterns.match(values.get(name, ""))
            for name, patterns in self._patterns.items()
            if name in concerned
        )


def _compiled(written: Iterable[str]) -> _Patterns:
    patterns = tuple(written)
    wanted = tuple(re.compile(translate(text)) for text in patterns if not text.startswith(NOT))
    unwanted = tuple(re.compile(translate(text[1:])) for text in patterns if text.startswith(NOT))
    return _Patterns(wanted, unwanted)

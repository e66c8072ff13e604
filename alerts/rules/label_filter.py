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
    """The patterns of one label, compiled; `wanted_patterns` is empty where any value will do."""

    wanted_patterns: tuple[re.Pattern[str], ...]
    unwanted_patterns: tuple[re.Pattern[str], ...]

    def match(self, value: str) -> bool:
        if self.wanted_patterns and not any(pattern.match(value) for pattern in self.wanted_patterns):
            return False
        return not any(pattern.match(value) for pattern in self.unwanted_patterns)


class LabelFilter:
    """Label patterns of a rule, for the measurements that it looks at.

    Of cpu a rule means all processors together, unless it has a pattern for the label `cpu`.
    """

    def __init__(self, labels: Mapping[str, Collection[str]], measurements: Collection[str]) -> None:
        patterns = {name: _compile(label_patterns) for name, label_patterns in labels.items()}
        if _CPU in measurements:
            patterns.setdefault(_CPU, _compile(_DEFAULT_CPU))
        self._patterns = patterns

    def matches(self, measurement_labels: Labels) -> bool:
        """Whether the rule is about this label set; patterns for other measurements' labels have no say.

        A label that the measurement could have and this set has not counts as empty.
        """
        values = dict(measurement_labels)
        concerned = {other for name in values for other in _MEASUREMENT_LABELS.get(name, (name,))}
        return all(
            patterns.match(values.get(name, ""))
            for name, patterns in self._patterns.items()
            if name in concerned
        )


def _compile(patterns: Iterable[str]) -> _Patterns:
    texts = tuple(patterns)
    wanted_patterns = tuple(re.compile(translate(text)) for text in texts if not text.startswith(NOT))
    unwanted_patterns = tuple(re.compile(translate(text[1:])) for text in texts if text.startswith(NOT))
    return _Patterns(wanted_patterns, unwanted_patterns)

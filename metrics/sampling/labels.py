"""Raw names of a host to clean label tuples, the same objects from poll to poll."""

from collections.abc import Collection, Mapping
from sys import intern
from typing import Generic, TypeVar

from foundation.display.text import clean_text
from metrics.catalog import LABELS
from metrics.results import Labels

MAX_LABEL_VALUE = 255
"""Characters kept of a label's value."""

MAX_LABEL_SETS_A_DAY = 4_096
"""Different label sets of one measurement that a host may bring within a day."""

Raw = TypeVar("Raw", str, tuple[str, ...])


class Labeller(Generic[Raw]):
    """Knows the label tuples of one measurement's present rows, and forgets those of rows that vanish.

    A raw name is a string where the measurement has one label, else a tuple in the order of its labels.
    Each label set that is new to the stores costs them memory and disk, for long: of those that come on one
    day the first `MAX_LABEL_SETS_A_DAY` are taken; `left_out` counts the rows that are not, as of now.
    """

    def __init__(self, measurement: str) -> None:
        self._names = LABELS[measurement]
        self._labels_by_raw: dict[Raw, Labels | None] = {}
        # Their hashes alone: a host chooses the names, and long ones would be many megabytes.
        self._taken: set[int] = set()
        self.duplicates = 0
        self.left_out = 0

    def begin_day(self) -> None:
        """Count anew; what is there now is the day's first."""
        self._taken = {hash(labels) for labels in self._labels_by_raw.values() if labels is not None}
        if self.left_out:
            self._labels_by_raw = {raw: own for raw, own in self._labels_by_raw.items() if own is not None}

    def labels(self, raws: Collection[Raw]) -> Mapping[Raw, Labels | None]:
        """The labels of each of `raws` (a dict's keys); None where another before it has the same.

        `duplicates` then counts the latter: cleaning and cutting can make two names one.
        """
        # Rows hardly ever change: one comparison a poll, and the label tuples stay the same objects, by which
        # stores and sinks know them.
        if self._labels_by_raw.keys() != raws:
            self._learn(raws)
        return self._labels_by_raw

    def _learn(self, raws: Collection[Raw]) -> None:
        labels_by_raw: dict[Raw, Labels | None] = {}
        distinct_labels: set[Labels] = set()
        self.left_out = 0
        for raw in raws:
            labels = self._labels_by_raw.get(raw) or self._make(raw)
            is_taken = self._is_taken(labels)
            self.left_out += not is_taken
            labels_by_raw[raw] = labels if is_taken and labels not in distinct_labels else None
            if is_taken:
                distinct_labels.add(labels)
        self._labels_by_raw = labels_by_raw
        self.duplicates = len(labels_by_raw) - len(distinct_labels) - self.left_out

    def _is_taken(self, labels: Labels) -> bool:
        number = hash(labels)
        if number not in self._taken:
            if len(self._taken) >= MAX_LABEL_SETS_A_DAY:
                return False
            self._taken.add(number)
        return True

    def _make(self, raw: Raw) -> Labels:
        values = (raw,) if isinstance(raw, str) else raw
        # Interned, for a thousand hosts say "eth0" and "ext4".
        cleaned = (intern(clean_text(value, limit=MAX_LABEL_VALUE)) for value in values)
        return tuple(zip(self._names, cleaned, strict=True))

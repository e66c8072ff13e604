"""Raw names of a host to clean label tuples, the same objects from poll to poll."""

from collections.abc import Collection, Mapping
from sys import intern
from typing import Generic, TypeVar

from foundation.display.text import clean_text
from metrics.catalog import LABELS
from metrics.results import Labels

MAX_LABEL_VALUE = 255
"""Characters kept of a label's value."""

Raw = TypeVar("Raw", str, tuple[str, ...])


class Labeller(Generic[Raw]):
    """Knows the label tuples of one measurement's present rows, and forgets those of rows that vanish.

    A raw name is a string where the measurement has one label, else a tuple in the order of its labels.
    """

    def __init__(self, measurement: str) -> None:
        self._names = LABELS[measurement]
        self._labels_by_raw: dict[Raw, Labels | None] = {}
        self.duplicates = 0

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
        for raw in raws:
            labels = self._labels_by_raw.get(raw) or self._make(raw)
            labels_by_raw[raw] = None if labels in distinct_labels else labels
            distinct_labels.add(labels)
        self._labels_by_raw = labels_by_raw
        self.duplicates = len(labels_by_raw) - len(distinct_labels)

    def _make(self, raw: Raw) -> Labels:
        values = (raw,) if isinstance(raw, str) else raw
        # Interned, for a thousand hosts say "eth0" and "ext4".
        cleaned = (intern(clean_text(value, limit=MAX_LABEL_VALUE)) for value in values)
        return tuple(zip(self._names, cleaned, strict=True))

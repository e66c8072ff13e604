"""Poll results as line protocol. The client's own Point class takes ten times as long."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from metrics.catalog import LABELS, METRICS, FieldType
from metrics.results import Labels, Number, PollResult
from metrics.stores.influx.names import (
    RESERVED_TAGS,
    escaped_key,
    escaped_measurement,
    escaped_string,
    stored_text,
)

MAX_PREFIXES = 500_000
"""Escaped beginnings of lines that are kept, of all hosts together."""

_MAX_TEMPLATES = 10_000

_NANOSECONDS = 1_000_000  # in a millisecond


@dataclass(frozen=True, slots=True, kw_only=True)
class TaggedPoint:
    """A point that is no host's sample; `time`: unix seconds, kept to the millisecond."""

    measurement: str
    tags: Mapping[str, str]
    fields: Mapping[str, int | float | str]
    time: float


@dataclass(slots=True)
class _KnownHost:
    """A host's tags, and the beginnings of its lines by measurement and labels."""

    tags: Mapping[str, str]
    prefixes: dict[tuple[str, Labels], str] = field(default_factory=dict)


class LineEncoder:
    """Makes lines of results: one for each point that has fields. For one thread.

    Tags are sorted by key. A host's tags that have the name of one of the measurement's labels are left out
    of that measurement, so that a label's name always means the label. Fields have the catalogue's type;
    those it does not know have their value's. NaN and infinities are left out.
    """

    def __init__(self) -> None:
        self._hosts: dict[str, _KnownHost] = {}
        self._templates: dict[tuple[str, tuple[str, ...]], str] = {}
        self._prefixes = 0

    def encode(self, results: Sequence[PollResult]) -> list[str]:
        """The lines of these results, without line ends."""
        lines: list[str] = []
        for result in results:
            host = self._host(result)
            prefixes = host.prefixes
            stamp = round(result.time * 1000) * _NANOSECONDS
            for point in result.points:
                text = self._fields(point.measurement, point.fields)
                if text:
                    prefix = prefixes.get((point.measurement, point.labels))
                    if prefix is None:
                        prefix = self._learn(result, host, point.measurement, point.labels)
                    lines.append(f"{prefix} {text} {stamp}")
        return lines

    def forget(self, host: str) -> None:
        """Keep nothing of a host."""
        known_host = self._hosts.pop(host, None)
        if known_host is not None:
            self._prefixes -= len(known_host.prefixes)

    def _host(self, result: PollResult) -> _KnownHost:
        known_host = self._hosts.get(result.host)
        if known_host is not None and (known_host.tags is result.tags or known_host.tags == result.tags):
            return known_host
        self.forget(result.host)
        known_host = self._hosts[result.host] = _KnownHost(dict(result.tags))
        return known_host

    def _learn(self, result: PollResult, host: _KnownHost, measurement: str, labels: Labels) -> str:
        if self._prefixes >= MAX_PREFIXES:
            self._hosts = {result.host: host}
            self._prefixes = 0
            host.prefixes.clear()
        prefix = line_prefix(measurement, sample_tags(result.host, result.tags, measurement, labels))
        host.prefixes[measurement, labels] = prefix
        self._prefixes += 1
        return prefix

    def _fields(self, measurement: str, fields: Mapping[str, Number]) -> str:
        """Fields as line protocol; "" where nothing is left of them."""
        names = tuple(fields)
        template = self._templates.get((measurement, names))
        if template is None:
            template = self._templates[measurement, names] = _template(measurement, names)
            if len(self._templates) > _MAX_TEMPLATES:
                self._templates.clear()
        # The sum is finite only where every value is; it may be infinite for other reasons, which is no harm.
        if template and math.isfinite(sum(fields.values())):
            return template % tuple(fields.values())
        return ",".join(_each_field(measurement, fields))


def sample_tags(host: str, tags: Mapping[str, str], measurement: str, labels: Labels) -> dict[str, str]:
    """The tags of a host's point."""
    own = LABELS.get(measurement, ())
    point_tags = {key: value for key, value in tags.items() if key not in own and key not in RESERVED_TAGS}
    point_tags.update(labels)
    point_tags["host"] = host
    return point_tags


def line_prefix(measurement: str, tags: Mapping[str, str]) -> str:
    """A line up to the blank before its fields; tags sorted by key, those without a value left out."""
    escaped = sorted(
        (stored_text(key), f",{escaped_key(key)}={escaped_key(value)}")
        for key, value in tags.items()
        if stored_text(key) and stored_text(value)
    )
    return escaped_measurement(measurement) + "".join(text for _, text in escaped)


def tagged_line(point: TaggedPoint) -> str | None:
    """The line of a point; None where it has no field that can be written."""
    texts = (_field(name, value, None) for name, value in point.fields.items())
    fields = ",".join(text for text in texts if text is not None)
    if not fields:
        return None
    stamp = round(point.time * 1000) * _NANOSECONDS
    return f"{line_prefix(point.measurement, point.tags)} {fields} {stamp}"


def _template(measurement: str, names: tuple[str, ...]) -> str:
    """What `%` fills with the values of these fields; "" where the catalogue lacks one of them."""
    parts = []
    for name in names:
        metric = METRICS.get(f"{measurement}.{name}")
        if metric is None:
            return ""
        parts.append(f"{escaped_key(name)}={'%di' if metric.type is FieldType.INT else '%s'}")
    return ",".join(parts)


def _each_field(measurement: str, fields: Mapping[str, Number]) -> Iterator[str]:
    for name, value in fields.items():
        metric = METRICS.get(f"{measurement}.{name}")
        text = _field(name, value, None if metric is None else metric.type)
        if text is not None:
            yield text


def _field(name: str, value: Number | str, kind: FieldType | None) -> str | None:
    key = escaped_key(name)
    if not key:
        return None
    if isinstance(value, str):
        return f'{key}="{escaped_string(value)}"'
    if not math.isfinite(value):
        return None
    is_int = isinstance(value, int) if kind is None else kind is FieldType.INT
    return f"{key}={int(value)}i" if is_int else f"{key}={float(value)!r}"

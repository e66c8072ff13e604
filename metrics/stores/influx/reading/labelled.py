"""Which host and labels the rows of an answer belong to, and what a field's value is in Python."""

from collections.abc import Mapping, Sequence

from metrics.catalog import LABELS, METRICS, FieldType
from metrics.results import Labels, Number
from metrics.stores.influx.names import stored_text


def label_names(measurement: str) -> tuple[str, ...]:
    """The tags of a measurement that are labels; every other one is the host's."""
    return LABELS.get(measurement, ())


def labels_of(measurement: str, tags: Mapping[str, object]) -> Labels:
    """A point's labels; one that is empty is not there."""
    return tuple((name, str(tags[name])) for name in label_names(measurement) if tags.get(name))


def cast(measurement: str, field: str, value: Number) -> Number:
    """A value as the catalogue types it: JSON does not tell 50.0 from 50."""
    metric = METRICS.get(f"{measurement}.{field}")
    if metric is None or isinstance(value, bool):
        return value
    return int(value) if metric.type is FieldType.INT else float(value)


def is_int(measurement: str, field: str) -> bool:
    """Whether the catalogue says that the field's values are whole."""
    metric = METRICS.get(f"{measurement}.{field}")
    return metric is not None and metric.type is FieldType.INT


def asked_names(hosts: Sequence[str]) -> dict[str, str]:
    """The hosts that were asked for, by what the database knows each by."""
    return {stored_text(host): host for host in hosts}

"""Whether the bucket has our fields with our types."""

from collections.abc import Iterable

from metrics.catalog import LABELS, METRICS, FieldType
from metrics.stores.influx.reading.asker import Asker, Table
from metrics.stores.influx.reading.influxql import identifier
from metrics.stores.influx.writing.refusals import Conflict

_NAMES = {FieldType.INT: "integer", FieldType.FLOAT: "float"}


async def type_conflicts(asker: Asker) -> list[Conflict]:
    """The catalogue's fields that the bucket has with another type: points with them will be refused."""
    conflicts: list[Conflict] = []
    for measurement in LABELS:
        types = await asker.ask(f"SHOW FIELD KEYS FROM {identifier(measurement)}", _read_types)
        conflicts += _conflicts(measurement, types)
    return conflicts


def _read_types(tables: list[Table]) -> list[tuple[str, str]]:
    """(field, type) of a measurement; a field may have several types, each in its own time."""
    return [
        (str(record.get("fieldKey")), str(record.get("fieldType")))
        for table in tables
        for record in table.records()
    ]


def _conflicts(measurement: str, types: Iterable[tuple[str, str]]) -> list[Conflict]:
    conflicts: list[Conflict] = []
    for field, bucket_type in types:
        metric = METRICS.get(f"{measurement}.{field}")
        if metric is not None and bucket_type != _NAMES[metric.type]:
            conflicts.append(Conflict(measurement, field, _NAMES[metric.type], bucket_type))
    return conflicts

"""The label sets that a host has had."""

from collections.abc import Collection

from metrics.results import Labels
from metrics.stores.influx.reading.asker import Asker, Table
from metrics.stores.influx.reading.influxql import from_time, identifier, is_host, select
from metrics.stores.influx.reading.labelled import label_names, labels_of


async def read_label_sets(asker: Asker, host: str, measurement: str, *, since: int) -> list[Labels]:
    """Those of points from `since` (ms) on, sorted; raises StoreError's kinds."""
    names = label_names(measurement)
    groups = f"GROUP BY {', '.join(map(identifier, names))} " if names else ""
    statement = select("*", measurement, [is_host([host]), from_time(since)], f"{groups}LIMIT 1")
    return sorted(await asker.ask(statement, lambda tables: _label_sets_of(tables, measurement)))


def _label_sets_of(tables: list[Table], measurement: str) -> Collection[Labels]:
    return {labels_of(measurement, record) for table in tables for record in table.records()}

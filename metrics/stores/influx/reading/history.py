"""History: the values of one metric over time, in buckets that the server fills."""

import asyncio
import statistics
from collections.abc import Iterator, Sequence
from itertools import pairwise

import msgspec

from metrics.results import Labels
from metrics.store import Aggregate, History, HistoryQuery, Series
from metrics.stores.influx.reading.asker import Asker, Table
from metrics.stores.influx.reading.buckets import FINEST_STEP, Values, put_in_buckets
from metrics.stores.influx.reading.forgotten import Forgotten
from metrics.stores.influx.reading.influxql import (
    before_time,
    from_time,
    host_parts,
    identifier,
    is_host,
    is_tag,
    select,
)
from metrics.stores.influx.reading.labelled import asked_names, is_int, label_names, labels_of
from metrics.stores.steps import bucket_range, check_size, choose_step

ValuesBySeries = dict[tuple[str, Labels], Values]
Rows = list[tuple[int, int | float | None]] | list[tuple[int, float | None]]

_VALUE = identifier("value")

_SPACING_ROWS = 30
_SPACING_HOSTS = 50
"""Hosts whose spacing is looked at: a fleet's hosts are polled alike."""

_ANSWER_ROWS = 400_000
"""Rows of one answer, about, where a question can be split by hosts."""

_FLOATS = msgspec.json.Decoder(list[tuple[int, float | None]])
_NUMBERS = msgspec.json.Decoder(list[tuple[int, int | float | None]])


class HistoryReader:
    """Answers one question; `since`: ms, the first moment that is still kept."""

    def __init__(self, asker: Asker, query: HistoryQuery, *, forgotten: Forgotten, since: int) -> None:
        self._asker = asker
        self._query = query
        self._forgotten = forgotten
        self._since = since
        self._measurement, _, self._field = query.metric.partition(".")
        self._groups = ", ".join(identifier(name) for name in ("host", *label_names(self._measurement)))
        self._is_whole = is_int(self._measurement, self._field) and query.aggregate is not Aggregate.MEAN

    async def answer(self) -> History:
        """The history, with the query's step or a chosen one; raises TooManyPoints."""
        query = self._query
        step = query.step
        if step is None:
            span = query.end - query.start
            step = choose_step(span, await self._spacing(choose_step(span)))
        start, end, step_ms = bucket_range(query.start, query.end, step)
        count = (end - start) // step_ms
        check_size(count, len(query.hosts), query.max_points)
        values_by_series: ValuesBySeries = {}
        for hosts, since in self._parts(start, max(1, _ANSWER_ROWS // max(1, count))):
            if since < end:
                await self._asker.ask(
                    self._statement(hosts, since, end, step_ms),
                    lambda tables: self._take(tables, step_ms, values_by_series),
                )
                check_size(count, len(values_by_series), query.max_points)
        if count * len(values_by_series) < 5_000:
            return _history(values_by_series, range(start, end, step_ms))
        return await asyncio.to_thread(_history, values_by_series, range(start, end, step_ms))

    def _parts(self, start: int, most: int) -> Iterator[tuple[list[str], int]]:
        """Hosts that share a statement, and the first moment (ms) that it is about."""
        start = max(start, self._since)
        plain: list[str] = []
        for host in dict.fromkeys(self._query.hosts):
            after = self._forgotten.until(host)
            if after is None or after < start:
                plain.append(host)
            else:
                yield [host], after + 1
        for part in host_parts(plain, most):
            yield part, start

    def _statement(self, hosts: Sequence[str], start: int, end: int, step: int) -> str:
        conditions = self._conditions(hosts, start, end)
        field = identifier(self._field)
        if step <= FINEST_STEP:
            return select(f"{field} AS {_VALUE}", self._measurement, conditions, f"GROUP BY {self._groups}")
        function = f"{self._query.aggregate.value}({field}) AS {_VALUE}"
        then = f"GROUP BY time({step}ms), {self._groups} fill(none)"
        return select(function, self._measurement, conditions, then)

    def _conditions(self, hosts: Sequence[str], start: int, end: int) -> list[str]:
        labels = [is_tag(key, value) for key, value in self._query.labels]
        return [is_host(hosts), *labels, from_time(start), before_time(end)]

    async def _spacing(self, step: float) -> float:
        """The largest of the usual seconds between two values of a series, 0 where nothing tells."""
        start, end, _ = bucket_range(self._query.start, self._query.end, step)
        widest = 0.0
        for hosts, since in self._parts(start, _SPACING_HOSTS):
            if since < end:
                conditions = self._conditions(hosts, since, end)
                then = f"GROUP BY {self._groups} ORDER BY time DESC LIMIT {_SPACING_ROWS}"
                what = f"{identifier(self._field)} AS {_VALUE}"
                statement = select(what, self._measurement, conditions, then)
                widest = max(widest, await self._asker.ask(statement, self._widest_gap))
        return widest

    def _take(self, tables: list[Table], step: int, values_by_series: ValuesBySeries) -> None:
        """Add the values of an answer, in buckets, to those of the answers before."""
        names = asked_names(self._query.hosts)
        for table in tables:
            for host, labels, rows in self._series(table):
                if host in names:
                    values = self._cast(put_in_buckets(rows, step, self._query.aggregate))
                    values_by_series.setdefault((names[host], labels), {}).update(values)

    def _series(self, table: Table) -> Iterator[tuple[str, Labels, Rows]]:
        """The series of a table: one, unless the server gives what it grouped by as columns."""
        if len(table.columns) == 2:
            rows: Rows = table.rows(_NUMBERS if self._is_whole else _FLOATS)
            yield table.tags.get("host", ""), labels_of(self._measurement, table.tags), rows
            return
        several: dict[tuple[str, Labels], Rows] = {}
        for record in table.records():
            at, value = record.get("time"), record.get("value")
            if isinstance(at, int) and isinstance(value, int | float):
                key = str(record.get("host")), labels_of(self._measurement, record)
                several.setdefault(key, []).append((at, value))
        for (host, labels), rows in several.items():
            yield host, labels, rows

    def _widest_gap(self, tables: list[Table]) -> float:
        """The largest of the series' usual gaps between two values, in seconds."""
        widest = 0.0
        for table in tables:
            for _, _, rows in self._series(table):
                times = sorted({at for at, _ in rows})
                if len(times) > 1:
                    gap = statistics.median(after - before for before, after in pairwise(times))
                    widest = max(widest, gap / 1000)
        return widest

    def _cast(self, values: Values) -> Values:
        """Values as the catalogue types them, where JSON does not say."""
        kind = int if self._is_whole else float
        if all(value is None or type(value) is kind for value in values.values()):
            return values
        return {at: None if value is None else kind(value) for at, value in values.items()}


def _history(values_by_series: ValuesBySeries, starts: range) -> History:
    times = [at / 1000 for at in starts]
    series = [
        Series(host=host, labels=labels, points=tuple(zip(times, map(values.get, starts), strict=True)))
        for (host, labels), values in sorted(values_by_series.items(), key=lambda item: item[0])
    ]
    return History(step=starts.step / 1000, series=tuple(series))

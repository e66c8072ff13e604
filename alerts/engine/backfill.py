"""Windows filled from the store, so that functions over time know the past after a restart or an edit."""

import asyncio
import logging
from collections.abc import Mapping, Sequence

from alerts.engine.host_watch import HostWatch
from alerts.engine.host_windows import kind_of, lookback_seconds
from alerts.engine.prepared import PreparedRule
from alerts.expression.compiled import WindowCall
from metrics.catalog import identity
from metrics.errors import StoreError
from metrics.store import HistoryQuery, MetricStore

_HOSTS_AT_ONCE = 25
_POINTS = 120

log = logging.getLogger(__name__)


async def backfill(
    watches: Mapping[str, HostWatch], rules: Sequence[PreparedRule], store: MetricStore, *, now: float
) -> None:
    """Fill the windows that these rules look through, up to `now` (unix seconds); in the loop's thread.

    If the store cannot answer, the windows stay as they are, and fill with new samples.
    """
    for call in _calls(rules):
        names = [name for name, watch in watches.items() if _looks_through(watch, call)]
        for first in range(0, len(names), _HOSTS_AT_ONCE):
            chunk = names[first : first + _HOSTS_AT_ONCE]
            try:
                await _fill(watches, chunk, call, store, now)
            except StoreError as error:
                log.warning("alerts that look back start without the past: %s", error)
                return
            await asyncio.sleep(0)  # filling is CPU work in the loop's thread: let polls go on in between


def _calls(rules: Sequence[PreparedRule]) -> list[WindowCall]:
    """One call of each kind that remembers more than two samples."""
    call_by_kind = {
        kind_of(call): call
        for rule in rules
        for expression in (rule.when, rule.clear)
        if expression is not None
        for call in expression.windows
        if call.function != "rate"
    }
    return list(call_by_kind.values())


def _looks_through(watch: HostWatch, call: WindowCall) -> bool:
    return any(
        kind_of(windowed) == kind_of(call)
        for rule in watch.rules
        for expression in (rule.when, rule.clear)
        if expression is not None
        for windowed in expression.windows
    )


async def _fill(
    watches: Mapping[str, HostWatch], hosts: Sequence[str], call: WindowCall, store: MetricStore, now: float
) -> None:
    back = lookback_seconds(call)
    query = HistoryQuery(
        hosts=tuple(hosts), metric=call.metric, start=now - back, end=now, step=max(1.0, back / _POINTS)
    )
    history = await store.history(query)
    for series in history.series:
        watch = watches.get(series.host)
        if watch is not None:
            samples = [(time, value) for time, value in series.points if value is not None]
            watch.windows.window(call, identity(series.labels)).prepend(samples)

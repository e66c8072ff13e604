"""Histories as JSON, each encoded once for as long as the store answers with the same one."""

import asyncio
from collections import OrderedDict

from metrics.catalog import Metric
from metrics.store import History
from metrics.stores.history_json import encode_history
from web.history.bands import Band, encode_banded

_MAX_BODIES = 128
_SMALL_POINTS = 5_000
"""Larger ones are encoded off the event loop, and not kept."""

_Histories = tuple[History, ...]
"""A history alone, or with the two edges of its band."""


class HistoryBodies:
    """Encodes histories; used in the event loop's thread alone."""

    def __init__(self) -> None:
        self._bodies: OrderedDict[tuple[int, ...], tuple[_Histories, bytes]] = OrderedDict()

    async def body(self, metric: Metric, history: History, *, points: int, band: Band | None = None) -> bytes:
        """The history's JSON; `points`: how many it has, those of the band included."""
        if points > _SMALL_POINTS:
            return await asyncio.to_thread(_encode, metric, history, band)
        histories = (history,) if band is None else (history, band.low, band.high)
        key = tuple(id(one) for one in histories)
        entry = self._bodies.get(key)
        if entry is not None:  # it holds the objects, so that nothing else can have their ids
            self._bodies.move_to_end(key)
            return entry[1]
        body = _encode(metric, history, band)
        self._bodies[key] = (histories, body)
        if len(self._bodies) > _MAX_BODIES:
            self._bodies.popitem(last=False)
        return body


def _encode(metric: Metric, history: History, band: Band | None) -> bytes:
    return encode_history(metric, history) if band is None else encode_banded(metric, history, band)

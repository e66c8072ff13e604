"""Histories as JSON, each encoded once for as long as the store answers with the same one."""

import asyncio
from collections import OrderedDict

from metrics.catalog import Metric
from metrics.history_json import encode_history
from metrics.store import History

_MAX_KEPT = 128
_SMALL_POINTS = 5_000
"""Larger ones are encoded off the event loop, and not kept."""


class HistoryBodies:
    """Encodes histories; used in the event loop's thread alone."""

    def __init__(self) -> None:
        self._kept: OrderedDict[int, tuple[History, bytes]] = OrderedDict()

    async def body(self, metric: Metric, history: History, *, points: int) -> bytes:
        """The history's JSON; `points`: how many it has."""
        if points > _SMALL_POINTS:
            return await asyncio.to_thread(encode_history, metric, history)
        kept = self._kept.get(id(history))
        if kept is not None and kept[0] is history:
            self._kept.move_to_end(id(history))
            return kept[1]
        body = encode_history(metric, history)
        self._kept[id(history)] = (history, body)
        if len(self._kept) > _MAX_KEPT:
            self._kept.popitem(last=False)
        return body

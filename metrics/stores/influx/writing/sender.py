"""Sending bodies, and finding out which lines of a refused one are to blame."""

from collections.abc import Sequence
from dataclasses import dataclass

from metrics.errors import StoreUnavailable
from metrics.stores.influx.boundary import WriteRefused
from metrics.stores.influx.connection import InfluxConnection
from metrics.stores.influx.writing.bodies import Body
from metrics.stores.influx.writing.refusals import Refusals

MAX_REQUESTS = 128
"""Requests made to find the culprits among a body's lines."""

FEW_LINES = 16
"""So many lines may all be to blame; where more are refused and none is taken, something else is."""


@dataclass(frozen=True, slots=True)
class _Refused:
    line: str
    refusal: WriteRefused


class LineSender:
    """Delivers bodies; what a server refuses for good is noted with `refusals`."""

    def __init__(self, connection: InfluxConnection, refusals: Refusals) -> None:
        self._connection = connection
        self._refusals = refusals

    async def send(self, bodies: Sequence[Body]) -> None:
        """Write the lines of bodies but for those that the server refuses; raises StoreUnavailable.

        1. Send each. A server that refuses some lines and keeps the rest says so: note how many.
        2. One that refuses the whole is sent the halves, and their halves, until a line is refused alone.
           After MAX_REQUESTS for a body, what is left of it is refused as a whole.
        3. If many lines were refused and not one was taken, the lines are not to blame: the server is
           unavailable, and nothing is noted as refused.
        """
        refused: list[_Refused] = []
        taken = 0
        for body in bodies:
            taken += await self._deliver(body, refused)
        if len(refused) > FEW_LINES and not taken:
            raise StoreUnavailable(f"every write is refused: {refused[-1].refusal}")
        for one in refused:
            self._refusals.note_line(one.line, one.refusal.text)

    async def _deliver(self, body: Body, refused: list[_Refused]) -> int:
        """How many requests were taken; adds the lines that were not."""
        waiting = [body]
        requests = taken = 0
        while waiting:
            part = waiting.pop()
            refusal = await self._try(part)
            requests += 1
            if refusal is None:
                taken += 1
            elif len(part.lines) == 1 or requests >= MAX_REQUESTS:
                refused += (_Refused(line, refusal) for line in part.lines)
            else:
                waiting += reversed(part.halves())
        return taken

    async def _try(self, body: Body) -> WriteRefused | None:
        """Send a body: None where it was taken, perhaps in part."""
        try:
            await self._connection.write(body.packed)
        except WriteRefused as refusal:
            if not refusal.is_partial:
                return refusal
            self._refusals.note_partial(refusal.body)
        return None

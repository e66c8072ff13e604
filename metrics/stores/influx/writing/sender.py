"""Sending bodies, and finding out which lines of a refused one are to blame."""

from collections.abc import Sequence

from metrics.errors import StoreUnavailable
from metrics.stores.influx.boundary import WriteRefused
from metrics.stores.influx.connection import InfluxConnection
from metrics.stores.influx.writing.bodies import Body
from metrics.stores.influx.writing.refusals import Refusals

MAX_REQUESTS = 128
"""Requests made to find the culprits among a body's lines."""

FEW_LINES = 16
"""So many lines may all be to blame; where more are refused and none is taken, something else is."""


_RefusedLine = tuple[str, WriteRefused]


class LineSender:
    """Delivers bodies; what a server refuses permanently is counted by `refusals`."""

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
        refused_lines: list[_RefusedLine] = []
        accepted_count = 0
        for body in bodies:
            accepted_count += await self._deliver(body, refused_lines)
        if len(refused_lines) > FEW_LINES and not accepted_count:
            raise StoreUnavailable(f"every write is refused: {refused_lines[-1][1]}")
        for line, refusal in refused_lines:
            self._refusals.note_line(line, refusal.text)

    async def _deliver(self, body: Body, refused_lines: list[_RefusedLine]) -> int:
        """How many requests were taken; adds the lines that were not."""
        parts_to_send = [body]  # a stack: the first half of a half comes next, so that lines stay in order
        requests = accepted_count = 0
        while parts_to_send:
            part = parts_to_send.pop()
            refusal = await self._try(part)
            requests += 1
            if refusal is None:
                accepted_count += 1
            elif len(part.lines) == 1 or requests >= MAX_REQUESTS:
                refused_lines += ((line, refusal) for line in part.lines)
            else:
                parts_to_send += reversed(part.halves())
        return accepted_count

    async def _try(self, body: Body) -> WriteRefused | None:
        """Send a body: None where it was taken, perhaps in part."""
        try:
            await self._connection.write(body.compressed)
        except WriteRefused as refusal:
            if not refusal.is_partial:
                return refusal
            self._refusals.note_partial(refusal.body)
        return None

"""Name look-ups in threads that nobody has to wait for."""

import asyncio
import contextlib
import socket
import threading
from collections.abc import Callable

_THREADS = 32

Address = tuple[socket.AddressFamily, tuple[object, ...]]


class LookUps:
    """Runs a blocking look-up in a thread of its own, so many at once at most; the others wait their turn.

    The system's resolver cannot be interrupted and takes tens of seconds where no name server answers. The
    threads of an executor would hold up the end of the process for as long; these do not.
    """

    def __init__(self, look_up: Callable[[str, int], list[Address]], *, threads: int = _THREADS) -> None:
        self._look_up = look_up
        self._turns = asyncio.Semaphore(threads)
        self._is_closed = False

    def close(self) -> None:
        """Begin no further look-ups; those under way are left to themselves."""
        self._is_closed = True

    async def find(self, host: str, port: int) -> list[Address]:
        """What the look-up returns or raises (OSError, ValueError).

        A call that is cancelled keeps its turn until its thread has ended.
        """
        await self._turns.acquire()
        if self._is_closed:
            self._turns.release()
            raise OSError("no look-ups any more: monctl is ending")
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[list[Address]] = loop.create_future()
        answer.add_done_callback(_note_exception)

        def finish(addresses: list[Address] | None, error: Exception | None) -> None:
            self._turns.release()
            if answer.done():
                return
            if error is not None:
                answer.set_exception(error)
            else:
                answer.set_result(addresses or [])

        def work() -> None:
            addresses, error = None, None
            try:
                addresses = self._look_up(host, port)
            except (OSError, ValueError) as caught:  # ValueError: a name that cannot be encoded or holds NUL
                error = caught
            with contextlib.suppress(RuntimeError):  # the loop has ended meanwhile
                loop.call_soon_threadsafe(finish, addresses, error)

        try:
            threading.Thread(target=work, name=f"look up {host}", daemon=True).start()
        except RuntimeError as error:  # the system has no threads left
            self._turns.release()
            raise OSError(str(error)) from error
        return await answer


def addresses_of(host: str, port: int) -> list[Address]:
    """The system's answer, in its order; raises OSError and UnicodeError."""
    rows = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [(family, address) for family, _, _, _, address in rows]


def _note_exception(answer: asyncio.Future[list[Address]]) -> None:
    if not answer.cancelled():
        answer.exception()  # whoever was cancelled meanwhile will not ask for it

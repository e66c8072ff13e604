"""Waiting for one's turn where many try the same thing: by lot, so that nobody can stand in the way."""

import asyncio
import random

from web.http.problems import HttpProblem

_MOST_WAITING = 64


class Turns:
    """Lets those who wait for a name go on, one every `pace_seconds`; used in the event loop's thread alone.

    Each who has one lot at a time. Where too many wait, one of them, by lot, is told to come again; so is
    whoever has waited `wait_seconds`.
    """

    def __init__(self, *, pace_seconds: float = 1.0, wait_seconds: float = 20.0) -> None:
        self._pace_seconds = pace_seconds
        self._wait_seconds = wait_seconds
        self._waiting: dict[str, dict[str, asyncio.Future[bool]]] = {}

    async def wait(self, name: str, who: str) -> None:
        """Wait; raises HttpProblem (429) for whoever waits already, or is not drawn in time."""
        loop = asyncio.get_running_loop()
        waiting = self._waiting.get(name)
        if waiting is None:
            waiting = self._waiting[name] = {}
            loop.call_later(self._pace_seconds, self._draw, name)
        if who in waiting:
            raise self._problem()
        if len(waiting) >= _MOST_WAITING:
            self._take_one(waiting, is_drawn=False)
        lot = waiting[who] = loop.create_future()
        try:
            async with asyncio.timeout(self._wait_seconds):
                is_drawn = await lot
        except TimeoutError:
            is_drawn = False
        finally:
            if waiting.get(who) is lot:
                del waiting[who]
        if not is_drawn:
            raise self._problem()

    def _draw(self, name: str) -> None:
        """Let one go on; when nobody has waited for a while, forget the name."""
        waiting = self._waiting[name]
        if not waiting:
            del self._waiting[name]
            return
        self._take_one(waiting, is_drawn=True)
        asyncio.get_running_loop().call_later(self._pace_seconds, self._draw, name)

    def _take_one(self, waiting: dict[str, asyncio.Future[bool]], *, is_drawn: bool) -> None:
        lot = waiting.pop(random.choice(list(waiting)))
        if not lot.done():
            lot.set_result(is_drawn)

    def _problem(self) -> HttpProblem:
        seconds = max(1, round(self._wait_seconds / 4))
        return HttpProblem(
            429,
            "too-many-requests",
            f"many log-ins as this user fail, so that one at a time is tried: try again in {seconds} s",
            headers={"Retry-After": str(seconds)},
        )

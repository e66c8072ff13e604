"""The bodies of `GET /metrics/current`, made without holding up the event loop and shared for a moment."""

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from inventory.host import HostSpec
from metrics.current.encoder import CurrentEncoder, join_hosts
from metrics.current.state import CurrentState
from web.auth.kiosk import NO_TAGS, kiosk_known
from web.hosts.choice import choose_hosts

SHARED_SECONDS = 0.25
"""So long the same question about the same inventory gets the same answer."""

_MAX_ANSWERS = 16
_SLICE_SECONDS = 0.004
_SLICE_HOSTS = 16


@dataclass(frozen=True, slots=True)
class CurrentQuestion:
    """What is asked; `measurements` None for all. See `web.hosts.choice` for `hosts` and `tags`.

    `is_kiosk`: nobody has logged in.
    """

    hosts: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    measurements: frozenset[str] | None = None
    is_summary: bool = False
    is_kiosk: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class _Answer:
    """A body, when it was made, and of which inventory."""

    time: float
    inventory: Mapping[str, HostSpec]
    body: bytes

    def is_fresh(self, now: float, inventory: Mapping[str, HostSpec]) -> bool:
        return self.inventory is inventory and 0 <= now - self.time < SHARED_SECONDS


class CurrentAnswers:
    """Makes bodies, one at a time, and keeps the newest of them."""

    def __init__(self) -> None:
        self._encoder = CurrentEncoder()
        self._kiosk_encoder = CurrentEncoder()
        self._answers: dict[CurrentQuestion, _Answer] = {}
        self._turn = asyncio.Lock()

    async def body(
        self,
        question: CurrentQuestion,
        hosts: Mapping[str, HostSpec],
        current: CurrentState,
        *,
        clock: Callable[[], float],
    ) -> bytes:
        """The answer's JSON, at most SHARED_SECONDS old by `clock` (unix seconds).

        `hosts`: the whole inventory. Raises RecordUnknown and HttpProblem as `choose_hosts` does.
        """
        answer = self._answers.get(question)
        if answer is not None and answer.is_fresh(clock(), hosts):
            return answer.body
        chosen_hosts = await choose_hosts(hosts, question.hosts, question.tags)
        async with self._turn:
            # whoever had the turn before may have made this very answer
            answer = self._answers.get(question)
            now = clock()
            if answer is None or not answer.is_fresh(now, hosts):
                self._encoder.forget_others(hosts)
                self._kiosk_encoder.forget_others(hosts)
                answer = _Answer(now, hosts, await self._make(question, chosen_hosts, current, now))
                self._keep(question, answer)
        return answer.body

    def _keep(self, question: CurrentQuestion, answer: _Answer) -> None:
        # taken out first, so that it becomes the newest of the dict's order, and the oldest is dropped
        self._answers.pop(question, None)
        self._answers[question] = answer
        while len(self._answers) > _MAX_ANSWERS:
            del self._answers[next(iter(self._answers))]

    async def _make(
        self, question: CurrentQuestion, hosts: list[HostSpec], current: CurrentState, now: float
    ) -> bytes:
        encoded = []
        slice_start = time.perf_counter()
        for number, host in enumerate(hosts, 1):
            encoded.append(self._encode(host, question, current, now))
            if not number % _SLICE_HOSTS and time.perf_counter() - slice_start > _SLICE_SECONDS:
                await asyncio.sleep(0)
                slice_start = time.perf_counter()
        return join_hosts(encoded, now=now)

    def _encode(self, host: HostSpec, question: CurrentQuestion, current: CurrentState, now: float) -> bytes:
        last_known = current.last_known(host.name)
        encoder = self._kiosk_encoder if question.is_kiosk else self._encoder
        return encoder.host(
            host.name,
            kiosk_known(last_known) if question.is_kiosk else last_known,
            now=now,
            interval=host.interval,
            timeout=host.timeout,
            paused=host.paused,
            tags=NO_TAGS if question.is_kiosk else host.tags,
            measurements=question.measurements,
            is_summary=question.is_summary,
        )

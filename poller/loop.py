"""One host's loop: sleep until due, ask, hand on the result; for as long as the host is polled."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable

from foundation.times import rfc3339_seconds
from inventory.host import HostSpec
from metrics.results import Outcome, PollResult
from metrics.sampling.answer import without_unasked
from metrics.sampling.sampler import PollFacts, failed_points
from poller.backoff import Backoff
from poller.errors import HostFault, LoginRefused, PollFailed, host_edge
from poller.probing.channel import Link
from poller.probing.sampler import host_sampler
from poller.probing.session import HostSession, Reply
from poller.schedule import CollectorPlan, due_after, first_due, offset_fraction
from poller.start_limiter import StartLimiter

_WORTH_TELLING_SECONDS = 60.0

log = logging.getLogger(__name__)


class HostPoller:
    """Polls one host and makes a result of each poll; `run_loop` decides when."""

    def __init__(
        self,
        host: HostSpec,
        connect: Callable[[HostSpec], Awaitable[Link]],
        *,
        starts: StartLimiter | None = None,
    ) -> None:
        self.host = host
        self._session = HostSession(host, connect, starts=starts)
        self._sampler = host_sampler(host)
        self._plan = CollectorPlan(host.collectors, host.interval)
        self._backoff = Backoff()
        self._failure: PollFailed | None = None
        self._errors: dict[str, str] = {}
        self._retry_at = 0.0
        self.missed = 0

    async def poll(self) -> PollResult:
        """Ask once; every failure is a result, also one that is only remembered while the back-off lasts."""
        started = time.monotonic()
        if self._failure is not None and started < self._retry_at:
            # Still a result at each due time: alerts go by results, and would take silence for a pause.
            return self._failed_result(self._failure, duration=0.0)
        collectors = self._plan.collectors_due(started)
        asked_at = time.time()
        try:
            with host_edge():
                reply = await self._session.ask(collectors)
                result = self._good_result(reply, collectors)
        except PollFailed as error:
            delay = self._backoff.failed(error)
            self._retry_at = time.monotonic() + delay
            result = self._failed_result(error, duration=time.monotonic() - started, asked_at=asked_at)
            self._failure = _with_next_try(error, delay)  # what is told until then
            return result
        self._backoff.succeeded()
        self._plan.ran(collectors, started)
        self._note(None)
        return result

    async def close(self) -> None:
        """Leave the host; raises nothing."""
        try:
            with host_edge():
                await self._session.close()
        except PollFailed as error:
            log.info("%s: on leaving: %s", self.host.name, error.detail, extra={"host": self.host.name})

    def _good_result(self, reply: Reply, collectors: tuple[str, ...]) -> PollResult:
        facts = PollFacts(
            duration_seconds=reply.duration,
            connect_seconds=reply.connect_seconds,
            missed=self.missed,
            monotonic_seconds=reply.monotonic,
        )
        answer = without_unasked(reply.answer, collectors)
        sampled = self._sampler.sample(answer, time=reply.time, poll=facts)
        return PollResult(
            host=self.host.name,
            time=round(reply.time, 3),
            outcome=Outcome.OK,
            duration=reply.duration,
            points=sampled.points,
            tags=self.host.tags,
            errors=self._errors_now(sampled.errors, collectors),
            top=sampled.top,
            facts=reply.hello.facts() if reply.hello else None,
            excess=sampled.excess,
        )

    def _errors_now(self, errors: dict[str, str], collectors: tuple[str, ...]) -> dict[str, str]:
        """This answer's errors, and those of collectors that it did not run, which hold until they do."""
        if not self._errors:
            self._errors = errors
            return errors
        earlier_errors = {
            name: text
            for name, text in self._errors.items()
            if name in self.host.collectors and name not in collectors
        }
        self._errors = earlier_errors | errors
        return self._errors

    def _failed_result(
        self, error: PollFailed, *, duration: float, asked_at: float | None = None
    ) -> PollResult:
        self._note(error)
        return PollResult(
            host=self.host.name,
            time=round(asked_at if asked_at is not None else time.time(), 3),
            outcome=error.outcome,
            duration=duration,
            points=failed_points(missed=self.missed),
            detail=error.detail,
            jump=error.jump,
            tags=self.host.tags,
        )

    def _note(self, failure: PollFailed | None) -> None:
        """Log a host's change between up and down, or of the reason, once."""
        before, self._failure = self._failure, failure
        if failure is None and before is not None:
            log.info("%s: up again", self.host.name, extra={"host": self.host.name})
        elif failure is not None and (before is None or before.outcome is not failure.outcome):
            details = {"host": self.host.name, "reason": str(failure.outcome)}
            log.warning("%s: %s: %s", self.host.name, failure.outcome, failure.detail, extra=details)
            if isinstance(failure, HostFault):
                # by itself: whoever polls once in a terminal sees warnings, and needs no traceback
                log.info("%s: the traceback", self.host.name, exc_info=failure.__cause__, extra=details)


def _with_next_try(failure: PollFailed, delay: float) -> PollFailed:
    """The failure, and when the next try is where people would wonder why none is made."""
    if not isinstance(failure, LoginRefused) or delay < _WORTH_TELLING_SECONDS:
        return failure
    at = rfc3339_seconds(time.time() + delay)
    hint = f"the next try is at {at}, so that nobody is locked out, or once the host is paused and resumed"
    return LoginRefused(
        f"{failure.detail}; {hint}",
        advice=failure.advice,
        used_password=failure.used_password,
    )


async def run_loop(
    poller: HostPoller, emit: Callable[[PollResult], None], *, starting_together: int = 1
) -> None:
    """Poll one host at its due times until cancelled, then leave the host. Raises nothing else.

    `starting_together`: how many loops start now, whose first polls are to be spread.

    A poll that runs past the next due time makes that one be skipped and counted in `missed`.
    """
    interval, fraction = poller.host.interval, offset_fraction(poller.host.name)
    due_time = first_due(time.time(), interval, fraction, hosts=starting_together)
    try:
        while True:
            # By the wall clock, so that a host keeps its place in the interval after a restart too.
            await asyncio.sleep(due_time - time.time())
            started = time.monotonic()
            emit(await poller.poll())
            _stop_if_cancelled()
            took = time.monotonic() - started
            due_time, missed = due_after(
                due_time, now=time.time(), took=took, interval=interval, fraction=fraction
            )
            poller.missed += missed
    finally:
        await poller.close()


def _stop_if_cancelled() -> None:
    """Raise the cancellation that something within the poll may have swallowed; nobody would cancel twice."""
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError

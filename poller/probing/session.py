"""A host's session: the way to it, the probe on it, one question at a time."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass
from typing import Any

from inventory.host import Connection, HostSpec, Mode
from metrics.errors import BadAnswer
from metrics.results import Outcome
from metrics.sampling.answer import Answer, Hello, decode_answer
from poller.errors import ChannelEnded, PollFailed
from poller.probing.channel import Link, ProbeChannel
from poller.probing.local import LocalLink
from poller.probing.starter import ProbeStarter
from poller.start_limiter import StartLimiter

START_TIMEOUTS = 3
"""How many of its timeouts a host has to start the probe: a start that is cut off is all to be done again."""

_LATE_BEFORE_NEW_LINK = 2
_DEADLINE_SHARE = 0.5
_KILL_SECONDS = 2.0

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Reply:
    """A host's answer, and what is known of how it came.

    `time`: unix seconds when the question went out, `monotonic` the same on the poller's monotonic clock;
    `duration`: seconds until the decoded answer.
    `hello`: what the probe said of itself, only with the first answer after its start.
    """

    answer: Answer
    time: float
    monotonic: float
    duration: float
    connect_seconds: float
    hello: Hello | None


class HostSession:
    """Keeps one host's connection and probe. Not for concurrent use: one poll in flight at most.

    `starts` bounds how many sessions start their probes at the same time: hosts may share a machine, and a
    Python that starts takes more of it than a hundred answers.
    """

    def __init__(
        self,
        host: HostSpec,
        connect: Callable[[HostSpec], Awaitable[Link]],
        *,
        starts: StartLimiter | None = None,
    ) -> None:
        self._host = host
        self._connect = connect
        self._starts = starts
        self._starter = ProbeStarter(host)
        self._link: Link | None = None
        self._channel: ProbeChannel | None = None
        self._hello: Hello | None = None
        self._pid = 0
        self._late = 0
        self._last_id = 0
        self._requests: dict[tuple[str, ...], bytes] = {}

    async def ask(self, collectors: tuple[str, ...]) -> Reply:
        """Ask for these collectors, connecting and starting the probe first where needed; raises PollFailed.

        After a failure the session is ready to be asked again: what was broken is made anew then.
        """
        try:
            link = await self._ensure_link()
            async with self._turn():
                reply = await self._ask_probe(link, collectors)
        except TimeoutError as error:
            message = f"connected, but the probe did not {self._what_is_late()}"
            # A late answer would be taken for that to the next question: the probe is started anew.
            self._kill_channel()
            await self._kill_by_pid()
            self._late += 1  # once may be the host's load; twice, the connection itself may be at fault
            if self._late >= _LATE_BEFORE_NEW_LINK:
                await self._drop_link()
            raise PollFailed(Outcome.LATE, message) from error
        except PollFailed as error:
            self._kill_channel()
            is_lost = isinstance(error, ChannelEnded) and error.is_lost
            if is_lost or (self._link is not None and self._link.fault is not None):
                await self._drop_link()
            raise
        except BaseException:  # a cancellation, or what nobody foresaw: the next question begins anew
            self._kill_channel()
            raise
        self._late = 0
        if self._host.mode is Mode.ONESHOT:
            await self.close()
        return reply

    async def close(self) -> None:
        """Leave the host with nothing left on it; bounded in time."""
        channel, self._channel = self._channel, None
        try:
            if channel is not None:
                await channel.close()
                if not channel.is_ended:
                    await self._kill_by_pid()
        finally:
            await self._drop_link()

    def _turn(self) -> AbstractAsyncContextManager[Any]:
        """A turn to start the probe, where it has to be; waiting for it is not counted as the host's time."""
        if self._starts is None or self._has_probe():
            return nullcontext()
        return self._starts.turn(seconds=self._start_seconds, is_retry=self._late > 0)

    @property
    def _start_seconds(self) -> float:
        return self._host.timeout * START_TIMEOUTS

    def _what_is_late(self) -> str:
        if self._has_probe():
            return f"answer within {self._host.timeout:g} s"
        return f"start within {self._start_seconds:g} s"

    def _has_probe(self) -> bool:
        return self._channel is not None and not self._channel.reader.is_failed

    async def _ensure_link(self) -> Link:
        if self._link is not None and self._link.is_lost:
            fault, self._channel = self._link.fault, None
            await self._drop_link()
            if fault is not None:
                # Cut off between two questions: told as this poll's failure, or nobody would hear of it.
                raise fault
        if self._link is None:
            is_local = self._host.connection is Connection.LOCAL
            self._link = LocalLink() if is_local else await self._connect(self._host)
        return self._link

    async def _ask_probe(self, link: Link, collectors: tuple[str, ...]) -> Reply:
        loop = asyncio.get_running_loop()
        sent_at, started = time.time(), loop.time()
        request = self._request(collectors)
        if self._channel is not None and self._has_probe():
            self._channel.write(request)
        else:
            async with asyncio.timeout(self._start_seconds):
                self._channel, self._hello = await self._starter.start(link, request)
            self._pid = self._hello.pid
        async with asyncio.timeout(self._host.timeout):
            line = await self._channel.reader.next_line()
        try:
            answer = decode_answer(line)
        except BadAnswer as error:
            raise PollFailed(Outcome.BAD_OUTPUT, error.reason) from error
        if answer.id != self._last_id:
            raise PollFailed(Outcome.BAD_OUTPUT, "the answer is not to the question that was asked")
        hello, self._hello = self._hello, None
        return Reply(answer, sent_at, started, loop.time() - started, link.connect_seconds, hello)

    def _request(self, collectors: tuple[str, ...]) -> bytes:
        rest = self._requests.get(collectors)
        if rest is None:
            names = ",".join(f'"{name}"' for name in collectors)
            deadline = self._host.timeout * _DEADLINE_SHARE
            rest = f',"collect":[{names}],"deadline":{deadline:g}}}\n'.encode()
            self._requests[collectors] = rest
        self._last_id += 1
        return b'{"id":%d%b' % (self._last_id, rest)

    def _kill_channel(self) -> None:
        if self._channel is not None:
            self._channel.kill()
            self._channel = None

    async def _kill_by_pid(self) -> None:
        """Kill a probe that hangs or is stopped, where sshd delivers no signals (in root's sessions)."""
        if self._link is None or self._link.is_lost or self._pid <= 1:
            return
        pid, self._pid = self._pid, 0  # once: the number may belong to another process soon
        try:
            async with asyncio.timeout(_KILL_SECONDS):
                killer = await self._link.start(f"kill -9 {pid}")
                await killer.close()
        except (PollFailed, TimeoutError):
            log.debug("%s: the hanging probe %d could not be killed", self._host.name, pid)

    async def _drop_link(self) -> None:
        if self._link is not None:
            link, self._link = self._link, None
            await link.close()

"""Taking in what hosts send by themselves: the same points, by the same way, as those of polled hosts."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

import msgspec

from inventory.host import Connection, HostSpec
from metrics.current.state import CurrentState
from metrics.errors import BadAnswer, StoreError, StoreUnavailable
from metrics.push_outcome import PushOutcome, Refusal
from metrics.results import PollResult
from metrics.sampling.answer import Answer, Hello, decode_answer, decode_hello
from poller.push.sending_host import SendingHost

_STORE_SECONDS = 5.0
_AT_ONCE = 10  # samples worked on between two turns of the event loop
_POINTS_AT_ONCE = 1_000  # and points: samples may be very large
_HELLO_NONCE = "push"


class PushIntake:
    """Takes pushed samples of any host, one request of a host at a time; for the event loop's thread.

    `emit` hands a result to every sink. `current`: what is known from before a restart. `wait_until_written`
    returns when everything emitted is stored. `clock`: monotonic seconds.
    """

    def __init__(
        self,
        emit: Callable[[PollResult], None],
        current: CurrentState,
        wait_until_written: Callable[[], Awaitable[None]],
        *,
        clock: Callable[[], float] = time.monotonic,
        store_seconds: float = _STORE_SECONDS,
    ) -> None:
        self._emit = emit
        self._current = current
        self._wait_until_written = wait_until_written
        self._clock = clock
        self._store_seconds = store_seconds
        self._senders: dict[str, SendingHost] = {}

    def follow(self, hosts: Mapping[str, HostSpec]) -> None:
        """Forget the hosts that are not these, do not push any more or are paused."""
        for name in list(self._senders):
            host = hosts.get(name)
            if host is None or not is_pushing(host):
                del self._senders[name]

    def heard_at(self, host: str) -> float | None:
        """When a sample of a host was last accepted, on `clock`; None if none was since it is known."""
        sender = self._senders.get(host)
        return None if sender is None else sender.heard_at

    def refusal(self, host: str) -> str:
        """Why the host's last request brought nothing; "" where it brought something."""
        sender = self._senders.get(host)
        return "" if sender is None else sender.refusal

    async def take(
        self,
        host: HostSpec,
        answers: Sequence[bytes],
        *,
        hello: Mapping[str, Any] | None,
        now: float,
        sent_at: float | None = None,
    ) -> Sequence[PushOutcome]:
        """Take probe answers (JSON, in any order); what became of each, in the same order.

        1. Those that cannot be read are refused, the others sorted by time.
        2. Each is judged: `future`, `duplicate`, `stale`, or made into a result for every sink.
        3. Returns when those accepted, now or by an earlier request, are stored.

        `now`: unix seconds. `sent_at`: the host's clock when it sent them, None where it does not say. Raises
        BadAnswer for a hello that is none, StoreUnavailable when storing takes too long (the samples stay
        queued), StoreError when the store refuses (they may be sent again).
        """
        decoded_hello = None if hello is None else _hello(hello)
        sender = self._sender(host)
        # One request of a host at a time: rates need samples in order, and a sender may try again too soon.
        async with sender.lock:
            decoded_answers = await asyncio.to_thread(lambda: [_decode(answer) for answer in answers])
            outcomes, accepted = self._judge(sender, decoded_answers, now)
            await self._emit_all(
                sender,
                accepted,
                decoded_hello,
                _clock_offset(host, decoded_answers, now=now, sent_at=sent_at),
            )
            sender.note(outcomes, accepted, at=self._clock())
            # Also for duplicates alone: the first request may have been given up before they were stored.
            if any(one.reason in (None, Refusal.DUPLICATE) for one in outcomes):
                await self._store(sender, accepted)
            return outcomes

    def _sender(self, host: HostSpec) -> SendingHost:
        sender = self._senders.get(host.name)
        if sender is None:
            latest = self._current.get(host.name)
            sender = self._senders[host.name] = SendingHost(host, newest=latest.ok_time if latest else None)
        sender.use(host)
        return sender

    def _judge(
        self, sender: SendingHost, decoded_answers: Sequence[Answer | BadAnswer], now: float
    ) -> tuple[list[PushOutcome], list[Answer]]:
        """What becomes of each, and those accepted, oldest first."""
        outcomes = [
            PushOutcome(time=None, reason=Refusal.BAD_ANSWER, detail=answer.reason)
            if isinstance(answer, BadAnswer)
            else PushOutcome(time=round(answer.time, 3))
            for answer in decoded_answers
        ]
        readable = [
            (answer.time, at, answer)
            for at, answer in enumerate(decoded_answers)
            if isinstance(answer, Answer)
        ]
        accepted = []
        for _, at, answer in sorted(readable, key=lambda one: one[:2]):
            outcomes[at] = sender.judge(round(answer.time, 3), now)
            if outcomes[at].reason is None:
                accepted.append(answer)
        return outcomes, accepted

    async def _emit_all(
        self, sender: SendingHost, accepted: Sequence[Answer], hello: Hello | None, clock_offset: float | None
    ) -> None:
        last = len(accepted) - 1
        samples = points = 0
        for at, answer in enumerate(accepted):
            if at == last:
                result = sender.result(answer, facts=sender.new_facts(hello), clock_offset=clock_offset)
            else:
                result = sender.result(answer)
            self._emit(result)
            samples, points = samples + 1, points + len(result.points)
            if samples >= _AT_ONCE or points >= _POINTS_AT_ONCE:
                samples = points = 0
                await asyncio.sleep(0)

    async def _store(self, sender: SendingHost, accepted: Sequence[Answer]) -> None:
        try:
            async with asyncio.timeout(self._store_seconds):
                await self._wait_until_written()
        except TimeoutError as error:
            raise StoreUnavailable(f"the store took nothing for {self._store_seconds:g} s") from error
        except StoreUnavailable:
            raise
        except StoreError:
            sender.forget(accepted)
            raise


def is_pushing(host: HostSpec) -> bool:
    """Whether samples of a host are taken and missed."""
    return host.connection is Connection.PUSH and not host.paused


def _decode(answer: bytes) -> Answer | BadAnswer:
    try:
        return decode_answer(answer)
    except BadAnswer as error:
        return error


def _hello(hello: Mapping[str, Any]) -> Hello:
    """The hello of a host, which no nonce of ours was given to."""
    return decode_hello(msgspec.json.encode({"monctl": 1, **hello, "nonce": _HELLO_NONCE}), _HELLO_NONCE)


def _clock_offset(
    host: HostSpec, decoded_answers: Sequence[Answer | BadAnswer], *, now: float, sent_at: float | None
) -> float | None:
    """The host's clock minus ours, None where it cannot be told from a sample's age."""
    if sent_at is not None:
        return sent_at - now
    if len(decoded_answers) != 1 or isinstance(decoded_answers[0], BadAnswer):
        return None
    offset = decoded_answers[0].time - now
    return offset if abs(offset) <= host.interval + host.timeout else None

"""Sends messages by Apprise, whose plugins block: each attempt has a thread of its own and a deadline."""

import asyncio
import contextlib
import logging
import math
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from alerts.channels.answer_log import listening
from alerts.channels.channel import Channel, Pace, scheme_of
from alerts.channels.connections import PUBLIC_ADDRESSES, Watch, watched
from alerts.channels.document import check_held
from alerts.channels.markup import as_text, dialect_of
from alerts.channels.notifier import Sent
from alerts.channels.plugin import (
    LOCAL_SCHEMES,
    THREADED_SCHEMES,
    asks_for,
    capacity_of,
    open_plugin,
    targets_of,
    tell_of_every_kind,
)
from alerts.channels.reasons import NOT_ALLOWED, doubt_of, reason_of
from alerts.channels.secrets import Scrubber, hidden_parts
from alerts.late_modules import LateModule
from alerts.messages.message import Message, MessageKind
from alerts.severity import Severity
from foundation.addresses import AddressPolicy
from foundation.display.text import clean_text
from foundation.documents.errors import ValueInvalid
from foundation.late_import import late_import
from foundation.records.owner import Owner

DEADLINE_SECONDS = 30.0
"""What an attempt may take; a thread that takes longer is left behind."""

ANSWER_CHARACTERS = 500

_LONGEST_PACING_SECONDS = 60.0
_MOST_THREADS = 2
_READ_SECONDS = 20.0
_UNSEEN_SCHEMES = LOCAL_SCHEMES | THREADED_SCHEMES
_FAILURE_TYPES = {Severity.INFO: "info", Severity.WARNING: "warning", Severity.CRITICAL: "failure"}
_BY_KIND = {MessageKind.RESOLVED: "success", MessageKind.TEST: "info"}

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Attempt:
    """How an attempt ended: `answer` is scrubbed and bounded."""

    ok: bool
    answer: str
    status: int | None = None
    retry_after: float | None = None


class AppriseNotifier:
    """A notifier for every service that Apprise knows.

    At most two threads of a channel are alive at a time: while two hang, further attempts fail at once.
    `addresses`: what channels that were made over the API may reach. `clock`: seconds that only grow.
    """

    def __init__(
        self,
        *,
        addresses: AddressPolicy = PUBLIC_ADDRESSES,
        deadline_seconds: float = DEADLINE_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._addresses = addresses
        self._deadline_seconds = deadline_seconds
        self._clock = clock
        self._threads: dict[str, list[threading.Thread]] = {}

    async def send(self, channel: Channel, message: Message) -> Sent:
        """Try once; with images that fail, a second time without them, within the same deadline."""
        started = self._clock()
        if self._hanging(channel.name) >= _MOST_THREADS:
            return Sent(False, "the previous attempt still hangs", 0.0)
        attempt = await self._in_thread(channel, message)
        return Sent(
            attempt.ok,
            attempt.answer,
            self._clock() - started,
            status=attempt.status,
            retry_after=attempt.retry_after,
        )

    async def targets(self, channel: Channel) -> Sequence[Channel]:
        """The channel once for each of its targets, with what its service takes."""
        return await asyncio.to_thread(_targets, channel)

    async def warm_up(self, channels: Iterable[Channel]) -> None:
        """Load what Apprise needs for these channels, so that the first message does not wait for it."""
        await asyncio.to_thread(_load, tuple(channels))

    def _hanging(self, name: str) -> int:
        """How many threads of a channel are alive; the others are forgotten."""
        self._threads = {
            other: alive
            for other, threads in self._threads.items()
            if (alive := [thread for thread in threads if thread.is_alive()])
        }
        return len(self._threads.get(name, ()))

    async def _in_thread(self, channel: Channel, message: Message) -> _Attempt:
        result: asyncio.Future[_Attempt] = asyncio.get_running_loop().create_future()
        last_retry = self._clock() + self._deadline_seconds / 2
        thread = threading.Thread(
            target=_run,
            args=(channel, message, result, lambda: self._clock() < last_retry),
            kwargs={"addresses": self._addresses if channel.owner is Owner.API else None},
            name=f"channel {channel.name}",
            daemon=True,  # a plugin that hangs must not keep monctl from ending
        )
        self._threads.setdefault(channel.name, []).append(thread)
        thread.start()
        seconds = self._deadline_seconds + _pacing_seconds(channel, message)
        try:
            async with asyncio.timeout(seconds):
                return await result
        except TimeoutError:
            return _Attempt(False, f"no answer within {seconds:g} s")


def _pacing_seconds(channel: Channel, message: Message) -> float:
    """How long Apprise itself waits between the requests of a message, and after an earlier one."""
    capacity = channel.capacity
    if capacity is None:
        return 0.0
    parts = max(1, math.ceil(len(message.title + message.body) / max(1, capacity.characters)))
    is_first = channel.pace is None or channel.pace.last_sent is None
    waits = parts * capacity.requests - is_first
    return min(round(waits * capacity.seconds_between), _LONGEST_PACING_SECONDS)


def _load(channels: Sequence[Channel]) -> None:
    for channel in channels:
        with contextlib.suppress(ValueInvalid):  # whoever sends to it is told
            _plugin(channel)


def _targets(channel: Channel) -> Sequence[Channel]:
    try:
        plugin = _plugin(channel)
        targets = targets_of(channel.url, plugin)
    except ValueInvalid:  # whoever sends to it is told
        return (channel,)
    capacity = capacity_of(plugin)
    pace = Pace()
    if not targets:
        return (replace(channel, capacity=capacity, pace=pace),)
    one = replace(capacity, requests=1)
    return tuple(
        replace(channel, target=target, target_number=number, capacity=one, pace=pace)
        for number, target in enumerate(targets, start=1)
    )


def _run(
    channel: Channel,
    message: Message,
    result: "asyncio.Future[_Attempt]",
    may_retry: Callable[[], bool],
    *,
    addresses: AddressPolicy | None,
) -> None:
    """The whole life of a thread: `result` gets what came of it, unless nobody waits for it any more."""
    attempt = _attempt(channel, message, addresses)
    if not attempt.ok and message.images and may_retry():
        attempt = _attempt(channel, replace(message, images=()), addresses)
    with contextlib.suppress(RuntimeError):  # the loop is closed: monctl has ended meanwhile
        result.get_loop().call_soon_threadsafe(_end, result, attempt)


def _end(result: "asyncio.Future[_Attempt]", attempt: _Attempt) -> None:
    if not result.done():
        result.set_result(attempt)


def _attempt(channel: Channel, message: Message, addresses: AddressPolicy | None) -> _Attempt:
    """One attempt in this thread; never raises."""
    secrets = list(channel.secrets)
    fault = ""
    with watched(addresses) as watch, listening() as answers:
        try:
            plugin = _plugin(channel)
            secrets += hidden_parts(plugin)
            ok = _notify_in_turn(plugin, message, channel.pace)
            fault = doubt_of(watch) if ok and scheme_of(channel.url) not in _UNSEEN_SCHEMES else ""
            ok = ok and not fault
        except ValueInvalid as error:
            ok = False
            fault = f"url: {error.message}"
        except Exception as error:  # noqa: BLE001 -- the edge of a delivery: a plugin may raise anything
            ok = False
            answers.append(f"{type(error).__name__}: {error}")
    text = fault or (_success_text if ok else _failure_text)(channel, watch, answers)
    answer = Scrubber(channel.url, secrets).scrub(text)
    return _Attempt(
        ok,
        clean_text(" ".join(answer.split()), limit=ANSWER_CHARACTERS),
        status=None if ok or not watch.statuses else watch.statuses[-1],
        retry_after=None if ok else watch.retry_after,
    )


def _success_text(channel: Channel, watch: Watch, answers: Sequence[str]) -> str:
    return "" if channel.owner is Owner.API else "; ".join(dict.fromkeys(answers))


def _failure_text(channel: Channel, watch: Watch, answers: Sequence[str]) -> str:
    """The reason, and what there is beside it; never a word of a service to whoever has only the API."""
    reason = reason_of(watch, answers)
    if reason == NOT_ALLOWED:
        advice = "set alerts.channel_addresses, or put the channel into monctl.yaml"
        return f"{reason}: {'; '.join(dict.fromkeys(watch.refusals))}: {advice}"
    if channel.owner is Owner.API:
        return reason
    return ": ".join([reason, *filter(None, ["; ".join(dict.fromkeys(answers))])])


def _plugin(channel: Channel) -> Any:
    """A plugin for one attempt: Apprise makes one that was used before wait for its turn."""
    url = channel.url
    plugin = open_plugin(url, channel.target)
    plugin.optional = False  # with it, what did not arrive would count as sent
    if channel.owner is Owner.API:
        check_held(plugin, url)  # once more: it may have been made when less was asked of it
    if channel.owner is Owner.API or not asks_for(url, "redirect"):
        plugin.redirects = False
    tell_of_every_kind(plugin)
    if not asks_for(url, "rto"):
        plugin.socket_read_timeout = max(plugin.socket_read_timeout, _READ_SECONDS)
    if not asks_for(url, "overflow"):
        plugin.overflow_mode = _split_mode()
    return plugin


def _notify_in_turn(plugin: Any, message: Message, pace: Pace | None) -> bool:
    """Send, as far from what was sent before to another target as the service wants it."""
    if pace is None:
        return _notify(plugin, message)
    plugin._last_io_datetime = pace.last_sent
    try:
        return _notify(plugin, message)
    finally:
        pace.last_sent = plugin._last_io_datetime


def _split_mode() -> Any:
    return late_import(LateModule.APPRISE_COMMON).OverflowMode.SPLIT


def _notify(plugin: Any, message: Message) -> bool:
    images = message.images if plugin.attachment_support else ()
    attached = [
        late_import(LateModule.APPRISE_MEMORY).AttachMemory(
            content=image, name=f"chart-{number}.png", mimetype="image/png"
        )
        for number, image in enumerate(images, start=1)
    ]
    service = late_import(LateModule.APPRISE).Apprise(asset=plugin.asset)
    service.add(plugin)
    dialect = dialect_of(plugin)
    outcome = service.notify(
        as_text(message.body if message.marked_body is None else message.marked_body, dialect),
        title=as_text(message.title if message.marked_title is None else message.marked_title, dialect),
        notify_type=_BY_KIND.get(message.kind, _FAILURE_TYPES[message.severity]),
        body_format=late_import(LateModule.APPRISE).NotifyFormat.TEXT,
        attach=attached or None,
    )
    return outcome is True

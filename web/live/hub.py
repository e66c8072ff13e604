"""Passes on what happens in the fleet to those who listen."""

import asyncio
import logging
import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from inventory.host import HostSpec
from metrics.current.encoder import CurrentEncoder, join_hosts
from metrics.results import PollResult
from web.auth.kiosk import NO_TAGS, kiosk_known
from web.http.problems import HttpProblem
from web.live.client import Ending, LiveClient
from web.live.events import LiveEvent, LiveNotice, LiveSamples, notice
from web.live.frames import frame
from web.live.ring import KEPT_SECONDS, EventRing, Numbered
from web.live.slices import Slices
from web.live.states import StateWatch
from web.live.streams import EventGroup, Fields, HostFilter, Stream
from web.ports import FleetView

MAX_CLIENTS = 200
MAX_KIOSKS = 50
"""Of them without a log-in, so that nobody can keep out those who have one."""

MAX_OF_ONE = 20
"""Of one user or key, or one address of kiosks."""

TICK_SECONDS = 1.0
_RETRY_AFTER_SECONDS = 10
_MAX_NOTICES = 1_000
_MAX_ID_CHARACTERS = 40

log = logging.getLogger(__name__)


class LiveHub:
    """A sink whose listeners are the clients of the live stream; used in the event loop's thread alone.

    While nobody listens, and nobody has for a minute, it sleeps: results cost it nothing and nothing is kept.
    Once a second it looks at the fleet and makes events of what is new, each encoded once for every kind of
    stream. `clock`: unix seconds.
    """

    def __init__(
        self,
        fleet: FleetView,
        *,
        clock: Callable[[], float] = time.time,
        ring: EventRing | None = None,
        max_clients: int = MAX_CLIENTS,
        max_kiosks: int = MAX_KIOSKS,
        max_of_one: int = MAX_OF_ONE,
    ) -> None:
        self._fleet = fleet
        self._clock = clock
        self._ring = EventRing() if ring is None else ring
        self._max_clients = max_clients
        self._max_kiosks = max_kiosks
        self._max_of_one = max_of_one
        # Part of each event's id: numbers begin anew with each start, and an old one must not be taken up.
        self._epoch = secrets.token_hex(4)
        self._number = 0
        self._clients: set[LiveClient] = set()
        self._fields_used: dict[Fields, float] = {}
        self._watch: StateWatch | None = None
        self._sampled_hosts: set[str] = set()
        self._notices: list[LiveNotice] = []
        # Two, since an encoder keeps one JSON of each host, and kiosks are told less.
        self._encoder = CurrentEncoder()
        self._kiosk_encoder = CurrentEncoder()
        self._turn = asyncio.Lock()
        self._is_closed = False
        self.dropped = 0

    @property
    def clients(self) -> int:
        """How many listen."""
        return len(self._clients)

    def accept(self, result: PollResult) -> None:
        """Note that a host gave a result; its values are read at the next look."""
        if self._watch is not None:
            self._sampled_hosts.add(result.host)

    def publish(
        self,
        event: str,
        data: Mapping[str, Any],
        *,
        host: HostSpec | None = None,
        group: EventGroup | None = None,
        kiosk_data: Mapping[str, Any] | None = None,
    ) -> None:
        """Tell all streams, or those that this host belongs to, of an event at the next look.

        `group`: only those that want it. `kiosk_data`: what kiosks are told, None for nothing.
        """
        if self._watch is not None and len(self._notices) < _MAX_NOTICES:
            self._notices.append(notice(event, data, host, group, kiosk_document=kiosk_data))

    async def run(self) -> None:
        """Look at the fleet once a second until cancelled; then close."""
        try:
            while True:
                await asyncio.sleep(TICK_SECONDS)
                await self.tick()
        finally:
            self.close()

    async def tick(self) -> None:
        """Tell everyone what is new since the last look."""
        # A client's `opening` may look at the fleet too: a change must be found by one look alone.
        async with self._turn:
            if self._watch is None:
                return
            now = self._clock()
            self._note_fields_used(now)
            if not self._fields_used:
                self._sleep()
                return
            await self._deliver(await self._news(self._watch, now), now)

    def close(self) -> None:
        """End every stream and take no more clients."""
        self._is_closed = True
        for client in list(self._clients):
            client.end(Ending.CLOSED)

    def admit(self, stream: Stream, *, who: str = "") -> LiveClient:
        """A new client, to be given back by `leave`; raises HttpProblem (503) where there is no room.

        `who`: whose it is, empty for nobody's.
        """
        why_not = self._why_not(stream, who)
        if why_not is not None:
            headers = {"Retry-After": str(_RETRY_AFTER_SECONDS)}
            raise HttpProblem(503, "live-full", f"{why_not}: try again later", headers=headers)
        client = LiveClient(stream, who=who)
        self._clients.add(client)
        self._fields_used[stream.fields] = self._clock()
        if self._watch is None:
            self._watch = StateWatch()
        return client

    def _why_not(self, stream: Stream, who: str) -> str | None:
        if self._is_closed:
            return "monctl stops"
        if len(self._clients) >= self._max_clients:
            return f"{self._max_clients} clients listen already"
        kiosks = sum(client.stream.fields is Fields.KIOSK for client in self._clients)
        if stream.fields is Fields.KIOSK and kiosks >= self._max_kiosks:
            return f"{self._max_kiosks} kiosks listen already"
        if who and sum(client.who == who for client in self._clients) >= self._max_of_one:
            return f"you listen {self._max_of_one} times already"
        return None

    def leave(self, client: LiveClient) -> None:
        """Forget a client."""
        self._clients.discard(client)
        if client.ending is Ending.SLOW:
            self.dropped += 1
            log.info("a client of the live stream was dropped: it read too slowly")

    async def opening(self, client: LiveClient, *, last_event_id: str | None) -> bytes:
        """What a client is sent first: what it missed since the event of that id, else a snapshot."""
        async with self._turn:
            # The first look finds nothing: as the next tick's it would miss what changes until then.
            if self._watch is not None and not self._watch.has_looked:
                await self._watch.look(self._fleet.hosts, self._fleet.current, now=self._clock())
        missed = self._missed(last_event_id, client.stream.fields)
        # taken before the snapshot, which lets other tasks run: events of that time are sent twice, not lost
        client.position = self._number
        if missed is not None:
            return self._frames(client.stream, missed)
        return frame("snapshot", self._id(client.position), await self._snapshot(client.stream))

    def _missed(self, last_event_id: str | None, fields: Fields) -> list[Numbered] | None:
        epoch, _, number = (last_event_id or "")[:_MAX_ID_CHARACTERS].partition("-")
        # isascii too: digits such as a raised 2 are none to int.
        if epoch != self._epoch or not (number.isascii() and number.isdigit()):
            return None
        return self._ring.after(int(number), newest=self._number, fields=fields)

    async def _snapshot(self, stream: Stream) -> bytes:
        now = self._clock()
        hosts = self._fleet.hosts
        chosen_hosts = [hosts[name] for name in sorted(hosts) if stream.includes(hosts[name])]
        return join_hosts(await self._entries(chosen_hosts, stream.fields, now), now=now)

    def _note_fields_used(self, now: float) -> None:
        for client in self._clients:
            self._fields_used[client.stream.fields] = now
        # kept for as long as the ring: who reconnects finds the events of that time encoded for its fields
        self._fields_used = {
            fields: last for fields, last in self._fields_used.items() if abs(now - last) <= KEPT_SECONDS
        }

    def _sleep(self) -> None:
        """Forget everything; the skipped number keeps anyone from resuming over the gap."""
        self._watch = None
        self._ring.clear()
        self._sampled_hosts.clear()
        self._notices.clear()
        self._encoder = CurrentEncoder()
        self._kiosk_encoder = CurrentEncoder()
        self._number += 1

    async def _news(self, watch: StateWatch, now: float) -> list[LiveEvent]:
        # Taken before the first wait: what comes during it is for the next look.
        sampled_names, self._sampled_hosts = self._sampled_hosts, set()
        notices, self._notices = self._notices, []
        hosts = self._fleet.hosts
        self._encoder.forget_others(hosts)
        self._kiosk_encoder.forget_others(hosts)
        news: list[LiveEvent] = [*notices, *await watch.look(hosts, self._fleet.current, now=now)]
        sampled = tuple(hosts[name] for name in sorted(sampled_names) if name in hosts)
        if sampled:
            entries = {
                fields: await self._entries(sampled, fields, now) for fields in list(self._fields_used)
            }
            news.append(LiveSamples(now, sampled, entries))
        return news

    async def _entries(self, hosts: Sequence[HostSpec], fields: Fields, now: float) -> tuple[bytes, ...]:
        entries, slices = [], Slices()
        for host in hosts:
            entries.append(self._entry(host, fields, now))
            await slices.rest()
        return tuple(entries)

    def _entry(self, host: HostSpec, fields: Fields, now: float) -> bytes:
        last_known, is_kiosk = self._fleet.current.last_known(host.name), fields is Fields.KIOSK
        encoder = self._kiosk_encoder if is_kiosk else self._encoder
        return encoder.host(
            host.name,
            kiosk_known(last_known) if is_kiosk else last_known,
            now=now,
            interval=host.interval,
            timeout=host.timeout,
            paused=host.paused,
            tags=NO_TAGS if is_kiosk else host.tags,
            is_summary=fields is not Fields.ALL,
        )

    async def _deliver(self, news: Sequence[LiveEvent], now: float) -> None:
        # streams with the same fields, groups and hosts are sent the same bytes, encoded once
        numbered = list(enumerate(news, self._number + 1))
        # No wait between number and ring: an opening has all events of a look or none. Those that it has are
        # skipped by their number when the client is given them again below.
        self._number += len(news)
        self._ring.extend(numbered, now=now)
        newest, slices = self._number, Slices()
        frames_by_stream: dict[tuple[Fields, frozenset[EventGroup], HostFilter | None], bytes] = {}
        for client in list(self._clients):
            stream = client.stream
            key = (stream.fields, stream.groups, stream.hosts)
            if key not in frames_by_stream:
                frames_by_stream[key] = self._frames(stream, numbered)
            if frames_by_stream[key]:
                client.put(newest, frames_by_stream[key])
            await slices.rest()

    def _frames(self, stream: Stream, events: Sequence[Numbered]) -> bytes:
        texts = ((number, event.name, event.data(stream)) for number, event in events)
        return b"".join(frame(name, self._id(number), data) for number, name, data in texts if data)

    def _id(self, number: int) -> str:
        return f"{self._epoch}-{number}"

"""Jump hosts: one connection each, shared by all the hosts behind it."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace

from inventory.host import HostSpec
from metrics.results import Outcome
from poller.backoff import Backoff
from poller.errors import PollFailed
from poller.ssh.ssh_channel import SshLink

MAX_HOPS = 8

_Key = tuple[str, str | None, tuple[str, ...], str | None, tuple[str, ...]]


@dataclass(slots=True)
class _Entry:
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    link: SshLink | None = None
    leases: int = 0
    backoff: Backoff = field(default_factory=Backoff)
    failure: PollFailed | None = None
    retry_at: float = 0.0


class JumpLease:
    """One host's share in a jump host's connection; the last to be released closes it."""

    def __init__(self, link: SshLink, release: Callable[[], Awaitable[None]]) -> None:
        self.link = link
        self._release: Callable[[], Awaitable[None]] | None = release

    async def release(self) -> None:
        """Give the share back; a second call does nothing."""
        if self._release is not None:
            release, self._release = self._release, None
            await release()


class JumpPool:
    """Opens each jump host once and lends its connection; failures are remembered for a back-off's time."""

    def __init__(
        self,
        connect: Callable[[HostSpec, tuple[str, ...]], Awaitable[SshLink]],
        find_host: Callable[[str], HostSpec | None],
        lend: Callable[[HostSpec, HostSpec], Awaitable[HostSpec]],
    ) -> None:
        """`lend`: a hop with what the host behind it, the second, lends it."""
        self._connect = connect
        self._lend = lend
        self._find_host = find_host
        self._entries: dict[_Key, _Entry] = {}

    async def borrow(self, jump: str, behind: HostSpec, *, hops: tuple[str, ...]) -> JumpLease:
        """A lease on the connection to `jump`, opened if need be.

        `behind` is the host to reach through it, which lends user, key and known_hosts to a jump host that
        neither the inventory nor the ssh config has them of; `hops` are the jump hosts already on the way.
        Raises PollFailed(jump_down).
        """
        if jump in hops or len(hops) >= MAX_HOPS:
            raise PollFailed(Outcome.JUMP_DOWN, f"jump hosts go in a circle: {' -> '.join((*hops, jump))}")
        # What the host behind may lend is part of the key: with another user it is another connection.
        key = (jump, behind.user, behind.key, behind.known_hosts, behind.file_places)
        entry = self._entries.setdefault(key, _Entry())
        # Before it is open: whoever gives up meanwhile must not close it under those who still wait.
        entry.leases += 1
        try:
            link = await self._open(entry, jump, behind=behind, hops=hops)
        except BaseException:
            await self._give_back(key, entry)
            raise
        return JumpLease(link, lambda: self._give_back(key, entry))

    async def _open(self, entry: _Entry, jump: str, *, behind: HostSpec, hops: tuple[str, ...]) -> SshLink:
        # All behind it wait here for one attempt, and then share its connection or its failure.
        async with entry.lock:
            if entry.link is not None and not entry.link.is_lost:
                return entry.link
            now = asyncio.get_running_loop().time()
            if entry.failure is not None and now < entry.retry_at:
                # A new one each time: one exception raised by many hosts would gather all their tracebacks.
                raise _again(entry.failure)
            await self._drop_link(entry)
            try:
                entry.link = await self._connect(await self._hop(jump, behind), (*hops, jump))
            except PollFailed as error:
                entry.retry_at = now + entry.backoff.failed(error)
                entry.failure = _jump_down(jump, error)
                raise entry.failure from error
            entry.backoff.succeeded()
            entry.failure = None
            return entry.link

    async def _hop(self, jump: str, behind: HostSpec) -> HostSpec:
        # Of a chain the last is this hop; those before it are its own jump host, and so are shared as well.
        before, _, last = jump.rpartition(",")
        known_host = self._find_host(last)
        hop = known_host
        if hop is None:
            hop = await self._lend(_hop_from_text(last, timeout=behind.timeout), behind)
        return replace(hop, jump=before) if before else hop

    async def _give_back(self, key: _Key, entry: _Entry) -> None:
        entry.leases -= 1
        if entry.leases == 0:
            await self._drop_link(entry)
            # A failed one stays, for its back-off; else every host behind it would try it anew.
            if entry.failure is None and self._entries.get(key) is entry:
                del self._entries[key]

    @staticmethod
    async def _drop_link(entry: _Entry) -> None:
        if entry.link is not None:
            # Taken out before the wait: nobody who comes meanwhile may use a connection that is being closed.
            link, entry.link = entry.link, None
            await link.close()


def _hop_from_text(text: str, *, timeout: float) -> HostSpec:
    """A hop given as `[user@]host[:port]`, or as an alias of the ssh config."""
    user, _, rest = text.rpartition("@")
    host, port = _split_port(rest)
    return HostSpec(name=text, address=host, port=port, user=user or None, timeout=timeout)


def _split_port(text: str) -> tuple[str, int | None]:
    if text.startswith("["):
        host, _, rest = text[1:].partition("]")
        return host, int(rest[1:]) if rest[1:].isdigit() else None
    host, colon, port = text.rpartition(":")
    # With more colons it is an IPv6 address without brackets, and has no port.
    if colon and port.isdigit() and ":" not in host:
        return host, int(port)
    return text, None


def _again(failure: PollFailed) -> PollFailed:
    return PollFailed(failure.outcome, failure.detail, jump=failure.jump, advice=failure.advice)


def _jump_down(jump: str, error: PollFailed) -> PollFailed:
    """The failure of whoever is behind `jump`: a jump host before it that is down stays the one to blame."""
    if error.outcome is Outcome.JUMP_DOWN:
        return PollFailed(Outcome.JUMP_DOWN, error.detail, jump=error.jump, advice=error.advice)
    detail = f"jump host {jump}: {error.outcome}: {error.detail}"
    hop = jump.rpartition(",")[2]
    # said of the jump host, not of whoever is behind it
    return PollFailed(Outcome.JUMP_DOWN, detail, jump=hop, advice=error.advice.replace("HOST", hop))

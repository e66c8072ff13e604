"""Which keys a server is offered, and in which order: an agent's, and those of files."""

import asyncio
import contextlib
import os
from copy import copy

import asyncssh
from asyncssh.agent import SSHAgentClient

from poller.ssh.credentials import Credentials, Identity

Pair = asyncssh.SSHKeyPair

AGENT_SECONDS = 3.0
"""How long an agent may take to say which keys it has; one that hangs is as good as none."""


def agent_socket(path: str | None) -> str:
    """The agent's socket, or ""; `path`: what the configuration says, None for the environment's."""
    return os.environ.get("SSH_AUTH_SOCK", "") if path is None else path


class KeyOffers:
    """The keys for one log-in, of which servers refuse to see more than a few (MaxAuthTries).

    Keys that somebody has named come first, whether a file or the agent has them, then what else the agent
    has; where none is named, the usual files' come last unless the agent has them too, as with ssh.

    `agent_path`: the agent's socket, "" for none. `uses_whole_agent`: whether keys that no file names are
    offered too. `algorithms`: those that keys must be of, as PubkeyAcceptedAlgorithms has them; none for any.
    """

    def __init__(
        self,
        credentials: Credentials,
        *,
        agent_path: str,
        uses_whole_agent: bool,
        algorithms: tuple[str, ...] = (),
    ) -> None:
        self._credentials = credentials
        self._algorithms = frozenset(algorithms)
        self._uses_whole_agent = uses_whole_agent
        self._agent = SSHAgentClient(agent_path) if agent_path else None
        self._held: dict[bytes, Pair] | None = None
        self._parts = [KeyOffers._named, KeyOffers._others, KeyOffers._last]

    async def next_batch(self) -> list[Pair]:
        """The next keys, none at the end. The agent is only asked when it comes to its keys."""
        while self._parts:
            pairs = [pair for pair in await self._parts.pop(0)(self) if self._is_allowed(pair)]
            if pairs:
                return [*pairs, _NeverOffered()]
        return []

    async def close(self) -> None:
        """Leave the agent, and forget what it had."""
        agent, self._agent, self._held = self._agent, None, {}
        if agent is not None:
            agent.close()
            await agent.wait_closed()

    def _is_allowed(self, pair: Pair) -> bool:
        return not self._algorithms or not self._algorithms.isdisjoint(_algorithm_names(pair))

    async def _named(self) -> list[Pair]:
        credentials = self._credentials
        held = await self._held_by_agent() if credentials.needs_agent or credentials.are_usual else {}
        pairs = self._listed(held)
        return [pair for pair in pairs if pair.public_data in held] if credentials.are_usual else pairs

    async def _others(self) -> list[Pair]:
        if not self._uses_whole_agent:
            return []
        listed = {identity.offered for identity in self._credentials.identities}
        return [pair for offered, pair in (await self._held_by_agent()).items() if offered not in listed]

    async def _last(self) -> list[Pair]:
        if not self._credentials.are_usual:
            return []
        held = await self._held_by_agent()
        return [pair for pair in self._listed(held) if pair.public_data not in held]

    def _listed(self, held: dict[bytes, Pair]) -> list[Pair]:
        """A pair for each identity that something signs for; an identity that stands twice has one."""
        pairs = {identity.offered: _pair(identity, held) for identity in self._credentials.identities}
        return [pair for pair in pairs.values() if pair is not None]

    async def _held_by_agent(self) -> dict[bytes, Pair]:
        """What the agent has, by what a server is shown of it; it is asked once."""
        if self._held is None:
            self._held = {}
            if self._agent is not None:
                # there may be no agent, or it does not answer as one
                with contextlib.suppress(ValueError, TimeoutError):
                    async with asyncio.timeout(AGENT_SECONDS):
                        keys = await self._agent.get_keys()
                    self._held = {pair.public_data: pair for pair in keys}
        return self._held


def _pair(identity: Identity, held: dict[bytes, Pair]) -> Pair | None:
    """What signs for an identity: its file's key or the agent; None where nothing does."""
    if identity.key is not None:
        key, certificate = identity.key, identity.certificate
        # of a pair with a certificate asyncssh makes two, that with it first
        return asyncssh.load_keypairs([key if certificate is None else (key, certificate)])[0]
    if identity.offered in held:
        return held[identity.offered]
    if identity.public not in held or identity.certificate is None:
        return None
    pair = copy(held[identity.public])
    pair.set_certificate(identity.certificate)
    return pair


def _algorithm_names(pair: Pair) -> set[str]:
    """The names that a key may go by; those of RSA differ by the hash."""
    names = {name.decode("utf-8", "replace") for name in (pair.algorithm, *pair.host_key_algorithms)}
    if "ssh-rsa-cert-v01@openssh.com" in names:
        names |= {"rsa-sha2-256-cert-v01@openssh.com", "rsa-sha2-512-cert-v01@openssh.com"}
    return names


class _NeverOffered(Pair):
    """Stands behind the last key: asyncssh passes it over.

    It tries an RSA certificate by a second name of its algorithm, but not where no key is left.
    """

    def __init__(self) -> None:
        super().__init__(b"none", b"none", (b"none",), (), b"", None)

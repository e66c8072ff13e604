"""Which keys a server is offered, and in which order: an agent's, and those of files."""

import os
from collections.abc import Sequence
from copy import copy

import asyncssh
from asyncssh.agent import SSHAgentClient

from poller.ssh.credentials import Credentials, Identity

Pair = asyncssh.SSHKeyPair


def agent_socket(path: str | None) -> str:
    """The agent's socket, or ""; `path`: what the configuration says, None for the environment's."""
    return os.environ.get("SSH_AUTH_SOCK", "") if path is None else path


class KeyOffers:
    """The keys for one log-in, of which servers refuse to see more than a few (MaxAuthTries).

    Keys that somebody has named come first, whether a file or the agent has them, then what else the agent
    has; where none is named, the usual files' come last unless the agent has them too, as with ssh.

    `agent_path`: the agent's socket, "" for none. `uses_whole_agent`: whether keys that no file names are
    offered too.
    """

    def __init__(self, credentials: Credentials, *, agent_path: str, uses_whole_agent: bool) -> None:
        self._credentials = credentials
        self._uses_whole_agent = uses_whole_agent
        self._agent = SSHAgentClient(agent_path) if agent_path else None
        self._were_made = False

    async def make(self) -> list[Pair]:
        """All of them, the first time; none after that. The agent is only asked when it comes to this."""
        if self._were_made:
            return []
        self._were_made = True
        pairs = self._in_order(await self._agent_pairs())
        return [*pairs, _NeverOffered()] if pairs else []

    async def close(self) -> None:
        """Leave the agent."""
        if self._agent is not None:
            self._agent.close()
            await self._agent.wait_closed()

    async def _agent_pairs(self) -> Sequence[Pair]:
        if self._agent is None or not (self._uses_whole_agent or self._credentials.needs_agent):
            return ()
        try:
            return await self._agent.get_keys()
        except ValueError:  # there is no agent, or it does not answer as one
            return ()

    def _in_order(self, agent_pairs: Sequence[Pair]) -> list[Pair]:
        held = {pair.public_data: pair for pair in agent_pairs}
        pairs = {identity.offered: _pair(identity, held) for identity in self._credentials.identities}
        listed = [pair for pair in pairs.values() if pair is not None]
        others: list[Pair] = []
        if self._uses_whole_agent:
            others = [pair for offered, pair in held.items() if offered not in pairs]
        if not self._credentials.are_usual:
            return [*listed, *others]
        return [
            *(pair for pair in listed if pair.public_data in held),
            *others,
            *(pair for pair in listed if pair.public_data not in held),
        ]


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


class _NeverOffered(Pair):
    """Stands behind the last key: asyncssh passes it over.

    It tries an RSA certificate by a second name of its algorithm, but not where no key is left.
    """

    def __init__(self) -> None:
        super().__init__(b"none", b"none", (b"none",), (), b"", None)

"""A way to a host, and a command that runs on it, whatever carries them."""

from typing import Protocol

from poller.errors import PollFailed
from poller.probing.lines import LineReader


class ProbeChannel(Protocol):
    """A running command: lines come out of `reader`, bytes go in."""

    reader: LineReader

    @property
    def is_ended(self) -> bool:
        """Whether the command is known to be gone."""

    def write(self, data: bytes) -> None:
        """Send bytes to the command's standard input; the reader fails if it is gone."""

    def kill(self) -> None:
        """End the command by force, as far as the host lets us."""

    async def close(self) -> None:
        """Close the command's input and wait a bounded time for its end; force it then."""


class Link(Protocol):
    """A way to a host on which commands can be started."""

    connect_seconds: float

    @property
    def fault(self) -> PollFailed | None:
        """Why the way was given up because of what came over it; None where that is not so."""

    @property
    def is_lost(self) -> bool:
        """Whether the way is gone and a new one is needed."""

    async def start(self, command: str) -> ProbeChannel:
        """Start a command; raises PollFailed."""

    async def close(self) -> None:
        """Leave the host, in a bounded time."""

"""Passes every result on to those who listen."""

from metrics.results import PollResult


class LiveHub:
    """A sink whose subscribers are the clients of the live stream."""

    def accept(self, result: PollResult) -> None:
        """Take one result."""

    def close(self) -> None:
        """End every stream."""

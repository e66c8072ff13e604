"""Something that does not work for a while: told when that begins and when it is over, not in between."""

import logging


class Outage:
    """`is_on` from the first failure to the next success; each of the two is logged once.

    `begins`, `ends`: what the log says then, the former with the reason. `failures`: how many there were in
    all, those of earlier outages included.
    """

    def __init__(self, log: logging.Logger, *, begins: str, ends: str) -> None:
        self._log = log
        self._begins = begins
        self._ends = ends
        self.is_on = False
        self.failures = 0

    def failed(self, reason: object) -> None:
        """It did not work, and why."""
        self.failures += 1
        if not self.is_on:
            self.is_on = True
            self._log.error("%s: %s", self._begins, reason)

    def worked(self) -> None:
        """Note a success, which ends an outage."""
        if self.is_on:
            self.is_on = False
            self._log.warning("%s", self._ends)

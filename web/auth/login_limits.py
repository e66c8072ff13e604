"""How often log-ins may fail, before any password is looked at."""

import hashlib
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from web.auth.limits import Limit
from web.auth.turns import Turns
from web.http.addresses import network_name

_WHAT = "failed log-ins"


class Attempt:
    """A log-in under way."""

    def __init__(self) -> None:
        self.has_failed = False

    def fail(self) -> None:
        """The password did not fit."""
        self.has_failed = True


class LoginLimits:
    """Counts failed log-ins of each address and each user name; successes do not count. For one thread.

    An address is refused beyond its limit. A user name is not, or anybody could shut its user out: beyond
    `per_user` failures, whoever they came from, log-ins as that user wait for their `turns`. A device that
    has logged in as the user before is counted by itself, and waits for nobody.

    Log-ins under way count until they are over: a thousand at once get no further than as many one after
    another.
    """

    def __init__(
        self,
        *,
        per_address: str = "10/5 minutes",
        per_user: str = "20/5 minutes",
        turns: Turns | None = None,
    ) -> None:
        self._addresses = Limit(per_address, what=_WHAT)
        self._users = Limit(per_user, what=_WHAT)
        self._turns = turns or Turns()
        self._under_way: Counter[str] = Counter()

    @asynccontextmanager
    async def attempt(self, name: str, address: str, *, device: str | None = None) -> AsyncIterator[Attempt]:
        """Let a password be tried; raises HttpProblem (429) instead where there were too many failures.

        `device`: one that has logged in as this user before.
        """
        who = network_name(address) if device is None else f"device:{device}"
        user = _digest(name)
        self._addresses.check(who, ahead=self._under_way[who])
        must_wait = device is None and self._users.is_reached(user, ahead=self._under_way[user])
        names = (who,) if device is not None else (who, user)
        self._under_way.update(names)
        attempt = Attempt()
        try:
            if must_wait:
                await self._turns.wait(user, who)
            yield attempt
        finally:
            self._under_way.subtract(names)
            self._under_way += Counter()  # adding drops entries at zero, which would pile up
            if attempt.has_failed:
                self._addresses.count(who)
                if device is None:
                    self._users.count(user)


def _digest(user: str) -> str:
    """A key of fixed length for a user's name, however long the name that was typed is."""
    return f"user:{hashlib.sha256(user.encode('utf-8', 'replace')).hexdigest()}"

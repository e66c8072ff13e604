"""How often log-ins may fail, before any password is looked at."""

import hashlib
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from web.auth.limits import Limit
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

    Log-ins under way count until they are over: a thousand at once get no further than as many one after
    another.
    """

    def __init__(self, *, per_address: str = "10/5 minutes", per_user: str = "20/5 minutes") -> None:
        self._addresses = Limit(per_address, what=_WHAT)
        self._users = Limit(per_user, what=_WHAT)
        self._under_way: Counter[str] = Counter()

    @contextmanager
    def attempt(self, name: str, address: str) -> Iterator[Attempt]:
        """Let a password be tried; raises HttpProblem (429) instead where there were too many failures."""
        limits = {network_name(address): self._addresses, _digest(name): self._users}
        for who, limit in limits.items():
            limit.check(who, ahead=self._under_way[who])
        self._under_way.update(limits.keys())
        attempt = Attempt()
        try:
            yield attempt
        finally:
            self._under_way.subtract(limits.keys())
            self._under_way += Counter()  # adding drops entries at zero, which would pile up
            for who, limit in limits.items():
                if attempt.has_failed:
                    limit.count(who)


def _digest(user: str) -> str:
    """A key of fixed length for a user's name, however long the name that was typed is."""
    return f"user:{hashlib.sha256(user.encode('utf-8', 'replace')).hexdigest()}"

"""How often a log-in may fail."""

from web.access.limits import Limit

_PER_ADDRESS = "10/5 minutes"
_PER_USER = "20/5 minutes"


class LoginLimits:
    """Counts failed log-ins for each address and each user name; successes do not count."""

    def __init__(self) -> None:
        self._addresses = Limit(_PER_ADDRESS)
        self._users = Limit(_PER_USER)

    def check(self, name: str, address: str) -> None:
        """Raise Problem (429) where there were too many failures; before any password is looked at."""
        self._addresses.check(address)
        self._users.check(name[:64].casefold())

    def failed(self, name: str, address: str) -> None:
        """Count a failure."""
        self._addresses.count(address)
        self._users.count(name[:64].casefold())

"""What can go wrong in the API beyond what the rooms below raise.

WebError
├── HostKeysUnseen    a host cannot be asked for its SSH keys
├── HostKeysDiffer    a host shows other SSH keys than those to be trusted
├── KnownHostsUnusable  a key cannot be written down as trusted
└── ServerUnusable    the address cannot be listened on, or the certificate cannot be read
"""

from web.ports import HostKeys


class WebError(Exception):
    """Any error of this package."""


class HostKeysUnseen(WebError):
    """A host cannot be asked for its SSH keys: `reason` is one of the poller's outcomes."""

    def __init__(self, host: str, reason: str, detail: str, *, advice: str) -> None:
        super().__init__(f"{host}: {detail}")
        self.host = host
        self.reason = reason
        self.advice = advice


class HostKeysDiffer(WebError):
    """A host shows other SSH keys than those to be trusted, or one that has changed; nothing was added."""

    def __init__(self, keys: HostKeys, message: str) -> None:
        super().__init__(message)
        self.keys = keys


class KnownHostsUnusable(WebError):
    """A key cannot be written down as trusted; the message names the file and says what to do."""


class ServerUnusable(WebError):
    """The address cannot be listened on, or the certificate cannot be read; the message says what to do."""

"""What can go wrong with polling.

PollerError
├── PollFailed         a host could not be asked: carries the outcome, a sentence, and what to do
│   ├── LoginRefused   the host did not let us in: carries whether a password was tried
│   ├── HostFault      something that nobody foresaw: carries its cause
│   ├── ChannelEnded   the far end of the probe's channel went away: carries exit status and stderr
│   ├── SshConfigInvalid  the ssh configuration has a mistake in what it says of this host
│   └── HostBusy       sshd takes no more connections at the moment
└── KeyFileUnusable    a private key file cannot be read (carries the path)
"""

from collections.abc import Iterator
from contextlib import contextmanager

from foundation.display.text import clean_text
from metrics.results import Outcome


class PollerError(Exception):
    """Any error of this package."""


class PollFailed(PollerError):
    """A host could not be asked. `detail` is one sentence, safe to show on a terminal.

    `jump`: the jump host that is to blame, None for a host that is so itself.
    `advice`: what a person can do, HOST standing for the host's name; "" for the usual advice of the outcome.
    """

    def __init__(self, outcome: Outcome, detail: str, *, jump: str | None = None, advice: str = "") -> None:
        super().__init__(f"{outcome}: {detail}")
        self.outcome = outcome
        self.jump = jump
        self.advice = advice
        self.detail = clean_text(detail, limit=500)


class LoginRefused(PollFailed):
    """The host did not let us in. Each further try may count towards the lock of an account or an address."""

    def __init__(self, detail: str, *, advice: str = "", used_password: bool = False) -> None:
        super().__init__(Outcome.AUTH_FAILED, detail, advice=advice)
        self.used_password = used_password


class HostFault(PollFailed):
    """Something that nobody foresaw, most likely in a library; `__cause__` is what was raised."""

    def __init__(self, cause: Exception) -> None:
        super().__init__(
            Outcome.PROBE_FAILED,
            f"internal error in monctl: {type(cause).__name__}: {clean_text(str(cause), limit=200)}",
            advice="Report it as a fault of monctl; the daemon's log has the traceback.",
        )


class HostBusy(PollFailed):
    """The host's sshd takes no more connections at the moment (MaxStartups): worth another try soon."""

    def __init__(self, detail: str) -> None:
        super().__init__(Outcome.UNREACHABLE, detail)


class SshConfigInvalid(PollFailed):
    """The ssh configuration cannot be used for this host; the message names file and line, as ssh does."""

    def __init__(self, complaint: str, address: str) -> None:
        advice = f"Mend the ssh configuration; this shows whether ssh takes it: ssh -G {address}"
        super().__init__(Outcome.UNREACHABLE, f"ssh configuration: {complaint}", advice=advice)
        self.complaint = complaint


class ChannelEnded(PollFailed):
    """The probe's channel ended before an answer; `exit_status` is None after a signal or a lost network."""

    def __init__(
        self, exit_status: int | None, stderr: str, *, signal: str = "", is_lost: bool = False
    ) -> None:
        outcome = Outcome.UNREACHABLE if is_lost else Outcome.PROBE_FAILED
        super().__init__(outcome, _ended_detail(exit_status, stderr, signal=signal, is_lost=is_lost))
        self.exit_status = exit_status
        self.stderr = stderr
        self.is_lost = is_lost


class KeyFileUnusable(PollerError):
    """A private key file cannot be used; the message names the file and why."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"key {path}: {reason}")
        self.path = path


def _ended_detail(exit_status: int | None, stderr: str, *, signal: str, is_lost: bool) -> str:
    if is_lost:
        return "the connection was lost while the probe was asked"
    killed = f"was killed by signal {signal}" if signal else "was killed"
    how = killed if exit_status is None else f"ended with status {exit_status}"
    last_line = stderr.strip().rsplit("\n", 1)[-1]
    return f"the probe {how}: {last_line}" if last_line else f"the probe {how}"


@contextmanager
def host_edge() -> Iterator[None]:
    """The edge of a host's work: raises PollFailed and nothing else, since an oddity costs one host alone."""
    try:
        yield
    except PollFailed:
        raise
    except Exception as error:
        raise HostFault(error) from error

"""Every error that asyncssh may raise becomes one of ours; a new one of a later release would show here."""

import inspect

import asyncssh
import pytest

from metrics.results import Outcome
from poller.errors import PollFailed
from poller.ssh.failures.ssh_errors import FOREIGN_ERRORS, translate

_NEVER_OURS = {
    asyncssh.BreakReceived,
    asyncssh.SignalReceived,
    asyncssh.TerminalSizeChanged,
    asyncssh.ChannelListenError,
}
"""What interrupts a server's reading from its client, and the failure to listen, which we never ask for."""


def _error_classes() -> list[type[Exception]]:
    found = [
        kind for kind in vars(asyncssh).values() if inspect.isclass(kind) and issubclass(kind, Exception)
    ]
    return [kind for kind in found if kind not in _NEVER_OURS]


def _made(kind: type[Exception]) -> Exception:
    made = kind.__new__(kind)
    for name in ("reason", "lang", "prompt", "command", "stdout", "stderr"):
        vars(made)[name] = "a reason"
    vars(made)["exit_status"] = vars(made)["exit_signal"] = vars(made)["returncode"] = None
    return made


@pytest.mark.parametrize("kind", _error_classes(), ids=lambda kind: kind.__name__)
def test_an_error_of_asyncssh_is_caught_and_becomes_ours_with_a_reason(kind: type[Exception]) -> None:
    failure = translate(_made(kind), "host:22")
    assert issubclass(kind, FOREIGN_ERRORS)
    assert isinstance(failure, PollFailed)
    assert failure.outcome is not Outcome.OK
    assert "host:22" in failure.detail


def test_a_timeout_of_asyncssh_is_a_timeout_though_it_is_a_process_error_too() -> None:
    made = _made(asyncssh.TimeoutError)
    assert isinstance(made, asyncssh.ProcessError)
    assert translate(made, "host:22").outcome is Outcome.TIMEOUT


def test_a_connection_that_has_ended_is_not_taken_for_a_host_that_refuses_a_session() -> None:
    error = asyncssh.ChannelOpenError(asyncssh.OPEN_CONNECT_FAILED, "SSH connection closed")
    failure = translate(error, "host:22")
    assert failure.detail == "host:22 closed the connection"

"""The one place where asyncssh's errors become ours."""

import asyncio

import asyncssh

from metrics.results import Outcome
from poller.errors import PollFailed

_TABLE: tuple[tuple[type[BaseException], Outcome, str], ...] = (
    # asyncssh.TimeoutError is a ProcessError and a builtin TimeoutError too: timeouts come first
    (TimeoutError, Outcome.TIMEOUT, "{where} did not finish the log-in in time"),
    (asyncssh.HostKeyNotVerifiable, Outcome.HOST_KEY_UNKNOWN, "{where}: {reason}"),
    (asyncssh.PermissionDenied, Outcome.AUTH_FAILED, "{where} refused the log-in: {reason}"),
    (asyncssh.IllegalUserName, Outcome.AUTH_FAILED, "{where}: {reason}"),
    (asyncssh.PasswordChangeRequired, Outcome.AUTH_FAILED, "{where} wants the password changed"),
    (asyncssh.KeyExchangeFailed, Outcome.UNREACHABLE, "{where} and monctl share no algorithm: {reason}"),
    (asyncssh.ProtocolNotSupported, Outcome.UNREACHABLE, "{where} does not speak SSH 2: {reason}"),
    (asyncssh.ProtocolError, Outcome.BAD_OUTPUT, "{where} does not keep to the SSH protocol: {reason}"),
    (asyncssh.ConnectionLost, Outcome.UNREACHABLE, "{where} closed the connection"),
    (asyncssh.ChannelOpenError, Outcome.UNREACHABLE, "{where} let us in and runs no command: {reason}"),
    (asyncssh.DisconnectError, Outcome.UNREACHABLE, "{where} ended the connection: {reason}"),
    (asyncssh.Error, Outcome.UNREACHABLE, "{where}: {reason}"),
    (asyncssh.KeyEncryptionError, Outcome.AUTH_FAILED, "{where}: {reason}"),
    (asyncssh.KeyImportError, Outcome.AUTH_FAILED, "{where}: {reason}"),
    (ConnectionRefusedError, Outcome.REFUSED, "{where} refuses connections"),
    (OSError, Outcome.UNREACHABLE, "{where}: {reason}"),
    # uvloop says so of a socket or a pipe that the other end has closed
    (RuntimeError, Outcome.UNREACHABLE, "{where} closed the connection: {reason}"),
    (ValueError, Outcome.UNREACHABLE, "{where}: {reason}"),  # PacketDecodeError, ConfigParseError, ASN.1
)

_OLD_ALGORITHMS_ADVICE = (
    "Renew the SSH server of HOST. Until then allow what it has in ~/.ssh/config, for HOST alone, such as "
    "`{} +{}`."
)
_CLOSED = "SSH connection closed"  # what asyncssh says of a channel on a connection that has ended
_NO_CHANNEL_ADVICE = "See MaxSessions of the sshd of HOST, and what its log says."
_KEYWORDS = {"host key": "HostKeyAlgorithms", "encryption": "Ciphers", "MAC": "MACs"}
_USUAL_EXAMPLE = "diffie-hellman-group1-sha1"

FOREIGN_ERRORS = (
    asyncssh.Error,
    asyncssh.PasswordChangeRequired,
    asyncio.IncompleteReadError,
    OSError,
    RuntimeError,
    ValueError,
)
"""What a call into asyncssh may raise besides cancellation; every one has a row in the table."""


def translate(error: BaseException, where: str) -> PollFailed:
    """What an error of asyncssh, of the socket or of a deadline means for the poll of `where`."""
    for kind, outcome, text in _TABLE:
        if isinstance(error, kind):
            reason = getattr(error, "reason", "") or str(error) or kind.__name__
            if kind is asyncssh.KeyExchangeFailed:
                return _no_common_algorithm(reason, where)
            if kind is asyncssh.ChannelOpenError and reason == _CLOSED:
                return PollFailed(outcome, f"{where} closed the connection")
            advice = _NO_CHANNEL_ADVICE if kind is asyncssh.ChannelOpenError else ""
            return PollFailed(outcome, text.format(where=where, reason=reason), advice=advice)
    return PollFailed(Outcome.UNREACHABLE, f"{where}: {type(error).__name__}")


def _no_common_algorithm(reason: str, where: str) -> PollFailed:
    """asyncssh names all that was sent, which is long, and then what the host has."""
    what, _, rest = reason.partition(" found, sent ")
    theirs = rest.partition("received ")[2]
    offer = f"{what[:1].lower()}{what[1:]}; it offers {theirs}" if theirs else reason
    keyword = next((each for kind, each in _KEYWORDS.items() if kind in what), "KexAlgorithms")
    example = theirs.partition(",")[0] or _USUAL_EXAMPLE
    return PollFailed(
        Outcome.UNREACHABLE,
        f"{where} and monctl share no algorithm: {offer}",
        advice=_OLD_ALGORITHMS_ADVICE.format(keyword, example),
    )

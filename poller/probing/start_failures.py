"""Why a command did not start Python: what the host runs in place of it, as far as it can be known."""

import asyncio
import secrets
from dataclasses import dataclass

from foundation.display.text import clean_text
from metrics.results import Outcome
from poller.errors import ChannelEnded, PollFailed
from poller.probing.channel import Link

_TRIAL_SECONDS = 3.0
_SAID_CHARACTERS = 200
_PYTHON_SPOKE = ("Traceback (most recent call last)", "SyntaxError:", "monctl:")
_SENT = ("lambda s,g", '{"nonce"', "{nonce", "eNq", "eNr")
_SFTP_BAD_MESSAGE = 11
_NOLOGIN_FILE = 254


@dataclass(frozen=True, slots=True)
class _Cause:
    """A sentence about the host, and what to do."""

    sentence: str
    advice: str


_EXPIRED = _Cause(
    "the user's password has expired, and sshd runs no command until it is changed",
    "Set a new password for the user on the host, and let it not expire: chage -M -1 USER.",
)
_NO_SHELL = _Cause(
    "the user's login shell lets nobody run commands (nologin)",
    "Give the user a shell on the host (usermod -s /bin/sh USER), or name another user.",
)
_SFTP = _Cause(
    "the user may use sftp and nothing else",
    "Exempt monctl's user from `ForceCommand internal-sftp` in the host's sshd_config, or name another user.",
)
_GIT = _Cause(
    "the user's login shell is git's, which runs nothing else", "Name a user with an ordinary shell."
)
_NOLOGIN = _Cause(
    "the host lets in nobody but root for the time being (/etc/nologin)",
    "Wait until /etc/nologin is gone there, or remove it if it was left behind.",
)
_OTHER_SHELL = _Cause(
    "a start file of the user's shell, such as ~/.bashrc, runs another shell in place of the command",
    "Let it do so in terminals alone: `case $- in *i*) exec … ;; esac`.",
)
_READS = _Cause(
    "a start file of the user's shell, such as ~/.bashrc, reads the input of the probe or does not end",
    "Let it do so in terminals alone: `case $- in *i*) … ;; esac`.",
)
_RESTRICTED = _Cause(
    "the user's login shell is restricted, and does not run Python",
    "Put Python into a folder of that shell's PATH, or give the user another shell.",
)
_SOMETHING_ELSE = _Cause(
    "the host ran something else than the command that it was asked to run",
    "Look there for ForceCommand and ChrootDirectory in sshd_config, command= in authorized_keys, the user's "
    "login shell, and start files that end it.",
)
_ECHO = _Cause("the host sends back what it is sent, and does not run the command", _SOMETHING_ELSE.advice)
_BY_WORDS = (
    ("password change required", _EXPIRED),
    ("password has expired", _EXPIRED),
    ("account is currently not available", _NO_SHELL),
    ("sftp connections only", _SFTP),
    ("fatal: unrecognized command", _GIT),
    ("syntax error", _OTHER_SHELL),
    ("parse error", _OTHER_SHELL),
)


async def start_failure(link: Link, ended: ChannelEnded, said: str) -> PollFailed:
    """What it means that a start command ended, with these words on its output.

    To be certain that it was not Python's fault, the host is asked to run a harmless command.
    """
    words = f"{ended.stderr}\n{said}"
    if any(line.startswith(_PYTHON_SPOKE) for line in ended.stderr.splitlines()):
        # it began with a later line where the first one is missing
        return _failure(_READS, ended, "") if was_read_by_a_shell(words) else ended
    cause = _by_words(words, ended.exit_status)
    if cause is None:
        try:
            if await _runs_commands(link):
                return _with_output(ended, said)
        except TimeoutError:
            cause = _READS
    return _failure(cause or _SOMETHING_ELSE, ended, words)


def was_read_by_a_shell(stderr: str) -> bool:
    """Whether a shell complains of what was sent to Python."""
    return any(sign in stderr for sign in _SENT)


async def late_start_failure(link: Link) -> PollFailed | None:
    """Why a start does not end, None where the host runs commands."""
    try:
        return None if await _runs_commands(link) else _failure(_SOMETHING_ELSE, None, "")
    except TimeoutError:
        return _failure(_READS, None, "")


def restricted_failure(stderr: str) -> PollFailed | None:
    """The failure of a host on which no Python starts since its shell is restricted, None for others."""
    lines = [line for line in stderr.splitlines() if "restricted" in line]
    return _failure(_RESTRICTED, None, lines[0]) if lines else None


def echo_failure() -> PollFailed:
    """The failure of a host that sends back what it is sent."""
    return _failure(_ECHO, None, "")


def _by_words(words: str, exit_status: int | None) -> _Cause | None:
    lowered = words.lower()
    for phrase, cause in _BY_WORDS:
        if phrase in lowered:
            return cause
    if was_read_by_a_shell(words):
        return _OTHER_SHELL
    if exit_status == _SFTP_BAD_MESSAGE and not words.strip():
        return _SFTP
    return _NOLOGIN if exit_status == _NOLOGIN_FILE else None


async def _runs_commands(link: Link) -> bool:
    """Whether the host runs what it is told to; TimeoutError when it is not known in time."""
    token = secrets.token_hex(8)
    channel = await link.start(f"echo {token}")
    try:
        async with asyncio.timeout(_TRIAL_SECONDS):
            while token.encode() not in await channel.reader.next_line():
                pass
    except PollFailed:
        return False
    finally:
        channel.kill()
    return True


def _failure(cause: _Cause, ended: ChannelEnded | None, words: str) -> PollFailed:
    status = "" if ended is None or ended.exit_status is None else f" (status {ended.exit_status})"
    said = "" if cause is _OTHER_SHELL else _said(words)
    detail = f"{cause.sentence}{status}" + (f"; it says: {said}" if said else "")
    return PollFailed(Outcome.PROBE_FAILED, detail, advice=cause.advice)


def _with_output(ended: ChannelEnded, said: str) -> PollFailed:
    """The end as it was told; with what was printed, where nothing was said on standard error."""
    words = "" if ended.stderr.strip() else _said(said)
    return PollFailed(ended.outcome, f"{ended.detail}: {words}") if words else ended


def _said(words: str) -> str:
    return clean_text(" ".join(words.split()), limit=_SAID_CHARACTERS)

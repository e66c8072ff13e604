"""What a start command's end means: by what was said, and by whether the host runs a harmless command."""

import asyncio
from collections.abc import Callable

import pytest

from metrics.results import Outcome
from poller.errors import ChannelEnded, PollFailed
from poller.probing import start_failures
from poller.probing.lines import LineReader
from poller.probing.start_failures import start_failure


class OneCommand:
    """A command that has printed something, and ended or not."""

    is_ended = True

    def __init__(self, printed: bytes, *, has_ended: bool = True) -> None:
        self.reader = LineReader()
        self.reader.feed(printed)
        if has_ended:
            self.reader.fail(ChannelEnded(0, ""))

    def write(self, data: bytes) -> None:
        """Take no notice."""

    def kill(self) -> None:
        """There is nothing to kill."""

    async def close(self) -> None:
        """There is nothing to close."""


class Host:
    """A host that makes something of each command."""

    connect_seconds = 0.0
    fault = None
    is_lost = False

    def __init__(self, run: Callable[[str], OneCommand]) -> None:
        self._run = run
        self.commands: list[str] = []

    async def start(self, command: str) -> OneCommand:
        self.commands.append(command)
        return self._run(command)

    async def close(self) -> None:
        """There is nothing to close."""


def _obeys(command: str) -> OneCommand:
    return OneCommand(f"welcome\n{command.removeprefix('echo ')}\n".encode())


def _ignores(command: str) -> OneCommand:
    return OneCommand(b"only backups here\n")


def _hangs(command: str) -> OneCommand:
    return OneCommand(b"", has_ended=False)


def _told(ended: ChannelEnded, said: str = "", run: Callable[[str], OneCommand] = _ignores) -> PollFailed:
    return asyncio.run(start_failure(Host(run), ended, said))


@pytest.mark.parametrize(
    ("ended", "said", "told"),
    [
        (ChannelEnded(254, "until noon."), "", "/etc/nologin"),
        (ChannelEnded(1, ""), "This account is currently not available.", "nologin"),
        (ChannelEnded(128, "fatal: unrecognized command 'python3'\nhint: x"), "", "git's"),
        (ChannelEnded(1, "Your password has expired.\nPassword change required but no TTY."), "", "password"),
        (ChannelEnded(1, ""), "This service allows sftp connections only.", "sftp and nothing else"),
        (ChannelEnded(11, ""), "", "sftp and nothing else"),
        (ChannelEnded(2, "sh: 1: Syntax error: \"(\" unexpected"), "", "another shell"),
        (ChannelEnded(127, "zsh: parse error near `)'"), "", "another shell"),
        (ChannelEnded(127, "fish: Unknown command: eNqVWXuP2zgS"), "", "another shell"),
        (ChannelEnded(0, ""), "only backups here", "something else than the command"),
    ],
)  # fmt: skip
def test_an_end_is_told_by_what_was_said(ended: ChannelEnded, said: str, told: str) -> None:
    failure = _told(ended, said)
    assert told in failure.detail
    assert failure.outcome is Outcome.PROBE_FAILED
    assert failure.advice


def test_what_python_itself_says_is_believed_without_a_trial() -> None:
    host = Host(_obeys)
    ended = ChannelEnded(1, "Traceback (most recent call last):\nMemoryError")
    assert asyncio.run(start_failure(host, ended, "")) is ended
    assert host.commands == []


def test_a_python_that_missed_its_first_line_was_robbed_of_it() -> None:
    ended = ChannelEnded(
        1, "Traceback (most recent call last):\nNameError: name 'eNqVWXuP2zgS' is not defined"
    )
    assert "reads the input" in _told(ended).detail


def test_a_host_that_runs_commands_is_told_as_it_ended_with_what_it_printed() -> None:
    failure = _told(ChannelEnded(3, ""), "out of memory", _obeys)
    assert failure.detail == "the probe ended with status 3: out of memory"


def test_a_host_that_does_not_even_answer_a_trial_waits_for_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(start_failures, "_TRIAL_SECONDS", 0.05)
    assert "reads the input" in _told(ChannelEnded(1, ""), "Go on?", _hangs).detail


def test_what_is_said_is_clean_and_short() -> None:
    failure = _told(ChannelEnded(0, ""), "\x1b[2J" + "x" * 5000)
    assert failure.detail.isprintable()
    assert len(failure.detail) < 400

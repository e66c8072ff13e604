"""Asking the ssh program of this machine: one child process a question, killed at its deadline."""

import asyncio
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from poller.openssh.child import DEVNULL, Child, user_shell
from poller.openssh.options import Dump
from poller.openssh.program import ssh_program
from poller.start_limiter import StartLimiter

_OUTPUT_BYTES = 512 * 1024
_AT_ONCE = 8
_PATIENCE_SECONDS = 0.3
_CHILDREN = 256
_GRACE_SECONDS = 0.2
_STDIN = "/dev/stdin"
_READING = "debug1: Reading configuration data "
_NO_USER = "No user exists for uid"
_CHATTER = ("debug", "OpenSSH_", "Pseudo-terminal ", "Warning: ")


class SshUnusable(Exception):
    """There is no ssh program here that could be asked; the message says why."""


class SshRefused(Exception):
    """ssh does not take the configuration; the message is its own, which mostly names file and line."""


@dataclass(frozen=True, slots=True)
class Question:
    """Which configuration ssh is to read, and for whom.

    `file`: the only file, "none" for no file at all, None for the usual ones. `script`: lines to read in the
    place of the file, which they are told to be.
    """

    address: str
    user: str | None = None
    port: int | None = None
    file: str | None = None
    script: bytes | None = None

    def command(self, program: str) -> list[str]:
        """The command line."""
        command = [program, "-G", "-v", "-T"]
        if self.file is not None:
            command += ["-F", self.file if self.script is None else _STDIN]
        if self.user is not None:
            command += ["-l", self.user]
        if self.port is not None:
            command += ["-p", str(self.port)]
        return [*command, "--", self.address]


@dataclass(frozen=True, slots=True)
class SshAnswer:
    """What ssh printed, and the files that it read."""

    dump: Dump
    files: tuple[Path, ...]


class SshClient:
    """Asks `ssh -G`; few questions at a time, of which one that takes long keeps no other back."""

    def __init__(self, program: str | None = None, *, environ: Mapping[str, str] | None = None) -> None:
        self._environ = dict(os.environ if environ is None else environ)
        self.program = program or ssh_program(self._environ)
        self._turns = StartLimiter(_AT_ONCE, patience_seconds=_PATIENCE_SECONDS)
        self._children = asyncio.Semaphore(_CHILDREN)
        self.questions = 0

    async def ask(self, question: Question, *, seconds: float) -> SshAnswer:
        """What ssh says; raises SshUnusable, SshRefused, and TimeoutError after so many seconds of work."""
        if self.program is None:
            raise SshUnusable("there is no program `ssh` on this machine")
        async with self._children, self._turns.turn(seconds=seconds):
            self.questions += 1
            child = self._start(self.program, question)
            try:
                async with asyncio.timeout(seconds):
                    await child.wait(grace_seconds=_GRACE_SECONDS)
            finally:
                await child.end()
        return _answer(child, question)

    def _start(self, program: str, question: Question) -> Child:
        script = DEVNULL if question.script is None else _script_file(question.script)
        try:
            return Child.start(
                question.command(program),
                environ=self._environ | {"SHELL": user_shell(self._environ)},
                stdin=script,
                most_bytes=_OUTPUT_BYTES,
            )
        except OSError as error:
            raise SshUnusable(f"{program} cannot be run: {error.strerror or error}") from error
        finally:
            if script >= 0:
                os.close(script)


def _script_file(content: bytes) -> int:
    """A file without a name that holds the content; ssh opens it anew by its descriptor, more than once."""
    descriptor = os.memfd_create("ssh_config")
    os.write(descriptor, content)
    return descriptor


def _answer(child: Child, question: Question) -> SshAnswer:
    errors = child.text(2).replace(_STDIN, question.file or _STDIN)
    files = [line.removeprefix(_READING) for line in errors.splitlines() if line.startswith(_READING)]
    complaint = _complaint(errors, [*files, question.file or ""])
    if _NO_USER in complaint:
        raise SshUnusable(f"ssh does not run here: {complaint}")
    dump = Dump.parse(child.text(1))
    if child.exit_status != 0 or not dump.is_complete:
        if "recursive configuration includes" in complaint and files:
            complaint = f"{files[-1]}: {complaint}"
        raise SshRefused(complaint or f"ssh -G ended with status {child.exit_status}")
    return SshAnswer(dump, tuple(dict.fromkeys(Path(file) for file in files if file != question.file)))


def _complaint(errors: str, files: Sequence[str]) -> str:
    """What ssh says of a mistake, without what it says on its way, and what commands of Match exec say."""
    lines = [line.strip() for line in errors.splitlines() if not line.startswith(_CHATTER)]
    lines = [line for line in lines if line and "terminating," not in line]
    of_files = [line for line in lines if any(file and line.startswith(file) for file in files)]
    return (of_files or lines[-1:] or [""])[0]

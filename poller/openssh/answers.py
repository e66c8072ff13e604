"""What the configuration says of each host: asked once, and again when a file of it has changed."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Hashable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol, TypeVar

from poller.openssh.client import Question, SshClient, SshRefused, SshUnusable
from poller.openssh.files import SYSTEM_CONFIG, ConfigFiles, ConfigRoot
from poller.openssh.home import Home, find_home, find_place, script_of
from poller.openssh.options import Dump, HostOptions
from poller.openssh.tokens import Place

_FRESH_SECONDS = 1.0
_UNUSABLE_SECONDS = 60.0
_MOST_ANSWERS = 20_000
_NO_CONFIG = "none"
_USER_VARIABLES = ("LOGNAME", "USER", "LNAME", "USERNAME")
_SHELL_MEANS = frozenset(" #$*?[]~!")

T = TypeVar("T")


class Readers(Protocol):
    """Runs what blocks in threads that nobody has to wait for beyond a deadline."""

    async def run(self, key: Hashable, work: Callable[[], T], *, seconds: float) -> T:
        """What the work returns or raises; OSError when it has not ended in time."""
        ...


@dataclass(frozen=True, slots=True)
class _Kept:
    """An answer, or ssh's complaint; `until`: when it is to be asked for anew whatever the files."""

    asked_for: str
    options: HostOptions | None
    complaint: str
    until: float | None


@dataclass(slots=True)
class _Snapshot:
    """The files as they were at a moment, and what was answered by them."""

    files: ConfigFiles
    file: str | None
    script: bytes | None
    home: Home
    place: Place
    checked_at: float = 0.0
    answers: dict[Hashable, _Kept] = field(default_factory=dict)


class Answers:
    """Answers of `ssh -G`, for the usual files of the user and the system or for given ones.

    A file that changes, comes or goes makes all of them be asked anew. What depends on more than files (a
    command of `Match exec`, name servers) is asked for each connection.
    """

    def __init__(self, readers: Readers, *, files: Sequence[Path] | None) -> None:
        self.client = SshClient()
        self._readers = readers
        self._given_files = None if files is None else tuple(files)
        self._snapshot: _Snapshot | None = None
        self._files_read: set[Path] = set()
        self._defaults: Dump | None = None
        self._unusable: str | None = None
        self._unusable_until = 0.0
        self._locks: dict[Hashable, tuple[asyncio.Lock, list[int]]] = {}

    async def options(
        self, address: str, *, user: str | None, port: int | None, seconds: float
    ) -> tuple[HostOptions, Place]:
        """What holds for a host, and where ssh runs; `user` and `port` where they are known already.

        Raises SshUnusable, SshRefused, TimeoutError, and OSError for files that are not read in time.
        """
        snapshot = await self._current(seconds)
        if snapshot.file == _NO_CONFIG:  # nothing to ask about
            return HostOptions(
                hostname=address, port=port or 22, user=user or snapshot.place.user
            ), snapshot.place
        if user is not None and snapshot.files.traits.runs_commands:
            refuse_odd_user(user, "Match exec")
        defaults = await self._ask_defaults(seconds)
        question = Question(address, user, port, snapshot.file, snapshot.script)
        return await self._options(snapshot, question, defaults, seconds), snapshot.place

    async def place(self, seconds: float) -> Place:
        """Where ssh runs; raises OSError when the system does not say in time."""
        return (await self._current(seconds)).place

    async def _current(self, seconds: float) -> _Snapshot:
        """The files as they are, looked at again when the last look is a moment ago."""
        now = asyncio.get_running_loop().time()
        snapshot = self._snapshot
        if snapshot is None or now - snapshot.checked_at >= _FRESH_SECONDS:
            key = ("ssh config", id(self))
            self._snapshot = snapshot = await self._readers.run(key, self._look, seconds=seconds)
            snapshot.checked_at = now
        return snapshot

    def _look(self) -> _Snapshot:
        """In a thread: the snapshot as it was, or a new one."""
        snapshot = self._snapshot
        if (
            snapshot is not None
            and snapshot.files.is_unchanged()
            and self._files_read <= snapshot.files.paths
        ):
            return snapshot
        home = find_home(os.environ)
        place = find_place(home, os.environ)
        if not any(map(os.environ.get, _USER_VARIABLES)):
            # a container may run as a number that has no name: asyncssh wants one all the same
            os.environ["LOGNAME"] = place.user
        roots = self._roots(home.folder)
        files = ConfigFiles.read(roots, sorted(self._files_read))
        file, script = None, None
        if self._given_files is not None:
            file = str(roots[0].path) if roots else _NO_CONFIG
        elif home.is_moved:
            file = str(roots[0].path)
            if hasattr(os, "memfd_create"):
                script = script_of(roots[0], files.first_text)
        return _Snapshot(files, file, script, home, place)

    def _roots(self, home: Path) -> list[ConfigRoot]:
        """The files that ssh begins with."""
        folder = home / ".ssh"
        if self._given_files is not None:
            return [ConfigRoot(path, folder, home) for path in self._given_files if path.is_file()]
        return [
            ConfigRoot(folder / "config", folder, home),
            ConfigRoot(SYSTEM_CONFIG, SYSTEM_CONFIG.parent, home),
        ]

    async def _ask_defaults(self, seconds: float) -> Dump:
        """What any ssh says without a configuration; raises SshUnusable when it says nothing, for a while."""
        clock = asyncio.get_running_loop().time
        if self._defaults is None:
            async with self._alone("defaults", seconds):
                if self._unusable is not None and clock() < self._unusable_until:
                    raise SshUnusable(self._unusable)
                if self._defaults is None:
                    try:
                        question = Question("localhost", file=_NO_CONFIG)
                        self._defaults = (await self.client.ask(question, seconds=seconds)).dump
                    except (SshRefused, SshUnusable) as error:  # refused: it is no OpenSSH
                        self._unusable, self._unusable_until = str(error), clock() + _UNUSABLE_SECONDS
                        raise SshUnusable(self._unusable) from error
        return self._defaults

    async def _options(
        self, snapshot: _Snapshot, question: Question, defaults: Dump, seconds: float
    ) -> HostOptions:
        address = question.address
        key = (snapshot.files.traits.likeness(address), question.user, question.port)
        clock = asyncio.get_running_loop().time
        async with self._alone(key, seconds):
            kept = snapshot.answers.get(key)
            if kept is None or (kept.until is not None and kept.until <= clock()):
                kept = await self._ask(snapshot, question, defaults, seconds)
                if len(snapshot.answers) >= _MOST_ANSWERS:
                    snapshot.answers.clear()
                snapshot.answers[key] = kept
        if kept.options is None:
            raise SshRefused(kept.complaint)
        return kept.options if kept.asked_for == address else kept.options.of_other(kept.asked_for, address)

    async def _ask(self, snapshot: _Snapshot, question: Question, defaults: Dump, seconds: float) -> _Kept:
        options, complaint = None, ""
        is_lasting = not snapshot.files.traits.is_dynamic
        now = asyncio.get_running_loop().time()
        until = None if is_lasting else now + _FRESH_SECONDS
        try:
            answer = await self.client.ask(question, seconds=seconds)
        except SshRefused as error:
            complaint = str(error)
        else:
            paths = snapshot.home.as_ssh_expands(snapshot.files.traits.paths_with_blanks)
            options = _at_home(HostOptions.from_dump(answer.dump, defaults, paths=paths), snapshot.home)
            if not snapshot.files.paths.issuperset(answer.files):
                # it reads files that we did not know of: they are looked at before this holds for others
                self._files_read.update(answer.files)
                snapshot.checked_at, until = 0.0, now
        return _Kept(question.address, options, complaint, until)

    @asynccontextmanager
    async def _alone(self, key: Hashable, seconds: float) -> AsyncIterator[None]:
        """One at a time for a key; raises TimeoutError when its turn does not come within so many seconds."""
        lock, users = self._locks.setdefault(key, (asyncio.Lock(), [0]))
        users[0] += 1
        try:
            async with asyncio.timeout(seconds):
                await lock.acquire()
            try:
                yield
            finally:
                lock.release()
        finally:
            users[0] -= 1
            if not users[0]:
                del self._locks[key]


def refuse_odd_user(user: str, whose: str) -> None:
    """Raise SshRefused for a user whose name a shell, which is given it by a command, would change."""
    odd = sorted(_SHELL_MEANS & set(user))
    if odd:
        raise SshRefused(
            f"`{user}` has a blank or `#`, `$`, `*`, which a {whose} of the ssh configuration cannot take"
        )


def _at_home(options: HostOptions, home: Home) -> HostOptions:
    if not home.is_moved:
        return options
    agent = options.identity_agent
    return replace(
        options,
        user_known_hosts=home.moved(options.user_known_hosts),
        identity_agent=home.moved([agent])[0] if agent else agent,
    )

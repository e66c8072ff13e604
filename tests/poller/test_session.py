"""A host's session against a real sshd: what the probe says, and what happens when things break."""

import asyncio
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from inventory.host import Connection, HostSpec, Mode, ProbeBackend
from metrics.results import Outcome
from poller.errors import PollFailed
from poller.probing.session import HostSession
from poller.ssh.connector import SshConnector
from poller.ssh.ssh_config import SshConfig
from tests.support.hosts import host_on
from tests.support.sshd import Sshd, command_line, running_sshd

pytestmark = pytest.mark.sshd

_FAST = ("cpu", "mem", "system")
_ROGUE = Path(__file__).parent.parent / "support" / "rogue_probe.py"


def _in_session(host: HostSpec, act: Callable[[HostSession], Awaitable[Any]]) -> Any:
    async def scenario() -> Any:
        connector = SshConnector(config=SshConfig([]))
        session = HostSession(host, connector.connect)
        try:
            return await act(session)
        finally:
            await session.close()
            connector.close()

    return asyncio.run(scenario())


async def _outcome(session: HostSession) -> Outcome:
    try:
        await session.ask(_FAST)
    except PollFailed as error:
        return error.outcome
    return Outcome.OK


async def _until(condition: Callable[[], bool], seconds: float = 10.0) -> bool:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        await asyncio.sleep(0.05)
    return True


def test_a_host_answers_and_is_left_with_nothing_on_it(own_sshd: Sshd) -> None:
    async def act(session: HostSession) -> None:
        first = await session.ask(_FAST)
        second = await session.ask(_FAST)
        assert first.hello is not None
        assert second.hello is None
        assert second.answer.mem is not None
        assert second.answer.cpu is not None
        assert len(own_sshd.probes()) >= 1
        await session.close()
        assert await _until(lambda: not own_sshd.probes())
        assert await _until(lambda: not own_sshd.sessions())

    _in_session(host_on(own_sshd), act)


def test_one_probe_and_one_connection_serve_all_polls(own_sshd: Sshd) -> None:
    async def act(session: HostSession) -> tuple[set[int], set[int]]:
        first = await session.ask(_FAST)
        before = set(own_sshd.sessions())
        for _ in range(20):
            await session.ask(_FAST)
        assert first.hello is not None
        return before, set(own_sshd.sessions())

    before, after = _in_session(host_on(own_sshd), act)
    assert before == after


def test_oneshot_leaves_the_host_after_each_answer(own_sshd: Sshd) -> None:
    async def act(session: HostSession) -> None:
        for _ in range(2):
            assert await _outcome(session) is Outcome.OK
            assert await _until(lambda: not own_sshd.sessions())

    _in_session(host_on(own_sshd, mode=Mode.ONESHOT), act)


def test_this_machine_is_asked_without_ssh() -> None:
    host = HostSpec(name="me", address="me", connection=Connection.LOCAL)

    async def act(session: HostSession) -> int:
        reply = await session.ask(_FAST)
        assert reply.answer.system is not None
        assert reply.hello is not None
        assert reply.hello.backend == "psutil"
        # `timeout`, a shell or systemd may signal the whole group: the stop is ours to make
        assert os.getpgid(reply.hello.pid) != os.getpgrp()
        return reply.hello.pid

    pid = _in_session(host, act)
    assert "exec(input())" not in command_line(pid)


@pytest.mark.parametrize("backend", [ProbeBackend.PSUTIL, ProbeBackend.PROC])
def test_both_backends_answer_over_ssh(shared_sshd: Sshd, backend: ProbeBackend) -> None:
    async def act(session: HostSession) -> Any:
        return (await session.ask(_FAST)).hello

    hello = _in_session(host_on(shared_sshd, probe=backend, python=sys.executable), act)
    assert hello.backend == backend
    assert (hello.psutil is not None) == (backend is ProbeBackend.PSUTIL)


def test_psutil_that_is_not_there_is_told_when_it_is_asked_for(shared_sshd: Sshd) -> None:
    host = host_on(shared_sshd, probe=ProbeBackend.PSUTIL, python=f"{sys.executable} -S")

    async def act(session: HostSession) -> None:
        with pytest.raises(PollFailed, match="psutil") as failed:
            await session.ask(_FAST)
        assert failed.value.outcome is Outcome.PROBE_FAILED

    _in_session(host, act)


def test_no_python_names_what_was_tried(shared_sshd: Sshd) -> None:
    async def act(session: HostSession) -> None:
        with pytest.raises(PollFailed, match="tried no-such-python") as failed:
            await session.ask(_FAST)
        assert failed.value.outcome is Outcome.NO_PYTHON

    _in_session(host_on(shared_sshd, python="no-such-python"), act)


def _shells() -> list[str]:
    return [path for name in ("bash", "dash", "tcsh", "fish", "zsh") if (path := shutil.which(name))]


@pytest.mark.netns
@pytest.mark.parametrize("shell", _shells())
def test_any_login_shell_starts_the_probe_though_its_start_files_print(tmp_path: Path, shell: str) -> None:
    """A user of the test's own, whose start files print text, JSON and a line without an end."""
    user, home = f"monctl-{Path(shell).name}", tmp_path / "home"
    home.mkdir()
    noise = 'echo welcome; echo \'{"monctl": 1, "nonce": "00"}\'; printf \'no end\'\n'
    for name in (".bashrc", ".profile", ".cshrc", ".zshenv"):
        (home / name).write_text(noise)
    (home / ".config" / "fish").mkdir(parents=True)
    (home / ".config" / "fish" / "config.fish").write_text(noise)
    for path in (tmp_path, *tmp_path.parents):
        if path.owner() == "root" and str(path) != "/":
            path.chmod(path.stat().st_mode | 0o055)
    subprocess.run(["userdel", "--force", user], check=False, capture_output=True)
    subprocess.run(["useradd", "--home-dir", str(home), "--shell", shell, user], check=True)
    subprocess.run(["chpasswd", "-e"], input=f"{user}:*", text=True, check=True)
    try:
        with running_sshd(tmp_path / "sshd") as server:
            server.authorized_keys.chmod(0o644)
            host = host_on(server, user=user, python="/usr/bin/python3")
            assert _in_session(host, _outcome) is Outcome.OK
    finally:
        subprocess.run(["userdel", "--force", user], check=False, capture_output=True)


def test_a_chatty_login_script_is_bounded(shared_sshd: Sshd, tmp_path: Path) -> None:
    chatty = tmp_path / "chatty"
    chatty.write_text("#!/bin/sh\nyes 'welcome to this host' | head -c 300000\nsleep 5\n")
    chatty.chmod(0o755)

    async def act(session: HostSession) -> None:
        with pytest.raises(PollFailed, match="login script") as failed:
            await session.ask(_FAST)
        assert failed.value.outcome is Outcome.BAD_OUTPUT

    _in_session(host_on(shared_sshd, python=str(chatty)), act)


def test_a_killed_probe_fails_one_poll_and_is_started_again(own_sshd: Sshd) -> None:
    async def act(session: HostSession) -> list[Outcome]:
        first = await session.ask(_FAST)
        assert first.hello is not None
        os.kill(first.hello.pid, signal.SIGKILL)
        pid = first.hello.pid
        assert await _until(lambda: not command_line(pid))
        await asyncio.sleep(0.2)
        return [await _outcome(session), await _outcome(session)]

    assert _in_session(host_on(own_sshd), act)[-1] is Outcome.OK


def test_a_stopped_probe_is_late_then_replaced_and_does_not_stay(own_sshd: Sshd) -> None:
    async def act(session: HostSession) -> tuple[list[Outcome], bool]:
        first = await session.ask(_FAST)
        assert first.hello is not None
        pid = first.hello.pid
        os.kill(pid, signal.SIGSTOP)
        outcomes = [await _outcome(session), await _outcome(session)]
        return outcomes, await _until(lambda: not command_line(pid))

    outcomes, is_gone = _in_session(host_on(own_sshd, timeout=1.0, python="/usr/bin/python3"), act)
    assert outcomes == [Outcome.LATE, Outcome.OK]
    assert is_gone


def test_a_restarted_sshd_is_found_again(own_sshd: Sshd) -> None:
    async def act(session: HostSession) -> list[Outcome]:
        outcomes = [await _outcome(session)]
        own_sshd.stop()
        await asyncio.sleep(0.2)
        outcomes.append(await _outcome(session))
        own_sshd.start()
        outcomes.append(await _outcome(session))
        return outcomes

    assert _in_session(host_on(own_sshd), act) == [Outcome.OK, Outcome.REFUSED, Outcome.OK]


def test_a_connection_that_is_cut_leaves_no_probe(own_sshd: Sshd) -> None:
    async def act(session: HostSession) -> bool:
        reply = await session.ask(_FAST)
        assert reply.hello is not None
        assert session._link is not None
        session._link.connection.abort()  # type: ignore[attr-defined]
        return await _until(lambda: not own_sshd.probes())

    assert _in_session(host_on(own_sshd), act)


@pytest.mark.parametrize(
    ("mode", "outcome"),
    [
        ("garbage", Outcome.BAD_OUTPUT),
        ("endless", Outcome.BAD_OUTPUT),
        ("half", Outcome.PROBE_FAILED),
        ("stall", Outcome.LATE),
        ("silent", Outcome.LATE),
        ("other-id", Outcome.BAD_OUTPUT),
        ("nan", Outcome.OK),
        ("deep", Outcome.BAD_OUTPUT),
        ("mounts", Outcome.OK),
        ("huge", Outcome.OK),
    ],
)
def test_a_host_that_misbehaves_costs_at_most_its_own_poll(
    shared_sshd: Sshd, mode: str, outcome: Outcome
) -> None:
    host = host_on(shared_sshd, python=f"{sys.executable} {_ROGUE} {mode}", timeout=1.5)

    async def act(session: HostSession) -> Outcome:
        return await _outcome(session)

    assert _in_session(host, act) is outcome


@pytest.mark.parametrize(("mode", "collector"), [("mounts", "disk"), ("huge", "mem")])
def test_a_damaged_collector_is_named(shared_sshd: Sshd, mode: str, collector: str) -> None:
    host = host_on(shared_sshd, python=f"{sys.executable} {_ROGUE} {mode}")

    async def act(session: HostSession) -> Any:
        return (await session.ask(_FAST)).answer.errors

    assert collector in _in_session(host, act)


def test_a_hundred_hosts_answer_at_once(shared_sshd: Sshd) -> None:
    async def scenario() -> list[Outcome]:
        connector = SshConnector(config=SshConfig([]))
        hosts = [
            host_on(shared_sshd, number, python="/usr/bin/python3", timeout=30.0) for number in range(100)
        ]
        sessions = [HostSession(host, connector.connect) for host in hosts]
        try:
            return await asyncio.gather(*(_outcome(session) for session in sessions))
        finally:
            await asyncio.gather(*(session.close() for session in sessions))
            connector.close()

    assert asyncio.run(scenario()) == [Outcome.OK] * 100

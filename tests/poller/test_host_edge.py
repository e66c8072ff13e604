"""Whatever is odd about one host costs that host: in the loop, in one round, in a check, in an import."""

import asyncio
import logging
from pathlib import Path
from typing import Any

import pytest

from inventory.host import Connection, HostSpec
from metrics.results import Outcome, PollResult
from poller.check import CheckStep, check_host
from poller.errors import HostFault, PollFailed
from poller.loop import HostPoller, run_loop
from poller.once import poll_once
from poller.ssh.connector import SshConnector
from poller.ssh.host_keys.shown_keys import shown_keys
from poller.ssh.login_plan import LoginPlan
from poller.ssh.ssh_config import SshConfig
from tests.support.commands import Commands

ODDITIES = [RuntimeError("no home"), RecursionError("too deep"), KeyError("a bug"), AttributeError("x")]

_ME = HostSpec(name="me", address="me", connection=Connection.LOCAL, interval=0.1)
_ODD = HostSpec(name="odd", address="127.0.0.1", interval=0.1)


class OddConnector(SshConnector):
    """Raises what nobody foresaw."""

    def __init__(self, error: Exception) -> None:
        super().__init__(config=SshConfig([]))
        self._error = error

    async def prepare(self, host: HostSpec) -> LoginPlan:
        raise self._error


@pytest.mark.parametrize("error", ODDITIES, ids=lambda error: type(error).__name__)
def test_an_oddity_is_told_of_its_host_and_the_others_are_polled(error: Exception) -> None:
    results: list[PollResult] = []

    async def scenario() -> list[CheckStep]:
        connector = OddConnector(error)
        await poll_once(connector, [_ODD, _ME], results.extend, rate_seconds=0.01)
        steps = [step async for step in check_host(connector, _ODD)]
        with pytest.raises(HostFault):
            await shown_keys(connector, _ODD)
        connector.close()
        return steps

    (step,) = asyncio.run(scenario())
    outcomes = {result.host: result.outcome for result in results}
    assert outcomes == {"odd": Outcome.PROBE_FAILED, "me": Outcome.OK}
    for detail in (step.detail, next(result.detail for result in results if result.host == "odd")):
        assert detail.startswith(f"internal error in monctl: {type(error).__name__}: {error}")
    assert "fault of monctl" in step.advice


def test_a_loop_tells_an_oddity_once_with_its_traceback(caplog: pytest.LogCaptureFixture) -> None:
    results: list[PollResult] = []

    async def scenario() -> None:
        connector = OddConnector(KeyError("a bug"))
        poller = HostPoller(_ODD, connector.connect)
        loop = asyncio.create_task(run_loop(poller, results.append))
        while len(results) < 3:
            await asyncio.sleep(0.02)
        loop.cancel()
        await asyncio.gather(loop, return_exceptions=True)

    with caplog.at_level(logging.INFO):
        asyncio.run(scenario())
    assert {result.outcome for result in results} == {Outcome.PROBE_FAILED}
    assert caplog.text.count("Traceback (most recent call last)") == 1


def test_a_fault_on_leaving_a_host_costs_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    async def odd_close(*args: Any) -> None:
        raise RuntimeError("the handler is closed")

    results: list[PollResult] = []
    connector = SshConnector(config=SshConfig([]))
    monkeypatch.setattr("poller.probing.local.LocalLink.close", odd_close)
    asyncio.run(poll_once(connector, [_ME], results.extend, rate_seconds=0.01))
    assert [result.outcome for result in results] == [Outcome.OK, Outcome.OK]


def test_a_cancellation_is_no_oddity() -> None:
    async def scenario() -> None:
        async def connect(host: HostSpec) -> Any:
            await asyncio.sleep(60)

        polling = asyncio.create_task(HostPoller(_ODD, connect).poll())
        await asyncio.sleep(0.01)
        polling.cancel()
        with pytest.raises(asyncio.CancelledError):
            await polling

    asyncio.run(scenario())


def test_a_check_that_is_given_up_is_no_oddity() -> None:
    async def scenario() -> None:
        steps = check_host(SshConnector(config=SshConfig([])), _ME)
        await anext(steps)
        await steps.aclose()

    asyncio.run(scenario())


@pytest.mark.parametrize("command", [("poll", "--once"), ("hosts", "check")])
def test_commands_tell_every_host_though_one_is_odd(tmp_path: Path, command: tuple[str, ...]) -> None:
    """A home of nobody's, a ProxyCommand that ends at once; the event loop is the one that commands use."""
    config = tmp_path / "home" / ".ssh" / "config"
    config.parent.mkdir(parents=True)
    config.write_text("Host proxied\n ProxyCommand false\n")
    (tmp_path / "hosts.yaml").write_text(
        "defaults: {timeout: 5s}\n"
        "hosts:\n"
        "  a-key: {address: 127.0.0.1, key: ~nobody-of-that-name/id}\n"
        "  b-known: {address: 127.0.0.1, port: 1, known_hosts: ~nobody-of-that-name/x}\n"
        "  c-proxied: {address: proxied}\n"
        "  d-me: {connection: local}\n"
    )
    done = Commands(tmp_path).run(*command, environ={"HOME": str(tmp_path / "home")})
    said = done.output
    assert "Traceback" not in said
    assert all(name in said for name in ("a-key", "b-known", "c-proxied", "d-me")), said
    assert done.exit_code == 1


def test_an_import_takes_the_hosts_that_can_be_taken(tmp_path: Path) -> None:
    (tmp_path / "hosts.yaml").write_text("hosts: {}\n")
    source = tmp_path / "config"
    source.write_text(
        "Host odd.example.com\n IdentityFile ~nobody-of-that-name/id\n"
        "Host plain\n HostName 127.0.0.1\n"
        "Host far\n IdentityFile /elsewhere/id\n"
    )
    commands = Commands(tmp_path)
    for words, verb in ((("--dry-run",), "would be added"), ((), "added")):
        done = commands.run("hosts", "import", str(source), *words)
        assert done.exit_code == 0, done.output
        assert f"1 hosts {verb}, 0 are there already" in done.stderr
        assert "left out: odd.example.com.key" in done.stderr
        assert "left out: far.key" in done.stderr
    assert [host["name"] for host in commands.json("hosts", "list")["items"]] == ["plain"]


def test_an_import_of_odd_hosts_alone_is_refused(tmp_path: Path) -> None:
    (tmp_path / "hosts.yaml").write_text("hosts: {}\n")
    (tmp_path / "config").write_text("Host odd\n IdentityFile ~nobody-of-that-name/id\n")
    done = Commands(tmp_path).run("hosts", "import", str(tmp_path / "config"))
    assert done.exit_code == 2
    assert "odd.key" in done.stderr


def test_a_failure_is_handed_on_as_it_is() -> None:
    failure = PollFailed(Outcome.DNS, "no such name")

    async def scenario() -> PollResult:
        async def connect(host: HostSpec) -> Any:
            raise failure

        return await HostPoller(_ODD, connect).poll()

    assert asyncio.run(scenario()).detail == "no such name"


def test_a_check_does_not_advise_to_run_a_check() -> None:
    host = HostSpec(name="me", address="me", connection=Connection.LOCAL, python="sh -c 'exit 3'")

    async def scenario() -> CheckStep:
        connector = SshConnector(config=SshConfig([]))
        steps = [step async for step in check_host(connector, host)]
        connector.close()
        return steps[-1]

    step = asyncio.run(scenario())
    assert step.outcome is Outcome.PROBE_FAILED
    assert "hosts check" not in step.advice
    assert "by hand" in step.advice

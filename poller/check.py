"""Checking the way to a host step by step: which step fails, and what to do about it."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass
from enum import StrEnum

from inventory.host import Connection, HostSpec
from metrics.outcomes import advice_for
from metrics.results import Outcome
from poller.errors import PollFailed, host_edge
from poller.probing.channel import Link
from poller.probing.local import LocalLink
from poller.probing.session import HostSession
from poller.probing.start_failures import late_start_failure
from poller.schedule import CollectorPlan
from poller.ssh.connector import SshConnector
from poller.ssh.login_plan import LoginPlan
from poller.start_limiter import StartLimiter

_KEY_OUTCOMES = frozenset({Outcome.HOST_KEY_UNKNOWN, Outcome.HOST_KEY_CHANGED, Outcome.HOST_KEY_INVALID})

_INSTEAD_OF_A_CHECK = {
    Outcome.PROBE_FAILED: (
        "Run Python by hand there, as the same user; look at its memory, its limits (ulimit -a) and the "
        "system's log."
    ),
    Outcome.BAD_OUTPUT: "Look there for what prints into the answer: start files, a wrapper of Python.",
}
"""What to do where the usual advice is to run a check."""


class StepName(StrEnum):
    """The steps in their order; a jump host stands for dns and tcp, a local host has the last two only."""

    CONFIG = "config"
    DNS = "dns"
    TCP = "tcp"
    JUMP = "jump"
    HOST_KEY = "host key"
    LOGIN = "login"
    PYTHON = "python"
    PROBE = "probe"


@dataclass(frozen=True, slots=True)
class CheckStep:
    """One step's result; `outcome` is OK or the reason, `detail` what was found, `advice` what to do."""

    name: StepName
    outcome: Outcome
    detail: str
    advice: str = ""

    @property
    def is_ok(self) -> bool:
        """Whether the step went well."""
        return self.outcome is Outcome.OK


async def check_host(connector: SshConnector, host: HostSpec) -> AsyncGenerator[CheckStep, None]:
    """Check the way to a host; yields each step as it is done and ends after the first that fails."""
    if host.connection is Connection.PUSH:
        yield CheckStep(
            StepName.CONFIG, Outcome.OK, "sends its measurements itself: there is no connection to check"
        )
        return
    step = StepName.CONFIG
    try:
        with host_edge():
            async with aclosing(_walk(connector, host)) as steps:
                async for done in steps:
                    step = _next_step(done.name)
                    yield done
    except PollFailed as error:
        yield _failed_step(step, error, host)


def _next_step(step: StepName) -> StepName:
    """The step to blame when something that nobody foresaw goes wrong after this one."""
    names = list(StepName)
    return names[min(names.index(step) + 1, len(names) - 1)]


async def _walk(connector: SshConnector, host: HostSpec) -> AsyncGenerator[CheckStep, None]:
    link: Link | None = None
    try:
        if host.connection is Connection.LOCAL:
            link = LocalLink()
        else:
            async for step in _reach(connector, host):
                yield step
                if not step.is_ok:
                    return
            link, steps = await _log_in(connector, host)
            for step in steps:
                yield step
        if link is not None:
            async for step in _ask(host, link, connector.starts):
                yield step
    finally:
        if link is not None:
            await link.close()


async def _reach(connector: SshConnector, host: HostSpec) -> AsyncIterator[CheckStep]:
    try:
        plan = await connector.prepare(host)
    except PollFailed as error:
        yield _failed_step(StepName.CONFIG, error, host)
        return
    if plan.target.jump or plan.target.proxy_command:
        return
    step = StepName.DNS
    try:
        target = plan.target
        addresses = await connector.dialer.resolve(target.address, target.port)
        yield CheckStep(step, Outcome.OK, ", ".join(str(address[0]) for _, address in addresses))
        step = StepName.TCP
        sock = await connector.dialer.open_to_banner(
            target.address, target.port, timeout=plan.dial_seconds, local=plan.local_end
        )
        sock.close()
        yield CheckStep(step, Outcome.OK, f"{plan.where} answers")
    except PollFailed as error:
        yield _failed_step(step, error, host)


async def _log_in(connector: SshConnector, host: HostSpec) -> tuple[Link | None, list[CheckStep]]:
    try:
        plan = await connector.prepare(host)
        link = await connector.connect(host)
    except PollFailed as error:
        return None, _failed_login(error, host)
    way = [CheckStep(StepName.JUMP, Outcome.OK, plan.target.jump)] if plan.target.jump else []
    return link, [*way, *_login_steps(plan, link.connection.get_server_host_key(), link.connect_seconds)]


def _login_steps(plan: LoginPlan, key: object, seconds: float) -> list[CheckStep]:
    fingerprint = key.get_fingerprint() if hasattr(key, "get_fingerprint") else "certified"
    return [
        CheckStep(StepName.HOST_KEY, Outcome.OK, f"{fingerprint} is known"),
        CheckStep(StepName.LOGIN, Outcome.OK, f"as {plan.target.user} in {seconds * 1000:.0f} ms"),
    ]


def _failed_login(error: PollFailed, host: HostSpec) -> list[CheckStep]:
    if error.outcome is Outcome.JUMP_DOWN:
        return [_failed_step(StepName.JUMP, error, host)]
    if error.outcome in _KEY_OUTCOMES:
        return [_failed_step(StepName.HOST_KEY, error, host)]
    if error.outcome is Outcome.AUTH_FAILED:
        return [
            CheckStep(StepName.HOST_KEY, Outcome.OK, "is known"),
            _failed_step(StepName.LOGIN, error, host),
        ]
    return [_failed_step(StepName.LOGIN, error, host)]


async def _ask(host: HostSpec, link: Link, starts: StartLimiter) -> AsyncIterator[CheckStep]:
    async def connect(_: HostSpec) -> Link:
        return link

    session = HostSession(host, connect, starts=starts)
    try:
        reply = await session.ask(CollectorPlan(host.collectors, host.interval).collectors_due(0.0))
    except PollFailed as error:
        step = StepName.PYTHON if error.outcome is Outcome.NO_PYTHON else StepName.PROBE
        is_slow = error.outcome is Outcome.LATE and host.connection is Connection.SSH and not link.is_lost
        why = await late_start_failure(link) if is_slow else None
        yield _failed_step(step, why or error, host)
        return
    finally:
        await session.close()
    facts = reply.hello.facts() if reply.hello else {}
    yield CheckStep(
        StepName.PYTHON, Outcome.OK, f"{facts.get('python')} on {facts.get('os')} {facts.get('kernel')}"
    )
    errors = reply.answer.errors
    if errors:
        error_text = "; ".join(f"{name}: {text}" for name, text in errors.items())
        yield CheckStep(StepName.PROBE, Outcome.OK, f"answers by {facts.get('backend')}, but {error_text}")
    else:
        yield CheckStep(
            StepName.PROBE, Outcome.OK, f"answers by {facts.get('backend')} in {reply.duration * 1000:.0f} ms"
        )


def _failed_step(step: StepName, error: PollFailed, host: HostSpec) -> CheckStep:
    own = error.advice or _INSTEAD_OF_A_CHECK.get(error.outcome, "")
    return CheckStep(step, error.outcome, error.detail, advice_for(error.outcome, host.name, own=own))

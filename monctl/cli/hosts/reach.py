"""What `monctl hosts check / trust / harden` do."""

import asyncio
import sys
from typing import Any

import typer
from rich.markup import escape

from foundation.display.text import clean_text
from inventory.host import HostSpec
from metrics.outcomes import advice_for
from monctl import event_loop as aio
from monctl.daemon.web.checker import step_document
from monctl.render.exit_status import EXIT_BAD
from monctl.render.printing import err, fail, out, print_json
from monctl.render.steps import key_lines, step_line
from poller.check import CheckStep, check_host
from poller.errors import PollFailed, host_edge
from poller.probing.bootstrap import restricted_command
from poller.ssh.connector import SshConnector
from poller.ssh.credentials import public_key_line
from poller.ssh.host_files import check_place
from poller.ssh.host_keys.known_hosts_file import add_keys
from poller.ssh.host_keys.shown_keys import ShownKeys, shown_keys
from poller.ssh.login_plan import LoginPlan

_CHECKS_AT_ONCE = 16
_NAME_CHARACTERS = 100


def check(hosts: dict[str, HostSpec], everyone: dict[str, HostSpec], *, as_json: bool) -> None:
    """Walk to each host and print the steps; ends with status 1 if any failed."""
    steps_by_host = aio.run(_check_all(hosts, everyone, quiet=as_json))
    if as_json:
        print_json({"hosts": [_document(name, steps) for name, steps in steps_by_host.items()]})
    if not all(step.is_ok for steps in steps_by_host.values() for step in steps):
        raise typer.Exit(EXIT_BAD)


def trust(
    host: HostSpec, everyone: dict[str, HostSpec], *, yes: bool, replace: bool, fingerprint: str | None
) -> None:
    """Show the keys, ask, and add them to known_hosts."""
    host_keys = aio.run(_see(host, everyone))
    _show_keys(host.name, host_keys)
    if host_keys.is_sha1_only:
        _warn_of_sha1(host.name)
    if not host_keys.new and not host_keys.revoked:
        out.print("All of them are known already.")
        return
    _refuse_surprises(host_keys, fingerprint, replace=replace)
    if host_keys.is_known and not replace:
        out.print("It is known by one of them already. To write all of them down anew, add --replace.")
        return
    if not (yes or fingerprint) and not typer.confirm(f"Is that {host.name}? Add to {host_keys.file}?"):
        raise typer.Exit(EXIT_BAD)
    keys = host_keys.shown_keys if replace else host_keys.new
    try:
        check_place(host_keys.file, host_keys.places)
        add_keys(host_keys.file, host_keys.name, keys, replace=replace)
    except OSError as error:
        fail(f"{host_keys.file}: {error.strerror}")
    out.print(f"added to {escape(str(host_keys.file))}")
    if replace and aio.run(_has_older_keys(host, everyone, host_keys)):
        err.print(
            f"An older key of {host_keys.name} still stands in known_hosts, in another file or a line with "
            "a pattern, and is still taken: remove it there.",
            style="yellow",
            markup=False,
            soft_wrap=True,
        )


def harden(host: HostSpec) -> None:
    """Print the authorized_keys line on standard output, and where it goes on standard error."""
    connection = aio.run(_prepare(host))
    line = public_key_line(connection.credentials)
    if line is None:
        fail(f"{host.name}: no private key found to log in with; name one with `key:`")
    sys.stdout.write(f"{restricted_command(host.python or 'python3')} {line}\n")
    user = connection.target.user
    err.print(
        f"Put this line into authorized_keys of {user} on {host.name}, in place of the key's.\n"
        "It runs only this version of the probe: print it anew after an upgrade of monctl.",
        markup=False,
        soft_wrap=True,
    )


async def _check_all(
    hosts: dict[str, HostSpec], everyone: dict[str, HostSpec], *, quiet: bool
) -> dict[str, list[CheckStep]]:
    """Walk to many hosts at once; what is printed is in the hosts' order, each step as soon as it may."""
    connector = SshConnector(find_host=everyone.get)
    # a queue a host: walks run side by side, their steps are printed host by host
    walks = {name: asyncio.Queue[CheckStep | None]() for name in hosts}
    steps_by_host: dict[str, list[CheckStep]] = {name: [] for name in hosts}
    slots = asyncio.Semaphore(_CHECKS_AT_ONCE)
    try:
        async with asyncio.TaskGroup() as walking:
            for name, steps in walks.items():
                walking.create_task(_walk(connector, hosts[name], steps, slots=slots))
            for name, steps in walks.items():
                if not quiet:
                    out.print(f"[bold]{escape(clean_text(name, limit=_NAME_CHARACTERS))}[/]")
                while (step := await steps.get()) is not None:
                    steps_by_host[name].append(step)
                    if not quiet:
                        out.print(step_line(step), soft_wrap=True)
    finally:
        connector.close()
    return steps_by_host


async def _walk(
    connector: SshConnector,
    host: HostSpec,
    steps: "asyncio.Queue[CheckStep | None]",
    *,
    slots: asyncio.Semaphore,
) -> None:
    async with slots:
        async for step in check_host(connector, host):
            steps.put_nowait(step)
    steps.put_nowait(None)


def _document(name: str, steps: list[CheckStep]) -> dict[str, Any]:
    return {
        "host": name,
        "ok": all(step.is_ok for step in steps),
        "steps": [step_document(step) for step in steps],
    }


async def _see(host: HostSpec, everyone: dict[str, HostSpec]) -> ShownKeys:
    connector = SshConnector(find_host=everyone.get)
    try:
        return await shown_keys(connector, host)
    except PollFailed as error:
        err.print(f"{host.name}: {error.outcome}: {error.detail}", style="red", markup=False)
        err.print(advice_for(error.outcome, host.name, own=error.advice), markup=False)
        raise typer.Exit(EXIT_BAD) from error
    finally:
        connector.close()


async def _has_older_keys(host: HostSpec, everyone: dict[str, HostSpec], shown: ShownKeys) -> bool:
    """Whether known_hosts has keys for the host that it does not show, wherever they stand."""
    connector = SshConnector(find_host=everyone.get)
    try:
        known = await connector.trust(await connector.prepare(host))
    except PollFailed:
        return False
    finally:
        connector.close()
    return any(key not in shown.shown_keys for key in known.keys)


async def _prepare(host: HostSpec) -> LoginPlan:
    connector = SshConnector()
    try:
        with host_edge():
            return await connector.prepare(host)
    except PollFailed as error:
        fail(f"{host.name}: {error.detail}")
    finally:
        connector.close()


def _show_keys(host: str, keys: ShownKeys) -> None:
    out.print(f"{escape(host)} ({escape(keys.name)}) shows:")
    for line in key_lines(keys.shown_keys):
        out.print(f"  {line}", soft_wrap=True)
    if keys.revoked:
        out.print("[bold red]known_hosts marks this as @revoked:[/]")
        for line in key_lines(keys.revoked):
            out.print(f"  {line}", soft_wrap=True)
    elif keys.conflicts:
        out.print("[bold red]This is not the key that known_hosts has:[/]")
        for line in key_lines(keys.known_keys):
            out.print(f"  {line}", soft_wrap=True)


def _warn_of_sha1(host: str) -> None:
    err.print(
        f"{host} proves its key with SHA-1 and nothing newer, as sshd did before 2016: with great pains that "
        "can be forged, and ssh refuses it by default. Renew the SSH server there as soon as you can.",
        style="yellow",
        markup=False,
        soft_wrap=True,
    )


def _refuse_surprises(keys: ShownKeys, fingerprint: str | None, *, replace: bool) -> None:
    if fingerprint is not None and fingerprint not in {key.get_fingerprint() for key in keys.shown_keys}:
        fail(f"the host does not show {fingerprint}: nothing was added")
    if keys.revoked:
        fail(
            "known_hosts marks a key that the host shows as @revoked: nothing was added. Give the host "
            "another key, or take that line out first"
        )
    if keys.conflicts and not replace:
        fail("the host's key has changed: find out why; if it is right, add --replace. Nothing was added")
    is_further = fingerprint in {key.get_fingerprint() for key in keys.new}
    if is_further and keys.is_known and not replace:
        fail("the host is known by another of its keys: to write all of them down anew, add --replace")

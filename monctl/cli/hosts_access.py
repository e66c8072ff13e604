"""`monctl hosts check / trust / harden`: the way to a host."""

import sys
from typing import Annotated, Any

import typer
from rich.markup import escape

from inventory.host import HostSpec
from monctl.cli import aio
from monctl.cli.hosts import HostArgument
from monctl.cli.options import (
    EXIT_BAD,
    ConfigOption,
    DataDirOption,
    InventoryOption,
    JsonOption,
    YesOption,
    err,
    fail,
    installed,
    out,
    print_json,
)
from monctl.cli.status import HostsArgument
from monctl.installation import chosen_hosts
from monctl.render.steps import key_lines, step_line
from poller.advice import ADVICE
from poller.bootstrap import restricted_command
from poller.check import CheckStep, check_host
from poller.connector import SshConnector
from poller.credentials import public_key_line
from poller.errors import PollFailed
from poller.known_hosts import add_keys
from poller.trust import ShownKeys, shown_keys


def check(
    hosts: HostsArgument = None,
    as_json: JsonOption = False,
    inventory: InventoryOption = None,
    config: ConfigOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Walk dns, tcp, host key, login, python, probe; say which fails and what to do; exit 1 then."""
    with installed(inventory, config, data_dir) as installation:
        everyone = installation.hosts()
        chosen = chosen_hosts(everyone, hosts or [])
    checked = aio.run(_check_all(chosen, everyone, quiet=as_json))
    if as_json:
        print_json({"hosts": [_document(name, steps) for name, steps in checked.items()]})
    if not all(step.is_ok for steps in checked.values() for step in steps):
        raise typer.Exit(EXIT_BAD)


def trust(
    host: HostArgument,
    yes: YesOption = False,
    replace: Annotated[
        bool, typer.Option("--replace", help="Accept that the host's key has changed; the old one goes.")
    ] = False,
    fingerprint: Annotated[
        str | None, typer.Option(help="Add only if the host shows this SHA256:… fingerprint; asks nothing.")
    ] = None,
    inventory: InventoryOption = None,
    config: ConfigOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Show a host's keys and add them to known_hosts."""
    with installed(inventory, config, data_dir) as installation:
        everyone = installation.hosts()
        (chosen,) = chosen_hosts(everyone, [installation.repository.get(host).name]).values()
    seen = aio.run(_see(chosen, everyone))
    _show_keys(host, seen)
    if not seen.new:
        out.print("All of them are known already.")
        return
    _refuse_surprises(seen, fingerprint, replace=replace)
    if not (yes or fingerprint) and not typer.confirm(f"Is that {host}? Add to {seen.file}?"):
        raise typer.Exit(EXIT_BAD)
    try:
        add_keys(seen.file, seen.name, seen.new, replace=replace)
    except OSError as error:
        fail(f"{seen.file}: {error.strerror}")
    out.print(f"added to {escape(str(seen.file))}")


def harden(
    host: HostArgument,
    inventory: InventoryOption = None,
    config: ConfigOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Print the authorized_keys line that lets monctl's key run the probe and nothing else."""
    with installed(inventory, config, data_dir) as installation:
        everyone = installation.hosts()
        (chosen,) = chosen_hosts(everyone, [installation.repository.get(host).name]).values()
    prepared = aio.run(_prepare(chosen))
    line = public_key_line(prepared.credentials)
    if line is None:
        fail(f"{host}: no private key found to log in with; name one with `key:`")
    sys.stdout.write(f"{restricted_command(chosen.python or 'python3')} {line}\n")
    err.print(
        f"Put this line into authorized_keys of {prepared.target.user} on {host}, in place of the key's.\n"
        "It runs only this version of the probe: print it anew after an upgrade of monctl.",
        markup=False,
        soft_wrap=True,
    )


async def _check_all(
    hosts: dict[str, HostSpec], everyone: dict[str, HostSpec], *, quiet: bool
) -> dict[str, list[CheckStep]]:
    connector = SshConnector(find_host=everyone.get)
    checked: dict[str, list[CheckStep]] = {}
    try:
        for name, host in hosts.items():
            if not quiet:
                out.print(f"[bold]{escape(name)}[/]")
            steps = checked[name] = []
            async for step in check_host(connector, host):
                steps.append(step)
                if not quiet:
                    out.print(step_line(step), soft_wrap=True)
    finally:
        connector.close()
    return checked


def _document(name: str, steps: list[CheckStep]) -> dict[str, Any]:
    return {
        "host": name,
        "ok": all(step.is_ok for step in steps),
        "steps": [
            {
                "step": str(step.name),
                "ok": step.is_ok,
                "reason": None if step.is_ok else str(step.outcome),
                "detail": step.detail,
                "advice": step.advice,
            }
            for step in steps
        ],
    }


async def _see(host: HostSpec, everyone: dict[str, HostSpec]) -> ShownKeys:
    connector = SshConnector(find_host=everyone.get)
    try:
        return await shown_keys(connector, host)
    except PollFailed as error:
        err.print(f"{host.name}: {error.outcome}: {error.detail}", style="red", markup=False)
        err.print(ADVICE[error.outcome].replace("HOST", host.name), markup=False)
        raise typer.Exit(EXIT_BAD) from error
    finally:
        connector.close()


async def _prepare(host: HostSpec) -> Any:
    connector = SshConnector()
    try:
        return await connector.prepare(host)
    except PollFailed as error:
        fail(f"{host.name}: {error.detail}")
    finally:
        connector.close()


def _show_keys(host: str, seen: ShownKeys) -> None:
    out.print(f"{escape(host)} ({escape(seen.name)}) shows:")
    for line in key_lines(seen.shown):
        out.print(f"  {line}", soft_wrap=True)
    if seen.conflicts:
        out.print("[bold red]This is not the key that known_hosts has:[/]")
        for line in key_lines(seen.known):
            out.print(f"  {line}", soft_wrap=True)


def _refuse_surprises(seen: ShownKeys, fingerprint: str | None, *, replace: bool) -> None:
    if fingerprint is not None and fingerprint not in {key.get_fingerprint() for key in seen.shown}:
        fail(f"the host does not show {fingerprint}: nothing was added")
    if seen.conflicts and not replace:
        fail("the host's key has changed: find out why; if it is right, add --replace. Nothing was added")

"""`monctl hosts push-script`: the file that a host runs to send its samples by itself."""

import contextlib
import ipaddress
import re
import socket
import ssl
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import typer

from access.errors import AccountExists
from access.roles import Role
from foundation.documents.durations import format_duration, parse_duration
from foundation.documents.errors import ValueInvalid
from inventory.host import Connection, HostSpec
from monctl.cli.access import accounts
from monctl.cli.installed import installed
from monctl.cli.options import ConfigOption, DataDirOption, HostArgument, InventoryOption
from monctl.installation import Installation
from monctl.render.printing import err, fail
from poller.push.script import Destination
from poller.push.script import push_script as source

_SHORTEST_SECONDS = 0.1
_LONGEST_SECONDS = 86400.0
_MOST_KEYS = 100
_KEY_CHARACTERS = 50
_KEY = re.compile(r"[\x21-\x7e]+")


def push_script(
    host: HostArgument,
    url: Annotated[
        str | None,
        typer.Option(help="How the host reaches monctl.", show_default="web.listen of the settings"),
    ] = None,
    key: Annotated[
        str | None, typer.Option(help="A collector key to use.", show_default="a new one for this host")
    ] = None,
    interval: Annotated[
        str | None, typer.Option(help="Time between samples, such as 5s.", show_default="the host's")
    ] = None,
    ca: Annotated[
        Path | None,
        typer.Option(
            help="A PEM file of the certificates to trust, instead of the system's.", dir_okay=False
        ),
    ] = None,
    inventory: InventoryOption = None,
    config: ConfigOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Print a Python file that sends this host's samples, for hosts that SSH cannot reach.

    The host has `connection: push`. A key that can send for it alone is made and written into the file.
    """
    with installed(inventory, config, data_dir) as installation:
        spec = _pushing(installation, host)
        seconds = None if interval is None else _seconds(interval)
        chosen_url = _checked_url(url or _own_url(installation))
        certificates = None if ca is None else _certificates(ca)
        chosen_key = _checked_key(key) if key is not None else _new_key(installation, spec)
    destination = Destination(url=chosen_url, key=chosen_key, ca=certificates)
    sys.stdout.write(source(spec, destination, interval=seconds))
    _advise(spec, chosen_url, seconds)


def _pushing(installation: Installation, name: str) -> HostSpec:
    if name not in {host.name for host in installation.repository.list()}:
        err.print(f"To make it: monctl hosts add {name} --set connection=push", markup=False, soft_wrap=True)
    host = installation.host(name)
    if host.connection is not Connection.PUSH:
        fail(
            f"{name} has `connection: {host.connection}`: write `connection: push` into its entry, or add "
            f"another host: monctl hosts add NAME --set connection=push"
        )
    return host


def _seconds(text: str) -> float:
    try:
        seconds = parse_duration(text)
    except ValueInvalid as error:
        fail(f"--interval: {error}")
    if not _SHORTEST_SECONDS <= seconds <= _LONGEST_SECONDS:
        fail(f"--interval {text}: must be between 100ms and 1d")
    return seconds


def _own_url(installation: Installation) -> str:
    """Where this installation serves, as far as its settings tell."""
    web = installation.settings.web
    address = web.address
    name = socket.getfqdn() if address.host in ("", "0.0.0.0", "::") else address.host  # noqa: S104
    host_part = f"[{name}]" if ":" in name else name
    url = f"{'http' if web.tls_certificate is None else 'https'}://{host_part}:{address.port}"
    _warn(f"the host will send to {url}, as web.listen has it; --url says otherwise")
    return url


def _checked_url(url: str) -> str:
    try:
        parts = urlsplit(url)
        is_usable = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        is_usable = False
    if not is_usable or parts.query or parts.fragment or parts.username or not url.isascii():
        fail(f"--url {url}: write http(s)://HOST:PORT, such as https://monctl.example.com:8000")
    if not url.isprintable() or " " in url:
        fail("--url: must not have blanks or control characters")
    if parts.scheme == "http" and not _is_loopback(parts.hostname or ""):
        _warn(f"{url} is not encrypted: anybody on the way can read the key and the samples; use https")
    return url.rstrip("/")


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _certificates(file: Path) -> str:
    """The certificates of a PEM file, checked to be some."""
    try:
        text = file.read_text("ascii")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.load_verify_locations(cadata=text)
    except OSError as error:  # which an SSLError is too
        fail(f"--ca {file}: {error.strerror or error}")
    except ValueError:
        fail(f"--ca {file}: holds no certificate in PEM")
    if "PRIVATE KEY" in text:
        fail(f"--ca {file}: holds a private key, which must not leave this machine")
    return text


def _checked_key(key: str) -> str:
    if not _KEY.fullmatch(key):
        fail("--key: must not be empty or have blanks; monctl key create NAME --role collector makes one")
    return key


def _new_key(installation: Installation, host: HostSpec) -> str:
    """A new key that can send for this host alone, `push-HOST` or the next free name after it."""
    keys, actor = accounts.open_accounts(installation).keys, accounts.actor()
    for name in _key_names(host):
        with contextlib.suppress(AccountExists):
            _, key = keys.create(name, Role.COLLECTOR, actor=actor, host=host.name)
            accounts.note(f"made the key {name}; to end it: monctl key revoke {name}")
            break
    else:
        fail(f"{name} and those before it are taken: end some with monctl key revoke, or give --key")
    return key


def _key_names(host: HostSpec) -> Iterator[str]:
    base = "push-" + re.sub(r"[^A-Za-z0-9._-]", "-", host.name)[:_KEY_CHARACTERS]
    yield base
    yield from (f"{base}-{number}" for number in range(2, _MOST_KEYS + 1))


def _advise(host: HostSpec, url: str, seconds: float | None) -> None:
    if seconds is not None and seconds > host.interval:
        _warn(
            f"{host.name} is expected to send every {format_duration(host.interval)} and will be late: "
            f"set its `interval:` to {format_duration(seconds)} too"
        )
    err.print(
        f"Write this output to a file, monctl-push.py, copy it to {host.name}, and try it there:\n"
        f"    python3 monctl-push.py\n"
        f"It sends to {url}. How to run it under systemd, with a unit, is written at its top. "
        f"It holds a key: let only the user that runs it read it.",
        markup=False,
        soft_wrap=True,
    )


def _warn(text: str) -> None:
    err.print(f"warning: {text}", style="yellow", markup=False, soft_wrap=True)

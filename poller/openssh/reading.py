"""The configuration as asyncssh reads it, for machines that have no ssh program: an approximation."""

import shlex
import socket
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import asyncssh

from inventory.names import is_user
from poller.openssh.client import SshRefused
from poller.openssh.options import HostOptions


def read_options(files: Sequence[Path], address: str, *, user: str | None, port: int | None) -> HostOptions:
    """What these files say of a host. Blocks; raises SshRefused.

    Tokens are replaced already, and whatever looks like one is no more.
    """
    overrides: dict[str, Any] = {"host": address}
    if port is not None:
        overrides["port"] = port
    if user is not None:
        overrides["username"] = user
    try:
        # Only to read the configuration: no keys are loaded here, and known_hosts is checked elsewhere.
        options = asyncssh.SSHClientConnectionOptions(
            config=[str(path) for path in files if path.is_file()] or None,
            client_keys=None,
            known_hosts=None,
            **overrides,
        )
    except (ValueError, OSError) as error:
        raise SshRefused(str(error)) from error
    if not is_user(options.username):
        raise SshRefused(f"`{user}` is no user that SSH takes")
    return _host_options(options)


def _host_options(options: asyncssh.SSHClientConnectionOptions) -> HostOptions:
    config = options.config
    command = options.proxy_command
    return HostOptions(
        hostname=options.host,
        port=options.port,
        user=options.username,
        proxy_command=_literal(shlex.join(command)) if command else None,
        proxy_jump=str(options.tunnel) if options.tunnel else None,
        identity_files=tuple(map(_literal, _strings(config.get("IdentityFile")))),
        certificate_files=tuple(map(_literal, _strings(config.get("CertificateFile")))),
        is_identities_only=bool(config.get("IdentitiesOnly")),
        # asyncssh has nothing in place of `none`
        identity_agent=_string(config.get("IdentityAgent", "SSH_AUTH_SOCK")) or "none",
        user_known_hosts=_strings(config.get("UserKnownHostsFile")),
        global_known_hosts=_strings(config.get("GlobalKnownHostsFile")),
        host_key_alias=options.host_key_alias,
        bind_address=_string(config.get("BindAddress")),
        address_family=socket.AddressFamily(options.family),
        ciphers=_names(options.encryption_algs if config.get("Ciphers") else ()),
        macs=_names(options.mac_algs if config.get("MACs") else ()),
        key_exchanges=_names(options.kex_algs if config.get("KexAlgorithms") else ()),
        authentications=tuple(options.preferred_auth),
        allows_public_key=options.public_key_auth,
        allows_password=options.password_auth,
        allows_keyboard_interactive=options.kbdint_auth,
    )


def _literal(text: str) -> str:
    return text.replace("%", "%%")


def _names(algorithms: Sequence[bytes]) -> tuple[str, ...]:
    return tuple(name.decode() for name in algorithms)


def _string(value: object) -> str | None:
    return str(value) if value else None


def _strings(value: object) -> tuple[str, ...]:
    if value is None or value == ():
        return ()
    if isinstance(value, (list, tuple)):
        return tuple(str(item) for item in value) or ("none",)
    return (str(value),)

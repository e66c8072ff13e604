"""Where and as whom to log in: what the inventory says of a host, and for the rest the ssh configuration."""

import errno
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from inventory.host import HostSpec
from inventory.names import is_address, is_user
from metrics.results import Outcome
from poller.errors import PollFailed, SshConfigInvalid
from poller.openssh.answers import Answers, refuse_odd_user
from poller.openssh.client import SshRefused, SshUnusable
from poller.openssh.options import HostOptions
from poller.openssh.reading import read_options
from poller.openssh.tokens import Place, TokenUnknown, command_tokens, expanded, expanded_path, path_tokens
from poller.ssh.host_files import FileReaders

_NO_FILE = {"none", "/dev/null"}
_OF_SOMEBODY = re.compile(r"~[^/]")
_USES_USER = re.compile(r"%(?:%|(r))")


@dataclass(frozen=True, slots=True)
class Target:
    """Where and as whom to log in, with the inventory's word before the ssh config's.

    `proxy_command`: a line for the user's shell. `key_files` and `known_hosts_files`: empty means the usual
    ones; `has_usual_keys` is False where the configuration wants none at all. `certificate_files`: as
    CertificateFile names them, there or not. `agent`: an agent's socket, "" for none at all, None for that
    of the environment. `key_places` and `known_hosts_places`: where files must lie, see
    HostSpec.file_places. `options`: all else that the configuration says.
    """

    address: str
    port: int
    user: str
    jump: str | None
    proxy_command: str | None
    key_files: tuple[Path, ...]
    known_hosts_files: tuple[Path, ...]
    host_key_alias: str | None
    uses_agent_only_for_keys: bool
    options: HostOptions
    has_usual_keys: bool = True
    certificate_files: tuple[Path, ...] = ()
    agent: str | None = None
    key_places: tuple[str, ...] = ()
    known_hosts_places: tuple[str, ...] = ()


class SshConfig:
    """Resolves hosts against the ssh configuration: by asking ssh, or by reading it where there is no ssh.

    `files`: the configuration files in place of the user's and the system's; ssh takes the first alone.
    """

    def __init__(self, files: Sequence[Path] | None = None) -> None:
        self._readers = FileReaders()
        self._files = None if files is None else tuple(files)
        self.answers = Answers(self._readers, files=files)

    @property
    def hanging_reads(self) -> int:
        """How many threads hang in looking at configuration files."""
        return self._readers.hanging

    async def resolve(self, host: HostSpec) -> Target:
        """The target for a host, within the host's timeout.

        Raises PollFailed, of which SshConfigInvalid is for a configuration that has a mistake.
        """
        _refuse_unfit(host)
        seconds = host.timeout
        try:
            try:
                options, place = await self.answers.options(
                    host.address, user=host.user, port=host.port, seconds=seconds
                )
            except SshUnusable:
                options, place = await self._read(host, seconds)
            if host.user is not None and _takes_user(options.proxy_command) and host.jump is None:
                refuse_odd_user(host.user, "ProxyCommand")
            if any(_OF_SOMEBODY.match(text) for text in _paths(host, options)):
                # `~somebody` is looked up in the system, which may take its time
                work = partial(_target, host, options, place)
                return await self._readers.run(("target", host.name, host), work, seconds=seconds)
            return _target(host, options, place)
        except (SshRefused, TokenUnknown) as error:
            raise SshConfigInvalid(str(error), host.address) from error
        except OSError as error:  # TimeoutError is one
            if isinstance(error, TimeoutError) or error.errno == errno.ETIMEDOUT:
                raise _unanswered(host) from error
            raise SshConfigInvalid(error.strerror or str(error), host.address) from error

    async def _read(self, host: HostSpec, seconds: float) -> tuple[HostOptions, Place]:
        place = await self.answers.place(seconds)
        files = self._files
        if files is None:
            files = (Path(place.home, ".ssh", "config"),)
        work = partial(read_options, files, host.address, user=host.user, port=host.port)
        key = ("ssh config", host.address, host.user, host.port)
        return await self._readers.run(key, work, seconds=seconds), place


def _refuse_unfit(host: HostSpec) -> None:
    """Raise PollFailed for what no ssh takes, and what tokens must not be replaced by.

    Once more, wherever the host comes from: a jump host may be one that needs no address of its own.
    """
    if not is_address(host.address):
        raise PollFailed(Outcome.UNREACHABLE, f"`{host.address}` is no host name that SSH takes")
    if host.user is not None and not is_user(host.user):
        raise PollFailed(Outcome.AUTH_FAILED, f"`{host.user}` is no user that SSH takes")


def _unanswered(host: HostSpec) -> PollFailed:
    return PollFailed(
        Outcome.TIMEOUT,
        f"what the ssh configuration says of {host.address} was not known within {host.timeout:g} s: a "
        "command of Match exec, or the server that a file lies on, hangs",
        advice=f"Find out what hangs: ssh -v -G {host.address}",
    )


def _takes_user(command: str | None) -> bool:
    return command is not None and any(match[1] for match in _USES_USER.finditer(command))


def _target(host: HostSpec, options: HostOptions, place: Place) -> Target:
    jump = host.jump if host.jump is not None else options.proxy_jump
    tokens = command_tokens(options, host.address)
    paths = path_tokens(options, host.address, place)

    def located(texts: Sequence[str]) -> tuple[Path, ...]:
        return tuple(Path(expanded_path(text, paths, os.environ)) for text in texts if text.lower() != "none")

    command = options.proxy_command
    return Target(
        address=options.hostname,
        port=options.port,
        user=options.user,
        jump=_hops(jump, tokens, is_of_config=host.jump is None),
        proxy_command=expanded(command, tokens) if command and host.jump is None else None,
        key_files=tuple(_host_path(host, path) for path in host.key) or located(options.identity_files),
        known_hosts_files=_known_hosts(host, options),
        host_key_alias=options.host_key_alias,
        uses_agent_only_for_keys=options.is_identities_only or bool(host.key),
        options=options,
        has_usual_keys=not options.identity_files,
        certificate_files=located(options.certificate_files),
        agent=_agent(options.identity_agent),
        # what the configuration names is this machine's own business
        key_places=host.file_places if host.key else (),
        known_hosts_places=host.file_places if host.known_hosts else (),
    )


def _hops(jump: str | None, tokens: dict[str, str], *, is_of_config: bool) -> str | None:
    """Jump hosts as the inventory writes them; a configuration may use `ssh://user@host:port` and tokens."""
    if not jump or jump.lower() == "none":
        return None
    return ",".join(map(_without_scheme, expanded(jump, tokens).split(","))) if is_of_config else jump


def _without_scheme(hop: str) -> str:
    scheme = "ssh://"
    return hop[len(scheme) :].rstrip("/") if hop.lower().startswith(scheme) else hop


def _known_hosts(host: HostSpec, options: HostOptions) -> tuple[Path, ...]:
    """The files, of which the first is where a new key goes; the usual ones stand for those switched off."""
    if host.known_hosts:
        return () if host.known_hosts.lower() in _NO_FILE else (_host_path(host, host.known_hosts),)
    user = _files(options.user_known_hosts) or USUAL_USER_FILES
    system = _files(options.global_known_hosts) or (() if options.global_known_hosts else USUAL_GLOBAL_FILES)
    if (user, system) == (USUAL_USER_FILES, USUAL_GLOBAL_FILES):
        return ()
    return tuple(map(_home_path, (*user, *system)))


def _files(names: Sequence[str]) -> tuple[str, ...]:
    return tuple(name for name in names if name.lower() not in _NO_FILE)


USUAL_USER_FILES = ("~/.ssh/known_hosts", "~/.ssh/known_hosts2")
USUAL_GLOBAL_FILES = ("/etc/ssh/ssh_known_hosts", "/etc/ssh/ssh_known_hosts2")


def _agent(agent: str | None) -> str | None:
    if agent is None or agent == "SSH_AUTH_SOCK":
        return None
    if agent.startswith("$"):
        return os.environ.get(agent[1:], "")
    return "" if agent.lower() == "none" else str(_home_path(agent))


def _host_path(host: HostSpec, path: str) -> Path:
    """A path of the inventory: of hosts.yaml from its folder; what has places is looked for there."""
    located = _home_path(path)
    is_from_folder = host.folder is not None and not host.file_places and not path.startswith("~")
    return Path(host.folder or "", located) if is_from_folder else located


def _home_path(path: str) -> Path:
    try:
        return Path(path).expanduser()
    except RuntimeError:  # `~somebody`, whom the system does not know: there is no such file
        return Path(path)


def _paths(host: HostSpec, options: HostOptions) -> tuple[str, ...]:
    return (*host.key, *options.identity_files, *options.certificate_files, host.known_hosts or "")

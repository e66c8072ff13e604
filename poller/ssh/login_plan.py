"""One log-in: what is known of the host, what may be offered to it, and how that is told to asyncssh."""

from dataclasses import dataclass
from typing import Any

import asyncssh

from inventory.host import HostSpec
from metrics.results import Outcome
from poller.errors import PollFailed, SshConfigInvalid
from poller.openssh.algorithms import host_key_algorithms, session_options
from poller.openssh.client import SshRefused
from poller.ssh.credentials import Credentials
from poller.ssh.failures.login_failures import Login, login_failure
from poller.ssh.failures.login_record import LoginRecord
from poller.ssh.host_keys.trust import Trust
from poller.ssh.offers import KeyOffers, agent_socket
from poller.ssh.ssh_config import Target
from poller.ssh.way.dial import LocalEnd

_KEEPALIVE_SECONDS = 30
_KEEPALIVE_TRIES = 3
_FORWARDING_ADVICE = (
    "Let the jump host's sshd forward there (AllowTcpForwarding, PermitOpen), and the key too, if "
    "authorized_keys has restrict, no-port-forwarding or permitopen for it."
)
# aes128-gcm costs the least CPU of all where the processor has AES instructions
_CIPHERS = (
    "aes128-gcm@openssh.com",
    "aes256-gcm@openssh.com",
    "chacha20-poly1305@openssh.com",
    "aes128-ctr",
    "aes192-ctr",
    "aes256-ctr",
)


@dataclass(frozen=True, slots=True)
class LoginPlan:
    """A host's target, what may be offered to it, and its name for messages."""

    host: HostSpec
    target: Target
    credentials: Credentials

    seconds: float
    """What is left of the host's timeout for the connection."""

    @property
    def where(self) -> str:
        """`address:port`, as people write it."""
        return f"{self.target.address}:{self.target.port}"

    @property
    def dial_seconds(self) -> float:
        """How long the way to the host may take until it begins to speak."""
        limit = self.target.options.connect_seconds
        return self.seconds if limit is None else min(self.seconds, limit)

    @property
    def local_end(self) -> LocalEnd:
        """Where the connection begins."""
        options = self.target.options
        return LocalEnd(options.address_family, options.bind_address, options.bind_interface)


def login_options(plan: LoginPlan, trust: Trust) -> dict[str, Any]:
    """What asyncssh is told, which reads no configuration by itself; raises SshConfigInvalid."""
    try:
        return _login_defaults(plan, trust) | session_options(plan.target.options)
    except SshRefused as error:
        raise SshConfigInvalid(str(error), plan.host.address) from error


def _login_defaults(plan: LoginPlan, trust: Trust) -> dict[str, Any]:
    host, target = plan.host, plan.target
    options: dict[str, Any] = {
        "config": None,
        # else it looks for files in the user's home by itself, which may lie on a server that hangs
        "x509_trusted_certs": None,
        "x509_trusted_cert_paths": [],
        "port": target.port,
        "username": target.user,
        "known_hosts": ([], [], []),  # the witness alone decides
        "server_host_key_algs": host_key_algorithms(target.options, trust.algorithms),
        "encryption_algs": _CIPHERS,
        "client_keys": None,  # the client has them
        "password": host.password,
        # the deadline is ours: asyncssh would use asyncio.wait_for, which before Python 3.12 now and then
        # swallows a cancellation, and then a host could not be left any more
        "connect_timeout": None,
        "login_timeout": host.timeout,
        "keepalive_interval": _KEEPALIVE_SECONDS,
        "keepalive_count_max": _KEEPALIVE_TRIES,
        "compression_algs": None,
        "gss_host": None,
        "agent_forwarding": False,
        "x11_forwarding": False,
    }
    return options


def key_offers(plan: LoginPlan) -> KeyOffers:
    """What is offered to the host, in order."""
    only_listed = plan.target.uses_agent_only_for_keys
    # a password is not to be kept waiting by keys that nobody meant for this host
    is_for_password = plan.host.password is not None and not plan.credentials.identities
    return KeyOffers(
        plan.credentials,
        agent_path=agent_socket(plan.target.agent),
        uses_whole_agent=not (only_listed or is_for_password),
        algorithms=plan.target.options.public_key_algorithms,
    )


def failed_login(error: BaseException, plan: LoginPlan, record: LoginRecord) -> PollFailed:
    """Why a log-in failed, with the names of what was offered."""
    login = Login(plan.where, plan.target.user, _credential_names(plan), ", ".join(_unusable(plan)))
    return login_failure(error, login, record)


def _credential_names(plan: LoginPlan) -> str:
    credentials = plan.credentials
    names = []
    if credentials.are_usual and credentials.identities:
        names = ["the default keys"]
    elif not credentials.are_usual:
        names = [str(identity.path) for identity in credentials.identities if identity.key is not None]
        names = [*dict.fromkeys(names), *_unusable(plan)]
    may_ask_agent = credentials.needs_agent or not plan.target.uses_agent_only_for_keys
    if may_ask_agent and agent_socket(plan.target.agent):
        names.append("the agent's keys")
    if plan.host.password:
        names.append("the password")
    return ", ".join(names)


def _unusable(plan: LoginPlan) -> list[str]:
    """Keys that are named and cannot be offered, or not without an agent, each with the reason."""
    credentials = plan.credentials
    names = [
        f"{each.path} ({'encrypted' if each.is_sealed else 'no private key'}: only through an agent)"
        for each in credentials.identities
        if each.key is None
    ]
    return [*dict.fromkeys(names), *(f"{path} (cannot be read)" for path in credentials.unusable)]


def refused_by_jump(error: asyncssh.ChannelOpenError, plan: LoginPlan) -> PollFailed:
    """What a jump host's refusal to open the way means; OpenSSH puts the system's message into the reason."""
    reason = error.reason.lower()
    where, jump = plan.where, plan.target.jump
    if error.code == asyncssh.OPEN_ADMINISTRATIVELY_PROHIBITED:
        detail = f"jump host {jump} does not forward to {where}: {error.reason}"
        hop = jump.rpartition(",")[2] if jump else None
        return PollFailed(Outcome.JUMP_DOWN, detail, jump=hop, advice=_FORWARDING_ADVICE)
    for text, outcome in (
        ("refused", Outcome.REFUSED),
        ("timed out", Outcome.TIMEOUT),
        ("not known", Outcome.DNS),
        ("resolution", Outcome.DNS),
    ):
        if text in reason:
            return PollFailed(outcome, f"{where}, seen from jump host {jump}: {error.reason}")
    return PollFailed(Outcome.UNREACHABLE, f"{where}, seen from jump host {jump}: {error.reason}")

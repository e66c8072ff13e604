"""What asyncssh is told of the configuration's choices of algorithms, log-in methods and keepalives."""

from collections.abc import Iterable, Sequence
from typing import Any

from asyncssh.encryption import get_encryption_algs
from asyncssh.kex import get_kex_algs
from asyncssh.mac import get_mac_algs
from asyncssh.public_key import get_certificate_algs, get_public_key_algs

from poller.openssh.client import SshRefused
from poller.openssh.options import HostOptions

_CERTIFICATE = "-cert-v01@openssh.com"


def session_options(options: HostOptions) -> dict[str, Any]:
    """Arguments of asyncssh's connect for what the configuration chooses; raises SshRefused.

    Compression is left out: what a host sends is bounded before it is unpacked.
    """
    chosen: dict[str, Any] = {
        "public_key_auth": options.allows_public_key,
        "password_auth": options.allows_password,
        "kbdint_auth": options.allows_keyboard_interactive,
        "tcp_keepalive": options.keeps_tcp_alive,
    }
    lists = (
        ("encryption_algs", "Ciphers", options.ciphers, get_encryption_algs()),
        ("mac_algs", "MACs", options.macs, get_mac_algs()),
        ("kex_algs", "KexAlgorithms", options.key_exchanges, get_kex_algs()),
        ("signature_algs", "PubkeyAcceptedAlgorithms", _of_keys(options), get_public_key_algs()),
    )
    for argument, keyword, names, known_names in lists:
        if names:
            chosen[argument] = _known(names, known_names, keyword)
    if options.authentications:
        chosen["preferred_auth"] = list(options.authentications)
    if options.alive_seconds is not None:
        chosen |= {"keepalive_interval": options.alive_seconds, "keepalive_count_max": options.alive_count}
    if options.rekey_bytes is not None:
        chosen["rekey_bytes"] = options.rekey_bytes
    if options.rekey_seconds is not None:
        chosen["rekey_seconds"] = options.rekey_seconds
    return chosen


def _of_keys(options: HostOptions) -> tuple[str, ...]:
    """How a log-in may be signed; a certificate's key signs as a key does."""
    names = (name.removesuffix(_CERTIFICATE) for name in options.public_key_algorithms)
    return tuple(dict.fromkeys(names))


def host_key_algorithms(options: HostOptions, preferred: Sequence[str]) -> list[str]:
    """Host key algorithms to propose: of those that the configuration allows the preferred ones first."""
    allowed = options.host_key_algorithms
    if not allowed:
        return list(preferred)
    known = _known(allowed, [*get_certificate_algs(), *get_public_key_algs()], "HostKeyAlgorithms")
    return [name for name in preferred if name in known] + [name for name in known if name not in preferred]


def _known(names: Sequence[str], known_names: Iterable[bytes], keyword: str) -> list[str]:
    known = {name.decode() for name in known_names}
    usable = [name for name in names if name in known]
    if not usable:
        raise SshRefused(
            f"{keyword} leaves {', '.join(names)}, none of which monctl has: allow another for this host"
        )
    return usable

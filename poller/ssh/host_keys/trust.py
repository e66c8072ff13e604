"""What known_hosts says of one host, and so of the key or certificate that it shows."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

import asyncssh
from asyncssh.packet import SSHPacket
from asyncssh.public_key import (
    CERT_TYPE_HOST,
    SSHOpenSSHCertificate,
    decode_ssh_certificate,
    decode_ssh_public_key,
    get_default_certificate_algs,
    get_default_public_key_algs,
)

from metrics.results import Outcome
from poller.errors import PollFailed
from poller.ssh.host_keys.host_lines import MarkedKey, Marker

_KEY_FIELDS = {
    b"ssh-rsa": 2,
    b"ecdsa-sha2-nistp256": 2,
    b"ecdsa-sha2-nistp384": 2,
    b"ecdsa-sha2-nistp521": 2,
    b"sk-ssh-ed25519": 2,
    b"sk-ecdsa-sha2-nistp256": 3,
    b"ssh-dss": 4,
}
"""Fields of a key within a certificate, where they are more than one."""

_NEVER = 0xFFFF_FFFF_FFFF_FFFF
_REVOKED_ADVICE = (
    "Give the host another key; if this one was revoked by mistake, "
    "take its @revoked line out of known_hosts."
)
_CERTIFICATE_ADVICE = (
    "Have the authority sign the host's key anew, and restart sshd there, which reads HostCertificate then."
)


@dataclass(frozen=True, slots=True)
class KeysOfName:
    """The keys of all lines that name a host in one way."""

    keys: tuple[asyncssh.SSHKey, ...] = ()
    authorities: tuple[asyncssh.SSHKey, ...] = ()
    revoked: tuple[asyncssh.SSHKey, ...] = ()

    @classmethod
    def of(cls, marked_keys: Iterable[MarkedKey]) -> "KeysOfName":
        """Sorted by what their lines are for."""
        by_marker: dict[Marker, list[asyncssh.SSHKey]] = {marker: [] for marker in Marker}
        for each in marked_keys:
            by_marker[each.marker].append(each.key)
        return cls(*(tuple(by_marker[marker]) for marker in (Marker.HOST, Marker.AUTHORITY, Marker.REVOKED)))


@dataclass(frozen=True, slots=True)
class Trust:
    """What known_hosts says of one host.

    `principal`: the name that a certificate must be for. `names`: what is said of each name of the host, the
    one with its port first. As with OpenSSH the next counts only where nothing is known of the one before.
    `revoked_everywhere`: what RevokedHostKeys of the ssh configuration lists. `least_rsa_bits`: its
    RequiredRSASize.
    """

    principal: str
    names: tuple[KeysOfName, ...]
    revoked_everywhere: frozenset[asyncssh.SSHKey] = frozenset()
    least_rsa_bits: int = 0

    @property
    def keys(self) -> tuple[asyncssh.SSHKey, ...]:
        """The keys that the host may show."""
        return next((name.keys for name in self.names if name.keys), ())

    @property
    def authorities(self) -> tuple[asyncssh.SSHKey, ...]:
        """The authorities whose certificates the host may show."""
        return tuple(key for name in self.names for key in name.authorities)

    @property
    def revoked(self) -> tuple[asyncssh.SSHKey, ...]:
        """The keys that are revoked, as far as they count."""
        counted = [self.names[0], *(name for name in self.names[1:] if not self.names[0].keys)]
        return tuple(key for name in counted for key in name.revoked)

    @property
    def algorithms(self) -> list[str]:
        """Host key algorithms to propose: those that can be trusted first, then all others.

        With the others at the end, a host whose key was swapped for one of another kind still shows it,
        and can be told from one that is not known at all.
        """
        trusted = [name for key in self.keys for name in key.sig_algorithms]
        certificates = get_default_certificate_algs() if self.authorities else []
        ordered = dict.fromkeys([*certificates, *trusted, *get_default_public_key_algs()])
        return [name.decode() for name in ordered]

    def accepted_key(self, shown: bytes, where: str, *, now: float) -> asyncssh.SSHKey:
        """The key of what a host shows (a key or a certificate, as in the SSH protocol); raises PollFailed.

        As with OpenSSH a certificate that does not hold is of no harm where the key in it is known by itself.
        """
        key = self._known_key(shown, where, now=now)
        bits = getattr(key.pyca_key, "key_size", 0)  # some kinds of keys have one size alone
        if key.algorithm == b"ssh-rsa" and bits < self.least_rsa_bits:
            detail = f"{where} shows a key of RSA with {bits} bits, fewer than RequiredRSASize of the ssh"
            raise PollFailed(
                Outcome.HOST_KEY_INVALID,
                f"{detail} configuration asks for, {self.least_rsa_bits}",
                advice="Give the host another key, of Ed25519 for example.",
            )
        return key

    def _known_key(self, shown: bytes, where: str, *, now: float) -> asyncssh.SSHKey:
        try:
            certificate = decode_ssh_certificate(shown)
        except asyncssh.KeyImportError:
            return self._accepted_plain(_decoded(shown, where), where)
        if not isinstance(certificate, SSHOpenSSHCertificate):
            raise PollFailed(
                Outcome.HOST_KEY_UNKNOWN, f"{where} shows a certificate of a kind that is not taken"
            )
        self._refuse_listed(where, certificate.key, certificate.signing_key)
        self._refuse_revoked(certificate, where)
        fault = self._certificate_fault(certificate, where, now=now) or _sha1_fault(certificate, shown, where)
        if fault is None or certificate.key in self.keys:
            return certificate.key
        raise fault

    def _refuse_listed(self, where: str, *keys: asyncssh.SSHKey) -> None:
        for key in keys:
            if key in self.revoked_everywhere:
                detail = (
                    f"{where} shows {_fingerprint(key)}, which RevokedHostKeys of the ssh configuration lists"
                )
                raise PollFailed(Outcome.HOST_KEY_INVALID, detail, advice="Give the host another key.")

    def _accepted_plain(self, key: asyncssh.SSHKey, where: str) -> asyncssh.SSHKey:
        self._refuse_listed(where, key)
        for name in self.names:
            if key in name.revoked:
                raise _revoked(f"{where} shows {_fingerprint(key)}")
            if key in name.keys:
                return key
            if name.keys:
                break
        raise self._stranger(key, where)

    def _stranger(self, key: asyncssh.SSHKey, where: str) -> PollFailed:
        shown = f"{where} shows {_fingerprint(key)}"
        if self.keys:
            known_keys = ", ".join(map(_fingerprint, self.keys))
            return PollFailed(Outcome.HOST_KEY_CHANGED, f"{shown}, but known_hosts has {known_keys}")
        if self.authorities:
            return PollFailed(Outcome.HOST_KEY_UNKNOWN, f"{shown}, not certified for it by a known authority")
        return PollFailed(
            Outcome.HOST_KEY_UNKNOWN, f"{where} is not in known_hosts; it shows {_fingerprint(key)}"
        )

    def _refuse_revoked(self, certificate: SSHOpenSSHCertificate, where: str) -> None:
        revoked = {key for name in self.names for key in name.revoked}
        if certificate.key in revoked:
            raise _revoked(f"{where} shows {_fingerprint(certificate.key)}")
        if certificate.signing_key in revoked:
            raise _revoked(_shown_certificate(certificate, where))

    def _certificate_fault(
        self, certificate: SSHOpenSSHCertificate, where: str, *, now: float
    ) -> PollFailed | None:
        """Why a certificate does not hold, None for one that does."""
        if certificate.signing_key not in self.authorities:
            return self._stranger(certificate.key, where)
        shown = _shown_certificate(certificate, where)
        begin, end = certificate._valid_after, certificate._valid_before
        if certificate._cert_type != CERT_TYPE_HOST:
            return _not_valid(f"{shown}, but it is a user's certificate")
        if now < begin:
            return _not_valid(
                f"{shown}, which is not valid before {_moment(begin)}: is the clock here right?"
            )
        if end != _NEVER and now >= end:
            return _not_valid(f"{shown}, which expired at {_moment(end)}")
        if certificate.principals and self.principal not in certificate.principals:
            names = ", ".join(certificate.principals)
            return _not_valid(f"{shown}, which is for {names} and not for {self.principal}")
        return None


def _decoded(shown: bytes, where: str) -> asyncssh.SSHKey:
    try:
        return decode_ssh_public_key(shown)
    except asyncssh.KeyImportError as error:
        message = f"{where} shows a host key that cannot be read"
        raise PollFailed(Outcome.HOST_KEY_UNKNOWN, message) from error


def _fingerprint(key: asyncssh.SSHKey) -> str:
    return f"{key.algorithm.decode()} {key.get_fingerprint()}"


def _revoked(shown: str) -> PollFailed:
    detail = f"{shown}, which known_hosts marks as @revoked"
    return PollFailed(Outcome.HOST_KEY_INVALID, detail, advice=_REVOKED_ADVICE)


def _sha1_fault(certificate: SSHOpenSSHCertificate, shown: bytes, where: str) -> PollFailed | None:
    """What is wrong with a certificate that was signed with SHA-1, which no ssh takes by default any more."""
    if certificate.signing_key.algorithm != b"ssh-rsa" or _signature_algorithm(shown) != b"ssh-rsa":
        return None
    return _not_valid(f"{_shown_certificate(certificate, where)}, which is signed with SHA-1")


def _signature_algorithm(shown: bytes) -> bytes:
    """The algorithm of a certificate's signature, which stands in the last of its strings."""
    packet = SSHPacket(shown)
    kind = packet.get_string()
    _ = packet.get_string()  # a random number
    for _ in range(_KEY_FIELDS.get(kind.partition(b"-cert-")[0], 1)):
        packet.get_string()
    _ = packet.get_uint64(), packet.get_uint32()  # the serial number, the type
    _ = packet.get_string(), packet.get_string()  # the name, the principals
    _ = packet.get_uint64(), packet.get_uint64()
    for _ in range(4):  # options, extensions, what is reserved, the authority's key
        packet.get_string()
    return SSHPacket(packet.get_string()).get_string()


def _shown_certificate(certificate: SSHOpenSSHCertificate, where: str) -> str:
    return f"{where} shows a host certificate of the authority {_fingerprint(certificate.signing_key)}"


def _not_valid(detail: str) -> PollFailed:
    return PollFailed(Outcome.HOST_KEY_INVALID, detail, advice=_CERTIFICATE_ADVICE)


def _moment(seconds: int) -> str:
    try:
        return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M UTC")
    except (OverflowError, ValueError, OSError):
        return "the end of time"

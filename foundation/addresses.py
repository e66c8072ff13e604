"""Which addresses may be reached on the word of somebody who has no access to this machine.

Public ones, and what the settings allow beyond them. Names are judged by the addresses that they have at the
moment of the connection: what a name had when it was written down says nothing of the next time it is asked.
"""

import ipaddress
import re
import socket
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

IpAddress: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address
IpNetwork: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network

_NAME = re.compile(r"(?=.{1,253}$)(?!-)[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*")
_NAT64 = (ipaddress.IPv6Network("64:ff9b::/96"), ipaddress.IPv6Network("64:ff9b:1::/48"))
_COMPATIBLE = ipaddress.IPv6Network("::/96")
_ISATAP = (0x00005EFE, 0x02005EFE)
_CLOUD_SERVICES = frozenset(
    {ipaddress.IPv4Address("168.63.129.16"), ipaddress.IPv4Address("100.100.100.200")}
)
"""Addresses at which clouds tell a machine its own secrets, beside the link-local one; one looks public."""

_RESERVED = tuple(map(ipaddress.ip_network, ("192.0.0.0/24", "192.88.99.0/24", "fec0::/10")))
"""What the standard library takes for public in some of its versions."""

_NOBODY_S = ipaddress.IPv4Address("192.0.2.1")
"""An address for documents, which no machine has."""

_IPV4_BITS = 0xFFFFFFFF


def addresses_of(name: str) -> tuple[str, ...]:
    """The addresses that a name has now; none where it has none. Blocks."""
    try:
        answers = socket.getaddrinfo(_unbracketed(name), None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return ()
    return tuple(dict.fromkeys(str(address[0]) for *_, address in answers))


def addresses_soon(name: str, *, seconds: float) -> tuple[str, ...]:
    """As `addresses_of`, and none where no answer comes within some seconds."""
    answers: list[tuple[str, ...]] = []
    asking = threading.Thread(target=lambda: answers.append(addresses_of(name)), daemon=True)
    asking.start()
    asking.join(seconds)
    return answers[0] if answers else ()


def is_own_address(address: IpAddress) -> bool:
    """Whether an address is one of this machine's own: only those can be bound to."""
    # where the kernel is told to let anything be bound to (ip_nonlocal_bind), binding says nothing
    return _can_bind(address) and not _can_bind(_NOBODY_S)


def _can_bind(address: IpAddress) -> bool:
    family = socket.AF_INET if address.version == 4 else socket.AF_INET6
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as sock:
            sock.bind((str(address), 0))
    except OSError:
        return False
    return True


@dataclass(frozen=True, slots=True)
class AddressPolicy:
    """What may be reached: public addresses, and beyond them `networks` and the addresses of `names`.

    `setting`: what to change where more is to be allowed, as refusals say it. `names` are in lower case.
    """

    setting: str
    networks: tuple[IpNetwork, ...] = ()
    names: frozenset[str] = frozenset()
    resolve: Callable[[str], tuple[str, ...]] = field(default=addresses_of, repr=False)
    is_own: Callable[[IpAddress], bool] = field(default=is_own_address, repr=False)

    def refusal(self, address: str) -> str | None:
        """Why an address may not be reached, None where it may; what is no address is refused."""
        ip_address = _parsed(address)
        if ip_address is None:
            return f"{address} is no address that can be checked"
        kind = self._kind(ip_address)
        if kind is None or self._is_allowed(ip_address):
            return None
        return f"{address} is {kind}, which {self.setting} does not allow"

    def allows_name(self, name: str) -> bool:
        """Whether a name is allowed whatever its addresses are."""
        return _plain_name(name) in self.names

    def _kind(self, address: IpAddress) -> str | None:
        """What an address is that nobody may reach without being allowed to; None for a public one."""
        for one in _forms(address):
            kind = _special_kind(one)
            if kind is not None:
                return kind
            if self.is_own(one):
                return "an address of the monitoring machine itself"
        return None

    def _is_allowed(self, address: IpAddress) -> bool:
        forms = tuple(_forms(address))
        if any(form in network for form in forms for network in self.networks):
            return True
        named = (_parsed(text) for name in self.names for text in self.resolve(name))
        return any(one in forms for one in named)


def parse_allowed(text: str) -> str:
    """An entry of a list of what is allowed, as it is written best; raises ValueError.

    `10.0.0.0/8`, `192.0.2.7`, `::1`, `localhost`, `gotify.corp.example`.
    """
    entry = text.strip()
    try:
        return str(ipaddress.ip_network(entry))
    except ValueError as error:
        looks_like_address = ":" in entry or "/" in entry or entry.replace(".", "").isdigit()
        if looks_like_address or not _NAME.fullmatch(_plain_name(entry)):
            reason = "write a network such as 10.0.0.0/8, an address, or the name of a host"
            raise ValueError(f"{reason}: {error}") from error
    return _plain_name(entry)


def policy_of(entries: Iterable[str], *, setting: str) -> AddressPolicy:
    """The policy of a setting; raises ValueError."""
    networks: list[IpNetwork] = []
    names: set[str] = set()
    for entry in map(parse_allowed, entries):
        try:
            networks.append(ipaddress.ip_network(entry))
        except ValueError:
            names.add(entry)
    return AddressPolicy(setting, tuple(networks), frozenset(names))


def is_literal(host: str) -> bool:
    """Whether a host is written as an address; brackets of IPv6 may stand around it."""
    return _parsed(_unbracketed(host)) is not None


def _unbracketed(host: str) -> str:
    return host.removeprefix("[").removesuffix("]")


def _plain_name(name: str) -> str:
    return name.strip().rstrip(".").lower()


def _parsed(text: str) -> IpAddress | None:
    try:
        return ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None


def _forms(address: IpAddress) -> Iterator[IpAddress]:
    """The address, and every IPv4 address that it leads to by translation or a tunnel."""
    yield address
    if isinstance(address, ipaddress.IPv4Address):
        return
    if address.ipv4_mapped is not None:
        yield address.ipv4_mapped
    if address.sixtofour is not None:
        yield address.sixtofour
    if address.teredo is not None:
        yield from address.teredo
    low = ipaddress.IPv4Address(int(address) & _IPV4_BITS)
    is_isatap = (int(address) >> 32) & _IPV4_BITS in _ISATAP
    is_compatible = address in _COMPATIBLE and int(address) > 1
    if is_isatap or is_compatible or any(address in network for network in _NAT64):
        yield low


def _special_kind(address: IpAddress) -> str | None:
    if address in _CLOUD_SERVICES:
        return "a service of the cloud for its machines"
    kinds = (
        (address.is_unspecified, "this machine"),
        (address.is_loopback, "loopback"),
        (address.is_link_local, "link-local"),
        (address.is_multicast, "multicast"),
    )
    kind = next((name for is_kind, name in kinds if is_kind), None)
    if kind is not None:
        return kind
    if isinstance(address, ipaddress.IPv6Address) and _is_translated(address):
        return None  # judged by the address that it leads to
    is_reserved = any(address in network for network in _RESERVED)
    return None if address.is_global and not is_reserved else "private or reserved"


def _is_translated(address: ipaddress.IPv6Address) -> bool:
    return address.ipv4_mapped is not None or address in _NAT64[0] or address.sixtofour is not None

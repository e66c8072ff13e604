"""Addresses of clients, and which of them may stand for many."""

import ipaddress
from collections.abc import Sequence

_NETWORK_BITS = 64
_MAX_CHARACTERS = 64

IpAddress = ipaddress.IPv4Address | ipaddress.IPv6Address


def ip_address(text: str) -> IpAddress | None:
    """The address that a text is, without a zone; None where it is none."""
    if len(text) > _MAX_CHARACTERS:
        return None
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return mapped or address


def network_name(text: str) -> str:
    """An address, or the network of an IPv6 one, since one subscriber usually has all addresses in it."""
    address = ip_address(text)
    if isinstance(address, ipaddress.IPv6Address):
        return f"address:{ipaddress.ip_network((int(address), _NETWORK_BITS), strict=False)}"
    return f"address:{text[:_MAX_CHARACTERS] if address is None else address}"


class Networks:
    """Some addresses and networks (`10.0.0.0/8`); `*` is all of them."""

    def __init__(self, texts: Sequence[str] = ()) -> None:
        self._has_all = "*" in texts
        self._networks = [ipaddress.ip_network(text) for text in texts if text != "*"]

    def includes(self, text: str) -> bool:
        """Whether an address is among them."""
        if self._has_all:
            return True
        address = ip_address(text) if self._networks else None
        return address is not None and any(address in network for network in self._networks)


def is_loopback(text: str) -> bool:
    """Whether a peer is on this machine."""
    address = ip_address(text)
    return address is not None and address.is_loopback

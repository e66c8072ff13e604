"""The address of a network interface, to connect from (BindInterface)."""

import errno
import fcntl
import socket
import struct
from pathlib import Path

_SIOCGIFADDR = 0x8915
_IPV6_ADDRESSES = Path("/proc/net/if_inet6")
_GLOBAL_SCOPE = "00"


def interface_address(name: str, family: socket.AddressFamily) -> tuple[object, ...]:
    """The interface's first address of this kind, with port 0; raises OSError when it has none."""
    if family == socket.AF_INET6:
        return _ipv6(name)
    request = struct.pack("256s", name.encode()[:15])
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        try:
            answer = fcntl.ioctl(sock, _SIOCGIFADDR, request)
        except OSError as error:
            raise _none(name) from error
    return socket.inet_ntoa(answer[20:24]), 0


def _ipv6(name: str) -> tuple[object, ...]:
    for line in _IPV6_ADDRESSES.read_text(encoding="ascii").splitlines():
        digits, index, _, scope, _, interface = line.split()
        if interface == name and scope in (_GLOBAL_SCOPE, "10"):
            return socket.inet_ntop(socket.AF_INET6, bytes.fromhex(digits)), 0, 0, int(index, 16)
    raise _none(name)


def _none(name: str) -> OSError:
    return OSError(errno.EADDRNOTAVAIL, f"BindInterface {name} has no address of this kind")

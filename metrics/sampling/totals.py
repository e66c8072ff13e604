"""Which interfaces and disks make a host's total: each byte counts once, whatever is stacked upon what."""

from collections.abc import Callable, Collection

_LOOPBACKS = frozenset({"lo", "lo0"})
_VIRTUAL = (
    "Loopback", "veth", "docker", "br-", "virbr", "vnet", "tap", "cni", "flannel", "cali", "lxc", "fwbr",
    "vEthernet", "VMware Network Adapter", "VirtualBox Host-Only", "isatap", "Teredo",
)  # fmt: skip
_STACKED = ("dm-", "md", "loop", "zram", "ram")
_PARTS = ("sd", "hd", "vd", "xvd")


def is_external_name(name: str) -> bool:
    """Whether an interface's traffic is likely to leave the host: for hosts that do not say what it is."""
    return name not in _LOOPBACKS and not name.startswith(_VIRTUAL)


def is_disk_name(name: str) -> bool:
    """Whether it is likely to be a disk, by the names that Linux and BSD give: for hosts that do not say."""
    base = name.rstrip("0123456789")
    if name.startswith(_STACKED):
        return False
    if base.endswith("p") and base[:-1][-1:].isdigit():
        return False
    return not (name.startswith(_PARTS) and base != name and base.isalpha() and base not in _PARTS)


class TotalRows:
    """Knows which rows of a table make the total, the same set for as long as the host says the same."""

    def __init__(self, is_likely: Callable[[str], bool]) -> None:
        self._is_likely = is_likely
        self._total_of: tuple[str, ...] | None = None
        self._names: frozenset[str] = frozenset()
        self._rows: frozenset[str] = frozenset()

    def among(self, rows: Collection[str], total_of: tuple[str, ...] | None) -> frozenset[str]:
        """The raw names of those of `rows` (a dict's keys); `total_of`: what the host says."""
        if total_of is None:
            if self._total_of is not None or self._names != rows:
                self._names = frozenset(rows)
                self._rows = frozenset(filter(self._is_likely, rows))
        elif total_of != self._total_of:
            self._rows = frozenset(total_of)
        self._total_of = total_of
        return self._rows

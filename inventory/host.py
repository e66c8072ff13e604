"""A host as the poller needs it: every default, group and variable already worked in."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from foundation.records.owner import Owner
from inventory.collectors import DEFAULT_COLLECTORS

ONESHOT_FROM_SECONDS = 300.0
"""From this interval on a host is polled oneshot unless it says otherwise."""


class Connection(StrEnum):
    """The way to a host."""

    SSH = "ssh"
    LOCAL = "local"
    PUSH = "push"


class Mode(StrEnum):
    """Whether the probe stays on the host between polls."""

    RESIDENT = "resident"
    ONESHOT = "oneshot"


class ProbeBackend(StrEnum):
    """Where the probe reads from."""

    AUTO = "auto"
    PSUTIL = "psutil"
    PROC = "proc"


class Secret(str):
    """Text that must not be shown: its repr hides it. Use `str.__str__` where the value is needed."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "Secret('…')"


@dataclass(frozen=True, slots=True, kw_only=True)
class HostSpec:
    """One host of the inventory.

    `address`: name or address to connect to (the host's own name, perhaps an ssh config alias, by default).
    `port`, `user`, `key`, `known_hosts`, `jump`: None leaves the choice to ~/.ssh/config and its defaults.
    `key`: paths of private keys, in order. `known_hosts`: path of the file that replaces the usual ones.
    `jump`: one or more hops, comma-separated: inventory names, ssh config aliases or `user@host:port`.
    `interval`, `timeout`: seconds. `collectors`: collector -> seconds between runs, 0 for every poll, None
    for off.
    `python`: the command that starts Python on the host, None to look for one.
    `file_places`: the folders and files in which `key` and `known_hosts` must lie, none for anywhere; a
    relative path counts from the first of them that has it, else from `folder`.
    `folder`: that of the file which names the host, None for the working directory.
    Two specs are equal when polling them would be the same.
    """

    name: str
    address: str
    port: int | None = None
    user: str | None = None
    key: tuple[str, ...] = ()
    password: Secret | None = field(default=None, repr=False)
    known_hosts: str | None = None
    jump: str | None = None
    connection: Connection = Connection.SSH
    mode: Mode = Mode.RESIDENT
    interval: float = 5.0
    timeout: float = 10.0
    collectors: Mapping[str, float | None] = field(
        default_factory=lambda: dict(DEFAULT_COLLECTORS), hash=False
    )
    probe: ProbeBackend = ProbeBackend.AUTO
    python: str | None = None
    groups: tuple[str, ...] = ()
    tags: Mapping[str, str] = field(default_factory=dict, hash=False)
    paused: bool = False
    file_places: tuple[str, ...] = ()
    folder: str | None = field(default=None, compare=False)
    owner: Owner = field(default=Owner.FILE, compare=False)

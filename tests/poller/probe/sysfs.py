"""Crafted roots of /sys and /proc: what other machines' kernels say of their devices."""

from collections.abc import Sequence
from pathlib import Path

from poller.probing.probe import Proc

_NET_DEV = "Inter-|   Receive\n face |bytes\n"


class Machine:
    """A machine's /sys and /proc in a folder."""

    def __init__(self, folder: Path) -> None:
        self.sys, self.proc = folder / "sys", folder / "proc"
        (self.sys / "class").mkdir(parents=True)
        (self.proc / "net").mkdir(parents=True)
        self.source = Proc(str(self.proc), str(self.sys), str(folder / "run"))
        self._interfaces: list[str] = []
        self._disks: list[str] = []

    def interface(
        self,
        name: str,
        *,
        on: str | None = None,
        master: str = "",
        lower: Sequence[str] = (),
        has: Sequence[str] = (),
        end: int | None = None,
        kind: int = 1,
        port: str = "",
    ) -> None:
        """Add an interface; `on`: the bus of its device. `end`: the number of what it leads to."""
        folder = self.sys / "class/net" / name
        folder.mkdir(parents=True)
        self._interfaces.append(name)
        number = len(self._interfaces)
        (folder / "ifindex").write_text(f"{number}\n")
        (folder / "iflink").write_text(f"{number if end is None else end}\n")
        (folder / "type").write_text(f"{kind}\n")
        if port:
            (folder / "phys_port_name").write_text(f"{port}\n")
        if on is not None:
            (folder / "device").mkdir()
            (folder / "device/subsystem").symlink_to(f"/sys/bus/{on}")
        if master:
            (folder / "master").symlink_to(f"../{master}")
        for entry in (*has, *(f"lower_{one}" for one in lower)):
            (folder / entry).mkdir()
        self.say_interfaces(self._interfaces)

    def say_interfaces(self, names: Sequence[str]) -> None:
        """Write /proc/net/dev."""
        lines = [f"{name}: {' '.join(['1'] * 16)}\n" for name in names]
        (self.proc / "net/dev").write_text(_NET_DEV + "".join(lines))

    def block(self, name: str, *, has: Sequence[str] = ("device",), slaves: Sequence[str] = ()) -> None:
        """Add a block device."""
        folder = self.sys / "class/block" / name
        (folder / "slaves").mkdir(parents=True)
        for entry in (*has, *(f"slaves/{one}" for one in slaves)):
            (folder / entry).mkdir()
        self._disks.append(name)
        lines = [f" 8 0 {one} {' '.join(['1'] * 11)}\n" for one in self._disks]
        (self.proc / "diskstats").write_text("".join(lines))

    def write(self, path: str, text: str) -> Path:
        """Write a file below the folder of both."""
        file = self.sys.parent / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        return file

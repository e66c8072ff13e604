"""Points of file systems, and which of them could be written before."""

from collections.abc import Collection, Iterable, Mapping

from metrics.results import Labels, Number, Point
from metrics.sampling.labels import Labeller
from metrics.sampling.rounding import share_percent
from metrics.sampling.wire import Disk

_MAX_WRITABLE = 4096  # file systems remembered; a host names 1,024 at a time

_Raw = tuple[str, ...]  # device, fstype, mode, path


class DiskPoints:
    """Makes a point for each file system, and says of one that is read-only whether it was writable before.

    What was writable is remembered until an answer that names every file system has it no more: through
    restarts of the host, not through one of this process. Linux says by itself where it stopped writing.
    """

    def __init__(self) -> None:
        self.labeller: Labeller[_Raw] = Labeller("disk")
        self._labels: Mapping[_Raw, Labels | None] = {}
        # hashes alone, for every host has them
        self._writable: frozenset[int] = frozenset()
        self._read_only_now: frozenset[_Raw] = frozenset()

    def points(self, disks: Iterable[Disk], *, is_complete: bool) -> list[Point]:
        """The points; one mounted twice in the same place counts once.

        `is_complete`: whether all could be asked, so that one that is missing is there no more.
        """
        mounts = {(disk.device, disk.fstype, disk.mode, disk.path): disk for disk in disks}
        labels = self.labeller.labels(mounts.keys())
        if labels is not self._labels:  # another object only where a label set came or went
            self._labels = labels
            self._compare(mounts.keys(), is_complete)
        points = []
        for raw, disk in mounts.items():
            own = labels[raw]
            if own is not None:
                fields = _fields(disk)
                if raw[2] != "ro":
                    fields["became_read_only"] = 0
                elif disk.was_writable or raw in self._read_only_now:
                    fields["became_read_only"] = 1
                points.append(Point("disk", own, fields))
        return points

    def _compare(self, raws: Collection[_Raw], is_complete: bool) -> None:
        before = self._writable
        self._read_only_now = frozenset(raw for raw in raws if raw[2] == "ro" and _identity(raw) in before)
        present = {_identity(raw) for raw in raws}
        remembered = before & present if is_complete or len(before) > _MAX_WRITABLE else before
        self._writable = remembered | {_identity(raw) for raw in raws if raw[2] != "ro"}


def _identity(raw: _Raw) -> int:
    device, fstype, _, path = raw
    return hash((device, fstype, path))


def _fields(disk: Disk) -> dict[str, Number]:
    fields: dict[str, Number] = {
        "total": disk.total,
        "used": disk.used,
        "free": disk.free,
        "used_percent": share_percent(disk.used, disk.used + disk.free),
    }
    if disk.inodes_total is not None:
        fields["inodes_total"] = disk.inodes_total
    if disk.inodes_used is not None:
        fields["inodes_used"] = disk.inodes_used
    if disk.inodes_free is not None:
        fields["inodes_free"] = disk.inodes_free
    if disk.inodes_total is not None and disk.inodes_used is not None:
        fields["inodes_used_percent"] = share_percent(disk.inodes_used, disk.inodes_total)
    return fields

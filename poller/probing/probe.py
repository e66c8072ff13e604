"""What monctl runs on a host: answers docs/probe-protocol.md on standard input and output.

One file, sent over the channel and never written to the host's disk. Python 3.6 or newer and its standard
library, psutil where the host has it. Imports are few because each costs the host memory for as long as the
session lasts, and annotations are quoted because older Pythons cannot evaluate them.

Reads from one of three sources: `Proc` (Linux), `Portable` (psutil on any system) and `LinuxPsutil` (psutil
on Linux, with /proc where psutil is slow or has no figure). What cannot hang is read at once; what can (file
systems that do not answer, sensors, user databases) is read by threads which are left alone when they hang.
"""

# ruff: noqa: B905 - Python 3.6 has no zip(strict=)

import _thread
import json
import os
import sys
import time

try:
    import _signal  # type: ignore[import-not-found]  # signal itself costs a megabyte for its enums
except ImportError:
    _signal = None

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from types import ModuleType
    from typing import Any

MAX_INTEGER = (1 << 63) - 1
MAX_FLOAT = 1e18
MAX_ANSWER_BYTES = 1000 * 1000
MAX_REQUEST_BYTES = 64 * 1024
MAX_NAME = 1024
MAX_ERROR = 500
MAX_WANTED = 64
MAX_THREADS = 8
MAX_DEAD_MOUNTS = 6
MAX_STACKED_MOUNTS = 64
MAX_NOTED_ROWS = 8
MAX_MOUNTS_TRIED = 32
MAX_TRACKED_PROCESSES = 10000
MAX_TOTAL_ROWS = 1024
READ_BYTES = 64 * 1024
MAX_FILE_BYTES = 16 * 1024 * 1024
NOT_SUPPORTED = 95  # EOPNOTSUPP, on Linux
IDLE_SECONDS = 600
TOP_ROWS = 5
NO_SHARE = float("-inf")

FAST = ("cpu", "mem", "swap", "system", "net", "diskio", "pressure")
SLOW = ("netstat", "processes", "temp", "users")

# Our name and psutil's.
# fmt: off
CPU_FIELDS = (
    ("user", "user"), ("nice", "nice"), ("system", "system"), ("idle", "idle"), ("iowait", "iowait"),
    ("irq", "irq"), ("irq", "interrupt"), ("softirq", "softirq"), ("softirq", "dpc"), ("steal", "steal"),
    ("guest", "guest"), ("guest_nice", "guest_nice"),
)
MEM_FIELDS = (
    ("total", "total"), ("available", "available"), ("free", "free"), ("buffered", "buffers"),
    ("cached", "cached"), ("shared", "shared"), ("slab", "slab"), ("active", "active"),
    ("inactive", "inactive"),
)
SWAP_FIELDS = (("total", "total"), ("used", "used"), ("free", "free"), ("in", "sin"), ("out", "sout"))
NET_FIELDS = (
    ("bytes_sent", "bytes_sent"), ("bytes_recv", "bytes_recv"),
    ("packets_sent", "packets_sent"), ("packets_recv", "packets_recv"),
    ("err_in", "errin"), ("err_out", "errout"), ("drop_in", "dropin"), ("drop_out", "dropout"),
)
DISKIO_FIELDS = (
    ("reads", "read_count"), ("writes", "write_count"), ("read_bytes", "read_bytes"),
    ("write_bytes", "write_bytes"), ("read_time", "read_time"), ("write_time", "write_time"),
    ("io_time", "busy_time"),
)
# fmt: on
CPU_NAMES = ("user", "nice", "system", "idle", "iowait", "irq", "softirq", "steal", "guest", "guest_nice")
NET_NAMES = tuple(ours for ours, _ in NET_FIELDS)
DISKIO_NAMES = tuple(ours for ours, _ in DISKIO_FIELDS) + ("weighted_io_time", "iops_in_progress")
SECTOR_BYTES = 512  # the kernel's unit in diskstats, whatever the disk's own is

# The seconds for which it holds what /sys says of devices that were there before.
DEVICES_AGE_SECONDS = 60.0
ETHERNET_TYPE, LOOPBACK_TYPE = "1", "772"
MONITOR_TYPES = ("801", "802", "803")  # wireless frames that another interface of the same card counts too

# What a sensor says that has nothing to say: EAGAIN, ENXIO, ENODEV, EINVAL, ENODATA.
NO_READING = (11, 6, 19, 22, 61)
PROCESSOR_SENSORS = ("cpu", "core", "package", "pkg", "tctl", "tdie", "soc", "k10temp", "k8temp", "zenpower")

# Classes of systemd's sessions in which somebody has logged in.
USER_SESSIONS = (b"user", b"user-early", b"user-light", b"user-early-light")

# System, the first version of psutil that has it right there, collector, figures. Before, these are committed
# memory for swap, tens of microseconds for milliseconds, all processes, zeros, pages for bytes, more than the
# cache.
WRONG_FIGURES = (
    ("windows", (5, 9), "swap", ("total", "used", "free")),
    ("windows", (5, 4), "diskio", ("read_time", "write_time")),
    ("macos", (7, 1, 3), "processes", ("running", "sleeping")),
    ("openbsd", (8,), "swap", ("in", "out")),
    ("openbsd", (8,), "mem", ("shared", "buffered")),
    ("netbsd", (5, 9, 5), "mem", ("available",)),
    ("netbsd", (8,), "mem", ("cached",)),
)

# BSD and macOS name interfaces after their drivers; those of software carry what a card carries too.
# fmt: off
SOFTWARE_INTERFACES = frozenset(
    "lo gif stf faith pflog pfsync pfe pflow enc bridge lagg aggr trunk vlan svlan bond feth epair pair tap "
    "tun utun wg ipsec gre egre mgre etherip vxlan nvgre bpe carp vether veb vport mpe mpw mpip ppp pppoe sl "
    "ng vmenet awdl llw ap anpi switch".split()
)
# fmt: on

# What no sensor of a machine shows: below and above are marks of one that is missing or broken.
COLDEST, HOTTEST = -100.0, 300.0
MOST_IN_PROGRESS = 1 << 31  # of requests of a disk; the kernel's count may fall below 0

# Devices that most systems have a row of without using them.
SPARE_DEVICES = ("ram", "loop", "zram", "nbd", "sr", "fd")

# The kernel's TCP states, most frequent first so that counting can stop early.
# fmt: off
TCP_STATES = (
    (1, "tcp_established"), (6, "tcp_time_wait"), (10, "tcp_listen"), (8, "tcp_close_wait"),
    (2, "tcp_syn_sent"), (3, "tcp_syn_recv"), (12, "tcp_syn_recv"), (4, "tcp_fin_wait1"),
    (5, "tcp_fin_wait2"), (7, "tcp_close"), (9, "tcp_last_ack"), (11, "tcp_closing"),
)
PROCESS_STATES = {
    "R": "running", "S": "sleeping", "W": "sleeping", "D": "blocked", "Z": "zombies",
    "T": "stopped", "t": "stopped", "I": "idle", "P": "idle",
}
PSUTIL_STATES = {
    "running": "running", "sleeping": "sleeping", "waiting": "sleeping", "waking": "running",
    "locked": "sleeping", "disk-sleep": "sleeping", "stopped": "stopped", "tracing-stop": "stopped",
    "suspended": "stopped", "zombie": "zombies", "dead": "zombies", "idle": "idle",
}
# fmt: on
TCP_STATE_BITS = sum({1 << number for number, _ in TCP_STATES})
PROCESS_ATTRIBUTES = ["name", "status", "num_threads", "cpu_times", "memory_info", "create_time"]

NETWORK_FILE_SYSTEMS = frozenset(
    "nfs nfs4 cifs smb smb2 smb3 smbfs ncpfs afs ceph glusterfs lustre gfs gfs2 ocfs2 beegfs gpfs orangefs "
    "pvfs2 9p afpfs webdav davfs coda virtiofs vboxsf prl_fs vmhgfs fuse.sshfs fuse.cifs fuse.smbnetfs "
    "fuse.curlftpfs fuse.s3fs fuse.ceph fuse.glusterfs fuse.rclone fuse.davfs".split()
)
# Of those that programs serve: disks and pools of disks of this machine; and what has no space of its own.
# All others may reach for another machine.
LOCAL_FUSE = frozenset(
    "fuse.mergerfs fuse.mhddfs fuse.shfs fuse.zfs fuse.zfs-fuse fuse.ntfs fuse.ntfs-3g fuse.exfat "
    "fuse.exfat-fuse fuse.ext2 fuse.ext4 fuse.fuse2fs fuse.apfs fuse.bcachefs fuse.lklfuse".split()
)
SPACELESS_FUSE = frozenset(
    "fuse.lxcfs fuse.gvfsd-fuse fuse.portal fuse.snapfuse fuse.squashfuse fuse.squashfuse_ll fuse.fuseiso "
    "fuse.erofsfuse fuse.fuse-overlayfs fuse.rofiles-fuse fuse.bindfs fuse.encfs fuse.gocryptfs fuse.cryfs "
    "fuse.archivemount fuse.ratarmount fuse.dislocker fuse.vmware-vmblock fuse.osspd".split()
)
# Images that are full by nature, and what BSD and macOS list though there is no disk behind it.
IGNORED_FILE_SYSTEMS = frozenset(
    "squashfs iso9660 cd9660 cramfs romfs erofs cdfs autofs devfs devtmpfs fdesc fdescfs kernfs linprocfs "
    "linsysfs nullfs procfs ptyfs tmpfs unionfs volfs".split()
)
# Those of several disks at once: Linux has no device number for them.
POOLED_FILE_SYSTEMS = frozenset("bcachefs btrfs zfs".split())
# Those that are mounted for writing unless somebody asks otherwise; drivers of others may only read.
WRITABLE_FILE_SYSTEMS = frozenset("ext2 ext3 ext4 xfs btrfs f2fs jfs reiserfs nilfs2 bcachefs".split())
READ_ONLY_OPTIONS = frozenset(("ro", "emergency_ro", "shutdown"))  # the latter two are ext4's, after errors


def platform_name() -> "str":
    """The system's name as the protocol has it."""
    for start, name in (("linux", "linux"), ("darwin", "macos"), ("win32", "windows")):
        if sys.platform.startswith(start):
            return name
    for name in ("freebsd", "openbsd", "netbsd"):
        if sys.platform.startswith(name):
            return name
    return sys.platform


def clean(raw: "bytes | str") -> "str":
    """A name that may hold anything as text that UTF-8 can carry; what is not UTF-8 is written out."""
    if isinstance(raw, bytes):
        return raw.decode("utf-8", "backslashreplace")[:MAX_NAME]
    try:
        data = os.fsencode(raw)
    except UnicodeError:
        data = raw.encode("utf-8", "backslashreplace")
    return data.decode("utf-8", "backslashreplace")[:MAX_NAME]


def whole(value: "Any") -> "int":
    """An integer within the protocol's range."""
    return min(max(int(value), 0), MAX_INTEGER)


def bounded(row: "list[int]") -> "list[int]":
    """Counters; raises ValueError where one is beyond what the protocol has, for it counts nothing."""
    if min(row) < 0 or max(row) > MAX_INTEGER:
        raise ValueError("no counters")
    return row


def note(notes: "dict[str, str]", name: "str", text: "str") -> "None":
    """Add to what there is to say of a collector that has the rest of its figures."""
    notes[name] = ("%s; %s" % (notes[name], text) if name in notes else text)[:MAX_ERROR]


def note_left_out(notes: "dict[str, str]", name: "str", rows: "list[str]") -> "None":
    """Name the rows of a table that were damaged or impossible."""
    if rows:
        note(notes, name, "left out as damaged or impossible: " + ", ".join(rows[:MAX_NOTED_ROWS]))


def describe(error: "BaseException") -> "str":
    """An error as a short sentence."""
    text = clean(str(error))
    return ("%s: %s" % (type(error).__name__, text) if text else type(error).__name__)[:MAX_ERROR]


def read_file(path: "str", size: "int" = READ_BYTES) -> "bytes":
    """A file's content, up to `size` bytes."""
    fd = os.open(path, os.O_RDONLY)
    try:
        data = part = os.read(fd, min(size, READ_BYTES))
        while part and len(data) < size:
            part = os.read(fd, min(size - len(data), READ_BYTES))
            data += part
        return data
    finally:
        os.close(fd)


# Parsers of what Linux says.


def whole_lines(data: "bytes") -> "list[bytes]":
    """The lines of a file; the last is none where it was cut off."""
    return data.split(b"\n")[:-1]


def parse_cpu(data: "bytes", hertz: "int", odd: "list[str]") -> "dict[str, Any]":
    """/proc/stat as seconds by CPU; a line that is not as expected is left out and named in `odd`."""
    rows = {}
    end = data.find(b"\nintr")
    for line in whole_lines(data if end < 0 else data[: end + 1]):
        if not line.startswith(b"cpu"):
            continue
        fields = line.split()
        name = "cpu-total" if fields[0] == b"cpu" else clean(fields[0])
        try:
            row = [int(value) / hertz for value in fields[1:11]]
            if b"-" in line or max(row) > MAX_FLOAT:
                raise ValueError("no time")
            rows[name] = row
        except (ValueError, OverflowError):
            odd.append(name)
    # A kernel has the same columns for all.
    width = max(map(len, rows.values())) if rows else 0
    odd.extend(name for name, row in rows.items() if len(row) < width)
    return {
        "names": CPU_NAMES[:width],
        "rows": {name: row for name, row in rows.items() if len(row) == width},
    }


def amount(data: "bytes", name: "bytes", end: "bytes") -> "int | None":
    """The number between a line's name and `end`; `data` and each of its lines start with a line break."""
    start = data.find(b"\n" + name)
    if start < 0:
        return None
    start += len(name) + 1
    try:
        return int(data[start : data.index(end, start)])
    except ValueError:
        return None


def parse_mem(data: "bytes") -> "dict[str, int]":
    """/proc/meminfo as bytes; what this kernel does not say is absent."""
    data = b"\n" + data

    def size(name: "bytes") -> "int | None":
        kilobytes = amount(data, name + b":", b"kB")
        return None if kilobytes is None else kilobytes * 1024

    total, free, page_cache = size(b"MemTotal"), size(b"MemFree"), size(b"Cached")
    if page_cache is not None:
        page_cache += size(b"SReclaimable") or 0
    figures = {
        "total": total,
        "available": size(b"MemAvailable"),
        "free": free,
        "buffered": size(b"Buffers"),
        "cached": page_cache,
        "shared": size(b"Shmem"),
        "slab": size(b"Slab"),
        "active": size(b"Active"),
        "inactive": size(b"Inactive"),
    }
    mem = {name: value for name, value in figures.items() if value is not None}
    return mend_available(mem)


def mend_available(mem: "dict[str, int]") -> "dict[str, int]":
    """Estimate what old kernels do not say; where it passes the total (in containers), free is nearer."""
    if not mem.get("available") and mem.get("free", -1) >= 0:
        reclaimable = mem.get("buffered", 0) + mem.get("cached", 0) - mem.get("shared", 0)
        mem["available"] = mem["free"] + max(reclaimable, 0)
    if mem.get("available", 0) > mem.get("total", MAX_INTEGER):
        mem["available"] = mem.get("free", mem["total"])
    return mem


def parse_swap(meminfo: "bytes", vmstat: "bytes", page_bytes: "int") -> "dict[str, int]":
    """Swap space and its traffic in bytes; what is in neither is absent."""
    meminfo, vmstat = b"\n" + meminfo, b"\n" + vmstat
    swap = {}
    total, free = amount(meminfo, b"SwapTotal:", b"kB"), amount(meminfo, b"SwapFree:", b"kB")
    if total is not None and free is not None:
        swap = {"total": total * 1024, "used": max(total - free, 0) * 1024, "free": free * 1024}
    for field, name in (("in", b"pswpin "), ("out", b"pswpout ")):
        pages = amount(vmstat, name, b"\n")
        if pages is not None:
            swap[field] = pages * page_bytes
    return swap


def keep_possible(name: "str", figures: "dict[str, int]", notes: "dict[str, str]") -> "dict[str, int]":
    """Memory or swap without what is below 0 or larger than the whole; without swap space none is used."""
    total = figures.get("total", MAX_INTEGER)
    parts = [field for field in figures if field not in ("total", "in", "out")]
    odd = [
        field
        for field, value in figures.items()
        if not 0 <= value < MAX_INTEGER or field in parts and value > total
    ]
    if not odd:
        return figures
    note(notes, name, "less than none or more than there can be: " + ", ".join(odd))
    if name == "swap":
        odd += parts
    if not total:
        return dict(figures, **dict.fromkeys(odd, 0))
    return {field: value for field, value in figures.items() if field not in odd}


def parse_net(data: "bytes", odd: "list[str]") -> "dict[str, Any]":
    """/proc/net/dev as counters by interface; those that cannot be are left out and named in `odd`."""
    rows = {}
    for line in whole_lines(data)[2:]:
        name, _, rest = line.rpartition(b":")
        try:
            fields = [int(value) for value in rest.split()]
            rows[clean(name.strip())] = bounded([fields[column] for column in (8, 0, 9, 1, 2, 10, 3, 11)])
        except (ValueError, IndexError):
            odd.append(clean(name.strip()))
    return {"names": NET_NAMES, "rows": rows}


def parse_diskio(data: "bytes", odd: "list[str]") -> "dict[str, Any]":
    """/proc/diskstats as counters by whole disk and partition; damaged ones are left out and named in `odd`.

    Devices that systems keep ready (ram, loop, zram, nbd, sr, fd) come with their first transfer.
    """
    rows = {}
    for line in whole_lines(data):
        fields = line.split()
        if len(fields) < 14:
            continue
        name = clean(fields[2])
        if fields[3] == fields[7] == b"0" and name.startswith(SPARE_DEVICES):
            continue
        try:
            reads, _, sectors_in, read_time, writes, _, sectors_out, write_time, active, busy, weighted = map(
                int, fields[3:14]
            )
            if active >= MOST_IN_PROGRESS:
                active = 0
                odd.append(name + " iops_in_progress")
            read_bytes, write_bytes = sectors_in * SECTOR_BYTES, sectors_out * SECTOR_BYTES
            row = [reads, writes, read_bytes, write_bytes, read_time, write_time, busy]
            rows[name] = bounded(row + [weighted, active])
        except ValueError:
            odd.append(name)
    return {"names": DISKIO_NAMES, "rows": rows}


def parse_pressure(data: "bytes") -> "dict[str, list[float]]":
    """A file of /proc/pressure: some, full -> avg10, avg60, avg300 in percent, total in microseconds.

    Raises ValueError where it has no such line; others are passed over.
    """
    stalls = {}
    for line in whole_lines(data):
        kind, _, rest = line.decode("ascii", "replace").partition(" ")
        try:
            values = dict(pair.split("=") for pair in rest.split())
            averages = [float(values[name]) for name in ("avg10", "avg60", "avg300")]  # type: list[float]
            if all(0.0 <= average <= 100.0 for average in averages):
                stalls[kind] = averages + [bounded([int(values["total"])])[0]]
        except (ValueError, KeyError):
            continue
    if not stalls:
        raise ValueError("no pressure")
    return stalls


def parse_loads(data: "bytes") -> "dict[str, float]":
    """/proc/loadavg; raises ValueError where it is none."""
    loads = dict(zip(("load1", "load5", "load15"), map(float, data.split()[:3])))
    if len(loads) < 3 or not all(0.0 <= load <= MAX_FLOAT for load in loads.values()):
        raise ValueError("no loads")
    return loads


def parse_uptime(data: "bytes") -> "int":
    """/proc/uptime in seconds; raises ValueError where it is none."""
    seconds = float(data.partition(b" ")[0])
    if not 0.0 <= seconds < MAX_INTEGER:
        raise ValueError("no uptime")
    return int(seconds)


def parse_udp(data: "bytes") -> "int":
    """The UDP sockets that sockstat or sockstat6 counts; raises ValueError where it names none."""
    for line in whole_lines(data):
        words = line.split()
        if len(words) > 2 and words[0] in (b"UDP:", b"UDP6:"):
            return bounded([int(words[2])])[0]
    raise ValueError("no UDP sockets")


class Mount:
    """A file system at a path.

    `options`: the mount's own, then the file system's; ro or rw comes first. `file_system`: the same for all
    mounts of one. `number` and `parent`: of the mount and of the one it is mounted on, where the system says.
    """

    __slots__ = ("device", "file_system", "fstype", "number", "options", "parent", "path")

    def __init__(
        self,
        device: "str",
        path: "str",
        fstype: "str",
        options: "str",
        file_system: "str" = "",
        number: "str" = "",
        parent: "str" = "",
    ) -> None:
        self.device = device
        self.path = path
        self.fstype = fstype
        self.options = options
        self.file_system = file_system or device
        self.number = number
        self.parent = parent

    def is_remote(self) -> "bool":
        """Whether its data is, or may be, on another machine."""
        if self.fstype in NETWORK_FILE_SYSTEMS:
            return True
        if "remote" in self.options and "remote" in self.options.split(","):
            return True
        is_known = self.fstype in LOCAL_FUSE or self.fstype in SPACELESS_FUSE or self.path == "/"
        return self.fstype.split(".", 1)[0] in ("fuse", "fusefs") and not is_known

    def has_disk(self) -> "bool":
        """Whether there is a disk behind it: on Linux all others have a device number that begins with 0."""
        if self.fstype in POOLED_FILE_SYSTEMS or self.fstype in LOCAL_FUSE:
            return True
        return not self.file_system.startswith("0:") if self.number else self.device.startswith("/dev/")

    def mode(self) -> "str":
        """Whether it can be written: ro if somebody wants it so, or if the file system is damaged."""
        return "rw" if READ_ONLY_OPTIONS.isdisjoint(self.options.split(",")) else "ro"

    def was_writable(self) -> "bool":
        """Whether Linux stopped writing by itself: the file system is read-only, and its mount is not."""
        is_disks = self.fstype in WRITABLE_FILE_SYSTEMS and self.number != ""
        return is_disks and self.options.split(",", 1)[0] == "rw" and self.mode() == "ro"

    def rank(self) -> "tuple[bool, int, str]":
        """Sorts the mounts of one file system: writable ones first, then the shortest path."""
        return self.options.split(",", 1)[0] == "ro", len(self.path), self.path


def parse_mountinfo(data: "bytes") -> "list[Mount]":
    """/proc/self/mountinfo: every mount in the order in which it was made."""
    mounts = []
    for line in os.fsdecode(data).split("\n"):
        fields = line.split(" ")
        try:
            end = fields.index("-", 6)
            fstype, device, options = fields[end + 1 : end + 4]
        except ValueError:
            continue
        names = [device, fields[4], fstype, fields[5] + "," + options, fields[2], fields[0], fields[1]]
        if "\\" in line:
            names = [unescape(os.fsencode(name)) for name in names]
        mounts.append(Mount(*names))
    return mounts


def parse_mounts(data: "bytes") -> "list[Mount]":
    """/proc/self/mounts: what can be seen of every mount, its device standing for the file system."""
    mounts = []
    for line in data.split(b"\n"):
        fields = line.split(b" ")
        if len(fields) >= 4:
            mounts.append(Mount(*map(unescape, fields[:4])))
    return mounts


class MountTree:
    """Which mount each path leads to: another may be mounted over it, or over a folder above it."""

    def __init__(self, mounts: "list[Mount]") -> None:
        numbers = {mount.number for mount in mounts}
        self.below = {(mount.parent, mount.path): mount.number for mount in mounts}
        self.roots = {mount.parent for mount in mounts if mount.parent not in numbers}
        self.roots.update(mount.number for mount in mounts if mount.parent == mount.number)

    def is_hidden(self, mount: "Mount") -> "bool":
        """Whether a mount's path leads to another."""
        return all(self.follow(root, mount.path) != mount.number for root in self.roots)

    def follow(self, number: "str", path: "str") -> "str":
        """The mount at the end of a path that begins at the root of the mount `number`."""
        for end in [0] + [at for at in range(1, len(path)) if path[at] == "/"] + [len(path)]:
            place = path[:end] or "/"
            for _ in range(MAX_STACKED_MOUNTS):
                above = self.below.get((number, place))
                if above is None or above == number:
                    break
                number = above
        return number


def unescape(field: "bytes") -> "str":
    """A field of a mount table without its octal escapes, as a path for the system."""
    if b"\\" not in field:
        return os.fsdecode(field)
    first, *rest = field.split(b"\\")
    for part in rest:
        code = part[:3]
        if len(code) == 3 and not code.strip(b"01234567"):
            first += bytes([int(code, 8) & 255]) + part[3:]
        else:
            first += b"\\" + part
    return os.fsdecode(first)


def parse_process(data: "bytes") -> "tuple[bytes, str, int, int, int, int] | None":
    """/proc/PID/stat: name, state, CPU ticks, threads, start in ticks, resident pages; None if it is not one.

    The name stands in brackets and may hold brackets, spaces and line breaks itself: the last one counts.
    """
    end = data.rfind(b")")
    fields = data[end + 2 :].split(None, 22)
    try:
        name = data[data.index(b"(") + 1 : end]
        ticks, threads = int(fields[11]) + int(fields[12]), int(fields[17])
        return name, chr(fields[0][0]), ticks, threads, int(fields[19]), int(fields[21])
    except (ValueError, IndexError):
        return None


def count_states(data: "bytes", numbers: "dict[int, int]") -> "None":
    """Add the states in whole lines of /proc/net/tcp to `numbers`.

    Counted in the text as it is, without making lines of it: a state is two digits between spaces with a
    leading zero, which no other field between spaces has.
    """
    remaining = data.count(b"\n")
    for number, _ in TCP_STATES:
        count = data.count(b" %02X " % number)
        numbers[number] = numbers.get(number, 0) + count
        remaining -= count
        if remaining <= 0:
            break


def dump_tcp() -> "dict[int, int]":
    """TCP sockets of both address families by the kernel's number of their state, over netlink.

    A thirtieth of the cost of /proc/net/tcp and tcp6 on machines with much memory, where the kernel walks
    through large empty tables. Raises OSError where the kernel does not have it.
    """
    import _socket
    import struct

    numbers = {}  # type: dict[int, int]
    header = struct.Struct("=IH")
    # A dump (flags 0x301) of type 18: inet_diag's first kind of request, the one without an address family.
    request = struct.pack("=IHHII52xII", 76, 18, 0x301, 1, 0, TCP_STATE_BITS, 0)
    link = _socket.socket(16, 3, 4)  # AF_NETLINK, SOCK_RAW, NETLINK_SOCK_DIAG
    try:
        link.send(request)
        while True:
            data = link.recv(READ_BYTES)
            at = 0
            while at + 18 <= len(data):
                length, kind = header.unpack_from(data, at)
                if kind == 3:
                    return numbers
                if kind == 2 or length < 18:
                    raise OSError("the kernel does not list sockets")
                state = data[at + 17]
                numbers[state] = numbers.get(state, 0) + 1
                at += (length + 3) & -4
            if not data:
                raise OSError("the kernel ended the list of sockets early")
    finally:
        link.close()


def name_states(numbers: "dict[int, int]") -> "dict[str, int]":
    """Counts by a state's number as counts by its name, with every name."""
    counts = {name: 0 for _, name in TCP_STATES}
    for number, name in TCP_STATES:
        counts[name] += numbers.get(number, 0)
    return counts


def read_from_start(fd: "int") -> "bytes":
    """The whole of an open file."""
    data = part = os.pread(fd, READ_BYTES, 0)
    while part and len(data) < MAX_FILE_BYTES:
        part = os.pread(fd, READ_BYTES, len(data))
        data += part
    return data


def parse_boot_time(stat: "bytes") -> "str":
    """When the system started, of /proc/stat; "" where that does not say."""
    seconds = amount(b"\n" + stat + b"\n", b"btime ", b"\n")
    return blurred(seconds) if seconds else ""


def blurred(seconds: "float") -> "str":
    """A time of start, which some systems correct along with their clock."""
    return "%d" % round(seconds / 10)


def is_in_file(needle: "bytes", path: "str", if_missing: "bool") -> "bool":
    """Whether a file holds `needle`; `if_missing` when there is no such file."""
    try:
        return needle in read_file(path, 1 << 20)
    except OSError:
        return if_missing


def count_users(data: "bytes", machine: "str") -> "int":
    """How many log-in sessions utmp holds; its records are larger where the C library has no 32-bit twin."""
    sizes = (400, 384) if machine == "aarch64" else (384, 400)
    size = next((size for size in sizes if len(data) % size == 0), sizes[0])
    user_process = (7).to_bytes(2, sys.byteorder)
    starts = range(0, len(data), size)
    return sum(
        1
        for start in starts
        if data[start : start + 2] == user_process and data[start + 44 : start + 45] > b"\0"
    )


def choose_mounts(
    mounts: "Iterable[Mount]", has_disk: "Callable[[Mount], bool]", netfs: "bool"
) -> "list[list[Mount]]":
    """The file systems worth a look, each as its mounts: the one that stands for it first; by path.

    Those with a disk behind them, and network file systems if `netfs`. The root always counts, so that a
    container or a live system has one. Images that are full by nature (squashfs, iso9660, …) do not. Bind
    mounts and subvolumes of one file system have one figure: a writable one stands for all, of these the
    shortest. Shares of one server are told apart by their names as well.
    """
    groups = {}  # type: dict[Any, list[Mount]]
    for mount in mounts:
        remote = mount.is_remote()
        is_wanted = netfs if remote else mount.fstype not in IGNORED_FILE_SYSTEMS and has_disk(mount)
        if is_wanted or (mount.path == "/" and not remote):
            key = (mount.file_system, mount.device) if remote else mount.file_system
            groups.setdefault(key, []).append(mount)
    chosen = [sorted(group, key=Mount.rank) for group in groups.values()]
    return sorted(chosen, key=lambda group: group[0].path)


def without_hidden(
    groups: "list[list[Mount]]", mounts: "list[Mount]"
) -> "tuple[list[list[Mount]], list[str]]":
    """Groups of those mounts that paths lead to, and the path of each file system to which none leads.

    A root below the root is what the system started from, which nobody misses.
    """
    tree = MountTree(mounts)
    seen, hidden = [], []
    for group in groups:
        visible = [mount for mount in group if not tree.is_hidden(mount)]
        if visible:
            seen.append(visible)
        elif group[0].path != "/":
            hidden.append(group[0].path)
    return sorted(seen, key=lambda group: group[0].path), hidden


def read_usage(mount: "Mount") -> "dict[str, Any] | None":
    """Space and inodes of a mount by statvfs; None where there is no space to speak of."""
    usage = os.statvfs(mount.path)
    unit = usage.f_frsize
    if not usage.f_blocks * unit:
        return None
    size = usage.f_blocks * unit, (usage.f_blocks - usage.f_bfree) * unit, usage.f_bavail * unit
    row = dict(describe_mount(mount), **space(*size))
    row.update(inodes(usage))
    return row


def space(total: "int", used: "int", free: "int") -> "dict[str, int]":
    """A file system's space in bytes; raises ValueError where there cannot be so much.

    Less than nothing is left for users where the system's own reserve is in use.
    """
    if not 0 <= used <= total <= MAX_INTEGER:
        raise ValueError("%d bytes of %d in use" % (used, total))
    return {"total": total, "used": used, "free": min(free, total - used) if 0 <= free <= total else 0}


def inodes(usage: "Any") -> "dict[str, Any]":
    """The inodes that statvfs tells of; some file systems have none, or a number that stands for none."""
    if not usage.f_files:
        return {}
    # Python has numbers of 64 bits as negative ones where the system's long has as many.
    if not 0 <= usage.f_ffree <= usage.f_files <= MAX_INTEGER:
        return {"note": "%d inodes of %d are free" % (usage.f_ffree, usage.f_files)}
    return {
        "inodes_total": usage.f_files,
        "inodes_used": usage.f_files - usage.f_ffree,
        "inodes_free": usage.f_ffree,
    }


def describe_mount(mount: "Mount") -> "dict[str, Any]":
    """A mount's labels; a device is named without /dev/, as Telegraf has it."""
    device = clean(mount.device)
    row = {
        "path": clean(mount.path),
        "device": device[5:] if device.startswith("/dev/") else device,
        "fstype": clean(mount.fstype),
        "mode": mount.mode(),
    }  # type: dict[str, Any]
    if mount.was_writable():
        row["was_writable"] = True
    return row


class Devices:
    """What /sys says of a class of devices: read again every minute, and at once of those that are new."""

    def __init__(
        self,
        path: "str",
        look: "Callable[[str], Any]",
        choose: "Callable[[Any], list[str]]",
        otherwise: "Callable[[], dict[str, Any]] | None" = None,
    ) -> None:
        self.path = path
        self.look = look
        self.choose = choose
        self.otherwise = otherwise
        self.time = 0.0
        self.said = {}  # type: dict[str, Any]
        self.chosen = None  # type: list[str] | None

    def with_total(self, table: "dict[str, Any]") -> "dict[str, Any]":
        """A table with the names of those rows that make the host's total, where the kernel says it."""
        names, now = table["rows"].keys(), time.monotonic()
        if now - self.time >= DEVICES_AGE_SECONDS:
            self.time, self.said = now, {}
        if self.said.keys() != names:
            said = self.said
            self.said = {name: said[name] if name in said else self.read(name) for name in names}
            there = {name: what for name, what in self.said.items() if what is not None}
            if len(there) < len(names) and self.otherwise:
                there = self.ask_otherwise(there)
            # Without hardware, what nothing is said of may be what counts.
            is_enough = len(there) == len(names) or any(what.is_hardware for what in there.values())
            self.chosen = self.choose(there)[:MAX_TOTAL_ROWS] if is_enough else None
        if self.chosen is not None:
            table["total_of"] = self.chosen
        return table

    def ask_otherwise(self, there: "dict[str, Any]") -> "dict[str, Any]":
        """What the kernel says elsewhere, where /sys is missing or another namespace's."""
        try:
            others = self.otherwise() if self.otherwise else {}
        except (OSError, ImportError):
            return there
        return {name: what for name, what in others.items() if name in self.said} or there

    def read(self, name: "str") -> "Any":
        """What is said of one; None where there is nothing of that name."""
        try:
            return self.look(self.path + "/" + name)
        except OSError:
            return None


class Interface:
    """What the kernel says of a network interface.

    `number`, and `end`: the number of what it is upon or leads to, which may be another namespace's.
    """

    def __init__(self, number: "int") -> None:
        self.number = self.end = number
        self.type = ""
        self.master = ""
        self.lower = []  # type: list[str]
        self.is_hardware = self.is_port = self.is_bridge = False
        self.is_program = False  # whose other end is a process

    def rank(self) -> "int":
        """How likely it leads out of a namespace without cards; 0 comes first.

        A bridge's ports lead to containers. The number of what it leads to is another namespace's, and may by
        chance be its own.
        """
        leads_out = self.end not in (0, self.number)
        if not self.is_port:
            return 0 if leads_out else 3 if self.is_program or self.type != ETHERNET_TYPE else 1
        return 2 if leads_out else 3


def read_interface(path: "str") -> "Interface":
    """An interface as its folder in /sys describes it; raises OSError."""
    entries = set(os.listdir(path))
    link = Interface(number_in(path + "/ifindex"))
    link.end = number_in(path + "/iflink")
    link.type = text_of(path + "/type")
    link.master = link_name(path + "/master") if "master" in entries else ""
    link.lower = [entry[len("lower_") :] for entry in entries if entry.startswith("lower_")]
    link.is_port = "brport" in entries
    link.is_bridge = "bridge" in entries
    link.is_program = "tun_flags" in entries
    link.is_hardware = "device" in entries and "parent" not in entries and leads_outside(path, link.type)
    return link


def leads_outside(path: "str", kind: "str") -> "bool":
    """Whether a device's interface leads out of the machine, not into a guest; and is no listener."""
    if kind in MONITOR_TYPES or link_name(path + "/device/subsystem") == "xen-backend":
        return False
    port = text_of(path + "/phys_port_name")
    return "vf" not in port and "sf" not in port  # the host's end of a virtual function


def dump_links() -> "dict[str, Interface]":
    """The interfaces of this network namespace by name, as netlink describes them; raises OSError."""
    names = {}  # type: dict[int, str]
    links = {}  # type: dict[int, Interface]
    attributes = {}  # type: dict[int, dict[int, bytes]]
    for message in dump(0, 18, bytes(16)):  # route's RTM_GETLINK, with an ifinfomsg
        number = int.from_bytes(message[4:8], sys.byteorder)
        said = attributes[number] = parse_attributes(message[16:])
        names[number] = clean(said.get(3, b"").rstrip(b"\0"))
        links[number] = link = Interface(number)
        link.type = str(int.from_bytes(message[2:4], sys.byteorder))
        info = parse_attributes(said.get(18, b""))
        kind = info.get(1, b"").rstrip(b"\0")
        link.is_bridge, link.is_program = kind == b"bridge", kind == b"tun"
        link.is_port = info.get(4, b"").startswith(b"bridge")
        link.is_hardware = not kind and link.type not in (LOOPBACK_TYPE,) + MONITOR_TYPES
        link.end = -1 if 37 in said else int.from_bytes(said.get(5, b""), sys.byteorder) or number
    for number, link in links.items():
        master = int.from_bytes(attributes[number].get(10, b""), sys.byteorder)
        link.master = names.get(master, "")
        if master in links:
            links[master].lower.append(names[number])
        if link.end in links and link.end != number and links[link.end].end != number:  # is no pair
            link.lower.append(names[link.end])
    return {names[number]: link for number, link in links.items()}


def parse_attributes(data: "bytes") -> "dict[int, bytes]":
    """The attributes of a netlink message by type."""
    attributes = {}
    while len(data) >= 4:
        length = int.from_bytes(data[:2], sys.byteorder)
        if length < 4:
            break
        attributes[int.from_bytes(data[2:4], sys.byteorder) & 0x3FFF] = data[4:length]
        data = data[(length + 3) & -4 :]
    return attributes


def dump(protocol: "int", kind: "int", request: "bytes") -> "Iterable[bytes]":
    """What the kernel answers over netlink to a request for all there is; raises OSError."""
    import _socket
    import struct

    header = struct.Struct("=IHHII")
    link = _socket.socket(16, 3, protocol)  # AF_NETLINK, SOCK_RAW
    try:
        link.send(header.pack(header.size + len(request), kind, 0x301, 1, 0) + request)
        while True:
            data = link.recv(READ_BYTES)
            if not data:
                raise OSError("the kernel ended its answer early")
            while len(data) >= header.size:
                length, answer = header.unpack_from(data)[:2]
                if answer == 3:
                    return
                if answer == 2 or length < header.size:
                    raise OSError("the kernel does not answer over netlink")
                yield data[header.size : length]
                data = data[(length + 3) & -4 :]
    finally:
        link.close()


def outer_interfaces(links: "dict[str, Interface]") -> "list[str]":
    """The interfaces whose traffic makes the host's: what passes them passes no other of these.

    The cards, where there are any: a bond's, not the bond; the one below VLANs, bridges, tunnels and guests.
    In a container those that lead out of it.
    """
    cards = [name for name, link in links.items() if link.is_hardware]
    if cards:
        return [name for name in cards if counts_alone(name, links)]
    ends = {
        name: link
        for name, link in links.items()
        if not link.lower and not link.is_bridge and link.type != LOOPBACK_TYPE
    }
    here = {(link.number, link.end) for link in ends.values()}
    ranks = {
        name: link.rank()
        for name, link in ends.items()
        if link.number == link.end or (link.end, link.number) not in here
    }
    return [name for name, rank in ranks.items() if rank == min(ranks.values())]


def counts_alone(name: "str", links: "dict[str, Interface]") -> "bool":
    """Whether a card's traffic is counted by no other card.

    Upon another card are the ports of a switch chip. A card with a card as its master is the fast path of
    that one, which counts both.
    """
    master = links.get(links[name].master)
    lower = [links[one] for one in links[name].lower if one in links]
    return not (master and master.is_hardware) and all(link.master == name for link in lower)


class Block:
    """What the kernel says of a block device."""

    def __init__(self, path: "str") -> None:
        entries = os.listdir(path)
        self.is_part = "partition" in entries or "slaves" in entries and bool(os.listdir(path + "/slaves"))
        self.is_memory = "loop" in entries or "comp_algorithm" in entries
        # A disk of the network (nbd) has no device but the number of the process that serves it.
        self.is_hardware = ("device" in entries or "pid" in entries) and text_of(path + "/hidden") != "1"


def whole_disks(blocks: "dict[str, Block]") -> "list[str]":
    """The disks: neither partitions nor what is stacked upon others, nor files and memory seen as disks."""
    wholes = [name for name, block in blocks.items() if not block.is_part]
    disks = [name for name in wholes if blocks[name].is_hardware]
    return disks or [name for name in wholes if not blocks[name].is_memory]


def link_name(path: "str") -> "str":
    """The last part of where a symbolic link leads; "" where there is none."""
    try:
        return os.path.basename(os.readlink(path))
    except OSError:
        return ""


class Top:
    """Ranks processes, by what they used since the run before; its memory is bounded."""

    def __init__(self) -> None:
        self.before = None  # type: dict[Any, float] | None
        self.time = 0.0

    def rank(
        self, rows: "list[tuple[Any, int, bytes | str, float, int]]", user_of: "Callable[[int], str]"
    ) -> "dict[str, Any]":
        """The first by CPU and by memory; rows are (identity, pid, name, CPU seconds, resident bytes)."""
        now = time.monotonic()
        before, elapsed = self.before, now - self.time
        seconds_before = before or {}
        most = (elapsed + 0.1) * (os.cpu_count() or 1)
        shares = [(row[3] - seconds_before.get(row[0], 0.0), row) for row in rows]
        if before is not None:
            # More than all CPUs could give has in it what was used before the process could be seen; so may
            # what is said of one that there was no room to remember.
            is_all = len(before) < MAX_TRACKED_PROCESSES
            shares = [
                (share if share <= most and (is_all or row[0] in before) else NO_SHARE, row)
                for share, row in shares
            ]
        self.before = dict([(row[0], row[3]) for row in rows if row[3]][:MAX_TRACKED_PROCESSES])
        self.time = now

        def entry(share: "float", row: "tuple[Any, int, bytes | str, float, int]") -> "dict[str, Any]":
            is_known = before is not None and elapsed > 0 and share != NO_SHARE
            percent = round(max(100 * share / elapsed, 0.0), 1) if is_known else None
            _, pid, name, _, rss = row
            return {"pid": pid, "user": user_of(pid), "name": clean(name), "cpu_percent": percent, "rss": rss}

        by_cpu = sorted(shares, key=lambda pair: pair[0], reverse=True)[:TOP_ROWS]
        by_memory = sorted(shares, key=lambda pair: pair[1][4], reverse=True)[:TOP_ROWS]
        return {"cpu": [entry(*pair) for pair in by_cpu], "memory": [entry(*pair) for pair in by_memory]}


def session_of(path: "str") -> "tuple[str, dict[bytes, bytes]]":
    """The number of one of systemd's sessions, and what its file says; nothing once it has ended."""
    try:
        lines = read_file(path).split(b"\n")
    except OSError:
        lines = []
    pairs = [line.partition(b"=") for line in lines]
    return os.path.basename(path), {name: value for name, _, value in pairs}


class Sensor:
    """A temperature sensor, whether it answers or not. `key`: the same for as long as its device is there."""

    def __init__(self, key: "Any", path: "str", unit: "str", label: "str", number: "int") -> None:
        self.key = key
        self.path = path
        self.unit = unit
        self.label = label
        self.number = number

    def is_processors(self) -> "bool":
        """Whether it is a processor's, as far as its names say."""
        text = (self.unit + " " + self.label).lower()
        return any(word in text for word in PROCESSOR_SENSORS)

    def degrees(self) -> "float":
        """Degrees Celsius; raises OSError or ValueError."""
        return int(read_file(self.path, 64)) / 1000.0


class Sensors:
    """The temperature sensors of a machine: its hardware monitors', and thermal zones' beside them.

    Each keeps its name for as long as the program runs, whichever others answer or go, and however the kernel
    numbers monitors.
    """

    def __init__(self, sys_root: "str") -> None:
        self.sys_root = sys_root
        self.names = {}  # type: dict[Any, str]
        self.answered = set()  # type: set[str]

    def read(self) -> "tuple[dict[str, float], list[str]]":
        """Degrees by sensor, and what is wrong with those that cannot be read though they should."""
        temperatures = {}  # type: dict[str, float]
        failed = []
        for sensor in self.all():
            name = self.name_of(sensor)
            if sensor.path.endswith("_input") and read_fault(sensor.path):
                failed.append(name + " says that it is broken")
                continue
            try:
                temperatures[name] = sensor.degrees()
                self.answered.add(name)
            except (OSError, ValueError) as error:
                # Many never answer: those of a radio that is switched off, of a disk that sleeps.
                if name in self.answered or getattr(error, "errno", None) not in NO_READING:
                    failed.append("%s %s" % (name, describe(error)))
        return temperatures, failed

    def all(self) -> "list[Sensor]":
        """The monitors' sensors by their devices' paths; zones' too where none of those is a processor's."""
        sensors = self.monitored()
        if any(sensor.is_processors() for sensor in sensors):
            return sensors
        units = {sensor.unit.replace("-", "_") for sensor in sensors}
        return sensors + [one for one in self.zones() if one.unit.replace("-", "_") not in units]

    def monitored(self) -> "list[Sensor]":
        """The sensors of the hardware monitors."""
        sensors = []
        counts = {}  # type: dict[Any, int]  # a device may have several monitors of one name
        for monitor in entries(self.sys_root + "/class/hwmon", "hwmon"):
            for folder in (monitor, monitor + "/device"):
                bases = [
                    path[: -len("_input")] for path in entries(folder, "temp") if path.endswith("_input")
                ]
                unit = text_of(folder + "/name") if bases else ""
                home = home_of(monitor) if unit else ""
                for base in bases:
                    number = base[len(folder + "/temp") :]
                    if unit and number.isdigit():
                        key = (natural(home), unit, int(number))
                        counts[key] = counts.get(key, 0) + 1
                        label = text_of(base + "_label")
                        sensor = Sensor(key + (counts[key],), base + "_input", unit, label, int(number))
                        sensors.append(sensor)
        return sorted(sensors, key=lambda sensor: sensor.key)

    def zones(self) -> "list[Sensor]":
        """The kernel's thermal zones."""
        zones = sorted(entries(self.sys_root + "/class/thermal", "thermal_zone"), key=natural)
        sensors = [Sensor(zone, zone + "/temp", text_of(zone + "/type"), "", 1) for zone in zones]
        return [sensor for sensor in sensors if sensor.unit]

    def name_of(self, sensor: "Sensor") -> "str":
        """A sensor's name, such as coretemp_core_0."""
        if sensor.key not in self.names:
            if len(self.names) >= MAX_TOTAL_ROWS:
                self.names.clear()
            number = 1 if sensor.label else sensor.number
            self.names[sensor.key] = sensor_name(sensor.unit, sensor.label, number, self.names.values())
        return self.names[sensor.key]


def home_of(monitor: "str") -> "str":
    """Where a monitor's device is among all devices, which stays when the kernel numbers monitors anew."""
    device = os.path.realpath(monitor + "/device")
    return device if os.path.isdir(device) else os.path.realpath(monitor)


def sensor_name(unit: "str", label: "str", number: "int", taken: "Iterable[str]") -> "str":
    """A name of its own for a sensor; `number`: what tells it from others of its unit that have no label."""
    name = "_".join((unit + " " + label).lower().split())
    unique = name if number <= 1 else "%s_%d" % (name, number)
    number = 1
    while unique in taken:
        number += 1
        unique = "%s_%d" % (name, number)
    return unique


def text_of(path: "str") -> "str":
    """A short file's text; "" where it cannot be read."""
    try:
        return clean(read_file(path, 256).strip())
    except OSError:
        return ""


def number_in(path: "str") -> "int":
    """The number that is all of a short file; 0 where it cannot be read."""
    text = text_of(path)
    return int(text) if text.isdigit() else 0


def entries(path: "str", start: "str") -> "list[str]":
    """The paths of a directory's entries that begin with `start`, sorted; [] without such a directory."""
    try:
        return [path + "/" + name for name in sorted(os.listdir(path)) if name.startswith(start)]
    except OSError:
        return []


def natural(text: "str") -> "str":
    """What sorts a text by the size of the numbers in it."""
    key, digits = "", ""
    for character in text + "/":
        if "0" <= character <= "9":
            digits += character
        else:
            key += digits.rjust(20, "0") + character if digits else character
            digits = ""
    return key


class Proc:
    """Reads Linux from /proc and /sys."""

    def __init__(self, proc: "str" = "/proc", sys_root: "str" = "/sys", run: "str" = "/run") -> None:
        self.root = proc
        self.sys_root = sys_root
        self.run = run
        self.hertz = os.sysconf("SC_CLK_TCK")
        self.page_bytes = os.sysconf("SC_PAGE_SIZE")
        self.top = Top()
        self.notes = {}  # type: dict[str, str]  # by collector: what an answer has not, though it has the rest
        self.fds = {}  # type: dict[str, int]
        self.names = {}  # type: dict[int, str]
        self.tcp_diag = None  # type: bool | None
        self.sensors = Sensors(sys_root)
        netlink = dump_links if proc == "/proc" else None
        self.interfaces = Devices(sys_root + "/class/net", read_interface, outer_interfaces, netlink)
        self.blocks = Devices(sys_root + "/class/block", Block, whole_disks)

    def reread(self, name: "str") -> "bytes":
        """A file that is read with every request: opened once, then read from its start (half the cost)."""
        fd = self.fds.get(name)
        if fd is not None:
            try:
                return read_from_start(fd)
            except OSError:  # what served it may have been started anew, as lxcfs is in containers
                os.close(self.fds.pop(name))
        fd = self.fds[name] = os.open(self.root + name, os.O_RDONLY)
        return read_from_start(fd)

    def parsed(self, collector: "str", name: "str", parse: "Callable[[bytes], Any]") -> "Any":
        """What a file says that others can do without: None where it says nothing.

        That is noted, unless the kernel has no such file, or has it switched off.
        """
        try:
            return parse(self.reread(name))
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as error:
            if getattr(error, "errno", None) != NOT_SUPPORTED:
                what = describe(error) if isinstance(error, OSError) else "is damaged"
                note(self.notes, collector, "%s%s %s" % (self.root, name, what))
            return None

    def boot(self) -> "str":
        """What changes when the system restarts: its name for this boot, or else the time of its start."""
        for name, look in (("/sys/kernel/random/boot_id", clean), ("/stat", parse_boot_time)):
            try:
                boot = look(read_file(self.root + name, MAX_FILE_BYTES).strip())
            except (OSError, ValueError, OverflowError):
                continue
            if boot:
                return boot
        return blurred(time.time() - time.monotonic())

    def cpu(self) -> "dict[str, Any]":
        """Seconds by CPU and state."""
        odd = []  # type: list[str]
        cpu = parse_cpu(self.reread("/stat"), self.hertz, odd)
        note_left_out(self.notes, "cpu", odd)
        if not cpu["rows"]:
            raise ValueError("%s/stat has no CPU" % self.root)
        return cpu

    def mem(self) -> "dict[str, int]":
        """Memory in bytes."""
        mem = parse_mem(self.reread("/meminfo"))
        if not mem:
            raise ValueError("%s/meminfo has no memory" % self.root)
        return mem

    def swap(self) -> "dict[str, int]":
        """Swap in bytes."""
        meminfo = self.parsed("swap", "/meminfo", bytes) or b""
        vmstat = self.parsed("swap", "/vmstat", bytes) or b""
        swap = parse_swap(meminfo, vmstat, self.page_bytes)
        if not swap:
            raise ValueError("nothing in %s tells of swap" % self.root)
        return swap

    def system(self) -> "dict[str, Any]":
        """Load, CPUs, uptime."""
        figures = dict(self.parsed("system", "/loadavg", parse_loads) or {}, n_cpus=os.cpu_count() or 1)
        uptime = self.parsed("system", "/uptime", parse_uptime)
        return figures if uptime is None else dict(figures, uptime=uptime)

    def net(self) -> "dict[str, Any]":
        """Counters by interface."""
        odd = []  # type: list[str]
        table = parse_net(self.reread("/net/dev"), odd)
        note_left_out(self.notes, "net", odd)
        if not table["rows"]:
            raise ValueError("%s/net/dev has no interface" % self.root)
        return self.interfaces.with_total(table)

    def diskio(self) -> "dict[str, Any]":
        """Counters by disk."""
        odd = []  # type: list[str]
        table = parse_diskio(self.reread("/diskstats"), odd)
        note_left_out(self.notes, "diskio", odd)
        return self.blocks.with_total(table)

    def pressure(self) -> "dict[str, Any] | None":
        """Pressure stall information; None where the kernel has none or has it switched off."""
        resources = {}
        for resource in ("cpu", "memory", "io"):
            stalls = self.parsed("pressure", "/pressure/" + resource, parse_pressure)
            if stalls is not None:
                resources[resource] = stalls
        return resources or None

    def netstat(self) -> "dict[str, int]":
        """Sockets by TCP state, and UDP sockets, of both address families."""
        counts = {}  # type: dict[str, int]
        for count in (self.tcp_sockets, self.udp_sockets):
            try:
                counts.update(count())
            except (OSError, ValueError) as error:
                note(self.notes, "netstat", describe(error))
        return counts

    def udp_sockets(self) -> "dict[str, int]":
        """The UDP sockets that the kernel has counted itself."""
        count = parse_udp(read_file(self.root + "/net/sockstat", MAX_FILE_BYTES))
        try:
            count += parse_udp(read_file(self.root + "/net/sockstat6", MAX_FILE_BYTES))
        except FileNotFoundError:
            pass  # a kernel without IPv6
        return {"udp_socket": count}

    def tcp_sockets(self) -> "dict[str, int]":
        """TCP sockets by state."""
        if self.has_tcp_diag():
            try:
                return name_states(dump_tcp())
            except (OSError, ImportError):
                pass
        return self.count_tcp()

    def has_tcp_diag(self) -> "bool":
        """Whether the kernel lists sockets over netlink as it is: asking must not make it load a module."""
        if self.tcp_diag is None:
            self.tcp_diag = is_in_file(b"tcp_diag ", self.root + "/modules", True) or is_in_file(
                b"/tcp_diag.ko", "/lib/modules/%s/modules.builtin" % os.uname().release, False
            )
        return self.tcp_diag

    def count_tcp(self) -> "dict[str, int]":
        """TCP sockets by state, counted in the socket tables' text."""
        numbers = {}  # type: dict[int, int]
        for data in self.chunks("/net/tcp"):
            count_states(data, numbers)
        try:
            for data in self.chunks("/net/tcp6"):
                count_states(data, numbers)
        except FileNotFoundError:
            pass  # a kernel without IPv6
        return name_states(numbers)

    def chunks(self, name: "str") -> "Iterable[bytes]":
        """A file's whole lines, some kilobytes at a time as there may be 15 MB."""
        fd = os.open(self.root + name, os.O_RDONLY)
        try:
            rest = b""
            while len(rest) < READ_BYTES:
                part = os.read(fd, READ_BYTES)
                if not part:
                    return
                data = rest + part
                end = data.rfind(b"\n") + 1
                rest = data[end:]
                yield data[:end]
        finally:
            os.close(fd)

    def processes(self) -> "tuple[dict[str, int], dict[str, Any]]":
        """Processes by state, and the first by CPU and memory."""
        counts = dict.fromkeys(("total", "running", "sleeping", "blocked", "zombies", "stopped", "idle"), 0)
        all_threads = closed = 0
        rows = []  # type: list[tuple[Any, int, bytes | str, float, int]]
        directories = os.listdir(self.root)
        for directory in directories:
            if not directory.isdigit():
                continue
            try:
                process = self.read_process(directory)
            except PermissionError:
                closed += 1
                continue
            if process is None:
                continue
            name, state, ticks, threads, started, pages = process
            counts["total"] += 1
            all_threads += threads
            if state in PROCESS_STATES:
                counts[PROCESS_STATES[state]] += 1
            pid = int(directory)
            rows.append((started << 22 | pid, pid, name, ticks / self.hertz, pages * self.page_bytes))
        counts["total_threads"] = all_threads
        if closed or "1" not in directories:
            self.notes["processes"] = (
                "/proc shows this user no others' processes (hidepid): %s not counted"
                % ("their states are" if closed else "they are")
            )
            counts = {"total": counts["total"] + closed} if closed else {}
        return counts, self.top.rank(rows, self.user_of)

    def read_process(self, directory: "str") -> "tuple[bytes, str, int, int, int, int] | None":
        """What a process says of itself; None when it is gone. Raises PermissionError."""
        try:
            fd = os.open(self.root + "/" + directory + "/stat", os.O_RDONLY)
            try:
                return parse_process(os.read(fd, 1024))
            finally:
                os.close(fd)
        except PermissionError:
            raise
        except OSError:
            return None

    def user_of(self, pid: "int") -> "str":
        """The name of the user whose process it is, or the number; "" when the process is gone."""
        try:
            uid = os.stat("%s/%d" % (self.root, pid)).st_uid
        except OSError:
            return ""
        if uid not in self.names:
            if len(self.names) >= MAX_TRACKED_PROCESSES:
                self.names.clear()
            self.names[uid] = user_name(uid)
        return self.names[uid]

    def temp(self) -> "dict[str, float] | None":
        """Degrees Celsius by sensor."""
        temperatures, failed = self.sensors.read()
        if failed:
            self.notes["temp"] = "; ".join(failed)[:MAX_ERROR]
        return temperatures or None

    def users(self) -> "dict[str, int] | None":
        """The number of log-in sessions: utmp's, else systemd's; None where nothing counts them."""
        run = self.run if os.path.isdir(self.run) else "/var/run"
        try:
            utmp = read_file(run + "/utmp", 1 << 20)
        except FileNotFoundError:
            utmp = b""
        if utmp:
            return {"n_users": count_users(utmp, os.uname().machine)}
        # Where utmp is written it holds the system's start; musl's C library leaves it empty.
        return self.count_sessions(run + "/systemd/sessions")

    def count_sessions(self, path: "str") -> "dict[str, int] | None":
        """How many of systemd's sessions are users'; the one in which this program was started is not."""
        if not os.path.isdir(path):
            return None
        own = self.own_session()
        sessions = [session_of(entry) for entry in entries(path, "") if not entry.endswith(".ref")]
        return {
            "n_users": sum(
                1
                for number, session in sessions
                if session.get(b"CLASS") in USER_SESSIONS and (number != own or b"TTY" in session)
            )
        }

    def own_session(self) -> "str":
        """The number of systemd's session that this program is in; "" for none."""
        try:
            scope = read_file(self.root + "/self/cgroup").partition(b"/session-")[2]
        except OSError:
            scope = b""
        return clean(scope.partition(b".scope")[0]) or os.environ.get("XDG_SESSION_ID", "")

    def mounts(self, netfs: "bool") -> "list[list[Mount]]":
        """The file systems worth a look, each as those of its mounts that can be seen."""
        try:
            mounts = parse_mountinfo(read_file(self.root + "/self/mountinfo", MAX_FILE_BYTES))
        except OSError:
            mounts = []
        if not mounts:  # no kernel since 2.6.26 is without it, but some that stand in for one
            at_paths = {
                mount.path: mount
                for mount in parse_mounts(read_file(self.root + "/self/mounts", MAX_FILE_BYTES))
            }
            return choose_mounts(at_paths.values(), Mount.has_disk, netfs)
        groups, hidden = without_hidden(choose_mounts(mounts, Mount.has_disk, netfs), mounts)
        if hidden:
            note(self.notes, "disk", "hidden under another mount: " + ", ".join(map(clean, hidden)))
        for group in groups:
            for mount in group:
                mount.device = self.root_device(mount)
        return groups

    def root_device(self, mount: "Mount") -> "str":
        """A mount's device; what the kernel calls /dev/root has a better name."""
        if mount.device not in ("/dev/root", "rootfs"):
            return mount.device
        try:
            uevent = read_file("%s/dev/block/%s/uevent" % (self.sys_root, mount.file_system))
        except OSError:
            return mount.device
        name = uevent.partition(b"DEVNAME=")[2].split(b"\n")[0]
        return "/dev/" + os.fsdecode(name) if name else mount.device

    def usage(self, mount: "Mount") -> "dict[str, Any] | None":
        """Space and inodes of a mount."""
        return read_usage(mount)


def read_fault(sensor: "str") -> "bool":
    """Whether a hardware sensor says of itself that it does not work; most cannot say it."""
    try:
        return read_file(sensor[: -len("_input")] + "_fault", 8).strip() == b"1"
    except OSError:
        return False


def user_name(uid: "int") -> "str":
    """A user's name, or the number of one without."""
    import pwd

    try:
        return clean(pwd.getpwuid(uid).pw_name)
    except KeyError:
        return str(uid)


class Portable:
    """Reads any system through psutil, from 5.0 on; what psutil does not have there is absent, not zero."""

    def __init__(self, psutil: "ModuleType") -> None:
        self.psutil = psutil  # type: Any
        self.os = platform_name()
        self.top = Top()
        self.wrong = wrong_figures(self.os, str(psutil.__version__))
        self.notes = {}  # type: dict[str, str]  # by collector: what an answer has not, though it has the rest

    def boot(self) -> "str":
        """The time of the start."""
        try:
            return blurred(self.psutil.boot_time())
        except Exception:
            return blurred(time.time() - time.monotonic())

    def cpu(self) -> "dict[str, Any]":
        """Seconds by CPU and state."""
        total = self.psutil.cpu_times()
        each = self.psutil.cpu_times(percpu=True)
        fields = [
            (ours, total._fields.index(theirs)) for ours, theirs in CPU_FIELDS if theirs in total._fields
        ]
        names = [ours for ours, _ in fields]
        columns = [column for _, column in fields]
        rows = {"cpu-total": [total[column] for column in columns]}
        for number, times in enumerate(each):
            rows["cpu%d" % number] = [times[column] for column in columns]
        if self.os == "windows":
            take_interrupts_out(names, rows)
        odd = [name for name, row in rows.items() if not all(0.0 <= value <= MAX_FLOAT for value in row)]
        note_left_out(self.notes, "cpu", odd)
        return {"names": names, "rows": {name: row for name, row in rows.items() if name not in odd}}

    def mem(self) -> "dict[str, int]":
        """Memory in bytes."""
        return mend_available(self.right("mem", pick(self.psutil.virtual_memory(), MEM_FIELDS)))

    def right(self, collector: "str", figures: "dict[str, int]") -> "dict[str, int]":
        """Those of a collector's figures that this psutil has right here."""
        wrong = self.wrong.get(collector, ())
        return {name: value for name, value in figures.items() if name not in wrong}

    def swap(self) -> "dict[str, int]":
        """Swap in bytes; psutil's zero traffic on Windows means that it does not know."""
        fields = SWAP_FIELDS[:3] if self.os == "windows" else SWAP_FIELDS
        return self.right("swap", pick(self.psutil.swap_memory(), fields))

    def system(self) -> "dict[str, Any]":
        """Load (not on Windows), CPUs, uptime."""
        figures = {"n_cpus": self.psutil.cpu_count() or 1}  # type: dict[str, Any]
        for read in (self.loads, self.uptime):
            try:
                figures.update(read())
            except Exception as error:
                note(self.notes, "system", describe(error))
        return figures

    def loads(self) -> "dict[str, float]":
        """Load averages, where the system has them."""
        loads = os.getloadavg() if hasattr(os, "getloadavg") else ()
        return dict(zip(("load1", "load5", "load15"), loads))

    def uptime(self) -> "dict[str, int]":
        """Seconds since the start."""
        seconds = int(time.time() - self.psutil.boot_time())
        if seconds < 0:
            raise ValueError("the system started %d s from now" % -seconds)
        return {"uptime": seconds}

    def net(self) -> "dict[str, Any]":
        """Counters by interface; psutil's zero for dropped sends on macOS and BSD means that none knows."""
        has_drops, counters = (
            self.os in ("linux", "windows"),
            raw_counters(self.psutil.net_io_counters, "pernic"),
        )
        net = self.counters("net", counters, NET_FIELDS if has_drops else NET_FIELDS[:-1])
        if not has_drops:
            net["total_of"] = card_names(net["rows"])
        return net

    def diskio(self) -> "dict[str, Any]":
        """Counters by disk."""
        wrong = self.wrong.get("diskio", ())
        fields = [(ours, theirs) for ours, theirs in DISKIO_FIELDS if ours not in wrong]
        return self.counters("diskio", raw_counters(self.psutil.disk_io_counters, "perdisk"), fields)

    def counters(
        self, name: "str", counters: "dict[str, Any]", fields: "Iterable[tuple[str, str]]"
    ) -> "dict[str, Any]":
        """A table of counters; impossible rows are noted."""
        odd = []  # type: list[str]
        rows = table(counters, fields, odd)
        note_left_out(self.notes, name, odd)
        return rows

    def pressure(self) -> "dict[str, Any] | None":
        """Nothing: only Linux has it."""
        return None

    def netstat(self) -> "dict[str, int]":
        """Sockets by TCP state, and UDP sockets; some systems tell only an administrator."""
        counts = {name: 0 for _, name in TCP_STATES}
        udp_sockets = 0
        for connection in self.psutil.net_connections("inet"):
            state = "tcp_" + connection.status.lower()
            if state in counts:
                counts[state] += 1
            elif connection.type == 2:  # SOCK_DGRAM, on every system
                udp_sockets += 1
        counts["udp_socket"] = udp_sockets
        return counts

    def processes(self) -> "tuple[dict[str, int], dict[str, Any]]":
        """Processes by state, and the first by CPU and memory.

        Windows has no such states. Threads come only where those of every process may be seen.
        """
        states = () if self.os == "windows" else ("running", "sleeping", "stopped", "zombies", "idle")
        counts = dict.fromkeys(("total",) + states, 0)
        threads = []
        rows = []  # type: list[tuple[Any, int, bytes | str, float, int]]
        for process in self.psutil.process_iter():
            try:
                attributes = process.as_dict(attrs=PROCESS_ATTRIBUTES)
            except self.psutil.NoSuchProcess:
                continue
            counts["total"] += 1
            threads.append(attributes["num_threads"])
            state = PSUTIL_STATES.get(attributes["status"])
            if state in counts:
                counts[state] += 1
            if process.pid or self.os != "windows":  # its process 0 is idleness itself
                rows.append(portable_row(process.pid, attributes))
        if None not in threads:
            counts["total_threads"] = sum(threads)
        return self.right("processes", counts), self.top.rank(rows, self.user_of)

    def user_of(self, pid: "int") -> "str":
        """The name of the user whose process it is; "" when that cannot be seen."""
        try:
            return clean(self.psutil.Process(pid).username())
        except (self.psutil.Error, KeyError, OSError):
            return ""

    def temp(self) -> "dict[str, float] | None":
        """Degrees Celsius by sensor; None where psutil knows of none."""
        if not hasattr(self.psutil, "sensors_temperatures"):
            return None
        temperatures = {}  # type: dict[str, float | None]
        for unit, sensors in self.psutil.sensors_temperatures().items():
            for sensor in sensors:
                name = sensor_name(clean(unit), clean(sensor.label), 1, temperatures)
                temperatures[name] = sensor.current
        return {name: float(value) for name, value in temperatures.items() if value is not None} or None

    def users(self) -> "dict[str, int] | None":
        """The number of log-in sessions."""
        return {"n_users": len(self.psutil.users())}

    def all_mounts(self, everything: "bool") -> "list[Mount]":
        """Every mount, or those with a disk behind them."""
        partitions = self.psutil.disk_partitions(all=everything)
        return [Mount(mount.device, mount.mountpoint, mount.fstype, mount.opts) for mount in partitions]

    def mounts(self, netfs: "bool") -> "list[list[Mount]]":
        """The file systems worth a look; a drive without a type has nothing in it."""
        at_paths = {mount.path: mount for mount in self.all_mounts(False)}
        if netfs:
            at_paths.update((mount.path, mount) for mount in self.all_mounts(True) if mount.is_remote())
        return choose_mounts(at_paths.values(), lambda mount: bool(mount.device and mount.fstype), netfs)

    def usage(self, mount: "Mount") -> "dict[str, Any] | None":
        """Space of a mount, and inodes where the system has them."""
        usage = self.psutil.disk_usage(mount.path)
        if not usage.total:
            return None
        row = dict(describe_mount(mount), **space(usage.total, usage.used, usage.free))
        if hasattr(os, "statvfs"):
            try:
                row.update(inodes(os.statvfs(mount.path)))
            except OSError as error:
                row["note"] = "inodes: " + describe(error)
        return row


def wrong_figures(system: "str", version: "str") -> "dict[str, tuple[str, ...]]":
    """What psutil of a version has wrong on a system, by collector."""
    numbers = tuple(int(part) for part in version.split(".")[:3] if part.isdigit())
    wrong = {}  # type: dict[str, tuple[str, ...]]
    for where, right_from, collector, names in WRONG_FIGURES:
        if where == system and numbers < right_from:
            wrong[collector] = wrong.get(collector, ()) + names
    return wrong


def card_names(names: "Iterable[str]") -> "list[str]":
    """Those that are cards by their drivers' names, VLANs left out; in a jail all that may lead out of it."""
    drivers = {name: name.rstrip("ab").rstrip("0123456789") for name in names if "." not in name}
    cards = [name for name, driver in drivers.items() if driver not in SOFTWARE_INTERFACES]
    return cards or [name for name, driver in drivers.items() if driver != "lo"]


def pick(reading: "Any", fields: "Iterable[tuple[str, str]]") -> "dict[str, int]":
    """The fields that psutil has here, under our names."""
    return {ours: int(getattr(reading, theirs)) for ours, theirs in fields if hasattr(reading, theirs)}


def take_interrupts_out(names: "list[str]", rows: "dict[str, list[float]]") -> "None":
    """Windows counts interrupts in the system's time as well as by themselves."""
    system, parts = names.index("system"), [names.index(name) for name in ("irq", "softirq") if name in names]
    for row in rows.values():
        row[system] = max(row[system] - sum(row[part] for part in parts), 0.0)


def raw_counters(counters_of: "Callable[..., Any]", each: "str") -> "dict[str, Any]":
    """Counters by device as the system has them, without psutil's own idea of wrapped ones (since 5.3)."""
    try:
        return counters_of(**{each: True, "nowrap": False}) or {}
    except TypeError:
        return counters_of(**{each: True}) or {}


def table(
    counters: "dict[str, Any]", fields: "Iterable[tuple[str, str]]", odd: "list[str]"
) -> "dict[str, Any]":
    """Counters by device with the columns that psutil has here; impossible ones are named in `odd`."""
    if not counters:
        return {"names": [ours for ours, _ in fields], "rows": {}}
    their_fields = next(iter(counters.values()))._fields
    columns = [(ours, their_fields.index(theirs)) for ours, theirs in fields if theirs in their_fields]
    rows = {}
    for name, row in counters.items():
        try:
            rows[clean(name)] = bounded([int(row[column]) for _, column in columns])
        except ValueError:
            odd.append(clean(name))
    return {"names": [ours for ours, _ in columns], "rows": rows}


def portable_row(pid: "int", entry: "dict[str, Any]") -> "tuple[Any, int, bytes | str, float, int]":
    """What `Top` ranks, of a process as psutil has it; what may not be seen counts as none."""
    times, memory = entry["cpu_times"], entry["memory_info"]
    seconds = times.user + times.system if times else 0.0
    return (pid, entry["create_time"]), pid, entry["name"] or "", seconds, whole(memory.rss) if memory else 0


class LinuxPsutil(Portable):
    """Reads Linux through psutil, and /proc where psutil is slow, rounds, or says 0 for what it lacks."""

    def __init__(self, psutil: "ModuleType", proc: "Proc | None" = None) -> None:
        Portable.__init__(self, psutil)
        self.proc = proc or Proc()
        self.cpu = self.proc.cpu  # type: ignore[method-assign]
        self.mem = self.proc.mem  # type: ignore[method-assign]
        self.swap = self.proc.swap  # type: ignore[method-assign]
        self.system = self.proc.system  # type: ignore[method-assign]
        self.users = self.proc.users  # type: ignore[method-assign]
        self.diskio = self.proc.diskio  # type: ignore[method-assign]
        self.pressure = self.proc.pressure  # type: ignore[method-assign]
        self.netstat = self.proc.netstat  # type: ignore[method-assign]
        self.processes = self.proc.processes  # type: ignore[method-assign]
        self.temp = self.proc.temp  # type: ignore[method-assign]
        self.boot = self.proc.boot  # type: ignore[method-assign]
        self.mounts = self.proc.mounts  # type: ignore[method-assign]
        self.usage = self.proc.usage  # type: ignore[method-assign]
        self.notes = self.proc.notes

    def or_proc(self, name: "str") -> "Any":
        """What psutil says, or /proc itself where psutil stumbles over a line that it does not expect."""
        try:
            return getattr(Portable, name)(self)
        except Exception:
            return getattr(self.proc, name)()

    def net(self) -> "dict[str, Any]":
        """Counters by interface."""
        net = self.or_proc("net")
        return self.proc.interfaces.with_total(net) if net["rows"] else self.proc.net()


class Batch:
    """Jobs of one request that may hang, done by a thread; where one is slow, another goes on with the rest.

    A job that is past its deadline is given up, and its thread is left to it. `busy` holds the jobs that
    threads of this and earlier batches are at, with the time since when: such a job is not begun again, and
    there are never more than MAX_THREADS.
    """

    def __init__(self, busy: "dict[Any, float]") -> None:
        self.busy = busy
        self.keys = []  # type: list[Any]
        self.jobs = []  # type: list[tuple[Any, Callable[[], Any]]]
        self.started = {}  # type: dict[Any, float]
        self.results = {}  # type: dict[Any, tuple[Any, str | None]]
        self.all_done = _thread.allocate_lock()
        self.all_done.acquire()

    def add(self, key: "Any", job: "Callable[[], Any]") -> "None":
        """Have `job` done, whose value or error will be found under `key`."""
        self.keys.append(key)
        since = self.busy.get(key)
        if since is None:
            self.jobs.append((key, job))
        else:
            self.results[key] = (None, "has not answered for %d s" % (time.monotonic() - since))

    def run(self, deadline: "float") -> "dict[Any, tuple[Any, str | None]]":
        """Key -> value, None or None, error; `deadline` is each job's, in seconds."""
        free = MAX_THREADS - len(self.busy)
        grace = deadline / 10
        while len(self.results) < len(self.keys):
            if self.jobs and free > 0:
                free = free - 1 if self.start_thread() else 0
            if self.all_done.acquire(True, grace) or self.is_hopeless(deadline, free):
                break
        return self.close(deadline)

    def start_thread(self) -> "bool":
        """Begin one more thread; False where the user may have no more."""
        try:
            _thread.start_new_thread(self.work, ())
        except RuntimeError:
            return False
        return True

    def is_hopeless(self, deadline: "float", free: "int") -> "bool":
        """Whether every job begun is past its deadline, and none of the rest can be begun."""
        now = time.monotonic()
        starts = [since for key, since in dict(self.started).items() if key not in self.results]
        return all(now - since >= deadline for since in starts) and (free <= 0 or not self.jobs)

    def work(self) -> "None":
        """Do jobs until there are none; the body of a thread."""
        while self.jobs:
            try:
                key, job = self.jobs.pop(0)
            except IndexError:
                return
            self.started[key] = self.busy[key] = time.monotonic()
            try:
                result = (job(), None)  # type: tuple[Any, str | None]
            except Exception as error:
                result = (None, describe(error))
            self.busy.pop(key, None)
            self.results[key] = result
            if len(self.results) == len(self.keys):
                self.wake()

    def wake(self) -> "None":
        """Tell `run` that all is done; two threads may both have seen it."""
        try:
            self.all_done.release()
        except RuntimeError:
            pass

    def close(self, deadline: "float") -> "dict[Any, tuple[Any, str | None]]":
        """The results, with a sentence for each job that gave none; threads end with what they are at."""
        self.jobs = []
        results = dict(self.results)
        for key in self.keys:
            if key in self.started:
                results.setdefault(key, (None, "did not answer within %g s" % deadline))
            else:
                results.setdefault(key, (None, "could not be asked: no thread is free"))
        return results


class Probe:
    """Answers requests from a source."""

    def __init__(self, source: "Any") -> None:
        self.source = source
        self.boot = source.boot()
        self.busy = {}  # type: dict[Any, float]
        self.alive = set()  # type: set[str]  # mounts that have answered: asked however many others hang
        self.spent_seconds = 0.0  # so the first answer has the cost of the start too

    def answer(self, line: "str") -> "dict[str, Any]":
        """The answer to a line of input."""
        try:
            request = json.loads(line)
            names = [clean(name) for name in request["collect"][:MAX_WANTED]]
            deadline = min(max(float(request.get("deadline", 2.0)), 0.05), 60.0)
            number = whole(request["id"])
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError, OverflowError) as error:
            return {"id": None, "errors": {"request": describe(error)}}
        answer = {
            "id": number,
            "time": time.time(),
            "monotonic": time.monotonic(),
            "boot": self.boot,
            "cost": 0.0,
        }
        errors = {}  # type: dict[str, str]
        self.collect(names, deadline, answer, errors)
        spent = time.process_time()
        answer["cost"], self.spent_seconds = round(spent - self.spent_seconds, 6), spent
        if errors:
            answer["errors"] = errors
        return answer

    def collect(
        self, names: "list[str]", deadline: "float", answer: "dict[str, Any]", errors: "dict[str, str]"
    ) -> "None":
        """Run the collectors asked for, each by itself."""
        batch = Batch(self.busy)
        for name in dict.fromkeys(names):
            if name in FAST:
                try:
                    put(answer, name, getattr(self.source, name)(), self.source.notes)
                except Exception as error:
                    errors[name] = describe(error)
            elif name in SLOW:
                batch.add(name, getattr(self.source, name))
            elif name == "disk":
                batch.add("disk", lambda: self.ask_mounts(batch, "netfs" in names))
            elif name != "netfs":
                errors[name[:40]] = "no such collector"
        if batch.keys:
            self.take(batch.run(deadline), answer, errors)
        self.take_notes(errors)

    def ask_mounts(self, batch: "Batch", netfs: "bool") -> "list[str]":
        """Have every file system looked at as a job of its own; their paths, in order."""
        groups = self.source.mounts(netfs)
        paths = [group[0].path for group in groups]
        self.alive.intersection_update(paths)
        for path, group in zip(paths, groups):
            batch.add(("disk", path), self.asking(path, group))
        return paths

    def asking(self, path: "str", group: "list[Mount]") -> "Callable[[], Any]":
        """A job that gives the space of a file system, by the first of its mounts that can be reached."""

        def ask() -> "Any":
            if path not in self.alive and self.too_many_hang():
                raise TimeoutError("not asked while %d others do not answer" % MAX_DEAD_MOUNTS)
            try:
                return self.first_usage(group[:MAX_MOUNTS_TRIED])
            finally:
                self.alive.add(path)

        return ask

    def first_usage(self, group: "list[Mount]") -> "Any":
        """The space of a file system by the first of these mounts that tells it; raises the first's error."""
        errors = []
        for mount in group:
            try:
                row = self.source.usage(mount)
            except OSError as error:
                errors.append(error)
                continue
            if row is not None:
                row["mode"] = group[0].mode()  # it is written to, if only where this user cannot look
            return row
        raise errors[0]

    def too_many_hang(self) -> "bool":
        """Whether mounts, the one about to be asked not counted, hold all the threads that they may."""
        return sum(1 for key in dict(self.busy) if isinstance(key, tuple)) > MAX_DEAD_MOUNTS

    def take(self, results: "dict[Any, Any]", answer: "dict[str, Any]", errors: "dict[str, str]") -> "None":
        """Put the jobs' results where they belong."""
        for name in [key for key in results if isinstance(key, str)]:
            value, error = results[name]
            if error:
                errors[name] = error
            elif name == "disk":
                self.take_mounts(value, results, answer, errors)
            else:
                put(answer, name, value, self.source.notes)

    def take_mounts(
        self,
        paths: "list[str]",
        results: "dict[Any, Any]",
        answer: "dict[str, Any]",
        errors: "dict[str, str]",
    ) -> "None":
        """Put the mounts' results together."""
        outcomes = [results[("disk", path)] for path in paths]
        answer["disk"] = [value for value, _ in outcomes if value is not None]
        failed = ["%s %s" % (clean(path), error) for path, (_, error) in zip(paths, outcomes) if error]
        failed += ["%s %s" % (row["path"], row.pop("note")) for row in answer["disk"] if "note" in row]
        if failed:
            errors["disk"] = "; ".join(failed)[:MAX_ERROR]

    def take_notes(self, errors: "dict[str, str]") -> "None":
        """Put what the source notes of its figures beside what went wrong."""
        for name in list(self.source.notes):
            note(errors, name, self.source.notes.pop(name))


def put(answer: "dict[str, Any]", name: "str", value: "Any", notes: "dict[str, str]") -> "None":
    """Put a collector's value into the answer; what the platform does not have, or cannot have, is absent."""
    if name == "processes":
        answer["processes"], answer["top"] = value
    elif name in ("mem", "swap"):
        answer[name] = keep_possible(name, value, notes)
    elif name == "temp" and value:
        odd = [sensor for sensor, degrees in value.items() if not COLDEST < degrees < HOTTEST]
        note_left_out(notes, "temp", ["%s %g" % (sensor, value.pop(sensor)) for sensor in odd])
        if value:
            answer[name] = value
    elif value is not None:
        answer[name] = value


class Writer:
    """Makes lines of answers and writes them; a closed output ends the program."""

    def __init__(self) -> None:
        self.encode = json.JSONEncoder(separators=(",", ":"), allow_nan=False, check_circular=False).encode

    def write(self, answer: "dict[str, Any]") -> "None":
        """Write one answer as a line."""
        self.send(self.line(answer) + "\n")

    def line(self, answer: "dict[str, Any]") -> "str":
        """An answer as one line of bounded length."""
        try:
            line = self.encode(answer)
        except ValueError:
            self.leave_out_bad(answer)
            line = self.encode(answer)
        while len(line) > MAX_ANSWER_BYTES:
            self.cut_largest(answer)
            line = self.encode(answer)
        return line

    def leave_out_bad(self, answer: "dict[str, Any]") -> "None":
        """Take out the sections that JSON cannot carry, such as a sensor that is not a number."""
        for name, value in list(answer.items()):
            try:
                self.encode(value)
            except ValueError as error:
                del answer[name]
                answer.setdefault("errors", {})[name] = describe(error)

    def cut_largest(self, answer: "dict[str, Any]") -> "None":
        """Halve the rows of the largest section."""
        name = max(answer, key=lambda name: len(self.encode(answer[name])))
        value = answer[name]
        rows = value["rows"] if isinstance(value, dict) and "rows" in value else value
        keep = len(rows) // 2
        if isinstance(rows, dict):
            for key in list(rows)[keep:]:
                del rows[key]
        else:
            del rows[keep:]
        answer.setdefault("errors", {})[name] = "more than an answer can hold: cut to %d" % keep

    def send(self, text: "str") -> "None":
        """Write text; ASCII alone is left of it."""
        data = text.encode("ascii")
        try:
            while data:
                data = data[os.write(1, data) :]
        except OSError:
            leave(0)


def leave(status: "int") -> "None":
    """End at once: threads that hang must not keep the program, and a closed output is no news."""
    os._exit(status)


class Watch:
    """Ends the program when nothing has been asked for too long."""

    def __init__(self, seconds: "float") -> None:
        self.seconds = seconds
        self.asked_at = time.monotonic()
        self.has_alarm = hasattr(_signal, "alarm")
        if self.has_alarm:
            _signal.signal(_signal.SIGALRM, _signal.SIG_DFL)  # ends the program even where Python is stuck
        else:
            _thread.start_new_thread(self.wait, ())
        self.touch()

    def touch(self) -> "None":
        """Start to count anew."""
        if self.has_alarm:
            _signal.alarm(max(int(self.seconds), 1))
        self.asked_at = time.monotonic()

    def wait(self) -> "None":
        """Sleep until the time has come."""
        while True:
            seconds_left = self.asked_at + self.seconds - time.monotonic()
            if seconds_left <= 0:
                leave(0)
            time.sleep(seconds_left)


def open_source(backend: "str") -> "tuple[Any, str, str | None]":
    """A source, the backend's name and psutil's version; raises RuntimeError with what is missing."""
    is_linux = sys.platform.startswith("linux")
    if backend != "proc":
        try:
            import warnings

            import psutil
        except Exception as error:  # a damaged installation fails in its own ways
            if backend == "psutil" or not is_linux:
                where = "for this host" if backend == "psutil" else "on " + platform_name()
                raise RuntimeError("psutil is needed %s: %s" % (where, describe(error))) from None
        else:
            warnings.simplefilter("ignore")  # psutil warns where a figure is missing, again and again
            source = LinuxPsutil(psutil) if is_linux else Portable(psutil)
            return source, "psutil", clean(str(psutil.__version__))
    if not is_linux:
        raise RuntimeError("psutil is needed on " + platform_name())
    return Proc(), "proc", None


def facts() -> "dict[str, Any]":
    """What the hello says about the host."""
    if hasattr(os, "uname"):
        host = os.uname()
        kernel, hostname, arch = host.release, host.nodename, host.machine
    else:
        kernel = "%d.%d.%d" % getattr(sys, "getwindowsversion")()[:3]  # noqa: B009 - other systems have none
        hostname, arch = os.environ.get("COMPUTERNAME", ""), os.environ.get("PROCESSOR_ARCHITECTURE", "")
    return {
        "pid": os.getpid(),
        "python": "%d.%d.%d" % sys.version_info[:3],
        "os": platform_name(),
        "kernel": clean(kernel),
        "hostname": clean(hostname),
        "arch": clean(arch),
        "cpu": cpu_model(),
    }


def cpu_model() -> "str":
    """The processor's name, or "" where it is not easily told."""
    try:
        lines = read_file("/proc/cpuinfo", 4096).split(b"\n")
    except OSError:
        return clean(os.environ.get("PROCESSOR_IDENTIFIER", ""))
    for line in lines:
        name, _, value = line.partition(b":")
        if name.strip() in (b"model name", b"cpu model", b"cpu", b"Model"):
            return clean(value.strip())
    return ""


def read_line() -> "str":
    """The next line of input; "" at its end."""
    return sys.stdin.readline(MAX_REQUEST_BYTES)


def start(writer: "Writer") -> "tuple[Probe, float]":
    """Read the configuration and say hello; the probe, and the seconds after which it ends by itself."""
    hello = {"monctl": 1, "nonce": ""}  # type: dict[str, Any]
    try:
        config = json.loads(read_line())
        hello["nonce"] = clean(config["nonce"])
        source, backend, version = open_source(config.get("backend", "auto"))
        probe = Probe(source)
        idle_seconds = float(config.get("idle_seconds", IDLE_SECONDS))
        hello.update(facts(), backend=backend, psutil=version)
    except Exception as error:
        hello["error"] = clean(str(error)) if isinstance(error, RuntimeError) else describe(error)
        writer.send("\n" + writer.line(hello) + "\n")
        leave(3)
    writer.send("\n" + writer.line(hello) + "\n")
    return probe, idle_seconds


def main() -> "None":
    """Say hello, then answer until the input ends."""
    if _signal is not None:
        _signal.signal(_signal.SIGINT, _signal.SIG_IGN)
    writer = Writer()
    probe, idle_seconds = start(writer)
    watch = Watch(idle_seconds)
    while True:
        try:
            line = read_line()
        except ValueError:
            line = "not ASCII"
        if not line:
            leave(0)
        watch.touch()
        writer.write(probe.answer(line))


if __name__ == "__main__":
    main()

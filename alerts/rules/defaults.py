"""The rules that ship, on by default.

They are for a thousand mixed servers: each waits until a thing has lasted, ends only when it is well over,
and looks at what hurts rather than at what is merely full or busy. Space counts in percent and in bytes:
a tenth of a small disk is an emergency, and a tenth of a large one is not.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

_GIB = 1024**3

_WRITABLE: Mapping[str, Any] = {"mode": "!ro", "fstype": ["!squashfs", "!iso9660", "!udf", "!fuse.s*fuse"]}
"""File systems that can fill up: images are full by nature."""

_WHOLE_DISKS: Mapping[str, Any] = {
    "name": [
        *("!dm-*", "!md*", "!loop*", "!bcache*", "!*[0-9]p[0-9]*"),
        *("!sd[a-z]*[0-9]", "!hd[a-z]*[0-9]", "!vd[a-z]*[0-9]", "!xvd[a-z]*[0-9]"),
    ]
}
"""Each disk once: partitions and what is stacked upon disks say the same again."""

_HOSTS: Mapping[str, Any] = {
    "host-down": {
        "when": 'host.state == "down" and host.reason != "host_key_changed"',
        "for": "30s",
        "severity": "critical",
        "repeat": "4h",
        "help": "Nothing is known of this host at present. The reason says where the way to it ends: see "
        "`monctl hosts check`, which walks it step by step.",
    },
    "host-key-changed": {
        "when": 'host.reason == "host_key_changed"',
        "clear": "never",
        "severity": "critical",
        "repeat": "1d",
        "help": "The host shows another key than the one that is known: it was set up anew, or somebody "
        "stands in between. Ask whoever runs it, compare fingerprints on its console, then accept "
        "the new key with `monctl hosts trust --replace`, and acknowledge this alert.",
    },
    "host-over-limits": {
        "when": 'host.reason == "over_limits"',
        "help": "The host brings more label sets or alerts than one host may: what exceeds that is left out, "
        "so that the other hosts are served. Mounts or interfaces that come and go with new names are "
        "the usual cause; a host that was broken into may do it on purpose.",
    },
    "poller-cut-off": {
        "when": "poller.cut_off",
        "for": "15s",
        "severity": "critical",
        "help": "No host answers any more: most likely this machine has lost its network. Alerts of the "
        "hosts are held back until one answers.",
    },
    "clock-off": {
        "when": "poll.clock_offset_seconds > 5 or poll.clock_offset_seconds < -5",
        "clear": "poll.clock_offset_seconds < 2 and poll.clock_offset_seconds > -2",
        "for": "5m",
        "help": "The host's clock and the poller's differ: log-ins by Kerberos or one-time codes, "
        "certificates and the order of logs suffer. Look at its time service (`timedatectl`, "
        "`chronyc tracking`).",
    },
}

_LOAD: Mapping[str, Any] = {
    "cpu-busy": {
        "when": "avg(cpu.usage_busy, 10m) > 90",
        "clear": "avg(cpu.usage_busy, 5m) < 80",
        "for": "10m",
        "help": "All processors together have been busy for twenty minutes, waiting for disks not counted. "
        "The top processes say with what.",
    },
    "load-high": {
        "when": "system.load5 > 2 * system.n_cpus and system.load5 > 4",
        "clear": "system.load5 < 1.5 * system.n_cpus or system.load5 < 3",
        "for": "15m",
        "help": "More than two tasks for each processor are running or waiting for disks. If the "
        "processors are idle, it is a disk or a network file system that does not answer.",
    },
    "memory-low": {
        "when": f"mem.available_percent < 5 and mem.available < {2 * _GIB}",
        "clear": f"mem.available_percent > 8 or mem.available > {3 * _GIB}",
        "for": "5m",
        "severity": "critical",
        "help": "Programs can hardly get any more memory: soon the kernel ends one. The top processes by "
        "memory say who has it.",
    },
    "swap-full": {
        "when": "swap.used_percent > 80 and mem.available_percent < 10",
        "clear": "swap.used_percent < 70 or mem.available_percent > 15",
        "for": "10m",
        "help": "Swap is nearly full and memory is short too. Old pages that lie in swap while memory is "
        "free do no harm and raise no alert.",
    },
    "memory-pressure": {
        "when": "pressure.avg300 > 10",
        "clear": "pressure.avg300 < 5",
        "for": "5m",
        "labels": {"resource": "memory", "type": "full"},
        "help": "For more than a tenth of the time nothing could run because everything waited for "
        "memory: the host is thrashing.",
    },
    "io-pressure": {
        "when": "pressure.avg300 > 80",
        "clear": "pressure.avg300 < 60",
        "for": "1h",
        "labels": {"resource": "io", "type": "full"},
        "help": "For an hour, everything that wanted to run has mostly waited for disks.",
    },
    "too-many-zombies": {
        "when": "processes.zombies > 100",
        "clear": "processes.zombies < 50",
        "for": "30m",
        "help": "Processes have ended and their parent does not reap them: it is broken, or a container "
        "lacks an init process. `ps -eo ppid,stat | grep Z` names the parent.",
    },
}

_DISKS: Mapping[str, Any] = {
    "disk-almost-full": {
        "when": f"disk.used_percent > 90 and disk.free < {50 * _GIB}",
        "clear": f"disk.used_percent < 87 or disk.free > {60 * _GIB}",
        "for": "5m",
        "labels": _WRITABLE,
        "help": "Make room, or make it larger. `du -xh --max-depth=2 PATH | sort -h` says where the space "
        "is.",
    },
    "disk-full": {
        "when": f"disk.used_percent > 97 and disk.free < {10 * _GIB}",
        "clear": f"disk.used_percent < 95 or disk.free > {15 * _GIB}",
        "for": "1m",
        "severity": "critical",
        "labels": _WRITABLE,
        "repeat": "4h",
        "help": "Writes fail, or are about to. Deleted files that a program still holds open keep their "
        "space: `lsof +L1` names them.",
    },
    "disk-full-soon": {
        "when": "predict(disk.used_percent, 24h) >= 100 and disk.used_percent > 75",
        "clear": "predict(disk.used_percent, 24h) < 95 or disk.used_percent < 70",
        "for": "1h",
        "labels": _WRITABLE,
        "help": "If it goes on filling up as in the last hours, it is full within a day.",
    },
    "inodes-almost-full": {
        "when": "disk.inodes_used_percent > 90",
        "clear": "disk.inodes_used_percent < 87",
        "for": "5m",
        "labels": _WRITABLE,
        "help": "Soon no file can be made there, whatever space is left. Look for folders with very many "
        "small files: caches, sessions, mail queues.",
    },
    "disk-read-only": {
        # What was writable is forgotten with a restart. The free space says that the disk is still there, so
        # that its alert goes on until it can be written again.
        "when": "disk.became_read_only == 1 and disk.free >= 0",
        "clear": "disk.became_read_only == 0",
        "for": "1m",
        "severity": "critical",
        "repeat": "4h",
        "help": "It could be written before, and now every write fails. Unless somebody wanted it so, the "
        "kernel met errors on the disk below: `dmesg` says which. Save what is there before you repair it.",
    },
    "disk-saturated": {
        "when": "avg(diskio.util_percent, 10m) > 95 and avg(diskio.await_ms, 10m) > 100",
        "clear": "avg(diskio.util_percent, 5m) < 85 or avg(diskio.await_ms, 5m) < 50",
        "for": "20m",
        "labels": _WHOLE_DISKS,
        "help": "The disk has been busy without a break and each request waits long: it is overloaded or "
        "dying (`smartctl -a`, `iotop`).",
    },
}

_NETWORK: Mapping[str, Any] = {
    "network-errors": {
        "when": "avg(net.err_in_per_second, 5m) + avg(net.err_out_per_second, 5m) > 1",
        "clear": "avg(net.err_in_per_second, 5m) + avg(net.err_out_per_second, 5m) < 0.2",
        "for": "10m",
        "help": "Packets arrive damaged or cannot be sent: a cable, a plug, a duplex mismatch or a "
        "driver. See `ip -s link` and `ethtool -S`.",
    },
}

DEFAULT_SPECS: Mapping[str, Mapping[str, Any]] = MappingProxyType({**_HOSTS, **_LOAD, **_DISKS, **_NETWORK})
"""Name -> the rule as it would be written, in the order in which they are shown."""

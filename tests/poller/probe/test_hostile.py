"""Whatever the system says, in names and in figures, the answer is one line of sound ASCII JSON."""

import contextlib
import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.sampling.answer import decode_answer
from poller.probing import probe as source

NAMING = """
import ctypes, sys
ctypes.CDLL(None).prctl(15, bytes.fromhex(sys.argv[1]), 0, 0, 0)
print("named", flush=True)
sys.stdin.read()
"""


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        (b"a\nb) R 1 (c", "a\nb) R 1 (c"),
        (b"\x1b[31m\x07\x00", "\x1b[31m\x07"),
        (b"\xff\xfe\xc3(", "\\xff\\xfe\\xc3("),
        ("größe".encode(), "größe"),
    ],
)
def test_a_real_process_with_a_hostile_name_is_one_line(
    name: bytes, shown: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(source, "TOP_ROWS", 100_000)
    command = [sys.executable, "-c", NAMING, name.hex()]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as named:
        assert named.stdout
        named.stdout.readline()
        answer = source.Probe(source.Proc()).answer('{"id": 1, "collect": ["processes"], "deadline": 10}')
        named.kill()
    line = source.Writer().line(answer)
    assert line.isascii()
    assert "\n" not in line
    rows = {row["pid"]: row for row in json.loads(line)["top"]["memory"]}
    assert rows[named.pid]["name"] == shown
    assert decode_answer(line.encode()).top


def test_mount_points_with_blanks_breaks_and_no_utf_8_are_unescaped() -> None:
    table = b"/dev/sda1 /mnt/a\\040b\\012c\\134d ext4 rw 0 0\n/dev/sdb1 /mnt/\xff xfs ro,noatime 0 0\nshort\n"
    first, second = source.parse_mounts(table)
    assert (first.device, first.path) == ("/dev/sda1", "/mnt/a b\nc\\d")
    row = source.describe_mount(second)
    assert row == {"path": "/mnt/\\xff", "device": "sdb1", "fstype": "xfs", "mode": "ro"}


def test_an_escape_that_is_none_is_kept() -> None:
    assert source.unescape(b"a\\9b\\04") == "a\\9b\\04"


@pytest.mark.parametrize(
    "data",
    [b"", b"(", b")", b"1 () ", b"1 (x) R", b"1 (x) R " + b"a " * 30, b"\xff" * 40, b"1 x R " + b"1 " * 40],
)
def test_a_process_line_that_is_none_is_left_out(data: bytes) -> None:
    assert source.parse_process(data) is None


def test_a_process_name_with_brackets_is_read_whole() -> None:
    line = b"7 (a) S 1 (b)) R " + b" ".join(b"%d" % number for number in range(4, 53))
    assert source.parse_process(line) == (b"a) S 1 (b)", "R", 14 + 15, 20, 22, 24)


def test_malformed_rows_of_tables_are_left_out_and_named_and_the_others_stay() -> None:
    odd: list[str] = []
    net = b"head\nhead\n  eth0: 1 2 3 4 0 0 0 0 5 6 7 8 0 0 0 0\n bad: 1 2\n x: a b\ncut: 1 2 3"
    assert source.parse_net(net, odd)["rows"] == {"eth0": [5, 1, 6, 2, 3, 7, 4, 8]}
    disks = b"8 0 sda 1 2 3 4 5 6 7 8 9 10 11\n8 1 sda1 1 2 3 4\n8 2 sdb x 2 3 4 5 6 7 8 9 10 11\n"
    assert source.parse_diskio(disks, odd)["rows"] == {"sda": [1, 5, 1536, 3584, 4, 8, 10, 11, 9]}
    cpu = (
        b"cpu  1 2 3 4\ncpu0 1 2 x 4\ncpu7 1 2 3 1"
        + b"0" * 400
        + b"\ncpu1 1 2\ncpu3 1 2 3 4\nintr 5\ncpu9 1 2 3 4\n"
    )
    assert source.parse_cpu(cpu, 100, odd) == {
        "names": ("user", "nice", "system", "idle"),
        "rows": {"cpu-total": [0.01, 0.02, 0.03, 0.04], "cpu3": [0.01, 0.02, 0.03, 0.04]},
    }
    assert odd == ["bad", "x", "sdb", "cpu0", "cpu7", "cpu1"]


def test_counters_outside_the_protocols_range_are_left_out_with_their_row() -> None:
    odd: list[str] = []
    net = (
        b"head\nhead\n eth0: 18446744073709551615 2 3 4 0 0 0 0 5 6 7 8 0 0 0 0\n"
        b"eth1: 1 2 -3 4 0 0 0 0 5 6 7 8 0 0 0 0\n lo: 1 2 3 4 0 0 0 0 5 6 7 8 0 0 0 0\n"
    )
    assert set(source.parse_net(net, odd)["rows"]) == {"lo"}
    assert odd == ["eth0", "eth1"]


def test_devices_never_used_are_left_out_until_their_first_transfer() -> None:
    idle = (
        b"7 0 loop0 0 0 0 0 0 0 0 0 0 0 0\n8 0 sda 0 0 0 0 0 0 0 0 0 0 0\n7 1 loop1 0 0 0 0 1 0 8 0 0 0 0\n"
    )
    assert set(source.parse_diskio(idle, [])["rows"]) == {"sda", "loop1"}


def test_memory_of_an_old_kernel_is_estimated_and_never_more_than_the_total() -> None:
    old = b"MemTotal: 1000 kB\nMemFree: 100 kB\nBuffers: 20 kB\nCached: 300 kB\nShmem: 50 kB\n"
    assert source.parse_mem(old)["available"] == 370 * 1024
    assert "slab" not in source.parse_mem(old)
    container = b"MemTotal: 1000 kB\nMemFree: 100 kB\nMemAvailable: 5000 kB\n"
    assert source.parse_mem(container)["available"] == 100 * 1024


def test_swap_of_a_kernel_without_swap_counters_is_space_alone() -> None:
    meminfo = b"SwapTotal: 100 kB\nSwapFree: 60 kB\n"
    assert source.parse_swap(meminfo, b"nr_free_pages 5\n", 4096) == {
        "total": 102400, "used": 40960, "free": 61440,
    }  # fmt: skip
    assert source.parse_swap(b"", b"pswpin 1\npswpout 2\n", 4096) == {"in": 4096, "out": 8192}


def test_states_are_counted_in_the_text_of_a_socket_table() -> None:
    line = (
        b"  12: 0100007F:%04X 0100007F:0016 %02X 00000000:00000000 00:00000000 00000000"
        b"  1000  0 %d 1 0 20 4 30 10 -1\n"
    )
    states = [1] * 40 + [10] * 3 + [12, 6, 6]
    data = b"  sl  local_address rem_address   st\n" + b"".join(
        line % (port, state, port) for port, state in enumerate(states)
    )
    numbers: dict[int, int] = {}
    source.count_states(data, numbers)
    counts = source.name_states(numbers)
    assert {name: count for name, count in counts.items() if count} == {
        "tcp_established": 40, "tcp_listen": 3, "tcp_syn_recv": 1, "tcp_time_wait": 2,
    }  # fmt: skip


def test_users_are_counted_in_records_of_either_size() -> None:
    for machine, size in (("x86_64", 384), ("aarch64", 400)):
        records = [
            (kind.to_bytes(2, sys.byteorder) + bytes(42) + name).ljust(size, b"\0")
            for kind, name in ((2, b"reboot"), (7, b"ann"), (8, b"old"), (7, b"bob"))
        ]
        assert source.count_users(b"".join(records), machine) == 2


def test_sensors_are_named_by_unit_and_label_and_broken_ones_left_out(tmp_path: Path) -> None:
    files = {
        "hwmon0/name": "coretemp",
        "hwmon0/temp1_input": "45000",
        "hwmon0/temp1_label": "Core 0",
        "hwmon0/temp2_input": "47500",
        "hwmon0/temp2_label": "Core 0",
        "hwmon1/name": "nvme",
        "hwmon1/temp1_input": "not a number",
        "hwmon2/device/name": "acpitz",
        "hwmon2/device/temp1_input": "-5000",
    }
    for name, text in files.items():
        file = tmp_path / "class/hwmon" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text + "\n")
    found = source.Proc(sys_root=str(tmp_path)).temp()
    assert found == {"coretemp_core_0": 45.0, "coretemp_core_0_2": 47.5, "acpitz": -5.0}


def test_thermal_zones_stand_in_for_missing_sensors(tmp_path: Path) -> None:
    zone = tmp_path / "class/thermal/thermal_zone0"
    zone.mkdir(parents=True)
    (zone / "temp").write_text("51250\n")
    (zone / "type").write_text("x86_pkg_temp\n")
    assert source.Proc(sys_root=str(tmp_path)).temp() == {"x86_pkg_temp": 51.25}


def test_sessions_of_systemd_are_counted_where_there_is_no_utmp(tmp_path: Path) -> None:
    sessions = tmp_path / "systemd/sessions"
    sessions.mkdir(parents=True)
    (sessions / "1").write_text("# private\nUID=0\nCLASS=user\nACTIVE=1\n")
    (sessions / "2").write_text("# private\nUID=0\nCLASS=manager\n")
    (sessions / "1.ref").touch()
    assert source.Proc(run=str(tmp_path)).users() == {"n_users": 1}


def test_a_process_born_since_the_last_run_has_a_percentage_at_once() -> None:
    top = source.Top()
    top.rank([("old", 1, "old", 5.0, 10)], lambda _: "root")
    top.time -= 10.0
    ranked = top.rank([("old", 1, "old", 5.0, 10), ("new", 2, "new", 4.0, 20)], lambda _: "root")
    assert [row["pid"] for row in ranked["cpu"]] == [2, 1]
    assert 30 < ranked["cpu"][0]["cpu_percent"] <= 40
    assert ranked["cpu"][1]["cpu_percent"] == 0.0


def test_the_memory_of_process_times_is_bounded() -> None:
    top = source.Top()
    top.rank([(number, number, "x", 1.0, 1) for number in range(50_000)], lambda _: "root")
    assert top.before is not None
    assert len(top.before) == source.MAX_TRACKED_PROCESSES


@given(st.binary(max_size=200))
def test_no_name_breaks_the_line(raw: bytes) -> None:
    for name in (
        raw,
        raw.decode("utf-8", "surrogateescape"),
        raw.decode("utf-16", "surrogatepass") if len(raw) % 2 == 0 and _is_utf_16(raw) else "",
    ):
        line = source.Writer().line({"name": source.clean(name)})
        assert "\n" not in line
        assert line.isascii()
        json.loads(line)["name"].encode("utf-8")


def _is_utf_16(raw: bytes) -> bool:
    try:
        raw.decode("utf-16", "surrogatepass")
    except UnicodeDecodeError:
        return False
    return True


@given(st.binary(max_size=500))
def test_no_bytes_break_a_parser_of_tables(data: bytes) -> None:
    source.parse_net(data, [])
    source.parse_diskio(data, [])
    source.parse_cpu(b"cpu" + data, 100, [])
    source.parse_mounts(data)
    source.parse_mountinfo(data)
    source.parse_mountinfo(b"1 1 8:1 / / rw - ext4 /dev/sda1 rw\n" + data)
    source.parse_process(data)
    source.parse_boot_time(b"btime " + data)
    for parse in (source.parse_pressure, source.parse_loads, source.parse_uptime, source.parse_udp):
        with contextlib.suppress(ValueError):
            parse(data)
            parse(b"some avg10=" + data)
    source.count_users(data, "x86_64")

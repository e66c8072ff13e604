"""The probe keeps to its protocol: hello, answers, errors, ends."""

import json
import os
import platform
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from inventory.host import ProbeBackend
from metrics.sampling.answer import decode_answer, decode_hello
from poller.probing import bootstrap
from poller.probing import probe as source
from poller.probing.probe import Writer
from tests.poller.probe.running import ALL, FAST, NONCE, running

BLOCK_PSUTIL = "import sys; sys.modules['psutil'] = None; exec(input())"


@pytest.mark.parametrize("backend", ["psutil", "proc"])
def test_the_hello_repeats_the_nonce_and_tells_of_the_host(backend: str) -> None:
    with running(backend) as probe:
        hello = probe.hello
        assert probe.before_hello == b"\n"
        assert (hello["monctl"], hello["nonce"], hello["pid"]) == (1, NONCE, probe.process.pid)
        assert (hello["backend"], hello["os"]) == (backend, "linux")
        assert (hello["psutil"] is None) == (backend == "proc")
        assert hello["python"] == platform.python_version()
        assert (hello["kernel"], hello["arch"]) == (os.uname().release, os.uname().machine)
        assert hello["hostname"] == os.uname().nodename
        assert decode_hello(json.dumps(hello).encode(), NONCE).backend == backend


def test_without_psutil_a_linux_host_is_read_from_proc() -> None:
    with running(command=(sys.executable, "-c", BLOCK_PSUTIL)) as probe:
        assert (probe.hello["backend"], probe.hello["psutil"]) == ("proc", None)
        assert set(ALL) - {"temp", "pressure"} <= set(probe.ask(*ALL))


def test_a_wanted_psutil_that_is_not_there_is_an_error_hello_and_status_3() -> None:
    with running("psutil", command=(sys.executable, "-c", BLOCK_PSUTIL)) as probe:
        assert set(probe.hello) == {"monctl", "nonce", "error"}
        assert "psutil is needed for this host" in probe.hello["error"]
        assert probe.process.wait(5) == 3


def test_a_broken_configuration_line_is_an_error_hello() -> None:
    inputs = bootstrap.payload() + b"not json\n"
    ended = subprocess.run([sys.executable, "-c", "exec(input())"], input=inputs, capture_output=True)
    assert ended.returncode == 3
    assert "error" in json.loads(ended.stdout)
    assert ended.stderr == b""


def test_the_probe_has_the_collectors_of_the_inventory() -> None:
    assert source.FAST == FAST
    assert {"disk", *source.SLOW} == set(ALL) - set(FAST)


def test_an_answer_holds_what_was_asked_for_and_nothing_else() -> None:
    with running("proc") as probe:
        answer = probe.ask("mem", "users", number=7)
        assert set(answer) == {"id", "time", "monotonic", "boot", "cost", "mem", "users"}
        assert answer["id"] == 7
        assert abs(answer["time"] - time.time()) < 5
        assert abs(answer["monotonic"] - time.monotonic()) < 5
        assert answer["boot"] == Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        assert answer["cost"] > 0


@pytest.mark.parametrize("backend", ["psutil", "proc"])
def test_every_answer_is_decoded_without_a_complaint(backend: str) -> None:
    with running(backend) as probe:
        probe.send(json.dumps({"id": 3, "collect": ALL, "deadline": 10}).encode())
        answer = decode_answer(probe.output.readline())
        assert (answer.id, answer.errors) == (3, {})
        assert answer.disk
        assert answer.top


def test_an_unknown_collector_is_named_in_errors_and_the_others_come() -> None:
    with running("proc") as probe:
        answer = probe.ask("mem", "humidity")
        assert answer["errors"] == {"humidity": "no such collector"}
        assert "mem" in answer


@pytest.mark.parametrize(
    "line",
    [
        b"garbage",
        b"[1, 2]",
        b'{"id": 1}',
        b'{"id": 1, "collect": 5}',
        b'{"id": "x", "collect": []}',
        b'{"id": 1, "collect": [["cpu"]]}',
        b'{"id": 1, "collect": ["cpu"], "deadline": "soon"}',
        b"[" * 5000,
        b"\xff\xfe",
    ],
)
def test_a_request_that_is_none_is_answered_as_such_and_the_next_one_is_served(line: bytes) -> None:
    with running("proc") as probe:
        probe.send(line)
        answer = probe.read()
        assert answer["id"] is None
        assert "request" in answer["errors"]
        assert probe.ask("mem", number=2)["id"] == 2


def test_a_failing_collector_costs_the_others_nothing() -> None:
    damage = (
        "import os, builtins; real = os.open\n"
        "def broken(path, *rest, **more):\n"
        "    if path in ('/proc/meminfo', '/proc/self/mountinfo', '/proc/self/mounts'):\n"
        "        raise OSError(5, 'Input/output error')\n"
        "    return real(path, *rest, **more)\n"
        "os.open = broken; exec(input())"
    )
    with running("proc", command=(sys.executable, "-c", damage)) as probe:
        answer = probe.ask(*ALL)
        assert set(answer["errors"]) == {"mem", "swap", "disk"}
        assert {"cpu", "net", "processes", "netstat", "users"} <= set(answer)


def test_the_end_of_the_input_ends_the_probe_quietly() -> None:
    with running() as probe:
        probe.input.close()
        assert probe.process.wait(5) == 0
        assert probe.process.stderr
        assert probe.process.stderr.read() == b""


def test_an_output_that_nobody_reads_any_more_ends_the_probe_quietly() -> None:
    with running() as probe:
        probe.output.close()
        probe.send(json.dumps({"id": 1, "collect": FAST}).encode())
        assert probe.process.wait(5) == 0
        assert probe.process.stderr
        assert probe.process.stderr.read() == b""


def test_a_probe_that_nobody_asks_ends_by_itself() -> None:
    with running("proc", config={"idle_seconds": 1}) as probe:
        assert probe.process.wait(10) in (0, -signal.SIGALRM)


def test_a_probe_without_alarms_ends_by_itself_too() -> None:
    without_alarm = "import _signal; del _signal.alarm; exec(input())"
    config = {"idle_seconds": 0.5}
    with running("proc", command=(sys.executable, "-c", without_alarm), config=config) as probe:
        assert "mem" in probe.ask("mem")
        assert probe.process.wait(10) == 0


def test_requests_keep_the_probe_alive() -> None:
    with running("proc", config={"idle_seconds": 2}) as probe:
        for number in range(6):
            time.sleep(0.5)
            assert probe.ask("mem", number=number)["id"] == number


def test_interrupts_are_ignored() -> None:
    with running("proc") as probe:
        probe.process.send_signal(signal.SIGINT)
        assert "mem" in probe.ask("mem")


@pytest.mark.parametrize("backend", ["psutil", "proc"])
def test_the_probe_starts_no_process_and_leaves_no_file(backend: str, tmp_path: Path) -> None:
    env = {"HOME": str(tmp_path), "TMPDIR": str(tmp_path), "PYTHONPYCACHEPREFIX": str(tmp_path / "cache")}
    # what Python itself keeps of its own start is none of the probe's
    subprocess.run([sys.executable, "-c", ""], env={**os.environ, **env}, check=True)
    before = set(tmp_path.rglob("*"))
    with running(backend, env=env) as probe:
        for _ in range(3):
            probe.ask(*ALL)
        pid = probe.process.pid
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text()
        descriptors = len(os.listdir(f"/proc/{pid}/fd"))
        written = Path(f"/proc/{pid}/io").read_text()
    assert children == ""
    assert descriptors < 20
    assert "write_bytes: 0\n" in written
    assert set(tmp_path.rglob("*")) == before


def test_threads_of_slow_collectors_are_gone_after_the_answer() -> None:
    with running() as probe:
        for _ in range(5):
            probe.ask(*ALL)
        deadline = time.monotonic() + 5
        while len(os.listdir(f"/proc/{probe.process.pid}/task")) > 1:
            assert time.monotonic() < deadline
            time.sleep(0.05)


def test_a_python_that_is_too_old_says_so() -> None:
    aged = "import sys; sys.version_info = (3, 5, 9); exec(input())"
    ended = subprocess.run(
        [sys.executable, "-c", aged], input=bootstrap.payload(), capture_output=True, text=False
    )
    assert ended.returncode == 1
    assert ended.stdout == b""
    assert b"Python 3.6 or newer" in ended.stderr
    assert bootstrap.is_python_missing(ended.returncode, ended.stderr.decode())


def test_a_module_lying_in_the_working_directory_is_not_run(tmp_path: Path) -> None:
    for name in ("json", "zlib", "binascii", "psutil", "struct"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('taken over')")
    inputs = bootstrap.payload() + bootstrap.config_line(NONCE, ProbeBackend.AUTO)
    ended = subprocess.run(
        [sys.executable, "-c", "exec(input())"], input=inputs, capture_output=True, cwd=tmp_path
    )
    assert ended.returncode == 0
    assert json.loads(ended.stdout)["backend"] == "psutil"


def test_an_answer_too_long_is_cut_where_it_is_longest_and_says_so() -> None:
    rows = {f"interface-{number}": [number] * 8 for number in range(60_000)}
    answer = {"id": 1, "mem": {"total": 1}, "net": {"names": ["bytes_sent"], "rows": rows}}
    line = Writer().line(answer)
    assert len(line) <= 1_000_000
    decoded = json.loads(line)
    assert decoded["mem"] == {"total": 1}
    kept = len(decoded["net"]["rows"])
    assert kept > 10_000
    assert decoded["errors"] == {"net": f"more than an answer can hold: cut to {kept}"}


def test_a_sensor_that_is_not_a_number_is_left_out_with_an_error() -> None:
    answer = {"id": 1, "temp": {"cpu": float("nan")}, "mem": {"total": 1}}
    decoded = json.loads(Writer().line(answer))
    assert "temp" not in decoded
    assert decoded["mem"] == {"total": 1}
    assert "temp" in decoded["errors"]


def test_the_probe_runs_on_python_3_6() -> None:
    source = Path(bootstrap.__file__).with_name("probe.py")
    vermin = Path(sys.executable).with_name("vermin")
    checked = subprocess.run([vermin, "-t=3.6-", "--violations", source], capture_output=True, text=True)
    assert checked.returncode == 0, checked.stdout

"""The printed script, run for real by the system's Python."""

import json
import os
import signal
import ssl
import time
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from inventory.host import Connection, HostSpec
from poller.push.script import Destination, push_script
from poller.push.sender import Backlog
from tests.poller.push.receiver import PYTHON, Receiver, Script, running, wait_for
from tests.support.certificates import self_signed

pytestmark = pytest.mark.skipif(not os.path.exists(PYTHON), reason=f"needs {PYTHON}")


def is_ascending(times: list[float]) -> bool:
    return all(earlier < later for earlier, later in pairwise(times))


def line(at: float) -> str:
    return json.dumps({"id": 1, "time": at, "monotonic": at, "boot": "b"})


def test_samples_come_with_key_hello_and_all_collectors_at_first(tmp_path: Path) -> None:
    receiver = Receiver()
    receiver.start()
    with running(tmp_path, receiver):
        wait_for(lambda: len(receiver.times) >= 3)
    path, headers, body = receiver.requests[0]
    assert path == "/api/v1/metrics/collect"
    assert headers["Authorization"] == "Bearer mctl_k"
    assert body["host"] == "kiosk"
    assert body["hello"]["os"] == "linux"
    assert abs(body["sent"] - time.time()) < 60
    assert {"cpu", "mem", "disk", "processes"} <= body["answers"][0].keys()
    later = receiver.requests[1][2]["answers"][0]
    assert "cpu" in later
    assert "disk" not in later


def test_only_the_collectors_of_the_host_are_run(tmp_path: Path) -> None:
    collectors = {"mem": 0.0, "cpu": None, "disk": 3600.0}
    host = HostSpec(name="kiosk", address="kiosk", connection=Connection.PUSH, collectors=collectors)
    receiver = Receiver()
    receiver.start()
    with running(tmp_path, receiver, host=host):
        wait_for(lambda: len(receiver.times) >= 3)
    seen = [answer.keys() for _, _, body in receiver.requests for answer in body["answers"]]
    assert all("mem" in keys and "cpu" not in keys for keys in seen)
    assert ["disk" in keys for keys in seen[:3]] == [True, False, False]


def test_what_the_server_misses_while_it_is_away_comes_in_order_and_once(tmp_path: Path) -> None:
    receiver = Receiver()
    receiver.start()
    with running(tmp_path, receiver) as script:
        wait_for(lambda: len(receiver.times) >= 5)
        assert not script.state.exists()
        receiver.stop()
        wait_for(lambda: len(script.kept) >= 20)
        kept = script.kept
        receiver.start()
        wait_for(lambda: not script.state.exists())
        wait_for(lambda: len(receiver.times) >= 40)
        assert script.stop()[0] == 0
        assert set(kept) <= set(receiver.times)
    assert is_ascending(receiver.times)
    assert max(receiver.batches) <= 50
    gaps = [later - earlier for earlier, later in pairwise(receiver.times)]
    assert max(gaps) < 2.0  # nothing is missing in between
    said = script.log.splitlines()
    assert [text.split(":")[1].split(",")[0].split(" ")[1] for text in said] == ["sending", "cannot", "the"]


@pytest.mark.parametrize("status", [401, 403, 404, 500, 503])
def test_samples_are_kept_while_the_server_cannot_take_them(tmp_path: Path, status: int) -> None:
    receiver = Receiver()
    receiver.answer = (status, {})
    receiver.start()
    with running(tmp_path, receiver) as script:
        wait_for(lambda: len(script.kept) >= 3)
        receiver.answer = None
        wait_for(lambda: len(receiver.times) >= 5 and not script.state.exists())
    assert f"{status} not now" in script.log
    assert is_ascending(receiver.times)


def test_a_server_that_asks_for_patience_gets_it(tmp_path: Path) -> None:
    receiver = Receiver()
    receiver.answer = (429, {"Retry-After": "2"})
    receiver.start()
    with running(tmp_path, receiver):
        wait_for(lambda: len(receiver.requests) == 1)
        time.sleep(1.0)
        assert len(receiver.requests) == 1
        receiver.answer = None
        wait_for(lambda: len(receiver.times) >= 5)
    assert is_ascending(receiver.times)


@pytest.mark.parametrize("status", [409, 422])
def test_refused_samples_are_done_with_and_the_reason_is_said_once(tmp_path: Path, status: int) -> None:
    receiver = Receiver()
    receiver.answer = (status, {})
    receiver.start()
    with running(tmp_path, receiver) as script:
        wait_for(lambda: len(receiver.requests) >= 5)
        times = [answer["time"] for _, _, body in receiver.requests for answer in body["answers"]]
    assert len(set(times)) == len(times)
    assert script.log.count(f"refused: {status} not now") == 1


def test_a_redirect_is_not_followed(tmp_path: Path) -> None:
    elsewhere, receiver = Receiver(), Receiver()
    elsewhere.start()
    receiver.answer = (307, {"Location": f"{elsewhere.url}/api/v1/metrics/collect"})
    receiver.start()
    with running(tmp_path, receiver) as script:
        wait_for(lambda: len(receiver.requests) >= 2)
        wait_for(lambda: len(script.kept) >= 2)
    elsewhere.stop()
    assert elsewhere.requests == []


def test_what_is_too_large_is_sent_in_smaller_parts(tmp_path: Path) -> None:
    receiver = Receiver()
    receiver.largest = 7
    (tmp_path / "state.jsonl").write_text("".join(line(at) + "\n" for at in range(1, 61)))
    receiver.start()
    with running(tmp_path, receiver):
        wait_for(lambda: len(receiver.times) >= 61)
    assert receiver.times[:60] == list(range(1, 61))


def test_beyond_a_thousand_kept_samples_the_oldest_are_dropped(tmp_path: Path) -> None:
    receiver = Receiver()
    (tmp_path / "state.jsonl").write_text("".join(line(at) + "\n" for at in range(1, 1501)))
    with running(tmp_path, receiver) as script:
        wait_for(lambda: len(script.kept) > 1505)
        receiver.start()
        wait_for(lambda: len(receiver.times) >= 1000 and not script.state.exists())
    old = [at for at in receiver.times if at <= 1500]
    assert old[0] > 501
    assert old == list(range(int(old[0]), 1501))
    assert script.log.count("the oldest are dropped") == 1


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_cleanly_and_keeps_what_is_unsent(tmp_path: Path, number: signal.Signals) -> None:
    with running(tmp_path, Receiver()) as script:
        wait_for(lambda: len(script.kept) >= 3)
        status, seconds = script.stop(number)
    assert status == 0
    assert seconds < 5.0
    assert len(script.kept) >= 3
    assert is_ascending(script.kept)


def test_a_server_that_hangs_keeps_neither_sampling_nor_ending_waiting(tmp_path: Path) -> None:
    receiver = Receiver()
    receiver.hangs = True
    receiver.start()
    with running(tmp_path, receiver) as script:
        wait_for(lambda: len(script.kept) >= 10)
        assert len(receiver.requests) == 1
        status, seconds = script.stop()
        assert (status, seconds < 5.0) == (0, True)
        assert len(script.kept) >= 10


def test_a_killed_script_sends_after_its_restart_what_it_had_kept(tmp_path: Path) -> None:
    receiver = Receiver()
    with running(tmp_path, receiver) as script:
        wait_for(lambda: len(script.kept) >= 10)
        script.stop(signal.SIGKILL)
        kept = script.kept
        with script.state.open("ab") as file:
            file.write(b'{"id": 12, "time": 17')  # torn by the kill
        script.start()
        wait_for(lambda: len(script.kept) >= len(kept) + 5)
        receiver.start()
        wait_for(lambda: not script.state.exists())
    assert receiver.times[: len(kept)] == kept
    assert is_ascending(receiver.times)


def test_the_environment_takes_the_place_of_key_and_url(tmp_path: Path) -> None:
    receiver = Receiver()
    receiver.start()
    script = Script(tmp_path, "http://127.0.0.1:9")
    try:
        script.start(MONCTL_URL=receiver.url, MONCTL_KEY="mctl_other")
        wait_for(lambda: len(receiver.times) >= 1)
    finally:
        script.stop()
        receiver.stop()
    assert receiver.requests[0][1]["Authorization"] == "Bearer mctl_other"


def _certified(folder: Path) -> tuple[ssl.SSLContext, str]:
    """A server's context, and the certificate that it is to be trusted by."""
    certificate, key = self_signed(folder, addresses=())
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context, certificate.read_text()


def test_an_untrusted_certificate_gets_no_key_and_a_named_one_is_trusted(tmp_path: Path) -> None:
    context, ca = _certified(tmp_path)
    receiver = Receiver(context)
    receiver.start()
    with running(tmp_path, receiver) as script:
        wait_for(lambda: "CERTIFICATE_VERIFY_FAILED" in script.log)
        script.stop()
    assert receiver.requests == []
    receiver.start()
    with running(tmp_path, receiver, ca=ca):
        wait_for(lambda: len(receiver.times) >= 3)


def test_a_certificate_of_another_name_is_not_trusted(tmp_path: Path) -> None:
    context, ca = _certified(tmp_path)
    receiver = Receiver(context)
    receiver.start()
    with running(tmp_path, receiver, ca=ca, url=f"https://127.0.0.1:{receiver.port}") as script:
        wait_for(lambda: "cannot send" in script.log)
    assert receiver.requests == []


def test_a_backlog_writes_its_file_anew_before_it_has_grown_to_twice_the_limit(tmp_path: Path) -> None:
    backlog = Backlog(str(tmp_path / "b"), limit=10)
    most = 0
    for at in range(100):
        backlog.add(line(at), True)
        most = max(most, len((tmp_path / "b").read_text().splitlines()))
    assert most == 20
    again = Backlog(str(tmp_path / "b"), limit=10)
    assert again.load() == 10
    assert [json.loads(one)["time"] for one in again.lines] == list(range(90, 100))


def test_samples_dropped_while_they_are_sent_cost_no_others(tmp_path: Path) -> None:
    backlog = Backlog(str(tmp_path / "b"), limit=3)
    for at in range(3):
        backlog.add(line(at), False)
    upto, _ = backlog.batch(2)
    for at in (3, 4, 5):
        backlog.add(line(at), False)
    assert backlog.drop_before(upto) == 3
    assert [json.loads(one)["time"] for one in backlog.lines] == [3, 4, 5]


def test_a_disk_that_takes_nothing_leaves_the_samples_in_memory(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "gone"
    backlog = Backlog(str(folder / "b"))
    for at in range(3):
        backlog.add(line(at), True)
    assert len(backlog.lines) == 3
    assert capsys.readouterr().err.count("cannot be written") == 1
    folder.mkdir()
    backlog.add(line(3), True)
    assert len((folder / "b").read_text().splitlines()) == 4


def test_the_script_is_python_of_its_own_with_the_settings_in_it() -> None:
    host: dict[str, Any] = {"name": 'o"dd\n', "address": "x", "connection": Connection.PUSH}
    source = push_script(HostSpec(**host), Destination(url="https://m", key="k'1", ca="PEM\nPEM\n"))
    space: dict[str, Any] = {"__name__": "printed"}
    exec(compile(source, "push.py", "exec"), space)
    settings = space["SETTINGS"]
    assert (settings["host"], settings["key"], settings["ca"]) == ('o"dd\n', "k'1", "PEM\nPEM\n")
    assert "ExecStart=" in space["__doc__"]

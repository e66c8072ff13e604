"""Whatever a host writes, decoding gives sound values or BadAnswer."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation.display.text import clean_text
from metrics.errors import BadAnswer
from metrics.sampling.answer import MAX_ERRORS, MAX_LINE_BYTES, MAX_TEXT, decode_answer, decode_hello
from metrics.sampling.wire import MAX_LABEL_SETS, MAX_TOP_PROCESSES
from tests.metrics.answers import ENVELOPE, answer, damaged_lines, line

HELLO = {
    "monctl": 1, "nonce": "abc", "pid": 4711, "python": "3.11.2", "backend": "proc", "psutil": None,
    "os": "linux", "kernel": "6.1.0", "hostname": "web-1", "arch": "x86_64", "cpu": "model",
}  # fmt: skip
NET = ["bytes_sent", "bytes_recv"]


def decoded_or_refused(text: bytes) -> None:
    reason = ""
    try:
        decode_answer(text)
    except BadAnswer as error:
        reason = error.reason
    assert reason == clean_text(reason, limit=MAX_TEXT)


@given(st.binary())
def test_any_bytes_are_decoded_or_refused(text: bytes) -> None:
    decoded_or_refused(text)


@given(damaged_lines())
def test_a_damaged_answer_is_decoded_or_refused(text: bytes) -> None:
    decoded_or_refused(text)


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"[]",
        b"null",
        b"{}",
        b"[" * 100_000,
        b'{"a":' * 100_000,
        json.dumps(dict(ENVELOPE)).encode()[:-1] + b',"cpu":' + b"[" * 100_000,
        b'{"id":1,"time":1,"monotonic":1}',
        line(id=-1),
        line(time="now"),
        line(time=1e300),
        line(boot=None),
        line(monotonic=[]),
        line(cost=-1),
        b'"' * 10_001,
        b'"' + b'\\"' * 400_000,
        b" " * (MAX_LINE_BYTES + 1),
        b"Welcome to \x1b[31mweb-1\x07",
    ],
)
def test_a_line_without_a_sound_envelope_is_refused_with_a_reason_fit_for_a_terminal(text: bytes) -> None:
    with pytest.raises(BadAnswer) as caught:
        decode_answer(text)
    assert caught.value.reason.isprintable()
    assert 0 < len(caught.value.reason) <= MAX_TEXT


@pytest.mark.parametrize(
    ("collector", "said"),
    [
        ("mem", {"total": "much"}),
        ("mem", {"total": -1}),
        ("mem", {"total": 2**63}),
        ("mem", {"total": 1.5}),
        ("mem", {"total": True}),
        ("mem", [1]),
        ("cpu", {"names": ["user", "idle"], "rows": {"cpu-total": [1.0]}}),
        ("cpu", {"names": ["user", "idle"], "rows": {"cpu-total": [1.0, 2e18]}}),
        ("cpu", {"names": ["user", "user"], "rows": {}}),
        ("cpu", {"names": ["colour"], "rows": {"cpu-total": [1.0]}}),
        ("cpu", {"rows": {}}),
        ("net", {"names": NET, "rows": {"eth0": [1, 2, 3]}}),
        ("net", {"names": NET, "rows": {"eth0": [1, -2]}}),
        ("disk", [{"path": "/"}]),
        ("pressure", {"cpu": {"some": [1.0]}}),
        ("temp", {"core": "hot"}),
        ("top", {"cpu": [{"pid": "x"}]}),
        ("users", {}),
        ("errors", {"disk": 5}),
    ],
)
def test_a_damaged_collector_costs_only_itself_and_is_named(collector: str, said: Any) -> None:
    found = answer(**{"swap": {"total": 7}, collector: said})
    assert found.swap == {"total": 7}
    assert not getattr(found, collector) or collector == "errors"
    assert found.errors[collector].startswith("unusable: ")


def test_what_json_forbids_costs_at_most_its_collector() -> None:
    text = line(swap={"total": 7})[:-1] + b',"temp":{"a":NaN},"mem":{"total":-Infinity}}'
    found = decode_answer(text)
    assert (found.swap, found.temp, found.mem) == ({"total": 7}, None, None)
    assert set(found.errors) == {"temp", "mem"}


def test_names_that_are_not_unicode_are_kept_readable() -> None:
    assert decode_answer(line()[:-1] + b',"temp":{"caf\xe9":1}}').temp == {"caf\ufffd": 1.0}
    assert decode_answer(line()[:-1] + b',"temp":{"\\udce9 \\\\ud800 \\ud83d\\ude00 \\ud800":1}}').temp == {
        "\ufffd \\ud800 \U0001f600 \ufffd": 1.0
    }
    assert decode_answer(line()[:-1] + b',"temp":{"a\x01NaN":1}}').temp == {"a\ufffdNaN": 1.0}


def test_columns_are_brought_into_their_order_and_unknown_ones_left_out() -> None:
    found = answer(net={"names": ["colour", "bytes_recv", "bytes_sent"], "rows": {"eth0": [9, 2, 1]}})
    assert found.net is not None
    assert (found.net.names, found.net.rows) == (("bytes_sent", "bytes_recv"), {"eth0": [1, 2]})
    assert list(answer(swap={"free": 1, "x": 2, "total": 3}).swap or {}) == ["total", "free"]


def test_of_too_many_label_sets_the_first_are_kept_and_their_number_told() -> None:
    names = [f"n{i}" for i in range(5000)]
    mount = {"path": "/", "device": "d", "fstype": "f", "mode": "rw", "total": 1, "used": 1, "free": 1}
    found = answer(
        net={"names": NET, "rows": {name: [1, 2] for name in names}},
        disk=[mount] * 1500,
        temp=dict.fromkeys(names, 1.0),
    )
    assert found.net is not None
    assert found.disk is not None
    assert found.temp is not None
    assert [len(found.net.rows), len(found.disk), len(found.temp)] == [MAX_LABEL_SETS] * 3
    assert found.errors["net"] == "5000 label sets, the first 1024 kept"
    assert found.errors["disk"] == "1500 label sets, the first 1024 kept"
    assert list(found.net.rows) == names[:MAX_LABEL_SETS]


def test_of_too_many_processes_the_first_are_kept() -> None:
    process = {"pid": 1, "user": "root", "name": "init", "rss": 1}
    found = answer(top={"cpu": [process] * 500, "memory": []})
    assert found.top is not None
    assert len(found.top.cpu) == MAX_TOP_PROCESSES


DISK = {"device": "sda", "fstype": "ext4", "mode": "rw", "total": 100, "used": 60, "free": 40}


@pytest.mark.parametrize(
    ("collector", "said", "left"),
    [
        ("mem", {"total": 100, "free": 101, "cached": 2**63 - 1}, {"total": 100}),
        (
            "swap",
            {"total": 0, "used": 0, "free": 2**63 - 1, "in": 5, "out": 6},
            {"total": 0, "in": 5, "out": 6},
        ),
        ("swap", {"total": 10, "used": 11, "free": 3}, {"total": 10}),
        ("temp", {"cpu": 40.0, "a": -273.1, "b": 3892314.0}, {"cpu": 40.0}),
    ],
)
def test_what_cannot_be_is_left_out_and_named(
    collector: str, said: dict[str, Any], left: dict[str, Any]
) -> None:
    found = decode_answer(line(**{collector: said}))
    assert getattr(found, collector) == left
    assert found.errors[collector].startswith("left out as impossible: ")


def test_a_disk_cannot_have_more_in_use_or_free_than_there_is() -> None:
    disks = [
        DISK | {"path": "/", "inodes_total": 10, "inodes_used": 4, "inodes_free": 6},
        DISK | {"path": "/full", "used": 101},
        DISK | {"path": "/free", "free": 2**63 - 1},
        DISK | {"path": "/ceph", "inodes_total": 10, "inodes_used": 0, "inodes_free": 2**63 - 1},
    ]
    found = decode_answer(line(disk=disks))
    assert found.disk is not None
    assert [(disk.path, disk.inodes_free) for disk in found.disk] == [("/", 6), ("/ceph", None)]
    assert found.errors["disk"] == "left out as impossible: /full, /free, /ceph"


def test_errors_are_cleaned_cut_and_bounded_in_number() -> None:
    found = answer(errors={f"{i}\x1b": "x\x07" * 150 for i in range(300)})
    assert len(found.errors) == MAX_ERRORS + 1
    assert found.errors["errors"] == "300 errors, the first 32 kept"
    assert all(text.isprintable() and len(text) <= MAX_TEXT for pair in found.errors.items() for text in pair)


def test_an_error_of_the_host_and_one_of_ours_are_both_told() -> None:
    found = answer(errors={"net": "slow"}, net={"names": NET, "rows": {"eth0": [1]}})
    assert found.errors == {"net": "slow; unusable: a row has 1 values for 2 names"}


def test_a_hello_tells_of_the_host() -> None:
    hello = decode_hello(json.dumps(HELLO).encode() + b"\r\n", "abc")
    assert (hello.pid, hello.backend, hello.psutil) == (4711, "proc", None)
    assert hello.facts()["kernel"] == "6.1.0"
    assert "nonce" not in hello.facts()


def test_a_hellos_texts_are_clean_and_short() -> None:
    said = HELLO | {"hostname": "web\x1b[2J\u202e", "cpu": "x" * 5000, "psutil": "7.0\n"}
    facts = decode_hello(json.dumps(said).encode(), "abc").facts()
    assert facts["hostname"] == "web\ufffd[2J\ufffd"
    assert facts["psutil"] == "7.0\ufffd"
    assert len(str(facts["cpu"])) == MAX_TEXT


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"Last login: today abc",
        b"{}",
        b"[" * 100_000,
        json.dumps(HELLO | {"nonce": "abd"}).encode(),
        json.dumps(HELLO | {"monctl": 2}).encode(),
        json.dumps(HELLO | {"pid": "x"}).encode(),
        b'{"monctl":1,"nonce":"abc\xff"}',
        b" " * (MAX_LINE_BYTES + 1),
    ],
)
def test_what_is_no_hello_to_this_start_is_refused(text: bytes) -> None:
    with pytest.raises(BadAnswer):
        decode_hello(text, "abc")


def test_a_probe_that_cannot_start_says_why() -> None:
    with pytest.raises(BadAnswer) as caught:
        decode_hello(b'{"monctl":1,"nonce":"abc","error":"psutil is\\u001b missing"}', "abc")
    assert caught.value.reason == "psutil is\ufffd missing"


@given(st.binary())
def test_any_bytes_are_no_hello(text: bytes) -> None:
    with pytest.raises(BadAnswer):
        decode_hello(text, "8d1f7a90c2")

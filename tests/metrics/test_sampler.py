"""A host's answers become points: the right figures, of the right types, whatever the host says."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foundation.display.text import clean_text
from metrics.catalog import LABELS, METRICS, FieldType
from metrics.errors import BadAnswer
from metrics.results import Number, Point
from metrics.sampling.answer import decode_answer
from metrics.sampling.labels import MAX_LABEL_VALUE
from metrics.sampling.sampler import HostSampler, PollFacts, Sample, failed_points
from metrics.sampling.totals import is_disk_name, is_external_name
from tests.metrics.answers import answer, damaged_lines
from tests.support.examples import examples

POLL = PollFacts(duration_seconds=0.2, connect_seconds=0.1, missed=3)
NET = ["bytes_sent", "bytes_recv"]
INF = float("inf")


class Asked:
    """A host that is asked every few seconds; its own clock runs with the poller's unless told otherwise."""

    def __init__(self, **arguments: float) -> None:
        self.sampler = HostSampler(**{"max_gap_seconds": 300.0, **arguments})
        self.now = 1000.0
        self.host_monotonic = 50.0

    def says(self, *, after: float = 5.0, host_after: float | None = None, **fields: Any) -> Sample:
        self.now += after
        self.host_monotonic += after if host_after is None else host_after
        said = answer(**{"monotonic": self.host_monotonic, "time": self.now, **fields})
        return self.sampler.sample(said, time=self.now, poll=POLL)


def fields(sampled: Sample, measurement: str, **labels: str) -> dict[str, Number]:
    wanted = tuple(sorted(labels.items()))
    return next(p.fields for p in sampled.points if (p.measurement, p.labels) == (measurement, wanted))


def measurements(sampled: Sample) -> list[str]:
    return [point.measurement for point in sampled.points]


def net(**rows: int) -> dict[str, Any]:
    return {"names": NET, "rows": {name: [sent, 0] for name, sent in rows.items()}}


def cpu(user: float, idle: float) -> dict[str, Any]:
    return {"names": ["user", "idle"], "rows": {"cpu-total": [user, idle]}}


def sent_per_second(sampled: Sample, interface: str = "eth0") -> Number | None:
    return fields(sampled, "net", interface=interface).get("bytes_sent_per_second")


def test_the_first_answer_gives_counters_but_no_rates_and_no_cpu() -> None:
    sampled = Asked().says(net=net(eth0=500), cpu=cpu(1.0, 1.0))
    assert fields(sampled, "net", interface="eth0") == {"bytes_sent": 500, "bytes_recv": 0, "external": 1}
    assert measurements(sampled) == ["net", "poll"]


@pytest.mark.parametrize(
    ("total_of", "external"),
    [
        (None, {"eth0": 1, "veth1": 0, "tapir0": 0}),
        (["tapir0", "gone"], {"eth0": 0, "veth1": 0, "tapir0": 1}),
    ],
)
def test_what_counts_in_the_total_is_what_the_host_says_or_else_likely(
    total_of: list[str] | None, external: dict[str, int]
) -> None:
    host = Asked()
    for _ in range(2):
        sampled = host.says(net=net(eth0=1, veth1=2, tapir0=3) | ({"total_of": total_of} if total_of else {}))
        assert {name: fields(sampled, "net", interface=name)["external"] for name in external} == external


def test_a_host_that_begins_to_say_what_counts_is_followed() -> None:
    host = Asked()
    said: list[dict[str, Any]] = [{}, {"total_of": ["veth1"]}, {"total_of": []}, {}]
    answers = [host.says(net=net(eth0=1, veth1=2) | one) for one in said]
    counted = [fields(sampled, "net", interface="veth1")["external"] for sampled in answers]
    assert counted == [0, 1, 0, 0]


@pytest.mark.parametrize(
    "name", ["sda", "nvme0n1", "mmcblk0", "xvda", "disk0", "PhysicalDrive0", "ada0", "zd0", "sd0"]
)
def test_a_disk_of_a_host_that_does_not_say_is_known_by_its_name(name: str) -> None:
    assert is_disk_name(name)


@pytest.mark.parametrize(
    "name", ["sda1", "nvme0n1p2", "mmcblk0p1", "xvda3", "ada0p2", "dm-0", "md127", "loop3"]
)
def test_a_part_of_a_disk_is_known_by_its_name(name: str) -> None:
    assert not is_disk_name(name)


@pytest.mark.parametrize("name", ["Ethernet", "Wi-Fi", "en0", "eth0", "wlan0", "enp3s0", "vtnet0"])
def test_an_interface_of_a_host_that_does_not_say_is_known_by_its_name(name: str) -> None:
    assert is_external_name(name)


@pytest.mark.parametrize(
    "name", ["vEthernet (WSL)", "VMware Network Adapter VMnet8", "veth1", "br-0a1b", "lo"]
)
def test_an_interface_that_only_leads_to_guests_is_known_by_its_name(name: str) -> None:
    assert not is_external_name(name)


def test_the_second_answer_gives_rates() -> None:
    host = Asked()
    host.says(net=net(eth0=500), cpu=cpu(1.0, 1.0))
    sampled = host.says(net=net(eth0=1000), cpu=cpu(2.0, 4.0))
    assert sent_per_second(sampled) == 100.0
    assert fields(sampled, "cpu", cpu="cpu-total")["usage_active"] == 25.0


def test_a_reboot_gives_no_rates_even_where_counters_grew() -> None:
    host = Asked()
    host.says(net=net(eth0=500), cpu=cpu(1.0, 1.0), boot="a")
    sampled = host.says(net=net(eth0=1000), cpu=cpu(2.0, 4.0), boot="b")
    assert sent_per_second(sampled) is None
    assert "cpu" not in measurements(sampled)
    assert sent_per_second(host.says(net=net(eth0=1500), boot="b")) == 100.0


def test_a_counter_that_fell_gives_no_rate_once() -> None:
    host = Asked()
    host.says(net=net(eth0=500))
    assert sent_per_second(host.says(net=net(eth0=100))) is None
    assert sent_per_second(host.says(net=net(eth0=600))) == 100.0


def test_a_long_gap_gives_no_rates() -> None:
    host = Asked(max_gap_seconds=60.0)
    host.says(net=net(eth0=500), cpu=cpu(1.0, 1.0))
    sampled = host.says(after=61.0, net=net(eth0=1000), cpu=cpu(2.0, 4.0))
    assert sent_per_second(sampled) is None
    assert "cpu" not in measurements(sampled)
    assert sent_per_second(host.says(after=60.0, net=net(eth0=7000))) == 100.0


@pytest.mark.parametrize(
    ("after", "host_after", "rate"),
    [
        (5.0, 4.0, 125.0),  # the answer before came late over the network: the host's clock is exact
        (5.0, 2.5, 200.0),
        (5.0, 2.4, 100.0),  # the host was suspended, or its clock lies
        (5.0, 10.0, 50.0),
        (5.0, 10.1, 100.0),
        (5.0, 0.0, 100.0),
        (5.0, -5.0, 100.0),
        (0.0, 0.0, None),
        (-5.0, 5.0, None),
        (-5.0, -5.0, None),
    ],
)
def test_rates_are_taken_over_the_hosts_clock_where_it_can_be_trusted(
    after: float, host_after: float, rate: float | None
) -> None:
    host = Asked()
    host.says(net=net(eth0=500))
    assert sent_per_second(host.says(after=after, host_after=host_after, net=net(eth0=1000))) == rate


def test_a_step_of_the_pollers_wall_clock_harms_no_rate_where_its_monotonic_clock_is_known() -> None:
    sampler = HostSampler(max_gap_seconds=300.0)
    for wall, monotonic, sent in ((1000.0, 10.0, 500), (9000.0, 15.0, 1000)):
        facts = PollFacts(duration_seconds=0.1, monotonic_seconds=monotonic)
        said = answer(monotonic=monotonic + 70.0, net=net(eth0=sent))
        sampled = sampler.sample(said, time=wall, poll=facts)
    assert sent_per_second(sampled) == 100.0


def test_a_collector_that_was_missing_once_is_compared_over_the_whole_time() -> None:
    host = Asked()
    host.says(net=net(eth0=500))
    assert measurements(host.says()) == ["poll"]
    assert sent_per_second(host.says(net=net(eth0=1500))) == 100.0


def test_an_interface_that_is_new_or_back_has_no_rate_at_first() -> None:
    host = Asked()
    host.says(net=net(eth0=500, tun0=9))
    assert sent_per_second(host.says(net=net(eth0=1000, tun1=5)), "tun1") is None
    sampled = host.says(net=net(eth0=1500, tun0=900, tun1=10))
    assert sent_per_second(sampled, "tun0") is None
    assert sent_per_second(sampled, "tun1") == 1.0


def test_label_sets_that_vanished_are_forgotten() -> None:
    host = Asked()
    for n in range(50):
        host.says(net=net(**{f"veth{n}": 1}))
    labeller = host.sampler._net.labeller  # what is held is what is tested
    assert len(labeller._labels_by_raw) == 1


def test_label_tuples_are_the_same_objects_from_poll_to_poll() -> None:
    host = Asked()
    first = host.says(net=net(eth0=1, eth1=2))
    second = host.says(net=net(eth0=1, eth1=2, eth2=3))
    assert all(
        a.labels is b.labels for a, b in zip(first.points, second.points[:2], strict=False) if a.labels
    )


def test_layout_is_the_same_from_poll_to_poll_whatever_order_the_host_chooses() -> None:
    host = Asked()
    host.says(net=net(eth0=1))
    first = host.says(mem={"total": 4, "available": 1, "free": 1}, net=net(eth0=1))
    second = host.says(
        net={"names": NET[::-1], "rows": {"eth0": [0, 1]}}, mem={"free": 1, "available": 1, "total": 4}
    )
    layouts = [[(p.measurement, p.labels, tuple(p.fields)) for p in s.points] for s in (first, second)]
    assert layouts[0] == layouts[1]


def test_two_names_that_clean_to_one_label_are_told_and_the_first_is_kept() -> None:
    sampled = Asked().says(temp={"a\x01": 1.0, "a\x02": 2.0})
    assert fields(sampled, "temp", sensor="a\ufffd") == {"temp": 1.0}
    assert sampled.errors == {"temp": "label sets that occur twice: 1; the first is kept"}


def test_a_mount_that_is_listed_twice_counts_once_without_a_word() -> None:
    mount = {"path": "/", "device": "d", "fstype": "f", "mode": "rw", "total": 9, "used": 3, "free": 5}
    sampled = Asked().says(disk=[mount, mount])
    assert measurements(sampled) == ["disk", "poll"]
    assert sampled.errors == {}


def test_memory_figures_follow_from_total_and_available() -> None:
    sampled = Asked().says(mem={"total": 300, "available": 100, "free": 50})
    assert fields(sampled, "mem") == {
        "total": 300, "available": 100, "free": 50, "used": 200, "used_percent": 66.67,
        "available_percent": 33.33,
    }  # fmt: skip


def test_memory_that_is_more_than_all_available_is_not_used_negatively() -> None:
    sampled = Asked().says(mem={"total": 100, "available": 2**63 - 1})
    assert fields(sampled, "mem") == {
        "total": 100, "available": 100, "used": 0, "used_percent": 0.0, "available_percent": 100.0,
    }  # fmt: skip
    assert sampled.errors == {"mem": "brought within the total: available"}


@pytest.mark.parametrize("percent", [100.01, 5000.0])
def test_nothing_stalls_for_more_than_all_of_the_time(percent: float) -> None:
    sampled = Asked().says(pressure={"io": {"some": [percent, 0.0, 0.0, 5]}})
    assert "pressure" in sampled.errors
    assert "pressure" not in measurements(sampled)


def test_swap_of_no_size_is_used_to_no_percent() -> None:
    host = Asked()
    assert fields(host.says(swap={"total": 0, "used": 0}), "swap")["used_percent"] == 0.0
    assert fields(host.says(swap={"total": 8, "used": 1}), "swap")["used_percent"] == 12.5


def test_a_disks_percent_is_of_what_users_may_take() -> None:
    mount = {"path": "/", "device": "d", "fstype": "f", "mode": "rw", "total": 100, "used": 60, "free": 20}
    host = Asked()
    labels = {"path": "/", "device": "d", "fstype": "f", "mode": "rw"}
    found = fields(host.says(disk=[mount]), "disk", **labels)
    assert found == {"total": 100, "used": 60, "free": 20, "used_percent": 75.0, "became_read_only": 0}
    inodes = {"inodes_total": 8, "inodes_used": 1, "inodes_free": 7}
    found = fields(host.says(disk=[mount | inodes]), "disk", **labels)
    assert found["inodes_used_percent"] == 12.5


def test_the_number_of_users_stands_in_system_until_it_is_too_old() -> None:
    host = Asked(users_max_age_seconds=12.0)
    system = {"load1": 0.5}
    assert fields(host.says(system=system), "system") == {"load1": 0.5}
    assert fields(host.says(system=system, users={"n_users": 2}), "system") == {"load1": 0.5, "n_users": 2}
    assert fields(host.says(system=system), "system")["n_users"] == 2
    assert fields(host.says(system=system), "system")["n_users"] == 2
    assert "n_users" not in fields(host.says(system=system), "system")


def test_the_number_of_users_is_forgotten_when_its_collector_fails_or_the_host_restarts() -> None:
    host = Asked()
    system = {"load1": 0.5}
    host.says(system=system, users={"n_users": 2})
    assert "n_users" not in fields(host.says(system=system, errors={"users": "no utmp"}), "system")
    host.says(system=system, users={"n_users": 2})
    assert "n_users" not in fields(host.says(system=system, boot="b"), "system")


def test_users_without_system_are_a_point_of_their_own_only_when_said() -> None:
    host = Asked()
    assert fields(host.says(users={"n_users": 1}), "system") == {"n_users": 1}
    assert measurements(host.says()) == ["poll"]


def test_the_poll_point_tells_of_the_poll() -> None:
    sampler = HostSampler(max_gap_seconds=300.0)
    poll = PollFacts(duration_seconds=0.20004, connect_seconds=0.12344, missed=3)
    said = answer(time=1007.2, cost=0.0004215)
    found = fields(sampler.sample(said, time=1000.0, poll=poll), "poll")
    assert found == {
        "up": 1, "duration_seconds": 0.2, "clock_offset_seconds": 7.1, "missed": 3,
        "connect_seconds": 0.1234, "probe_cpu_seconds": 0.000421,
    }  # fmt: skip


def test_what_a_poll_does_not_know_is_absent() -> None:
    sampler = HostSampler(max_gap_seconds=300.0)
    sampled = sampler.sample(answer(cost=None), time=1000.0, poll=PollFacts(duration_seconds=0.2))
    assert not {"connect_seconds", "probe_cpu_seconds"} & set(fields(sampled, "poll"))


def test_a_failed_poll_has_a_point_too() -> None:
    assert failed_points(missed=4) == (Point("poll", (), {"up": 0, "missed": 4}),)


def test_top_processes_are_sorted_and_cleaned() -> None:
    def process(name: str, percent: float | None, rss: int) -> dict[str, Any]:
        return {"pid": 1, "user": "root", "name": name, "cpu_percent": percent, "rss": rss}

    listed = [process("new", None, 5), process("a\x1b", 1.26, 7), process("b" * 300, 99.0, 6)]
    top = Asked().says(top={"cpu": listed, "memory": listed}).top
    assert top is not None
    assert [p.name for p in top.by_cpu] == ["b" * 199 + "…", "a\ufffd", "new"]
    assert [p.cpu_percent for p in top.by_cpu] == [99.0, 1.3, None]
    assert [p.rss for p in top.by_memory] == [7, 6, 5]


def test_no_processes_are_none_not_an_empty_list() -> None:
    assert Asked().says().top is None


@settings(max_examples=examples(200))
@given(st.lists(damaged_lines(), min_size=1, max_size=4), st.floats(0.0, 600.0))
def test_whatever_is_decoded_gives_points_of_the_catalogue(lines: list[bytes], after: float) -> None:
    sampler = HostSampler(max_gap_seconds=300.0)
    time = 1_732_342_950.0
    for text in lines:
        time += after
        try:
            decoded = decode_answer(text)
        except BadAnswer:
            continue
        check(sampler.sample(decoded, time=time, poll=POLL))


def check(sampled: Sample) -> None:
    seen = set()
    for point in sampled.points:
        assert (point.measurement, point.labels) not in seen
        seen.add((point.measurement, point.labels))
        assert tuple(name for name, _ in point.labels) == LABELS[point.measurement]
        assert all(value == clean_text(value, limit=MAX_LABEL_VALUE) for _, value in point.labels)
        assert point.fields
        for field, value in point.fields.items():
            check_value(f"{point.measurement}.{field}", value)
    assert all(text.isprintable() or text == clean_text(text, limit=200) for text in sampled.errors.values())


def check_value(name: str, value: Number) -> None:
    metric = METRICS[name]
    assert type(value) is (int if metric.type is FieldType.INT else float)
    assert -INF < value < INF
    if metric.type is FieldType.INT:
        assert 0 <= value < 2**63
    if metric.unit in ("per_second", "bytes_per_second"):
        assert value >= 0.0
    if metric.unit == "percent" and metric.measurement != "pressure":
        assert 0.0 <= value <= 100.0

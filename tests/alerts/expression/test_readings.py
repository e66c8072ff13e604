"""What stood on each side."""

import pytest

from alerts.expression.compiled import compile_expression
from alerts.notice import Reading
from tests.alerts.expression.evaluating import Host, Points, WindowValues, arranged

DISK = {"disk": {"used_percent": 93.5, "free": 10, "total": 200}}


def readings(
    text: str,
    points: Points | None = None,
    windows: WindowValues | None = None,
    host: Host | None = None,
    labels: dict[str, str] | None = None,
) -> tuple[Reading, ...]:
    compiled = compile_expression(text)
    return compiled.readings(*arranged(compiled, points or {}, windows or {}, host or Host()), labels or {})


def test_a_comparison_is_read_with_its_metric_unit_and_labels() -> None:
    (reading,) = readings("disk.used_percent > 90", DISK, labels={"path": "/var", "interface": "eth0"})
    assert reading == Reading(
        text="disk.used_percent > 90",
        metric="disk.used_percent",
        value=93.5,
        operator=">",
        threshold=90.0,
        unit="percent",
        labels={"path": "/var"},
    )


@pytest.mark.parametrize(
    ("written", "operator"), [("<", ">"), ("<=", ">="), (">", "<"), (">=", "<="), ("==", "=="), ("!=", "!=")]
)
def test_a_metric_on_the_right_is_read_as_if_it_stood_left(written: str, operator: str) -> None:
    (reading,) = readings(f"90 {written} disk.used_percent", DISK)
    assert (reading.metric, reading.value, reading.operator, reading.threshold) == (
        "disk.used_percent", 93.5, operator, 90.0,
    )  # fmt: skip
    assert reading.text == f"90 {written} disk.used_percent"


def test_every_link_of_a_chain_is_read_by_itself() -> None:
    first, second = readings("(80 + 1) < disk.used_percent  <= ( 2 * (50) )", DISK)
    assert (first.text, first.operator, first.threshold) == ("(80 + 1) < disk.used_percent", ">", 81.0)
    assert (second.text, second.operator, second.threshold) == (
        "disk.used_percent <= ( 2 * (50) )", "<=", 100.0,
    )  # fmt: skip


def test_a_chained_side_is_read_with_its_brackets_both_times() -> None:
    first, second = readings("1 < ((disk.free + 2) * 2 ) < 30", DISK)
    assert (first.text, first.value, first.threshold) == ("1 < ((disk.free + 2) * 2 )", 1.0, 24.0)
    assert (second.text, second.value, second.threshold) == ("((disk.free + 2) * 2 ) < 30", 24.0, 30.0)


def test_all_comparisons_are_read_in_order_also_those_that_did_not_matter() -> None:
    found = readings("not (disk.free < 5 or disk.total > 100) and cpu.usage_active > 1", DISK)
    assert [(reading.text, reading.value) for reading in found] == [
        ("disk.free < 5", 10.0),
        ("disk.total > 100", 200.0),
        ("cpu.usage_active > 1", None),
    ]


def test_what_was_calculated_is_of_no_metric() -> None:
    (reading,) = readings("disk.free / disk.total < 0.1", DISK, labels={"path": "/"})
    assert (reading.metric, reading.value, reading.threshold, reading.unit) == (None, 0.05, 0.1, "")
    assert reading.labels == {}


def test_a_metric_on_the_left_keeps_its_place_beside_another() -> None:
    (reading,) = readings("disk.free < disk.total", DISK)
    assert (reading.metric, reading.value, reading.threshold) == ("disk.free", 10.0, 200.0)


@pytest.mark.parametrize(
    ("call", "metric", "unit"),
    [
        ("avg(cpu.usage_active, 5m)", "cpu.usage_active", "percent"),
        ("predict(disk.free, 24h)", "disk.free", "bytes"),
        ("rate(net.bytes_recv)", "net.bytes_recv", "bytes_per_second"),
        ("rate(net.err_in)", "net.err_in", "per_second"),
        ("rate(diskio.io_time)", "diskio.io_time", ""),
    ],
)
def test_a_function_over_a_time_is_read_as_its_metric(call: str, metric: str, unit: str) -> None:
    (reading,) = readings(f"{call} > 7", windows={call.split("(")[0]: 8.0})
    assert (reading.metric, reading.value, reading.threshold, reading.unit) == (metric, 8.0, 7.0, unit)


def test_texts_are_read_as_they_are() -> None:
    host = Host(state="down", reason="dns", tags={"env": "prod"})
    found = readings('host.state == "down" and host.reason in ("dns", "") and tags.env != "a"', host=host)
    assert [(reading.value, reading.operator, reading.threshold) for reading in found] == [
        ("down", "==", "down"),
        ("dns", "in", "dns, "),
        ("prod", "!=", "a"),
    ]


def test_silence_is_read_in_seconds() -> None:
    (reading,) = readings("nodata( 2m )", host=Host(silent_seconds=130.5))
    assert reading == Reading(
        text="nodata( 2m )", metric=None, value=130.5, operator=">=", threshold=120.0, unit="seconds"
    )
    (reading,) = readings("nodata(2m)", host=Host(silent_seconds=float("inf")))
    assert reading.value is None


def test_what_compares_nothing_has_no_readings() -> None:
    assert readings("poller.cut_off or False") == ()

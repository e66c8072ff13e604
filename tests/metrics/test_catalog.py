"""The catalogue says of a field everything that is not code."""

from metrics.catalog import METRICS, Kind, raw_fields
from metrics.sampling.wire import DISKIO_COLUMNS, Disk, System, Users


def test_fields_that_have_a_shape_of_their_own_on_the_wire_are_those_that_the_catalogue_calls_raw() -> None:
    assert {*System.__struct_fields__, *Users.__struct_fields__} == set(raw_fields("system"))
    no_figures = {"path", "device", "fstype", "mode", "was_writable"}
    assert set(Disk.__struct_fields__) - no_figures == set(raw_fields("disk"))


def test_a_disks_row_has_the_counters_with_a_rate_first_and_its_gauge_last() -> None:
    rated = [f"diskio.{name}_per_second" in METRICS for name in DISKIO_COLUMNS]
    assert rated == sorted(rated, reverse=True)
    kinds = [METRICS[f"diskio.{name}"].kind for name in DISKIO_COLUMNS]
    assert kinds == [Kind.COUNTER] * (len(kinds) - 1) + [Kind.GAUGE]


def test_every_counter_of_an_interface_has_a_rate() -> None:
    derived = {name for name, metric in METRICS.items() if metric.measurement == "net" and not metric.is_raw}
    rates = derived - {"net.external"}
    assert rates == {f"net.{field}_per_second" for field in raw_fields("net")}


def test_every_phrase_has_one_place_for_its_value_and_that_of_a_bool_none() -> None:
    for metric in METRICS.values():
        assert not metric.phrase or metric.phrase.format("7") == metric.phrase.replace("{}", "7"), metric.name
        assert metric.phrase.count("{}") == (bool(metric.phrase) and metric.unit != "bool"), metric.name

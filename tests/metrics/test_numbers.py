"""Numbers as people read them."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation.display.numbers import age_text, bytes_text, count_text, value_text
from foundation.times import rfc3339_seconds
from metrics.catalog import METRICS, UNITS


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0 B"),
        (1, "1 B"),
        (1023, "1023 B"),
        (1024, "1 KiB"),
        (1536, "1.50 KiB"),
        (15.25 * 1024, "15.2 KiB"),
        (150.25 * 1024, "150 KiB"),
        (1024**2 - 1, "1.00 MiB"),
        (1024**2 - 600, "1023 KiB"),
        (1024**4 * 7, "7 TiB"),
        (2**63 - 1, "8 EiB"),
        (1024**7, "1024 EiB"),
        (-1536, "-1.50 KiB"),
    ],
)
def test_bytes_have_binary_units_and_three_digits(value: float, text: str) -> None:
    assert bytes_text(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "0"), (7, "7"), (0.25, "0.25"), (999, "999"), (999.6, "1.00 k"), (12_345, "12.3 k"), (5e6, "5 M")],
)
def test_counts_have_decimal_units(value: float, text: str) -> None:
    assert count_text(value) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (None, "-"),
        (-3, "0 s"),
        (0, "0 s"),
        (4.9, "4 s"),
        (59.9, "59 s"),
        (60, "1 min"),
        (119, "1 min"),
        (3599, "59 min"),
        (3600, "1 h"),
        (86399, "23 h"),
        (86400 * 5, "5 d"),
    ],
)
def test_ages_are_whole_numbers_of_their_largest_unit(seconds: float | None, text: str) -> None:
    assert age_text(seconds) == text


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (None, "percent", "-"),
        (12.34, "percent", "12.3 %"),
        (2048, "bytes", "2 KiB"),
        (1536.0, "bytes_per_second", "1.50 KiB/s"),
        (1500.0, "per_second", "1.50 k/s"),
        (41.26, "celsius", "41.3 °C"),
        (0.012345, "seconds", "0.01235 s"),
        (1_234_567, "seconds", "14 d"),
        (-90.0, "seconds", "-1 min"),
        (3.25, "milliseconds", "3.25 ms"),
        (1_500, "milliseconds", "1.5 s"),
        (7_200_000, "milliseconds", "2 h"),
        (0.5, "load", "0.50"),
        (1, "bool", "1"),
        (12_345, "count", "12.3 k"),
    ],
)
def test_a_value_is_shown_in_the_catalogues_unit(value: float | None, unit: str, text: str) -> None:
    assert unit in UNITS
    assert value_text(value, unit) == text


def test_every_metric_of_the_catalogue_can_be_shown() -> None:
    for metric in METRICS.values():
        assert re.fullmatch(r"[0-9.]+( ?\S+)?", value_text(12_345.678, metric.unit)), metric.name


@given(st.integers(min_value=0, max_value=2**63 - 1))
def test_a_number_of_bytes_is_short_and_never_a_thousand_of_a_unit(value: int) -> None:
    number, unit = bytes_text(value).split()
    assert float(number) < 1024 or unit == "EiB"
    assert len(number) <= 4


def test_times_are_utc_to_the_second() -> None:
    assert rfc3339_seconds(1767323045.678) == "2026-01-02T03:04:05Z"

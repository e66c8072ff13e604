import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation.documents.durations import format_duration, parse_duration
from foundation.documents.errors import ValueInvalid


@pytest.mark.parametrize(
    ("written", "seconds"),
    [
        ("500ms", 0.5),
        ("5s", 5),
        ("5m", 300),
        ("1h", 3600),
        ("2d", 172800),
        ("2y", 730 * 86400),
        (7, 7),
        (0.25, 0.25),
        ("1.5h", 5400),
    ],
)
def test_a_duration_is_seconds(written: str | float, seconds: float) -> None:
    assert parse_duration(written) == seconds


@pytest.mark.parametrize(
    "written", ["", "5x", "-1s", "s", "5 s", "1h30m", "٥s", -1, True, None, [], float("nan")]
)
def test_anything_else_is_no_duration(written: object) -> None:
    with pytest.raises(ValueInvalid, match="must be a duration such as 500ms"):
        parse_duration(written)


@given(st.integers(min_value=0, max_value=10**9))
def test_a_formatted_duration_is_read_back_the_same(seconds: int) -> None:
    assert parse_duration(format_duration(seconds)) == seconds


def test_the_shortest_way_to_write_a_duration_is_chosen() -> None:
    written = [format_duration(seconds) for seconds in (0, 0.5, 5, 90, 300, 7200, 172800)]
    assert written == ["0s", "500ms", "5s", "90s", "5m", "2h", "2d"]

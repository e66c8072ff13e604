"""A chart is a small PNG that shows what was measured: its pixels are looked at."""

import io

from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from alerts.charts.drawing import HEIGHT, WIDTH, draw_chart
from tests.support.examples import examples

START, END = 1_795_572_720.0, 1_795_576_320.0

Points = list[tuple[float, float | None]]


def _drawn(points: Points, *, threshold: float | None = None, marks: tuple[float, ...] = ()) -> bytes:
    return draw_chart(
        points, title="web-1", unit="percent", start=START, end=END, threshold=threshold, marks=marks
    )


def _steady(value: float | None, *, until: float = END) -> Points:
    return [(START + 5 * number, value) for number in range(int((until - START) / 5) + 1)]


def _picture(png: bytes) -> Image.Image:
    return Image.open(io.BytesIO(png)).convert("RGB")


def _is_blue(colour: tuple[int, int, int]) -> bool:
    return colour[2] - colour[0] > 90


def _is_red(colour: tuple[int, int, int]) -> bool:
    return colour[0] - colour[2] > 90


def _rows(picture: Image.Image, column: int) -> list[int]:
    """The rows of a column that are of the line's blue, from the top."""
    return [row for row in range(HEIGHT) if _is_blue(_pixel(picture, column, row))]


def _pixel(picture: Image.Image, column: int, row: int) -> tuple[int, int, int]:
    found = picture.getpixel((column, row))
    assert isinstance(found, tuple)
    red, green, blue = found
    return int(red), int(green), int(blue)


def _red_count(picture: Image.Image) -> int:
    return sum(_is_red(_pixel(picture, column, row)) for column in range(WIDTH) for row in range(HEIGHT))


def test_a_chart_is_a_png_of_a_few_kilobytes() -> None:
    points: Points = [(START + 5 * number, number * 37 % 89) for number in range(720)]
    made = _drawn(points, threshold=80.0, marks=(START + 1800,))
    assert made.startswith(b"\x89PNG")
    assert len(made) < 10_000
    assert _picture(made).size == (WIDTH, HEIGHT)


def test_a_larger_value_is_drawn_higher() -> None:
    points: Points = [(time, 10.0 if time < START + 1800 else 90.0) for time, _ in _steady(0.0)]
    picture = _picture(_drawn(points))
    low, high = _rows(picture, WIDTH // 4), _rows(picture, WIDTH * 3 // 4)
    assert low
    assert high
    assert high[0] < low[0] - HEIGHT // 3


def test_a_gap_is_a_gap() -> None:
    points: Points = [
        (time, None if START + 1200 < time < START + 2400 else 50.0) for time, _ in _steady(0.0)
    ]
    picture = _picture(_drawn(points))
    middle = round(74 + (WIDTH - 74 - 84) / 2)
    assert not _rows(picture, middle)
    assert _rows(picture, middle - 150)
    assert _rows(picture, middle + 150)


def test_the_threshold_and_the_moment_of_firing_are_drawn_in_red() -> None:
    plain, with_limit, with_mark = (
        _red_count(_picture(png))
        for png in (
            _drawn(_steady(50.0)),
            _drawn(_steady(50.0), threshold=80.0),
            _drawn(_steady(50.0), marks=(START + 1800,)),
        )
    )
    assert plain == 0
    assert with_limit > 200
    assert with_mark > 150


def test_a_mark_outside_the_hour_is_not_drawn() -> None:
    assert _red_count(_picture(_drawn(_steady(50.0), marks=(START - 10, END + 10)))) == 0


def test_a_chart_has_its_own_light_background_and_dark_letters() -> None:
    picture = _picture(_drawn(_steady(50.0)))
    assert _pixel(picture, 1, 1) == (255, 255, 255)
    assert min(sum(_pixel(picture, column, 18)) for column in range(12, 60)) < 250


@settings(max_examples=examples(25), deadline=None)
@given(
    st.lists(st.none() | st.floats() | st.integers(), max_size=30),
    st.none() | st.floats(),
    st.lists(st.floats(), max_size=2),
    st.text(max_size=300),
    st.sampled_from(["percent", "bytes", "seconds", "milliseconds", "count", ""]),
)
def test_whatever_was_measured_can_be_drawn(
    values: list[float | None], threshold: float | None, marks: list[float], title: str, unit: str
) -> None:
    points = [(START + 100 * number, value) for number, value in enumerate(values)]
    made = draw_chart(points, title=title, unit=unit, start=START, end=END, threshold=threshold, marks=marks)
    assert _picture(made).size == (WIDTH, HEIGHT)

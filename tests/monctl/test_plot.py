"""History drawn in the terminal."""

import pytest

from metrics.store import Series
from monctl.render.plot import history_plot, series_name

START = 1767312000.0
BRAILLE = range(0x2800, 0x2900)


def _series(values: list[float | None], host: str = "web-1", **labels: str) -> Series:
    points = tuple((START + 60 * number, value) for number, value in enumerate(values))
    return Series(host=host, labels=tuple(sorted(labels.items())), points=points)


def _plot(*series: Series, width: int = 80, colour: bool = False) -> str:
    return history_plot(series, title="cpu.usage_active (percent)", width=width, height=16, colour=colour)


def _columns(plot: str) -> set[int]:
    """The columns in which anything is drawn."""
    return {
        column
        for line in plot.splitlines()
        for column, character in enumerate(line)
        if ord(character) in BRAILLE
    }


def test_a_plot_has_title_axes_and_the_size_asked_for() -> None:
    lines = _plot(_series([10.0, 20.0, 30.0, 20.0])).splitlines()
    assert "cpu.usage_active (percent)" in lines[0]
    assert len(lines) == 16
    assert all(len(line) <= 80 for line in lines)
    assert "30.0" in "\n".join(lines)


def test_a_gap_stays_a_gap() -> None:
    whole = _columns(_plot(_series([50.0] * 60)))
    gap = _columns(_plot(_series([50.0] * 20 + [None] * 20 + [50.0] * 20)))
    assert max(right - left for left, right in zip(sorted(whole), sorted(whole)[1:], strict=False)) == 1
    widest = max(right - left for left, right in zip(sorted(gap), sorted(gap)[1:], strict=False))
    assert 20 <= widest <= 30
    assert (min(gap), max(gap)) == (min(whole), max(whole))


def test_time_without_data_at_either_end_stays_empty() -> None:
    columns = _columns(_plot(_series([None] * 20 + [50.0] * 20 + [None] * 20)))
    whole = _columns(_plot(_series([50.0] * 60)))
    assert min(columns) > min(whole) + 15
    assert max(columns) < max(whole) - 15


@pytest.mark.parametrize("values", [[7.0], [None, 7.0, None], [0.0, 0.0], [1e15, -1e15], [5, 6]])
def test_odd_series_can_be_drawn(values: list[float | None]) -> None:
    assert _columns(_plot(_series(values)))


def test_colours_come_only_when_wanted() -> None:
    series = [_series([1.0, 2.0], interface="eth0"), _series([2.0, 1.0], interface="eth1")]
    assert "\x1b" not in _plot(*series)
    assert "\x1b[" in _plot(*series, colour=True)


def test_several_series_are_told_apart_by_what_differs() -> None:
    one = [_series([1.0, 2.0], interface="eth0"), _series([2.0, 1.0], interface="eth1")]
    assert "interface=eth1" in _plot(*one)
    assert "web-1" not in _plot(*one)
    several = [_series([1.0], host="web-1"), _series([2.0], host="web-2", path="/x")]
    assert [series_name(line, several) for line in several] == ["web-1", "web-2 path=/x"]


def test_a_hostile_label_does_not_reach_the_terminal() -> None:
    series = [_series([1.0, 2.0], path="/\x1b[2J\n"), _series([2.0, 1.0], path="b" * 500)]
    plot = _plot(*series)
    assert "\x1b" not in plot
    assert len(plot.splitlines()) == 16
    assert "path=/\ufffd[2J\ufffd" in plot

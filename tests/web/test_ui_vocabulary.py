"""What the dashboard shares with the other rooms is what they have."""

from metrics.catalog import METRICS
from web.ui_vocabulary import FILE, vocabulary_text


def test_the_dashboards_vocabulary_is_current() -> None:
    assert FILE.read_text(encoding="utf-8") == vocabulary_text(), "run `make schemas`"


def test_a_metric_is_called_the_same_in_every_chart() -> None:
    for metric in METRICS.values():
        assert len({line.label for line in metric.lines if line.label}) <= 1, metric.name


def test_no_two_lines_of_a_chart_have_the_same_place() -> None:
    places = [(line.chart, line.place) for metric in METRICS.values() for line in metric.lines]
    assert len(places) == len(set(places))

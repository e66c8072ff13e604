"""Questions for history: bounded, completed, asked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from inventory.host import HostSpec
from metrics.catalog import Metric
from metrics.current.state import CurrentState, LastKnown
from metrics.errors import TooManyPoints
from metrics.results import Labels
from metrics.store import Aggregate, History, HistoryQuery, MetricStore
from metrics.stores.steps import bucket_range, choose_step
from web.history.measurements import labels_for, parse_labels
from web.history.times import Range, parse_range, parse_step
from web.hosts.choice import choose_hosts
from web.http.problems import HttpProblem

MAX_POINTS = 1_000_000
"""Points in one answer, of all metrics together."""

_SAMPLED_HOSTS = 8

MAX_HOSTS = 5000
MAX_METRICS = 200


@dataclass(frozen=True, slots=True)
class HistoryQuestion:
    """What is asked of each of some metrics; `step` in seconds, None for the store's choice."""

    hosts: tuple[str, ...]
    range: Range
    step: float | None
    labels: Labels


async def begin_question(
    hosts: Mapping[str, HostSpec],
    names: Sequence[str],
    tags: Sequence[str] = (),
    *,
    start: str,
    end: str,
    now: float,
) -> HistoryQuestion:
    """A question about some of `hosts` (the whole inventory) and a time; its step and labels are still open.

    `now`: unix seconds, which spans such as `-24h` count from. Raises RecordUnknown and HttpProblem (422).
    """
    span = parse_range(start, end, now=now)
    chosen_hosts = await choose_hosts(hosts, names, tags)
    if len(chosen_hosts) > MAX_HOSTS:
        raise HttpProblem(
            422, "too-many-hosts", f"{len(chosen_hosts):,} hosts are chosen, at most {MAX_HOSTS:,} at once"
        )
    return HistoryQuestion(tuple(host.name for host in chosen_hosts), span, None, ())


def complete_question(
    question: HistoryQuestion, metrics: Sequence[Metric], *, step: str, labels: Sequence[str]
) -> HistoryQuestion:
    """The question with its step and labels; raises HttpProblem (422)."""
    return HistoryQuestion(question.hosts, question.range, parse_step(step), parse_labels(labels, metrics))


def foreseen_points(question: HistoryQuestion, metric: Metric, current: CurrentState) -> int:
    """About how many points one metric's history has, by the label sets that hosts have now."""
    hosts = question.hosts[:: max(1, len(question.hosts) // _SAMPLED_HOSTS)]
    label_sets = max(
        (_count_label_sets(current.last_known(host), metric, question) for host in hosts), default=1
    )
    return _buckets(question) * len(question.hosts) * max(1, label_sets)


def _count_label_sets(last_known: LastKnown | None, metric: Metric, question: HistoryQuestion) -> int:
    if last_known is None:
        return 0
    chosen_labels = set(labels_for(metric, question.labels))
    points = last_known.points.get(metric.measurement, ())
    return sum(chosen_labels <= set(point.labels) for point in points)


def _buckets(question: HistoryQuestion) -> int:
    span = question.range
    start, end, step = bucket_range(span.start, span.end, question.step or choose_step(span.end - span.start))
    return (end - start) // step


def check_points(question: HistoryQuestion, metrics: int, *, limit: int = MAX_POINTS) -> None:
    """Raise TooManyPoints where even one series for each host and metric is more than is given at once."""
    points = _buckets(question) * len(question.hosts) * metrics
    if points > limit:
        raise TooManyPoints(points, limit)


async def ask(
    store: MetricStore,
    question: HistoryQuestion,
    metric: Metric,
    *,
    aggregate: Aggregate,
    max_points: int = MAX_POINTS,
) -> History:
    """One metric's history; raises StoreError's kinds."""
    return await store.history(
        HistoryQuery(
            hosts=question.hosts,
            metric=metric.name,
            start=question.range.start,
            end=question.range.end,
            step=question.step,
            aggregate=aggregate,
            labels=labels_for(metric, question.labels),
            max_points=max_points,
        )
    )


def count_points(history: History) -> int:
    """How many points an answer has."""
    return sum(len(series.points) for series in history.series)

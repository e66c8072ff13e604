"""Questions for history: read from a request, bounded, asked."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Query

from metrics.catalog import Metric
from metrics.errors import TooManyPoints
from metrics.results import Labels
from metrics.store import Aggregate, History, HistoryQuery, MetricStore
from metrics.stores.steps import bucket_range, choose_step
from web.dependencies import AppDependencies, Dependencies
from web.history.measurements import labels_for, parse_labels
from web.history.times import Range, parse_range, parse_step
from web.hosts.choice import HostChoice, TagChoice, choose_hosts
from web.http.problems import HttpProblem

MAX_POINTS = 1_000_000
"""Points in one answer, of all metrics together."""

MAX_HOSTS = 5000
MAX_METRICS = 200

MetricChoice = Annotated[
    list[str],
    Query(
        description="`measurement.field`, see GET /metrics/catalog.",
        examples=["cpu.usage_active"],
        min_length=1,
        max_length=MAX_METRICS,
    ),
]
_TIME = "RFC 3339 (UTC without a zone), unix seconds, a span back from now such as `-24h`, or `now`."


@dataclass(frozen=True, slots=True)
class HistoryQuestion:
    """What is asked of each of some metrics; `step` in seconds, None for the store's choice."""

    hosts: tuple[str, ...]
    range: Range
    step: float | None
    labels: Labels


async def read_question(
    parts: AppDependencies,
    host: HostChoice = None,
    tag: TagChoice = None,
    start: Annotated[str, Query(description=f"Inclusive. {_TIME}", examples=["-24h"])] = "-24h",
    end: Annotated[str, Query(description=f"Exclusive. {_TIME}", examples=["now"])] = "now",
) -> HistoryQuestion:
    """Hosts and time of a question; raises RecordUnknown and HttpProblem (422)."""
    return await begin_question(parts, host or [], tag or [], start=start, end=end)


HostsAndTime = Annotated[HistoryQuestion, Depends(read_question)]


async def begin_question(
    parts: Dependencies, hosts: Sequence[str], tags: Sequence[str] = (), *, start: str, end: str
) -> HistoryQuestion:
    """Hosts and time of a question; raises RecordUnknown and HttpProblem (422)."""
    span = parse_range(start, end, now=parts.clock())
    chosen = await choose_hosts(parts.fleet.hosts, hosts, tags)
    if len(chosen) > MAX_HOSTS:
        raise HttpProblem(
            422, "too-many-hosts", f"{len(chosen):,} hosts are chosen, at most {MAX_HOSTS:,} at once"
        )
    return HistoryQuestion(tuple(one.name for one in chosen), span, None, ())


def complete_question(
    question: HistoryQuestion, metrics: Sequence[Metric], *, step: str, labels: Sequence[str]
) -> HistoryQuestion:
    """The question with its step and labels; raises HttpProblem (422)."""
    found = parse_labels(labels, metrics)
    return HistoryQuestion(question.hosts, question.range, parse_step(step), found)


def check_points(question: HistoryQuestion, metrics: int, *, limit: int = MAX_POINTS) -> None:
    """Raise TooManyPoints where even one series for each host and metric is more than is given at once."""
    span = question.range
    start, end, step = bucket_range(span.start, span.end, question.step or choose_step(span.end - span.start))
    asked = (end - start) // step * len(question.hosts) * metrics
    if asked > limit:
        raise TooManyPoints(asked, limit)


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

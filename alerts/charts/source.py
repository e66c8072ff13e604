"""The charts of a message: the last hour of what its worst alerts are about."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from alerts.late_modules import LateModule
from alerts.messages.context import main_reading
from alerts.messages.phrases import host_name, place_text, word
from alerts.notice import Notice, NoticeKind, Reading
from foundation.late_import import late_import
from metrics.catalog import METRICS, Kind, Metric
from metrics.errors import StoreError
from metrics.results import Labels
from metrics.store import HistoryQuery, MetricStore, Series

MAX_CHARTS = 3
SPAN_SECONDS = 3600.0
DEADLINE_SECONDS = 2.0

_LEAST_VALUES = 2
"""With fewer values there is no line to draw."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Subject:
    """What one chart shows."""

    host: str
    metric: Metric
    labels: Labels
    threshold: float | None
    fired_at: float


class ChartSource:
    """Makes charts from the store; `clock`: unix seconds."""

    def __init__(
        self, store: MetricStore, clock: Callable[[], float], *, deadline_seconds: float = DEADLINE_SECONDS
    ) -> None:
        self._store = store
        self._clock = clock
        self._deadline_seconds = deadline_seconds

    async def charts(self, notices: Sequence[Notice]) -> tuple[bytes, ...]:
        """PNGs for up to MAX_CHARTS of the worst alerts that fire and have a metric, the worst first.

        A chart that cannot be made, or not in time, is left out: the text says what matters.
        """
        end = self._clock()
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(self._chart(subject, end)) for subject in subjects(notices)]
        images = (task.result() for task in tasks)
        return tuple(image for image in images if image is not None)

    async def _chart(self, subject: Subject, end: float) -> bytes | None:
        try:
            async with asyncio.timeout(self._deadline_seconds):
                series = await self._series(subject, end)
                if series is None:
                    return None
                return await asyncio.to_thread(_draw, subject, series, end)
        except (StoreError, TimeoutError) as error:
            _log.debug("no chart of %s of %s: %s", subject.metric.name, subject.host, error or "too slow")
            return None

    async def _series(self, subject: Subject, end: float) -> Series | None:
        """The series with exactly these labels, else the first that has them; None with too few values."""
        query = HistoryQuery(
            hosts=(subject.host,),
            metric=subject.metric.name,
            start=end - SPAN_SECONDS,
            end=end,
            labels=subject.labels,
        )
        lines = (await self._store.history(query)).series
        usable = [line for line in lines if _count(line) >= _LEAST_VALUES]
        exact = (line for line in usable if line.labels == subject.labels)
        return next(exact, usable[0] if usable else None)


def subjects(notices: Sequence[Notice]) -> list[Subject]:
    """What to draw: up to MAX_CHARTS, the worst alerts first, each series once."""
    ended_ids = {notice.alert_id for notice in notices if notice.kind is NoticeKind.RESOLVED}
    worst = sorted(notices, key=lambda notice: (-notice.severity.rank, notice.since, notice.host))
    chosen_subjects: dict[tuple[str, str, Labels], Subject] = {}
    for notice in worst:
        subject = None if notice.alert_id in ended_ids else _subject(notice)
        if subject is not None:
            chosen_subjects.setdefault((subject.host, subject.metric.name, subject.labels), subject)
    return list(chosen_subjects.values())[:MAX_CHARTS]


def _subject(notice: Notice) -> Subject | None:
    """None for what has no line: hosts that are down, ends, rules without a metric."""
    reading = main_reading(notice.readings)
    is_drawable = notice.kind is not NoticeKind.RESOLVED and notice.host and not notice.reason
    if reading is None or reading.metric is None or not is_drawable:
        return None
    metric = _drawn_metric(reading.metric)
    if metric is None:
        return None
    labels = tuple(sorted(reading.labels.items()))
    return Subject(notice.host, metric, labels, _threshold(reading), notice.fired_at)


def _drawn_metric(name: str) -> Metric | None:
    """The metric itself, or the rate of a counter, whose own line would only rise."""
    metric = METRICS.get(name)
    if metric is not None and metric.kind is Kind.COUNTER:
        return METRICS.get(f"{name}_per_second")
    return metric


def _threshold(reading: Reading) -> float | None:
    return reading.threshold if isinstance(reading.threshold, int | float) else None


def _count(line: Series) -> int:
    return sum(value is not None for _, value in line.points)


def _draw(subject: Subject, series: Series, end: float) -> bytes:
    image: bytes = late_import(LateModule.DRAWING).draw_chart(
        series.points,
        title=f"{host_name(subject.host)}: {word(subject.metric.name)}{place_text(dict(series.labels))}",
        unit=subject.metric.unit,
        start=end - SPAN_SECONDS,
        end=end,
        threshold=subject.threshold,
        marks=(subject.fired_at,),
    )
    return image

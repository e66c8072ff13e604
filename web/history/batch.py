"""Many questions for history in one request: each is answered for itself, some side by side."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import msgspec
from pydantic import ValidationError

from foundation.records.errors import RecordUnknown
from foundation.side_by_side import side_by_side
from metrics.catalog import Metric
from metrics.errors import StoreError, TooManyPoints, UnknownMetric
from metrics.store import Aggregate, History, MetricStore
from web.auth.kiosk import check_choice
from web.history.bands import Band
from web.history.bodies import HistoryBodies
from web.history.measurements import find_metrics
from web.history.questions import (
    HistoryQuestion,
    ask,
    begin_question,
    check_points,
    complete_question,
    count_points,
    foreseen_points,
)
from web.history.work import Claim, WorkLimit
from web.http.problems import HttpProblem, request_invalid, translate
from web.ports import FleetView
from web.schemas.history import HistoryQuestionRequest

MAX_QUESTIONS = 64

_AT_ONCE = 32
"""A store answers questions about the same hosts and time together."""

_SPARE = 500
"""Points beyond those foreseen that a question may turn out to have; more is asked for alone."""

_BANDED = 3
"""Beside each point of a banded history there are two more values, which count as points."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A question that can be asked; `points`: how many are foreseen, those of the band included."""

    question: HistoryQuestion
    metric: Metric
    aggregate: Aggregate
    readings: int
    points: int


class HistoryBatch:
    """Answers the questions of one request; `max_points`: how many all answers may have together.

    `clock`: unix seconds. `path`: the request's, as problems name it. `claim`: what it may have under way.
    """

    def __init__(
        self,
        fleet: FleetView,
        store: MetricStore,
        bodies: HistoryBodies,
        *,
        clock: Callable[[], float],
        path: str,
        max_points: int,
        claim: Claim,
        work: WorkLimit,
    ) -> None:
        self._fleet = fleet
        self._store = store
        self._bodies = bodies
        self._clock = clock
        self._path = path
        self._max_points = max_points
        self._claim = claim
        self._work = work
        self._points_used = 0
        self._points_asked = 0
        self._slots = asyncio.Semaphore(_AT_ONCE)
        self._alone = asyncio.Lock()

    async def pieces(self, questions: Sequence[object]) -> list[bytes]:
        """`{answers: […]}` in the order of the questions, in pieces.

        A question that cannot be answered gets `{problem: …}`; raises StoreError's kinds where none can be,
        and HttpProblem (503) where too much is under way.
        """
        prepared = [await self._prepared(question) for question in questions]
        points = sum(one.points + _SPARE for one in prepared if isinstance(one, Prepared))
        await self._claim.take(min(points, self._max_points))
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(self._answer(one)) for one in prepared]
        answers = [task.result() for task in tasks]
        pieces = [b'{"answers":[']
        for answer in answers:
            if isinstance(answer, StoreError):
                raise answer
            pieces += (answer, b",")
        return [*pieces[:-1], b"]}"]

    async def _prepared(self, question: object) -> Prepared | bytes:
        """The question, looked at; a problem's document where nothing can come of it."""
        try:
            request = _checked_request(question)
            (metric,) = find_metrics([request.metric])
            complete = await self._question(request, metric)
            readings = _BANDED if request.band else 1
            check_points(complete, readings, limit=self._max_points)
        except HttpProblem as problem:
            return self._problem(problem)
        except (RecordUnknown, UnknownMetric, TooManyPoints) as error:
            return self._translated(error)
        points = foreseen_points(complete, metric, self._fleet.current) * readings
        return Prepared(complete, metric, Aggregate(request.aggregate), readings, points)

    async def _answer(self, prepared: Prepared | bytes) -> bytes | StoreError:
        if isinstance(prepared, bytes):
            return prepared
        try:
            async with self._slots:
                return await self._document(prepared)
        except TooManyPoints as error:
            return self._translated(error)
        except StoreError as error:  # to be raised alone, not in a group
            return error

    def _translated(self, error: Exception) -> bytes:
        translated = translate(error)
        assert translated is not None
        return self._problem(translated)

    def _problem(self, problem: HttpProblem) -> bytes:
        return msgspec.json.encode({"problem": problem.document(self._path)})

    async def _document(self, prepared: Prepared) -> bytes:
        expected = prepared.points + _SPARE
        if self._points_used + self._points_asked + expected > self._max_points:
            return await self._document_alone(prepared)
        self._points_asked += expected
        try:
            history, band = await self._answers(prepared, expected)
        except TooManyPoints:
            # more than was foreseen, though what is left of the whole may be enough
            return await self._document_alone(prepared)
        finally:
            self._points_asked -= expected
        return await self._encoded(prepared, history, band)

    async def _document_alone(self, prepared: Prepared) -> bytes:
        async with self._alone, self._work.growth:
            history, band = await self._answers(prepared, self._max_points - self._points_used)
            return await self._encoded(prepared, history, band)

    async def _encoded(self, prepared: Prepared, history: History, band: Band | None) -> bytes:
        points = self._count(history, prepared.readings)
        return await self._bodies.body(prepared.metric, history, points=points, band=band)

    async def _answers(self, prepared: Prepared, max_points: int) -> tuple[History, Band | None]:
        """The history, and its band over the very same buckets where there are three readings."""
        question, metric, readings = prepared.question, prepared.metric, prepared.readings
        limit = max(0, max_points) // readings
        whole = self._ask(question, metric, prepared.aggregate, limit, readings=readings)
        if readings == 1:
            return await whole, None
        if question.step is None:
            history = await whole
            # the store chose the step: the edges are asked for with the same, to have the same buckets
            edges = self._edges(replace(question, step=history.step), metric, limit)
            low, high = await side_by_side(*edges)
        else:
            history, low, high = await side_by_side(whole, *self._edges(question, metric, limit))
        return history, Band(low, high)

    def _edges(
        self, question: HistoryQuestion, metric: Metric, max_points: int
    ) -> list[Coroutine[Any, Any, History]]:
        """The least and the greatest values: each as many as the points that they go with."""
        kinds = (Aggregate.MIN, Aggregate.MAX)
        return [self._ask(question, metric, kind, max_points) for kind in kinds]

    async def _question(self, request: HistoryQuestionRequest, metric: Metric) -> HistoryQuestion:
        if self._claim.is_kiosk:
            check_choice(request.hosts)
        question = await begin_question(
            self._fleet.hosts,
            request.hosts,
            start=str(request.start),
            end=str(request.end),
            now=self._clock(),
        )
        step = request.step if isinstance(request.step, str) else f"{request.step}s"
        labels = [f"{name}:{value}" for name, value in request.labels.items()]
        return complete_question(question, [metric], step=step, labels=labels)

    async def _ask(
        self,
        question: HistoryQuestion,
        metric: Metric,
        aggregate: Aggregate,
        max_points: int,
        *,
        readings: int = 1,
    ) -> History:
        try:
            return await ask(self._store, question, metric, aggregate=aggregate, max_points=max_points)
        except TooManyPoints as error:
            raise TooManyPoints(self._points_used + error.point_count * readings, self._max_points) from error

    def _count(self, history: History, readings: int) -> int:
        """The answer's points; raises TooManyPoints where others made side by side have left no room."""
        points = count_points(history) * readings
        if self._points_used + points > self._max_points:
            raise TooManyPoints(self._points_used + points, self._max_points)
        self._points_used += points
        if self._points_used > self._claim.points:
            self._claim.add(self._points_used - self._claim.points)
        return points


def read_questions(body: Mapping[str, Any]) -> list[object]:
    """The questions of a request, each still as it was written; raises HttpProblem (422)."""
    questions = body.get("questions")
    if not isinstance(questions, list) or not 1 <= len(questions) <= MAX_QUESTIONS:
        message = f"must be a list of 1 to {MAX_QUESTIONS} questions"
        raise request_invalid([{"loc": ("questions",), "msg": message}])
    for name in body.keys() - {"questions"}:
        raise request_invalid([{"loc": (name,), "msg": "there is no such key"}])
    return list(questions)


def _checked_request(question: object) -> HistoryQuestionRequest:
    try:
        return HistoryQuestionRequest.model_validate(question)
    except ValidationError as error:
        raise request_invalid(error.errors()) from error

"""Metrics over time."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from metrics.catalog import Metric
from metrics.errors import TooManyPoints
from metrics.store import Aggregate
from metrics.stores.history_json import encode_histories
from web.auth.kiosk import MAX_POINTS as MAX_KIOSK_POINTS
from web.dependencies import AppDependencies, Dependencies
from web.history.batch import MAX_QUESTIONS, HistoryBatch, read_questions
from web.history.measurements import find_metrics
from web.history.questions import (
    MAX_POINTS,
    HistoryQuestion,
    ask,
    check_points,
    complete_question,
    count_points,
    foreseen_points,
)
from web.history.work import HeldResponse
from web.http.bodies import read_object
from web.routes.guard import GuardedRoute, Viewer, ViewerOrKiosk, counted_as
from web.routes.metrics.questions import HostsAndTime, MetricChoice
from web.schemas.history import HistoryAnswersView, batch_body
from web.schemas.metrics import HistoriesView, HistoryView
from web.schemas.problems import problems

router = APIRouter(tags=["metrics"], route_class=GuardedRoute)


@router.get(
    "/metrics/history",
    operation_id="get_metric_history",
    summary="Read metrics over time",
    response_model=HistoryView | HistoriesView,
    responses=problems(
        s404="There is no host of that name; `suggestion` names the nearest.",
        s422="The question cannot be understood, or would give more than 1,000,000 points.",
    ),
)
async def get_history(
    request: Request,
    parts: AppDependencies,
    who: Viewer,
    question: HostsAndTime,
    metric: MetricChoice,
    step: Annotated[
        str, Query(description="A bucket's width (`60s`, `5m`), at least 1s; `auto`: up to 720 buckets.")
    ] = "auto",
    aggregate: Annotated[Aggregate, Query(description="How a bucket's values become one.")] = Aggregate.MEAN,
    label: Annotated[
        list[str] | None,
        Query(
            description="`name:value`; only series with all; metrics without such a label are whole.",
            examples=["cpu:cpu-total"],
        ),
    ] = None,
) -> Response:
    """One metric: its series. Several: `items`, such a document for each.

    A host or a label set without data in this time has no series.
    """
    metrics = find_metrics(metric)
    complete = complete_question(question, metrics, step=step, labels=label or [])
    check_points(complete, len(metrics))
    claim = parts.work.claim(counted_as(request, who))
    with claim.until_failure():
        await claim.take(sum(foreseen_points(complete, one, parts.fleet.current) for one in metrics))
        documents = await _documents(parts, complete, metrics, aggregate)
        return HeldResponse(documents if len(documents) == 1 else [encode_histories(documents)], claim)


@router.post(
    "/metrics/history",
    operation_id="ask_metric_history",
    summary="Ask many questions about metrics over time",
    response_model=HistoryAnswersView,
    responses=problems(415, 421, s422="The body is not a list of at most 64 questions."),
    openapi_extra=batch_body(MAX_QUESTIONS),
)
async def ask_history(request: Request, parts: AppDependencies, who: ViewerOrKiosk) -> Response:
    """Answers in the order of the questions, at most 1,000,000 points together.

    Each is what `GET /metrics/history` gives for the one metric, with `band` where that was asked for; or
    `{"problem": …}`, which spoils none of the others. All of it is one request for the rate limit.
    """
    questions = read_questions(await read_object(request))
    max_points = MAX_KIOSK_POINTS if who.is_kiosk else MAX_POINTS
    claim = parts.work.claim(counted_as(request, who), is_kiosk=who.is_kiosk)
    batch = HistoryBatch(
        parts.fleet,
        parts.store,
        parts.history_bodies,
        clock=parts.clock,
        path=request.url.path,
        max_points=max_points,
        claim=claim,
        work=parts.work,
    )
    with claim.until_failure():
        return HeldResponse(await batch.pieces(questions), claim)


async def _documents(
    parts: Dependencies, question: HistoryQuestion, metrics: Sequence[Metric], aggregate: Aggregate
) -> list[bytes]:
    points_used = 0
    documents = []
    for metric in metrics:
        points_left = MAX_POINTS - points_used
        try:
            history = await ask(parts.store, question, metric, aggregate=aggregate, max_points=points_left)
        except TooManyPoints as error:
            raise TooManyPoints(points_used + error.point_count, MAX_POINTS) from error
        points = count_points(history)
        points_used += points
        documents.append(await parts.history_bodies.body(metric, history, points=points))
    return documents

"""What the routes of history read alike from a request: hosts, time and metrics."""

from typing import Annotated

from fastapi import Depends, Query

from web.dependencies import AppDependencies
from web.history.questions import MAX_METRICS, HistoryQuestion, begin_question
from web.hosts.choice import HostChoice, TagChoice

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


async def read_question(
    parts: AppDependencies,
    host: HostChoice = None,
    tag: TagChoice = None,
    start: Annotated[str, Query(description=f"Inclusive. {_TIME}", examples=["-24h"])] = "-24h",
    end: Annotated[str, Query(description=f"Exclusive. {_TIME}", examples=["now"])] = "now",
) -> HistoryQuestion:
    """Hosts and time of a question; raises RecordUnknown and HttpProblem (422)."""
    return await begin_question(
        parts.fleet.hosts, host or [], tag or [], start=start, end=end, now=parts.clock()
    )


HostsAndTime = Annotated[HistoryQuestion, Depends(read_question)]

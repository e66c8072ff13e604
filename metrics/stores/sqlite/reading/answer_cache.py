"""Answers that still hold: the same question, asked again before any of its hosts has given anything new."""

from collections import OrderedDict
from dataclasses import dataclass

from metrics.store import History, HistoryQuery
from metrics.stores.steps import bucket_range, choose_step

MAX_HOSTS = 8
"""Questions about more hosts are hardly ever the same twice."""

_MAX_ANSWERS = 256
_MAX_POINTS = 20_000

Stamp = tuple[tuple[int, ...], ...]
"""What decides an answer beside the question: what is kept, and of each host how far its data goes."""

_Question = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class _Answer:
    stamp: Stamp
    buckets: tuple[int, int, int]
    history: History
    points: int


class AnswerCache:
    """The newest answers of one connection; an answer is the same object each time that it is given."""

    def __init__(self) -> None:
        self._answers: OrderedDict[_Question, _Answer] = OrderedDict()

    def get(self, query: HistoryQuery, stamp: Stamp) -> History | None:
        """The answer to a question about the same buckets at the same stamp."""
        question = _question(query)
        answer = self._answers.get(question)
        if answer is None or answer.stamp != stamp or answer.points > query.max_points:
            return None
        if bucket_range(query.start, query.end, answer.history.step) != answer.buckets:
            return None
        self._answers.move_to_end(question)
        return answer.history

    def put(self, query: HistoryQuery, stamp: Stamp, history: History) -> None:
        """Keep an answer, unless it is large."""
        points = sum(len(series.points) for series in history.series)
        if points > _MAX_POINTS:
            return
        buckets = bucket_range(query.start, query.end, history.step)
        self._answers[_question(query)] = _Answer(stamp, buckets, history, points)
        if len(self._answers) > _MAX_ANSWERS:
            self._answers.popitem(last=False)


def _question(query: HistoryQuery) -> _Question:
    """What two questions must share beside their buckets, which a running clock moves only now and then."""
    step = query.step or -choose_step(query.end - query.start)
    return query.hosts, query.metric, query.labels, query.aggregate, step

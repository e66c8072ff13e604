"""What a server refuses is counted, told once for each cause, and named."""

import json
import logging

import pytest

from metrics.stores.influx.writing.refusals import LATELY_SECONDS, Conflict, Refusals, conflict_of
from tests.metrics.store_contract import Clock

CONFLICT_1 = (
    'partial write: field type conflict: input field "used" on measurement "mem" is type integer,'
    " already exists as type float dropped=3"
)
CONFLICT_3 = {
    "error": "partial write of line protocol occurred",
    "data": [
        {
            "original_line": "mem,host=web\\ 1 used=1i 17",
            "line_number": 2,
            "error_message": "invalid column type for column 'used', expected iox::column_type::field::float,"
            " got iox::column_type::field::integer",
        }
    ]
    * 2,
}


@pytest.mark.parametrize(
    ("body", "count"),
    [
        ({"error": CONFLICT_1}, 3),
        ({"code": "unprocessable entity", "message": f"failure writing points: {CONFLICT_1}"}, 3),
        (CONFLICT_3, 2),
        ({"error": "partial write: unable to parse 'a': x\nunable to parse 'b': x dropped=0"}, 2),
        ({"error": "partial write: something new"}, 1),
    ],
)
def test_refused_points_are_counted_in_each_servers_words(body: object, count: int) -> None:
    refusals = Refusals(Clock())
    refusals.note_partial(json.dumps(body))
    assert refusals.count == count
    assert refusals.problem is not None
    assert f"refused {count} points" in refusals.problem


@pytest.mark.parametrize("body", [{"error": CONFLICT_1}, CONFLICT_3])
def test_a_conflict_is_logged_once_with_field_and_types(
    body: object, caplog: pytest.LogCaptureFixture
) -> None:
    refusals = Refusals(Clock())
    for _ in range(3):
        refusals.note_partial(json.dumps(body))
    (record,) = [record for record in caplog.records if record.levelno == logging.ERROR]
    text = record.getMessage()
    assert 'field "used" of measurement "mem" is float in the bucket, not integer' in text


def test_a_refused_line_is_logged_with_its_host(caplog: pytest.LogCaptureFixture) -> None:
    refusals = Refusals(Clock())
    refusals.note_line("cpu,cpu=a,host=web\\ 1,x=y used=1 17", "too old")
    refusals.note_line("cpu,cpu=a,host=web-2,x=y used=1 17", "too old")
    assert ["of host web 1: too old" in r.getMessage() for r in caplog.records] == [True, False]
    assert refusals.count == 2


def test_a_problem_passes() -> None:
    clock = Clock()
    refusals = Refusals(clock)
    refusals.note_line("cpu,host=a x=1 1", "no")
    clock.now += LATELY_SECONDS + 1
    assert refusals.problem is None
    assert refusals.count == 1


def test_other_texts_are_no_conflicts() -> None:
    assert conflict_of("unable to parse 'x'") is None
    assert conflict_of(CONFLICT_1) == Conflict("mem", "used", "integer", "float")

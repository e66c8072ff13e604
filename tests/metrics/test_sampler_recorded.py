"""Recorded answers of real kinds of hosts, sound and damaged: JSON in, points out.

`tests/data/answers/NAME.jsonl` holds a host's answers, one a line, as they came over the wire, five seconds
apart; `NAME.expected.json` what each of them gives.
"""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from metrics.sampling.answer import decode_answer
from metrics.sampling.sampler import HostSampler, PollFacts, Sample

ANSWERS = Path(__file__).parent.parent / "data" / "answers"
NAMES = sorted(path.stem for path in ANSWERS.glob("*.jsonl"))


def sample_all(name: str) -> list[dict[str, Any]]:
    sampler = HostSampler(max_gap_seconds=300.0)
    facts = PollFacts(duration_seconds=0.1, connect_seconds=0.08125, missed=0)
    lines = (ANSWERS / f"{name}.jsonl").read_bytes().splitlines()
    return [
        as_json(sampler.sample(decode_answer(line), time=1_732_342_950.0 + 5 * n, poll=facts))
        for n, line in enumerate(lines)
    ]


def as_json(sampled: Sample) -> dict[str, Any]:
    points = {
        f"{point.measurement}{''.join(f',{name}={value}' for name, value in point.labels)}": point.fields
        for point in sampled.points
    }
    return {"points": points, "errors": sampled.errors, "top": msgspec.to_builtins(sampled.top)}


@pytest.mark.parametrize("name", NAMES)
def test_a_recorded_answer_gives_exactly_the_expected_points(name: str) -> None:
    expected = json.loads((ANSWERS / f"{name}.expected.json").read_text())
    # Compared as text, for 1 == 1.0, and a field's type must never change.
    assert as_lines(sample_all(name)) == as_lines(expected)


def as_lines(sampled: list[dict[str, Any]]) -> list[str]:
    return json.dumps(sampled, indent=1).splitlines()

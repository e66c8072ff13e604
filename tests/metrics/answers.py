"""Answers for tests: valid ones, and strategies that damage them."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from metrics.sampling.answer import Answer, decode_answer

RECORDED = Path(__file__).parent.parent / "data" / "answers"
ENVELOPE: Mapping[str, Any] = {"id": 1, "time": 1000.0, "monotonic": 50.0, "boot": "a", "cost": 0.001}


def line(**fields: Any) -> bytes:
    """An answer as the probe writes it, with an envelope unless given."""
    return json.dumps({**ENVELOPE, **fields}).encode()


def answer(**fields: Any) -> Answer:
    """The same, decoded."""
    return decode_answer(line(**fields))


def recorded_lines() -> list[bytes]:
    """Every recorded answer."""
    return [text for path in sorted(RECORDED.glob("*.jsonl")) for text in path.read_bytes().splitlines()]


SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(-(2**70), 2**70)
    | st.floats()
    | st.text(st.characters(), max_size=8)
    | st.sampled_from(["cpu-total", "\x1b[2J", "\u202e", "\ud800", 2**63 - 1, 2**63, 1e18, -1e18])
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=8,
)


@st.composite
def damaged_lines(draw: st.DrawFn) -> bytes:
    """A recorded answer in which some values, keys or bytes were exchanged."""
    text = draw(st.sampled_from(recorded_lines()))
    try:
        value = json.loads(text)
    except ValueError:
        return _with_exchanged_bytes(draw, text)
    for _ in range(draw(st.integers(1, 3))):
        value = _with_exchanged_value(draw, value)
    text = json.dumps(value, ensure_ascii=draw(st.booleans())).encode(errors="surrogatepass")
    return _with_exchanged_bytes(draw, text) if draw(st.booleans()) else text


def _with_exchanged_value(draw: st.DrawFn, value: Any) -> Any:
    if isinstance(value, dict) and value and draw(st.integers(0, 9)):
        key = draw(st.sampled_from(sorted(value)))
        renamed = draw(st.text(max_size=4)) if not draw(st.integers(0, 9)) else key
        return {**value, renamed: _with_exchanged_value(draw, value[key])}
    if isinstance(value, list) and value and draw(st.integers(0, 9)):
        where = draw(st.integers(0, len(value) - 1))
        return [*value[:where], _with_exchanged_value(draw, value[where]), *value[where + 1 :]]
    return draw(VALUES)


def _with_exchanged_bytes(draw: st.DrawFn, text: bytes) -> bytes:
    start = draw(st.integers(0, len(text)))
    end = draw(st.integers(start, min(len(text), start + 8)))
    return text[:start] + draw(st.binary(max_size=8)) + text[end:]

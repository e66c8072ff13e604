"""What the dashboard shares with the other rooms, as TypeScript: lines of charts, collectors, functions.

`python -m web.ui_schemas` writes web/ui/src/api/vocabulary.ts anew.
"""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from operator import itemgetter
from pathlib import Path
from typing import Any

from alerts.expression.references import FUNCTIONS
from foundation.documents.durations import format_duration
from inventory.collectors import DEFAULT_COLLECTORS, EVERY_POLL, OFF
from metrics.catalog import METRICS, Line, Metric

FILE = Path(__file__).parent / "ui" / "src" / "api" / "vocabulary.ts"

_HEAD = "/** What the dashboard shares with the rest of monctl. Made by `make schemas`, not edited. */\n"


def vocabulary_text() -> str:
    """The text of the file."""
    constants: dict[str, tuple[str, Mapping[str, Any]]] = {
        "CHART_LINES": ("The lines of each chart of a host's page.", _chart_lines()),
        "LINE_TEXTS": ("The English names of those lines.", _line_texts()),
        "COLLECTORS": ("How often each collector runs by default; null: never.", _collectors()),
        "FUNCTIONS": ("The functions of conditions, with arguments to begin with.", FUNCTIONS),
    }
    return _HEAD + "".join(_constant(name, *constant) for name, constant in constants.items())


def _constant(name: str, text: str, values: Mapping[str, Any]) -> str:
    lines = "".join(f"  {_json(key)}: {_value(value)},\n" for key, value in values.items())
    return f"\n/** {text} */\nexport const {name} = {{\n{lines}}} as const;\n"


def _value(value: Any) -> str:
    if not isinstance(value, list):
        return _json(value)
    return "[\n" + "".join(f"    {_json(one)},\n" for one in value) + "  ]"


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _chart_lines() -> dict[str, Sequence[Mapping[str, Any]]]:
    charts: dict[str, list[tuple[int, Mapping[str, Any]]]] = defaultdict(list)
    for metric in METRICS.values():
        for line in metric.lines:
            charts[line.chart].append((line.place, _line(metric, line)))
    return {chart: [line for _, line in sorted(lines, key=itemgetter(0))] for chart, lines in charts.items()}


def _line(metric: Metric, line: Line) -> dict[str, Any]:
    text = {"text": _text_key(metric)} if line.label else {}
    band = {"isBanded": True} if line.is_banded else {}
    return {"metric": metric.name, **text, **band}


def _line_texts() -> dict[str, str]:
    return {
        _text_key(metric): line.label for metric in METRICS.values() for line in metric.lines if line.label
    }


def _text_key(metric: Metric) -> str:
    return f"host.line.{metric.name}"


def _collectors() -> dict[str, str | None]:
    return {name: _interval(seconds) for name, seconds in DEFAULT_COLLECTORS.items()}


def _interval(seconds: float | None) -> str | None:
    """As hosts.yaml has it."""
    if seconds is OFF:
        return None
    return "0" if seconds == EVERY_POLL else format_duration(seconds)

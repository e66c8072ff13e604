"""What those may see who look without a log-in, where the settings have a kiosk.

Names of hosts, states, reasons, figures and open alerts; no tags (they may hold anything, and come from the
environment), no sentences of failed polls (they name addresses and users), no processes, nobody's name.
"""

import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

import msgspec

from metrics.catalog import METRICS
from metrics.current.state import LastKnown
from web.http.problems import HttpProblem

NO_TAGS: Mapping[str, str] = MappingProxyType({})
"""In the place of a host's tags."""

MAX_POINTS = 200_000
"""Points of history in one answer."""

SHOWN_IN_ALERT = frozenset(
    {
        "acknowledged",
        "escalated_at",
        "fired_at",
        "host",
        "id",
        "is_flapping",
        "labels",
        "members",
        "notified_at",
        "reason",
        "resolution",
        "resolved_at",
        "rule",
        "severity",
        "silenced_by",
        "since",
        "state",
        "summary",
    }
)
"""What a kiosk sees of an alert; what is not listed here is blank, also what is new."""

BLANK_IN_ALERT: Mapping[str, Any] = MappingProxyType(
    {"tags": {}, "detail": "", "readings": [], "cleared_readings": None, "top_processes": None}
)
_TAG_SELECTOR = "tag:"
_TELLING_CHARACTERS = 20  # a summary may be cut off
_QUOTED = re.compile(r"\"[^\"\\]*\"|'[^'\\]*'")
_NAME = re.compile(r"(?<![\w.])[A-Za-z_][\w.]*")
_PLAIN_TEXT = re.compile(r"[\w.()<>=!+*/%, -]+")
_PLAIN_WORDS = frozenset(
    {"avg", "max", "min", "nodata", "predict", "rate", "in", "not"}
    | {"host.reason", "host.state", "poller.cut_off"}
)


def login_needed(what: str) -> HttpProblem:
    """The answer to a kiosk that asks for more than it may see."""
    return HttpProblem(403, "forbidden", f"{what} is not for the kiosk: log in first")


def check_choice(names: Iterable[str], tags: Iterable[str] = ()) -> None:
    """Raise HttpProblem (403) where hosts are chosen by their tags: the answer would tell what these are."""
    if any(tags) or any(name.startswith(_TAG_SELECTOR) for name in names):
        raise login_needed("choosing hosts by tag")


def kiosk_known(last_known: LastKnown | None) -> LastKnown | None:
    """What is known of a host, without sentences, errors, processes and facts."""
    if last_known is None:
        return None
    visible = LastKnown(msgspec.structs.replace(last_known.last, detail=""))
    visible.ok_time = last_known.ok_time
    visible.points = last_known.points
    visible.failures = last_known.failures
    return visible


def kiosk_alert(view: Mapping[str, Any]) -> dict[str, Any]:
    """An alert as the API shows it, without what is not for everybody; the same keys."""
    shown = {key: value if key in SHOWN_IN_ALERT else None for key, value in view.items()}
    visible = {**shown, **BLANK_IN_ALERT}
    if not _is_for_everybody(view):
        visible["summary"] = view["rule"]
    if view["acknowledged"] is not None:
        visible["acknowledged"] = {"at": view["acknowledged"]["at"], "by": "", "note": None}
    return visible


def _is_for_everybody(view: Mapping[str, Any]) -> bool:
    """Whether an alert's summary is made of figures and states alone: not of its detail, nor of tags."""
    detail = view["detail"][:_TELLING_CHARACTERS]
    if detail != "" and detail in view["summary"]:
        return False
    return all(_is_plain(reading) for reading in view["readings"])


def _is_plain(reading: Mapping[str, Any]) -> bool:
    """Whether a comparison is of metrics and states alone.

    A tag may be written in more than one way, and on either side. So it is not looked for: what is written,
    texts in quotes aside, has to be made of names that are harmless.
    """
    text = _QUOTED.sub("", str(reading.get("text", "")))
    names = _NAME.findall(text)
    return _PLAIN_TEXT.fullmatch(text) is not None and all(
        name in METRICS or name in _PLAIN_WORDS for name in names
    )

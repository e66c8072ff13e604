"""What those may see who look without a log-in, where the settings have a kiosk.

Names of hosts, states, reasons, figures and open alerts; no tags (they may hold anything, and come from the
environment), no sentences of failed polls (they name addresses and users), no processes, nobody's name.
"""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

import msgspec

from metrics.current.state import LastKnown
from web.http.problems import HttpProblem

NO_TAGS: Mapping[str, str] = MappingProxyType({})
"""In the place of a host's tags."""

MAX_POINTS = 200_000
"""Points of history in one answer."""

_BLANK_IN_ALERT: Mapping[str, Any] = MappingProxyType(
    {"tags": {}, "detail": "", "readings": [], "cleared_readings": None, "top_processes": None}
)
_TAG_SELECTOR = "tag:"
_TAG_IN_RULE = "tags."
_TELLING_CHARACTERS = 20  # a summary may be cut off


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
    visible = {**view, **_BLANK_IN_ALERT}
    if _tells_more(view):
        visible["summary"] = view["rule"]
    if view["acknowledged"] is not None:
        visible["acknowledged"] = {"at": view["acknowledged"]["at"], "by": "", "note": None}
    return visible


def _tells_more(view: Mapping[str, Any]) -> bool:
    """Whether an alert's summary repeats what is left out: its detail, or a tag."""
    detail = view["detail"][:_TELLING_CHARACTERS]
    return (detail != "" and detail in view["summary"]) or any(
        _TAG_IN_RULE in reading["text"] for reading in view["readings"]
    )

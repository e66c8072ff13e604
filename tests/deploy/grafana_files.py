"""The dashboards as Grafana reads them, and what Grafana puts in the place of macros and variables."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from deploy.grafana.generate import DASHBOARDS_FOLDER

Json = dict[str, Any]

FILES = ("alerts.json", "fleet.json", "host.json")
DASHBOARDS: Mapping[str, Json] = {
    name: json.loads((DASHBOARDS_FOLDER / name).read_text(encoding="utf-8")) for name in FILES
}

_REGEX_CHARACTERS = re.compile(r"[\\^$*+?.()|\[\]{}/]")
_LEFT_OVER = re.compile(r"\$\{?[a-zA-Z_]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What a viewer chose; `hosts` and `values` empty for everything. Times are unix seconds."""

    start: float
    end: float
    hosts: Sequence[str] = ()
    tag: str = "host"
    values: Sequence[str] = ()
    interval: str = "30s"

    def rendered(self, query: str) -> str:
        """The query that reaches the database; fails where something is left for Grafana to replace."""
        within = f"time >= {round(self.start * 1000)}ms and time <= {round(self.end * 1000)}ms"
        replaced = {
            "$timeFilter": within,
            "$__interval": self.interval,
            "${host:regex}": _as_regex(self.hosts),
            "${filter_tag:raw}": self.tag,
            "${filter_value:regex}": _as_regex(self.values),
        }
        for macro, text in replaced.items():
            query = query.replace(macro, text)
        assert not _LEFT_OVER.search(query), query
        return query


def panels_of(dashboard: Json, *, rows: bool = False) -> Iterator[Json]:
    """Every panel, those of collapsed rows among them; rows too if asked for."""
    for panel in dashboard["panels"]:
        if panel["type"] != "row" or rows:
            yield panel
        yield from panel.get("panels", [])


def queries_of(dashboard: Json) -> Iterator[tuple[str, Json]]:
    """Every target, with a name for people."""
    for panel in panels_of(dashboard):
        for target in panel["targets"]:
            yield f"{panel['title']} {target['refId']}", target


def variable_of(dashboard: Json, name: str) -> Json:
    """A variable by its name."""
    (found,) = [one for one in dashboard["templating"]["list"] if one["name"] == name]
    return dict(found)


def _as_regex(values: Sequence[str]) -> str:
    escaped = [_REGEX_CHARACTERS.sub(r"\\\g<0>", value) for value in values]
    if not escaped:
        return ".*"
    return escaped[0] if len(escaped) == 1 else f"({'|'.join(escaped)})"

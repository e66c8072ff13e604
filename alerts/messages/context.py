"""The names that a rule's own templates can use.

| name | is |
| --- | --- |
| id | the alert's number |
| kind | firing, repeat, escalation or resolved |
| state | firing or resolved |
| rule, severity, host | names; the host of the poller's own alerts is `monctl` |
| labels, tags | text by name: `labels.path`, `tags["a-b"]`; nothing where there is no such name |
| value, threshold, unit | of the first comparison with a metric; numbers, or text such as `down`, or none |
| readings | every comparison: `text`, `metric`, `value`, `operator`, `threshold`, `unit`, `labels` |
| since, time | unix seconds: when the rule became true; when this happened |
| duration | seconds between the two |
| reason, detail | why a host is down, as a word (`refused`) and as a sentence; else empty |
| members | names of the hosts that the alert stands for |
| top_cpu, top_memory | processes, the largest first: `pid`, `user`, `name`, `cpu_percent`, `rss` (bytes) |
| link | the address of the host's page; empty where monctl does not know its own |
| help | the rule's line of help |

Text from hosts is clean of control characters.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from alerts.messages.phrases import host_name, sentence, word
from alerts.notice import Notice, NoticeKind, Reading
from metrics.results import TopProcess

MAX_MEMBERS = 1000

LISTS = frozenset({"readings", "members", "top_cpu", "top_memory"})
"""The names that a loop can go over."""


class Names(dict[str, str]):
    """Text by name, where a name that is missing stands for nothing rather than for a mistake."""


def template_context(notice: Notice, *, link_base: str | None) -> dict[str, Any]:
    """The names above, for one notice; the keys are always the same."""
    reading = main_reading(notice.readings)
    top = notice.top
    return {
        "id": notice.alert_id,
        "kind": notice.kind.value,
        "state": "resolved" if notice.kind is NoticeKind.RESOLVED else "firing",
        "rule": word(notice.rule),
        "severity": notice.severity.value,
        "host": host_name(notice.host),
        "labels": _names(notice.labels),
        "tags": _names(notice.tags),
        "value": _plain(reading.value) if reading else None,
        "threshold": _plain(reading.threshold) if reading else None,
        "unit": reading.unit if reading else "",
        "readings": [_reading(each) for each in notice.readings],
        "since": notice.since,
        "time": notice.time,
        "duration": max(0.0, notice.time - notice.since),
        "reason": word(notice.reason or ""),
        "detail": sentence(notice.detail),
        "members": [host_name(member) for member in notice.members[:MAX_MEMBERS]],
        "top_cpu": [_process(process) for process in (top.by_cpu if top else ())],
        "top_memory": [_process(process) for process in (top.by_memory if top else ())],
        "link": link_to(notice.host, link_base) or "",
        "help": sentence(notice.help),
    }


def main_reading(readings: Sequence[Reading]) -> Reading | None:
    """The reading that says most: the first of a metric, else the first; None where there is none."""
    return next((reading for reading in readings if reading.metric), readings[0] if readings else None)


def link_to(host: str, link_base: str | None) -> str | None:
    """The address of a host's page (of the dashboard for the poller), None without `link_base`."""
    if not link_base:
        return None
    base = link_base.rstrip("/")
    return f"{base}/hosts/{quote(host, safe='', errors='replace')}" if host else f"{base}/"


def _names(names: Mapping[str, str]) -> Names:
    return Names({word(name): word(text) for name, text in names.items()})


def _plain(value: float | str | None) -> float | str | None:
    return word(value) if isinstance(value, str) else value


def _reading(reading: Reading) -> dict[str, Any]:
    return {
        "text": sentence(reading.text),
        "metric": reading.metric,
        "value": _plain(reading.value),
        "operator": reading.operator,
        "threshold": _plain(reading.threshold),
        "unit": reading.unit,
        "labels": _names(reading.labels),
    }


def _process(process: TopProcess) -> dict[str, Any]:
    return {
        "pid": process.pid,
        "user": word(process.user),
        "name": word(process.name),
        "cpu_percent": process.cpu_percent,
        "rss": process.rss,
    }

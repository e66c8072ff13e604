"""Alerts as a table: a line each where there is room, two where there is not."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from rich.markup import escape
from rich.table import Table

from foundation.display.numbers import age_text
from foundation.display.text import clean_text

AlertView = Mapping[str, Any]
"""An alert as `GET /alerts` shows it."""

WIDE_COLUMNS = 120
"""From this width on an alert is a line of a table."""

SEVERITY_STYLES = {"critical": "bold red", "warning": "yellow", "info": "cyan"}

_MARKS = {"critical": "x", "warning": "!", "info": "i"}
_STATE_STYLES = {"firing": "bold", "pending": "dim", "resolved": "green"}
_STATES = ("firing", "pending", "resolved")
_NAME_CHARACTERS = 40
_TEXT_CHARACTERS = 300


def alert_table(alerts: Iterable[AlertView], *, now: float) -> Table:
    """A table of alerts in their order, for a wide terminal; `now` in unix seconds."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("ID", justify="right", no_wrap=True)
    for title in ("SEVERITY", "STATE"):
        table.add_column(title, no_wrap=True)
    table.add_column("SINCE", justify="right", no_wrap=True)
    for title in ("HOST", "RULE"):
        table.add_column(title, overflow="fold", max_width=_NAME_CHARACTERS)
    table.add_column("WHAT", overflow="fold", ratio=2)
    table.add_column("NOTES", overflow="fold", ratio=1)
    for alert in alerts:
        table.add_row(
            str(alert["id"]),
            _severity(alert),
            _state(alert),
            _since(alert, now),
            escape(host_text(alert)),
            escape(_name(alert["rule"])),
            escape(what_text(alert)),
            escape(notes_text(alert)),
        )
    return table


def alert_lines(alerts: Iterable[AlertView], *, now: float) -> Iterator[str]:
    """The same for a narrow terminal, as lines of rich markup: who, and what below it."""
    for alert in alerts:
        names = f"{escape(host_text(alert))}  {escape(_name(alert['rule']))}"
        yield f"{alert['id']}  {_severity(alert)}  {_state(alert)}  {_since(alert, now)}  {names}"
        for text in (what_text(alert), notes_text(alert)):
            if text:
                yield f"    {escape(text)}"


def summary_line(alerts: Sequence[AlertView]) -> str:
    """`3 alerts: 2 firing, 1 pending`."""
    counts = {state: sum(alert["state"] == state for alert in alerts) for state in _STATES}
    text = ", ".join(f"{count} {state}" for state, count in counts.items() if count)
    return f"{len(alerts)} alert{'' if len(alerts) == 1 else 's'}: {text}" if alerts else "no alerts"


def host_text(alert: AlertView) -> str:
    """The host, or what stands for the poller itself; safe on a terminal."""
    return _name(alert["host"]) or "(monctl)"


def what_text(alert: AlertView) -> str:
    """Labels and summary: `path=/var: disk.used_percent 97.3 % > 90 %`; safe on a terminal."""
    labels = ", ".join(f"{name}={value}" for name, value in alert["labels"].items())
    return _text(": ".join(part for part in (labels, alert["summary"]) if part))


def notes_text(alert: AlertView) -> str:
    """Who knows of it, and whether it is silenced or flaps; safe on a terminal."""
    notes = []
    if alert["acknowledged"]:
        by, note = alert["acknowledged"]["by"], alert["acknowledged"]["note"]
        notes.append(f"acknowledged by {by}: {note}" if note else f"acknowledged by {by}")
    if alert["silenced_by"] is not None:
        notes.append(f"silence {alert['silenced_by']}")
    if alert["is_flapping"]:
        notes.append("flapping")
    if alert["resolution"] not in (None, "cleared"):
        notes.append(alert["resolution"].replace("_", " "))
    return _text("; ".join(notes))


def _severity(alert: AlertView) -> str:
    severity = alert["severity"]
    return f"[{SEVERITY_STYLES.get(severity, '')}]{_MARKS.get(severity, ' ')} {severity}[/]"


def _state(alert: AlertView) -> str:
    return f"[{_STATE_STYLES.get(alert['state'], '')}]{alert['state']}[/]"


def _since(alert: AlertView, now: float) -> str:
    return age_text(now - datetime.fromisoformat(alert["since"]).timestamp())


def _name(text: str) -> str:
    return clean_text(text, limit=_NAME_CHARACTERS)


def _text(text: str) -> str:
    return clean_text(" ".join(text.split()), limit=_TEXT_CHARACTERS)

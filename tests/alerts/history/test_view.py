"""Alerts as they are shown."""

import json
from typing import Any

import msgspec
import pytest

from alerts.history.repository import AlertStory
from alerts.history.view import alert_view, story_view, summary_text
from alerts.notice import NoticeKind, Reading
from alerts.severity import Severity
from alerts.silences.book import SilenceBook
from alerts.silences.matchers import Matchers
from alerts.silences.silence import Silence
from alerts.states import AlertState
from alerts.tables import NotificationRow, NotificationStatus
from tests.alerts.history.alerts import BUSY, START, TOP, alert, at

NOW = at(60).timestamp()
SILENCES = SilenceBook(
    [Silence(id=7, matchers=Matchers(hosts=("web-*",)), starts_at=START.timestamp(), ends_at=NOW + 1)]
)


def reading(**fields: Any) -> Reading:
    return msgspec.structs.replace(BUSY, **fields)


def test_an_alert_is_shown_with_all_that_is_known_of_it() -> None:
    row = alert(
        id=3,
        labels={"cpu": "cpu-total"},
        tags={"env": "prod"},
        top=msgspec.to_builtins(TOP),
        acknowledged_at=at(7),
        acknowledged_by="user:alice",
        note="looking",
        notified_at=at(5),
    )
    view = alert_view(row, silences=SILENCES, now=NOW)
    assert view == {
        "id": 3,
        "rule": "cpu-busy",
        "host": "web-1",
        "labels": {"cpu": "cpu-total"},
        "tags": {"env": "prod"},
        "state": "firing",
        "severity": "warning",
        "summary": "cpu.usage_active 97.3 % > 90 %",
        "since": "2026-03-02T12:00:00.000Z",
        "fired_at": "2026-03-02T12:05:00.000Z",
        "resolved_at": None,
        "resolution": None,
        "reason": None,
        "detail": "",
        "readings": [msgspec.to_builtins(BUSY)],
        "cleared_readings": None,
        "members": [],
        "top_processes": {
            "cpu": [{"pid": 12, "user": "root", "name": "burn", "cpu_percent": 99.5, "rss": 1024}],
            "memory": [],
        },
        "is_flapping": False,
        "acknowledged": {"at": "2026-03-02T12:07:00.000Z", "by": "user:alice", "note": "looking"},
        "silenced_by": 7,
        "notified_at": "2026-03-02T12:05:00.000Z",
        "escalated_at": None,
    }
    assert json.loads(json.dumps(view)) == view


def test_an_alert_that_is_over_is_not_silenced() -> None:
    over = alert_view(alert(state=AlertState.RESOLVED), silences=SILENCES, now=NOW)
    assert (over["silenced_by"], over["resolution"]) == (None, "cleared")
    assert alert_view(alert(host="db-1"), silences=SILENCES, now=NOW)["silenced_by"] is None
    assert alert_view(alert(), silences=SILENCES, now=NOW + 1)["silenced_by"] is None


@pytest.mark.parametrize(
    ("fields", "summary"),
    [
        ({}, "cpu.usage_active 97.3 % > 90 %"),
        ({"readings": []}, ""),
        ({"readings": [], "detail": "no data for 5 min"}, "no data for 5 min"),
        ({"reason": "refused", "detail": "10.0.0.1:22 refuses"}, "refused: 10.0.0.1:22 refuses"),
        ({"reason": "timeout"}, "timeout"),
        ({"reason": "timeout", "members": ["a", "b"]}, "timeout (and 2 hosts)"),
        ({"readings": [], "members": ["a"]}, "(and 1 host)"),
        (
            {
                "readings": [
                    reading(text="avg(mem.available, 5m) < 1_000", operator="<", value=2048.0, unit="bytes"),
                    reading(text='host.state == "down"', operator="==", value="down", threshold="down"),
                ]
            },
            "avg(mem.available, 5m) 2 KiB < 90 B, host.state down",
        ),
        ({"readings": [reading()] * 4}, ", ".join(["cpu.usage_active 97.3 % > 90 %"] * 3) + ", …"),
        ({"readings": [reading(value=None)]}, "cpu.usage_active unknown > 90 %"),
        ({"reason": "probe_failed", "detail": "\x1b[2J\nx"}, "probe_failed: \ufffd[2J\ufffdx"),
    ],
)
def test_a_summary_says_what_is_wrong_on_one_line(fields: dict[str, Any], summary: str) -> None:
    fields = fields | {"readings": msgspec.to_builtins(fields.get("readings", [BUSY]))}
    assert summary_text(alert(**fields)) == summary


def test_a_summary_is_short() -> None:
    assert len(summary_text(alert(reason="timeout", detail="x" * 9999))) == 200


def test_a_story_says_what_became_of_each_notification() -> None:
    notification = NotificationRow(
        id=5,
        alert_id=3,
        channel="ops",
        kind=NoticeKind.FIRING.value,
        severity=Severity.WARNING.value,
        status=NotificationStatus.SILENCED.value,
        silence_id=7,
        created_at=at(5),
        due_at=at(5),
        finished_at=at(6),
    )
    view = story_view(AlertStory(alert(id=3), (notification,)), silences=SILENCES, now=NOW)
    assert view["notifications"] == [
        {
            "id": 5,
            "channel": "ops",
            "kind": "firing",
            "status": "silenced",
            "attempts": 0,
            "error": None,
            "silence": 7,
            "created_at": "2026-03-02T12:05:00.000Z",
            "due_at": "2026-03-02T12:05:00.000Z",
            "finished_at": "2026-03-02T12:06:00.000Z",
        }
    ]

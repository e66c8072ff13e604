"""What happened to an alert: the payload of the outbox, of which messages are made."""

from collections.abc import Mapping
from enum import StrEnum

import msgspec

from alerts.severity import Severity
from metrics.results import TopProcesses


class NoticeKind(StrEnum):
    """Why something is told."""

    FIRING = "firing"
    REPEAT = "repeat"
    ESCALATION = "escalation"
    RESOLVED = "resolved"


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """One comparison of a rule and the values on its sides.

    `text`: the comparison as written (`cpu.usage_active > 90`). `metric`: the catalogue's name of the metric
    on its left, None where there is another thing. `value`: what the left side was, `threshold` what the
    right side was; numbers in `unit` (one of `metrics.catalog.UNITS`, "" where none is known), or text.
    `labels`: those of the metric.
    """

    text: str
    metric: str | None
    value: float | str | None
    operator: str
    threshold: float | str | None
    unit: str = ""
    labels: Mapping[str, str] = msgspec.field(default_factory=dict)


class Notice(msgspec.Struct, frozen=True, kw_only=True):
    """What happened to an alert, complete in itself, so that it reads the same however late it is sent.

    Times are unix seconds. `alert_id`: 0 until the alert's row is there. `host`: "" for the poller itself.
    `reason`: one of `metrics.results.Outcome` for a host that is down. `readings`: as of `kind` (when it
    fired, when it cleared). `members`: hosts that it stands for. `damped_until`: until when its rule
    fires again for this host only when it lasts. `title`, `message`: the rule's own templates.
    """

    kind: NoticeKind
    alert_id: int
    rule: str
    severity: Severity
    host: str
    labels: Mapping[str, str]
    tags: Mapping[str, str]
    since: float
    fired_at: float
    time: float
    resolution: str | None = None
    reason: str | None = None
    detail: str = ""
    readings: tuple[Reading, ...] = ()
    members: tuple[str, ...] = ()
    top: TopProcesses | None = None
    is_flapping: bool = False
    damped_until: float | None = None
    help: str = ""
    title: str | None = None
    message: str | None = None

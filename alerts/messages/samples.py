"""Notices that never were: one of each kind, to try templates on."""

from alerts.notice import Notice, NoticeKind, Reading
from alerts.severity import Severity
from metrics.results import TopProcess, TopProcesses

_TIME = 1_795_576_320.0
_LABELS = {"device": "sda2", "fstype": "ext4", "mode": "rw", "path": "/var"}
_PROCESSES = (
    TopProcess(pid=812, user="postgres", name="postgres", cpu_percent=97.3, rss=1_610_612_736),
    TopProcess(pid=1203, user="root", name="rsync", cpu_percent=41.0, rss=73_400_320),
)


def sample_notices() -> tuple[Notice, ...]:
    """A full disk from its beginning to its end."""
    return tuple(_sample(kind, hours) for hours, kind in enumerate(NoticeKind))


def _sample(kind: NoticeKind, hours: int) -> Notice:
    reading = Reading(
        text="disk.used_percent > 90",
        metric="disk.used_percent",
        value=93.2,
        operator=">",
        threshold=90.0,
        unit="percent",
        labels=_LABELS,
    )
    return Notice(
        kind=kind,
        alert_id=42,
        rule="disk-almost-full",
        severity=Severity.CRITICAL,
        host="web-1",
        labels=_LABELS,
        tags={"env": "prod", "role": "web"},
        since=_TIME - 300,
        fired_at=_TIME,
        time=_TIME + hours * 3600,
        resolution="cleared" if kind is NoticeKind.RESOLVED else None,
        readings=(reading,),
        members=("web-2", "web-3"),
        top=TopProcesses(by_cpu=_PROCESSES, by_memory=_PROCESSES),
        help="Look for large files.",
    )

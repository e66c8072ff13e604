"""Notices of one alert, told together: what one message says of several alerts is sorted and counted here."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from alerts.notice import Notice, NoticeKind
from alerts.severity import Severity

_ORDER = {NoticeKind.FIRING: 0, NoticeKind.REPEAT: 1, NoticeKind.ESCALATION: 2, NoticeKind.RESOLVED: 3}


@dataclass(frozen=True, slots=True)
class Story:
    """All notices of one alert, by their time; there is at least one."""

    notices: tuple[Notice, ...]

    @property
    def last(self) -> Notice:
        """How it stands."""
        return self.notices[-1]

    @property
    def is_over(self) -> bool:
        """Whether the alert has ended."""
        return self.last.kind is NoticeKind.RESOLVED


def stories(notices: Iterable[Notice]) -> list[Story]:
    """One story for each alert, the worst first: those that fire, then by severity, then the oldest."""
    found: dict[object, list[Notice]] = {}
    for notice in notices:
        found.setdefault(_alert_key(notice), []).append(notice)
    told = [Story(tuple(sorted(group, key=_moment))) for group in found.values()]
    return sorted(told, key=_badness)


def worst_severity(told: Sequence[Story]) -> Severity:
    """The worst of the alerts that fire; of all, where none does."""
    firing = [story for story in told if not story.is_over] or told
    return max((story.last.severity for story in firing), key=lambda severity: severity.rank)


def _alert_key(notice: Notice) -> object:
    return notice.alert_id or (notice.rule, notice.host, tuple(sorted(notice.labels.items())))


def _moment(notice: Notice) -> tuple[float, int]:
    return notice.time, _ORDER[notice.kind]


def _badness(story: Story) -> tuple[bool, int, float, str, int]:
    last = story.last
    return story.is_over, -last.severity.rank, last.since, last.host, last.alert_id

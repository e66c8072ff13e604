"""The silences in memory: asked for every message."""

from collections.abc import Iterable, Mapping

from alerts.notice import Notice
from alerts.silences.silence import Silence


class SilenceBook:
    """Silences to ask; they are replaced all at once, so that any thread may ask at any time."""

    def __init__(self, silences: Iterable[Silence] = ()) -> None:
        self._silences = tuple(silences)

    @property
    def silences(self) -> tuple[Silence, ...]:
        """All of them."""
        return self._silences

    def replace(self, silences: Iterable[Silence]) -> None:
        """Put others in their place."""
        self._silences = tuple(silences)

    def silenced_by(self, notice: Notice, now: float) -> int | None:
        """The id of the first silence that covers what there is to tell, None when none does."""
        return self.covering(notice.host, notice.tags, notice.rule, notice.labels, now=now)

    def covering(
        self, host: str, tags: Mapping[str, str], rule: str, labels: Mapping[str, str], *, now: float
    ) -> int | None:
        """The id of the first silence that covers an alert now (unix seconds), None when none does."""
        for silence in self._silences:
            if silence.covers(host, tags, rule, labels) and silence.is_active(now):
                return silence.id
        return None

    def next_change(self, now: float) -> float | None:
        """The first moment after `now` at which any of them begins or ends to silence; None for never."""
        changes = (silence.next_change(now) for silence in self._silences)
        return min((change for change in changes if change is not None), default=None)

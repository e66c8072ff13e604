"""The fleet's current values as exposition text.

Written here rather than with the library's sample objects: a large fleet has 100,000 values, for which those
take ten times as long.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from metrics.current.host_state import HostState
from metrics.current.summary import summary_points
from metrics.results import Point
from web.prometheus.names import PREFIX, Exposed, exposed_metrics
from web.prometheus.text import Format, escaped, header, label_part

_UP = Exposed(f"{PREFIX}_host_up", "gauge", "1 if the host is ok, 0 in every other state", 1)
_STATE = Exposed(f"{PREFIX}_host_state", "gauge", "1 for the state that the host is in, 0 for the others", 1)
_INFO = Exposed(f"{PREFIX}_host_info", "gauge", "Always 1; the host's tags as labels", 1)
_AGE = Exposed(f"{PREFIX}_host_age_seconds", "gauge", "Time since the host was last polled", 1)
_FULLEST = Exposed(
    f"{PREFIX}_host_fullest_disk_ratio",
    "gauge",
    "Space in use on the host's fullest file system of those that can be written to",
    1,
)
_RECEIVED = Exposed(
    f"{PREFIX}_host_received_bytes_per_second", "gauge", "Bytes received by the host, each counted once", 1
)
_SENT = Exposed(
    f"{PREFIX}_host_sent_bytes_per_second", "gauge", "Bytes sent by the host, each counted once", 1
)


@dataclass(frozen=True, slots=True)
class HostRow:
    """One host as it is now; `age_seconds` None if it was never polled. `points` by measurement."""

    name: str
    tags: Mapping[str, str]
    state: HostState
    age_seconds: float | None
    points: Sequence[Sequence[Point]]


def fleet_text(hosts: Sequence[HostRow], form: Format) -> str:
    """Families with their samples; a host that is not ok shows no metrics, since they would look fresh."""
    writer = _Writer()
    tags = tag_labels({tag for host in hosts for tag in host.tags})
    for host in hosts:
        writer.host(host, tags)
        if host.state is HostState.OK:
            for group in host.points:
                writer.points(host.name, group)
                writer.summary(host.name, group)
    return writer.text(form)


def tag_labels(tags: Iterable[str]) -> dict[str, str]:
    """Tag -> label; tags whose labels would be the same get numbers, in the tags' order."""
    labels: dict[str, str] = {}
    labels_in_use: set[str] = set()
    for tag in sorted(tags):
        plain = label = f"tag_{label_part(tag)}"
        number = 1
        while label in labels_in_use:
            number += 1
            label = f"{plain}_{number}"
        labels_in_use.add(label)
        labels[tag] = label
    return labels


class _Writer:
    """Gathers lines by family, since a family's samples must stand together."""

    def __init__(self) -> None:
        self._families: list[tuple[Exposed, list[str]]] = []
        self._up, self._age = self._family(_UP), self._family(_AGE)
        self._state, self._info = self._family(_STATE), self._family(_INFO)
        self._fullest = self._family(_FULLEST)
        self._rates = {
            "bytes_recv_per_second": (_RECEIVED.name, self._family(_RECEIVED)),
            "bytes_sent_per_second": (_SENT.name, self._family(_SENT)),
        }
        self._metrics: dict[str, dict[str, tuple[str, int, list[str]]]] = {}
        for (measurement, field), metric in exposed_metrics().items():
            slot = metric.name, metric.divisor, self._family(metric)
            self._metrics.setdefault(measurement, {})[field] = slot

    def host(self, host: HostRow, tags: Mapping[str, str]) -> None:
        """Add what every host has: whether it is up, its age, state and tags."""
        name = escaped(host.name)
        self._up.append(f'{_UP.name}{{host="{name}"}} {int(host.state is HostState.OK)}\n')
        if host.age_seconds is not None:
            self._age.append(f'{_AGE.name}{{host="{name}"}} {host.age_seconds}\n')
        self._state.extend(
            f'{_STATE.name}{{host="{name}",state="{state}"}} {int(state is host.state)}\n'
            for state in HostState
        )
        tag_text = "".join(f',{tags[tag]}="{escaped(value)}"' for tag, value in sorted(host.tags.items()))
        self._info.append(f'{_INFO.name}{{host="{name}"{tag_text}}} 1\n')

    def points(self, host: str, points: Sequence[Point]) -> None:
        """Add the samples of one measurement of a host."""
        start = f'{{host="{escaped(host)}"'
        for point in points:
            slots = self._metrics.get(point.measurement, {})
            labels = "".join(f',{label_part(name)}="{escaped(value)}"' for name, value in point.labels)
            middle = f"{start}{labels}}} "
            for field, value in point.fields.items():
                slot = slots.get(field)
                if slot is not None:
                    name, divisor, lines = slot
                    lines.append(f"{name}{middle}{value if divisor == 1 else value / divisor}\n")

    def summary(self, host: str, points: Sequence[Point]) -> None:
        """Add the one figure of a host's disks, or of its interfaces, that all who show a fleet have."""
        if not points or points[0].measurement not in ("disk", "net"):
            return
        name = escaped(host)
        for figure in summary_points(points):
            if figure.measurement == "disk":
                path, share = escaped(dict(figure.labels)["path"]), figure.fields["used_percent"] / 100
                self._fullest.append(f'{_FULLEST.name}{{host="{name}",path="{path}"}} {share}\n')
            else:
                for field, rate in figure.fields.items():
                    family, lines = self._rates[field]
                    lines.append(f'{family}{{host="{name}"}} {rate}\n')

    def text(self, form: Format) -> str:
        """All families as text; those without samples are left out."""
        parts: list[str] = []
        for metric, lines in self._families:
            if lines:
                parts.append(header(metric.name, metric.type, metric.help, form))
                parts.extend(lines)
        return "".join(parts)

    def _family(self, metric: Exposed) -> list[str]:
        lines: list[str] = []
        self._families.append((metric, lines))
        return lines

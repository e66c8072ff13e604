"""A host's CPU, fullest disk and network are the same figures wherever somebody looks."""

from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families as parse

from metrics.current.host_state import HostState
from metrics.current.view import ShownHost, current_view
from metrics.results import Outcome, Point
from metrics.store import Latest
from monctl.render.fleet_table import cpu, disk_percent, net_total
from web.prometheus.fleet_text import HostRow, fleet_text
from web.prometheus.text import Format

NOW = 1_780_000_000.0


def _mount(path: str, fstype: str, mode: str, share: float) -> Point:
    return Point(
        "disk",
        (("device", path), ("fstype", fstype), ("mode", mode), ("path", path)),
        {"used_percent": share},
    )


def _interface(name: str, received: float, sent: float, **fields: int) -> Point:
    rates = {"bytes_recv_per_second": received, "bytes_sent_per_second": sent}
    return Point("net", (("interface", name),), {**fields, **rates})


def _cpu(**shares: float) -> Point:
    return Point("cpu", (("cpu", "cpu-total"),), shares)


Figures = tuple[float | None, float | None, float | None]
IMAGE = _mount("/", "composefs", "ro", 100.0)
CARD, BRIDGE, LOOPBACK = (
    _interface("tapir0", 5.0, 3.0, external=1),
    _interface("br0", 4.0, 2.0, external=0),
    _interface("lo", 50.0, 50.0, external=0),
)
HOSTS: dict[str, tuple[list[Point], Figures]] = {
    "an image for a root, a bridge, waiting": (
        [
            _cpu(usage_active=99.0, usage_busy=2.0),
            IMAGE,
            _mount("/var", "xfs", "rw", 41.0),
            LOOPBACK,
            CARD,
            BRIDGE,
        ],
        (2.0, 41.0, 8.0),
    ),
    "nothing that can be written to or leads out": ([IMAGE, LOOPBACK], (None, None, None)),
    "samples of an earlier version": (
        [_cpu(usage_active=12.0), _interface("eth0", 1.0, 1.0), _interface("vethab", 7.0, 7.0)],
        (12.0, None, 2.0),
    ),
}


def _view(points: list[Point], *, is_summary: bool) -> dict[str, Any]:
    latest = Latest(
        host="a", time=NOW, ok_time=NOW, outcome=Outcome.OK, detail="", tags={}, points=tuple(points),
        errors={}, top=None, facts=None,
    )  # fmt: skip
    shown = ShownHost(host="a", interval=5.0, timeout=3.0, latest=latest)
    view: dict[str, Any] = current_view([shown], now=NOW, is_summary=is_summary)["hosts"][0]
    return view


def _in_prometheus(points: list[Point]) -> Figures:
    groups = [[one for one in points if one.measurement == name] for name in ("cpu", "disk", "net")]
    text = fleet_text([HostRow("a", {}, HostState.OK, 0.0, groups)], Format.TEXT)
    samples = {sample.name: sample.value for family in parse(text) for sample in family.samples}
    busy = samples.get("monctl_cpu_usage_busy_ratio", samples.get("monctl_cpu_usage_active_ratio"))
    fullest = samples.get("monctl_host_fullest_disk_ratio")
    rates = [samples.get(f"monctl_host_{way}_bytes_per_second") for way in ("received", "sent")]
    total = sum(rate for rate in rates if rate is not None) if any(rates) else None
    return _percent(busy), _percent(fullest), total


def _percent(ratio: float | None) -> float | None:
    return None if ratio is None else round(ratio * 100, 6)


@pytest.mark.parametrize("kind", HOSTS)
def test_a_figure_is_the_same_in_status_api_and_prometheus(kind: str) -> None:
    points, figures = HOSTS[kind]
    for is_summary in (False, True):
        view = _view(points, is_summary=is_summary)
        assert (cpu(view), disk_percent(view), net_total(view)) == figures
    assert _in_prometheus(points) == figures

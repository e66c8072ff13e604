"""The fleet as a table: what is shown, in what order, and what never reaches the terminal."""

import io
from collections.abc import Iterable
from typing import Any

import pytest
from rich.console import Console

from monctl.render.fleet_table import SORT_KEYS, fleet_table, reason_lines, sort_hosts, summary_line

HOSTILE = ("[red]x[/]", "[/]", "x\x1b[2J", "a\nb", "\x9b31m", ":smile:", "back\\", "[link=//x]y[/link]")


def _view(name: str, state: str = "ok", **changes: Any) -> dict[str, Any]:
    view: dict[str, Any] = {
        "host": name,
        "state": state,
        "reason": None,
        "detail": "",
        "time": None,
        "age_seconds": None,
        "tags": {},
        "metrics": {},
        "errors": {},
        "top_processes": None,
    }
    return view | changes


def _point(fields: dict[str, float], **labels: str) -> dict[str, Any]:
    return {"labels": labels, "fields": fields}


def _busy(name: str, value: float, state: str = "ok", **changes: Any) -> dict[str, Any]:
    """A host all of whose figures are about `value`."""
    metrics = {
        "cpu": [_point({"usage_active": 99.0}, cpu="cpu0"), _point({"usage_active": value}, cpu="cpu-total")],
        "mem": [_point({"used_percent": value})],
        "system": [_point({"load1": value / 10, "n_cpus": 4})],
        "disk": [
            _point({"used_percent": value}, path="/var"),
            _point({"used_percent": value / 2}, path="/"),
            _point({"inodes_total": 0}, path="/odd"),
        ],
        "net": [
            _point({"bytes_recv_per_second": 1e9, "bytes_sent_per_second": 1e9}, interface="lo"),
            _point({"bytes_recv_per_second": value * 1024, "bytes_sent_per_second": 512.0}, interface="eth0"),
            _point({"bytes_sent": 5}, interface="eth1"),
        ],
    }
    return _view(name, state, age_seconds=2.5, metrics=metrics, **changes)


def _drawn(hosts: Iterable[dict[str, Any]], *, width: int = 120, colour: bool = False, **more: Any) -> str:
    out = io.StringIO()
    console = Console(file=out, width=width, highlight=False, emoji=False, force_terminal=colour)
    console.print(fleet_table(hosts, width=width, **more))
    return out.getvalue()


def _order(hosts: Iterable[dict[str, Any]], sort: str, *, reverse: bool = False) -> str:
    return " ".join(host["host"] for host in sort_hosts(hosts, sort, reverse=reverse))


def test_a_line_has_every_figure_of_its_host() -> None:
    head, line = _drawn([_busy("web-1", 42.0)]).splitlines()
    assert head.split() == [
        "HOST",
        "STATE",
        "AGE",
        "CPU",
        "MEMORY",
        "LOAD",
        "DISK",
        "NET",
        "IN",
        "NET",
        "OUT",
    ]
    assert " ".join(line.split()) == "web-1 + ok 2 s 42.0 % 42.0 % 4.20/4 42.0 % /var 42 KiB/s 512 B/s"


def test_a_processor_that_waits_for_disks_is_not_shown_as_busy() -> None:
    cpu = [_point({"usage_active": 99.0, "usage_busy": 3.0}, cpu="cpu-total")]
    line = _drawn([_view("web-1", "ok", metrics={"cpu": cpu})]).splitlines()[1]
    assert "3.0 %" in line
    assert "99" not in line


def test_disk_and_network_are_those_of_the_summary() -> None:
    metrics = {
        "disk": [
            _point({"used_percent": 100.0}, path="/", mode="ro", fstype="composefs"),
            _point({"used_percent": 41.0}, path="/var", mode="rw", fstype="xfs"),
        ],
        "net": [
            _point({"bytes_recv_per_second": 100.0, "external": 1}, interface="tapir0"),
            _point({"bytes_recv_per_second": 100.0, "external": 0}, interface="br0"),
        ],
    }
    line = _drawn([_view("web-1", "ok", metrics=metrics)]).splitlines()[1]
    assert "41.0 % /var" in line
    assert "100 B/s" in line


def test_what_is_not_known_is_a_dash() -> None:
    line = _drawn([_view("new", "pending")]).splitlines()[1]
    assert line.split() == ["new", "?", "pending", *"-------"]


def test_a_reason_is_shown_where_there_is_one_and_network_rates_make_room_for_it() -> None:
    down = _view("db", "down", reason="refused", detail="10.0.0.1:22 refused the connection")
    narrow = _drawn([_busy("web", 5.0), down], width=120)
    assert "NET IN" not in narrow
    assert "refused: 10.0.0.1:22 refused the connection" in narrow
    assert "NET IN" in _drawn([_busy("web", 5.0), down], width=160)
    errors = _drawn([_busy("web", 5.0, errors={"disk": "timed out"})])
    assert "disk: timed out" in errors


def test_bad_states_come_first_then_names() -> None:
    states = [("e", "ok"), ("b", "paused"), ("d", "down"), ("a", "late"), ("c", "pending"), ("f", "down")]
    hosts = [_view(name, state) for name, state in states]
    assert _order(hosts, "state") == "d f a c e b"
    assert _order(hosts, "host") == "a b c d e f"
    assert _order(hosts, "host", reverse=True) == "f e d c b a"
    lines = _drawn(hosts).splitlines()[1:]
    assert [line.split()[0] for line in lines] == ["d", "f", "a", "c", "e", "b"]
    assert [line.split()[0] for line in _drawn(hosts, sort=None).splitlines()[1:]] == [*"ebdacf"]


@pytest.mark.parametrize("sort", sorted(set(SORT_KEYS) - {"state", "host"}))
def test_numbers_are_sorted_with_the_largest_first_and_the_unknown_last(sort: str) -> None:
    hosts = [_busy("b", 9.0), _busy("c", 70.0), _view("n", "down"), _busy("a", 9.0), _busy("d", 100.0)]
    assert _order(hosts, sort) == "d c a b n"
    assert _order(hosts, sort, reverse=True) == "n a b c d"


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("colour", [False, True])
def test_a_hostile_name_is_shown_as_text_and_does_nothing(name: str, colour: bool) -> None:
    shown = "".join(character if character.isprintable() else "\ufffd" for character in name)
    down = _view(name, "down", reason="dns", detail=name, errors={name: name})
    disk = {"disk": [_point({"used_percent": 5.0}, path=name)]}
    drawn = _drawn([down, _view("fine", metrics=disk)], width=200, colour=colour)
    assert drawn.count(shown) == 3
    assert len(drawn.splitlines()) == 3
    assert "\x9b" not in drawn
    assert "\x1b[2J" not in drawn
    assert "\x1b]8" not in drawn
    if not colour:
        assert "\x1b" not in drawn


def test_each_host_has_one_line_where_reasons_may_not_fold() -> None:
    down = _view("db", "down", reason="dns", detail="d" * 250)
    assert len(_drawn([down, _busy("a", 5.0)], is_folding=False).splitlines()) == 3
    assert len(_drawn([down, _busy("a", 5.0)]).splitlines()) > 4


def test_a_long_reason_and_a_long_name_are_cut() -> None:
    drawn = _drawn([_view("h" * 200, "down", reason="dns", detail="d" * 10_000)])
    assert len(drawn) < 3000
    assert "…" in drawn


def test_eighty_columns_hold_every_figure_of_every_host() -> None:
    down = _view("db", "down", reason="host_key_unknown", detail="nobody knows that key")
    hosts = [_busy("web-1", 97.5), _busy("database-primary.eu-west-1.example", 42.0), down]
    lines = _drawn(hosts, width=80).splitlines()
    assert len(lines) == 4
    assert all(len(line) <= 80 for line in lines)
    assert lines[1].split() == ["db", "x", "host_key_unknown", *"-----"]
    assert lines[2].startswith("database")
    assert " ".join(lines[3].split()) == "web-1 + ok 2 s 97.5 % 97.5 % 9.75/4 97.5 % /var"
    assert lines[2].split()[1:4] == ["+", "ok", "2"]


def test_reasons_that_have_no_column_are_lines_of_their_own() -> None:
    down = _view("[red]x[/]\x1b[2J", "down", reason="dns", detail="no such\nname")
    late = _view("b", "late", reason="late", detail="no answer in 10 s")
    assert reason_lines([late, _busy("fine", 3.0), down]) == [
        "[red]x[/]\ufffd[2J: dns: no such\ufffdname",
        "b: late: no answer in 10 s",
    ]


def test_high_values_are_coloured_where_colours_are_wanted() -> None:
    assert "\x1b[1;31m95.0 %" in _drawn([_busy("a", 95.0)], colour=True)
    assert "\x1b[33m85.0 %" in _drawn([_busy("a", 85.0)], colour=True)
    assert "\x1b" not in _drawn([_busy("a", 95.0)])


def test_the_summary_counts_each_state_that_occurs() -> None:
    hosts = [_view("a"), _view("b"), _view("c", "down"), _view("d", "paused")]
    assert summary_line(hosts) == "4 hosts: 2 ok, 1 down, 1 paused"
    assert summary_line([_view("a")]) == "1 host: 1 ok"
    assert summary_line([]) == "no hosts"

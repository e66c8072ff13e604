"""`monctl history`: a plot, JSON or CSV of one metric."""

import csv
import io

import pytest

from tests.monctl.filling import fill, good
from tests.support.commands import Commands

HOSTS = "hosts:\n  web-1: {address: 10.0.0.1}\n  web-2: {address: 10.0.0.2}\n"
CPU = ("web-1", "cpu.usage_active", "--since", "10m")


@pytest.fixture
def fleet(commands: Commands) -> Commands:
    """Two hosts with five minutes of history, a poll every 5 s, and a hole of two minutes in it."""
    commands.hosts_yaml.write_text(HOSTS)
    moments = [*range(1, 90, 5), *range(210, 300, 5)]
    polls = [
        good(host, ago=ago, cpu=cpu) for ago in moments for host, cpu in (("web-1", 10.0), ("web-2", 30.0))
    ]
    fill(commands.folder / "data", sorted(polls, key=lambda poll: poll.time))
    return commands


def test_json_is_the_document_of_the_api(fleet: Commands) -> None:
    document = fleet.json("history", *CPU, "--step", "10s", "--label", "cpu:cpu-total")
    assert set(document) == {"metric", "unit", "step_seconds", "series"}
    assert (document["metric"], document["unit"], document["step_seconds"]) == (
        "cpu.usage_active",
        "percent",
        10,
    )
    (series,) = document["series"]
    assert (series["host"], series["labels"]) == ("web-1", {"cpu": "cpu-total"})
    values = [value for _, value in series["points"]]
    assert len(values) in (60, 61)
    assert {value for value in values if value is not None} == {10.0}
    known = "".join("." if value is None else "x" for value in values).strip(".")
    assert 9 <= len(known.strip("x")) <= 12  # the hole stays one
    assert [time % 10 for time, _ in series["points"]] == [0.0] * len(values)


def test_every_label_set_is_given_unless_one_is_chosen(fleet: Commands) -> None:
    series = fleet.json("history", *CPU)["series"]
    assert [line["labels"] for line in series] == [{"cpu": "cpu-total"}, {"cpu": "cpu0"}]
    chosen = fleet.json("history", *CPU, "--label", "cpu:cpu0")["series"]
    assert [line["labels"] for line in chosen] == [{"cpu": "cpu0"}]


def test_several_hosts_can_be_asked_for_at_once(fleet: Commands) -> None:
    series = fleet.json("history", "web-*", "mem.used_percent", "--since", "10m")["series"]
    assert [line["host"] for line in series] == ["web-1", "web-2"]
    plot = fleet.run("history", "web-*", "mem.used_percent", "--since", "10m").stdout
    assert "web-1: min 40.0 % · mean 40.0 % · max 40.0 % · last 40.0 %" in plot
    assert "web-2: min" in plot


@pytest.mark.parametrize(
    ("aggregate", "value"), [("mean", 10.0), ("max", 10.0), ("last", 10.0), ("min", 10.0)]
)
def test_a_bucket_takes_the_aggregate_asked_for(fleet: Commands, aggregate: str, value: float) -> None:
    document = fleet.json("history", *CPU, "--aggregate", aggregate, "--step", "5m")
    values = {point for line in document["series"] for _, point in line["points"] if point is not None}
    assert values == {value}


def test_csv_has_a_header_and_a_line_a_bucket(fleet: Commands) -> None:
    done = fleet.run("history", "web-*", "cpu.usage_active", "--since", "10m", "--step", "1m", "--csv")
    assert done.exit_code == 0
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    assert list(rows[0]) == ["time", "host", "cpu", "cpu.usage_active"]
    assert {(row["host"], row["cpu"]) for row in rows} == {
        (host, cpu) for host in ("web-1", "web-2") for cpu in ("cpu-total", "cpu0")
    }
    assert {row["cpu.usage_active"] for row in rows if row["host"] == "web-2"} == {"", "30.0"}
    assert all(row["time"].endswith(":00Z") for row in rows)
    assert done.stderr == ""


def test_the_plot_is_of_the_whole_processor_and_fits(fleet: Commands) -> None:
    done = fleet.run("history", *CPU, environ={"COLUMNS": "80", "LINES": "24"})
    assert done.exit_code == 0
    lines = done.stdout.splitlines()
    assert "cpu.usage_active (percent), a value every 5 s" in lines[0]
    assert all(len(line) <= 80 for line in lines)
    assert len(lines) < 24
    assert lines[-1] == "cpu=cpu-total: min 10.0 % · mean 10.0 % · max 10.0 % · last 10.0 %"
    assert "\x1b" not in done.stdout


def test_no_history_gives_status_1_and_says_so(fleet: Commands) -> None:
    done = fleet.run("history", "web-1", "temp.temp", "--since", "10m")
    assert (done.exit_code, done.stdout) == (1, "")
    assert "No values of temp.temp in the last 10m." in done.stderr
    as_json = fleet.run("history", "web-1", "temp.temp", "--json")
    assert as_json.exit_code == 1
    assert '"series": []' in as_json.stdout


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["web-1", "cpu.usage_activ"], "unknown metric cpu.usage_activ, did you mean cpu.usage_active?"),
        (["web-3", "mem.total"], "unknown host web-3, did you mean web-"),
        (["web-1", "mem.total", "--since", "soon"], "--since: must be a duration such as"),
        (["web-1", "mem.total", "--since", "0s"], "--since: must be more than nothing"),
        (["web-1", "mem.total", "--step", "-5s"], "--step: must be a duration such as"),
        (["web-1", "mem.total", "--label", "cpu"], "--label cpu: write NAME=VALUE"),
        (["web-1", "cpu.usage_active", "--label", "cpi:cpu0"], "has no label cpi (it has: cpu)"),
        (["web-1", "mem.total", "--label", "cpu:x"], "mem.total has no label cpu (it has: none)"),
        (["web-1", "mem.total", "--aggregate", "median"], "'median' is not one of"),
        (["web-1", "mem.total", "--json", "--csv"], "--json and --csv: choose one"),
        (["web-1", "mem.total", "--since", "10y", "--step", "1s"], "points asked for, at most"),
    ],
)
def test_wrong_use_gives_status_2_and_a_hint(fleet: Commands, args: list[str], said: str) -> None:
    done = fleet.run("history", *args)
    assert done.exit_code == 2
    assert said in done.stderr
    assert done.stdout == ""

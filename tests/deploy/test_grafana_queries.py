"""Every query of the dashboards, asked of a real InfluxDB that monctl filled."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from metrics.catalog import LABELS
from tests.deploy.filling import DOWN, HOSTS, Filled
from tests.deploy.grafana_files import DASHBOARDS, FILES, Choice, Json, panels_of, queries_of, variable_of

pytestmark = pytest.mark.influxdb

Rows = list[dict[str, Any]]

TAGS = {"host", "rule", "severity", "labels"}.union(*LABELS.values())


def asked(filled: Filled, query: str, **choice: Any) -> Rows:
    """The rows that a query gives for a choice."""
    return filled.server.query(Choice(start=filled.start, end=filled.end, **choice).rendered(query))


def values_of(rows: Rows) -> list[object]:
    """What is neither a time nor a tag, and there."""
    return [
        value
        for row in rows
        for name, value in row.items()
        if name != "time" and name not in TAGS and value is not None
    ]


def target_of(file: str, title: str, number: int = 0) -> str:
    panel = next(panel for panel in panels_of(DASHBOARDS[file]) if panel["title"] == title)
    return str(panel["targets"][number]["query"])


@pytest.mark.parametrize("file", FILES)
def test_every_column_of_every_query_gives_data(filled: Filled, file: str) -> None:
    empty = []
    for name, target in queries_of(DASHBOARDS[file]):
        rows = asked(filled, target["query"])
        selected, _, _ = target["query"].partition(" FROM ")
        columns = re.findall(r' AS "([^"]+)"', selected)
        assert columns, name
        empty += [(name, one) for one in columns if all(row[one] is None for row in rows)]
    assert empty == []


@pytest.mark.parametrize("file", FILES)
def test_every_query_gives_data_of_chosen_hosts_alone(filled: Filled, file: str) -> None:
    for name, target in queries_of(DASHBOARDS[file]):
        if "'info'" in target["query"] or "'warning'" in target["query"]:
            continue  # the chosen host has no such alert
        rows = asked(filled, target["query"], hosts=["web-1"], tag="env", values=["prod", "test"])
        assert values_of(rows), name
        assert {row["host"] for row in rows if row.get("host")} <= {"web-1"}, name


@pytest.mark.parametrize("file", ["alerts.json", "fleet.json"])
def test_a_value_that_no_host_has_leaves_nothing(filled: Filled, file: str) -> None:
    for name, target in queries_of(DASHBOARDS[file]):
        assert values_of(asked(filled, target["query"], tag="env", values=["none"])) == [], name


@pytest.mark.parametrize("host", ["db (1).example", "web-2"])
def test_a_host_is_found_by_its_name_whatever_is_in_it(filled: Filled, host: str) -> None:
    rows = asked(filled, target_of("host.json", "State"), hosts=[host])
    assert [row["host"] for row in rows] == [host]


@pytest.mark.parametrize("file", FILES)
def test_series_are_named_by_columns_and_tags_that_are_there(filled: Filled, file: str) -> None:
    for name, target in queries_of(DASHBOARDS[file]):
        rows = asked(filled, target["query"])
        named = set(re.findall(r"\$tag_(\w+)", target["alias"]))
        assert named <= rows[0].keys(), name
        if target["resultFormat"] == "time_series":
            several = len([column for column in rows[0] if column != "time" and column not in TAGS]) > 1
            assert not several or "$col" in target["alias"], name
        else:
            assert target["alias"] == "", name


@pytest.mark.parametrize("file", FILES)
def test_what_panels_do_to_columns_is_done_to_columns_that_are_there(filled: Filled, file: str) -> None:
    for panel in panels_of(DASHBOARDS[file]):
        columns = _columns(filled, panel)
        assert _named_columns(panel) <= columns, panel["title"]


def test_the_fleet_counts_its_hosts(filled: Filled) -> None:
    def total(title: str, column: str) -> int:
        return sum(int(row[column]) for row in asked(filled, target_of("fleet.json", title)))

    assert len(asked(filled, target_of("fleet.json", "Hosts"))) == len(HOSTS)
    assert total("Up", "Up") == len(HOSTS) - 1
    assert total("Down", "Down") == 1


def test_the_table_of_hosts_has_one_row_for_each_in_every_query(filled: Filled) -> None:
    panel = next(panel for panel in panels_of(DASHBOARDS["fleet.json"]) if len(panel["targets"]) > 1)
    for target in panel["targets"]:
        rows = asked(filled, target["query"])
        assert sorted(row["host"] for row in rows) == sorted(HOSTS), target["refId"]
    last_polls = {row["host"]: row["time"] / 1000 for row in asked(filled, panel["targets"][0]["query"])}
    assert set(last_polls.values()) == {filled.end - 10}


@pytest.mark.parametrize(
    ("file", "title", "number"),
    [
        ("fleet.json", "Hosts", 4), ("fleet.json", "Disk space", 0), ("host.json", "Fullest disk", 0),
        ("fleet.json", "Fullest disk by host", 0), ("fleet.json", "Disk space in use", 0),
    ],
)  # fmt: skip
def test_an_image_that_is_full_by_nature_is_nowhere_the_fullest_disk(
    filled: Filled, file: str, title: str, number: int
) -> None:
    panel = [panel for panel in panels_of(DASHBOARDS[file]) if panel["title"] == title][-1]
    shares = values_of(asked(filled, panel["targets"][number]["query"]))
    assert max(float(str(share)) for share in shares) < 100


@pytest.mark.parametrize("title", ["Network", "Network received", "Network sent"])
def test_only_interfaces_that_count_in_a_hosts_total_are_among_the_fleets(filled: Filled, title: str) -> None:
    rows = asked(filled, target_of("fleet.json", title))
    assert {row["interface"] for row in rows} == {"eth0"}


def test_alerts_are_counted_by_where_they_stand(filled: Filled) -> None:
    def states(title: str) -> list[tuple[str, int]]:
        rows = asked(filled, target_of("alerts.json", title))
        return sorted((row["rule"], row["State"]) for row in rows)

    assert states("Alerts firing") == [
        ("busy", 1), ("clock-off", 2), ("cpu-busy", 2), ("cut-off", 0), ("host-down", 2),
    ]  # fmt: skip
    assert states("Firing: critical") == [("cpu-busy", 2)]
    assert states("Firing: info") == [("clock-off", 2)]
    begun = {row["host"]: row["Alerts"] for row in asked(filled, target_of("alerts.json", "Noisiest hosts"))}
    assert begun == {"web-1": 1, DOWN: 2, "(poller)": 1}
    since = {row["Since"] for row in asked(filled, target_of("alerts.json", "What fires now"))}
    assert since == {(filled.start + 120) * 1000}


@pytest.mark.parametrize("file", FILES)
def test_variables_offer_what_is_there(filled: Filled, file: str) -> None:
    dashboard = DASHBOARDS[file]

    def offered(name: str, column: str, **choice: Any) -> set[str]:
        query = variable_of(dashboard, name)["query"]
        return {row[column] for row in asked(filled, query, **choice)}

    assert offered("filter_tag", "tagKey") == {"host", "env", "role"}
    assert offered("filter_value", "value") == set(HOSTS)
    assert offered("filter_value", "value", tag="env") == {"prod", "test"}
    assert offered("host", "value") == set(HOSTS)
    assert offered("host", "value", tag="env", values=["prod"]) == {"db (1).example", "web-1"}
    assert offered("host", "value", tag="role", values=["db"]) == {"db (1).example"}


def _columns(filled: Filled, panel: Json) -> set[str]:
    """What a panel's series or columns are called before anything is done to them."""
    names = {"Time"}
    for target in panel["targets"]:
        for row in asked(filled, target["query"]):
            columns = row.keys() - {"time"}
            names |= columns
            if target["alias"]:
                names |= {_series_name(target["alias"], row, column) for column in columns - TAGS}
    return names


def _series_name(alias: str, row: Mapping[str, Any], column: str) -> str:
    named = re.sub(r"\$tag_(\w+)", lambda match: str(row[match[1]]), alias)
    return named.replace("$col", column)


def _named_columns(panel: Json) -> set[str]:
    """The columns that overrides, transformations and options speak of."""
    overrides: Sequence[Json] = panel["fieldConfig"]["overrides"]
    names = {one["matcher"]["options"] for one in overrides if one["matcher"]["id"] == "byName"}
    for transformation in panel.get("transformations", []):
        options = transformation["options"]
        names |= {one["fieldName"] for one in options.get("filters", [])}
        names |= {one["field"] for one in options.get("sort", [])}
        names |= set(options.get("indexByName", {})) | set(options.get("excludeByName", {}))
    reduced = panel.get("options", {}).get("reduceOptions", {}).get("fields", "")
    if reduced:
        names.add(reduced.removeprefix("/^").removesuffix("$/"))
    return names

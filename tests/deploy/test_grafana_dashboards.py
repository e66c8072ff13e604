"""The dashboards in the repository: generated, whole, and such that Grafana reads them."""

import re
from itertools import combinations

import pytest

from deploy.grafana.generate import DASHBOARDS_FOLDER, dashboard_texts
from deploy.grafana.source.units import GRAFANA_UNITS, unit_of
from metrics.catalog import LABELS, UNITS
from tests.deploy.grafana_files import DASHBOARDS, FILES, Json, panels_of, queries_of, variable_of

UIDS = {"monctl-fleet", "monctl-host", "monctl-alerts"}


@pytest.mark.parametrize(("name", "text"), list(dashboard_texts()))
def test_generating_again_changes_nothing(name: str, text: str) -> None:
    assert (DASHBOARDS_FOLDER / name).read_text(encoding="utf-8") == text


def test_no_dashboard_is_left_of_another_time() -> None:
    assert sorted(path.name for path in DASHBOARDS_FOLDER.iterdir()) == sorted(FILES)
    assert {dashboard["uid"] for dashboard in DASHBOARDS.values()} == UIDS


@pytest.mark.parametrize("file", FILES)
def test_a_dashboard_can_be_loaded_into_any_grafana(file: str) -> None:
    dashboard = DASHBOARDS[file]
    assert dashboard["schemaVersion"] >= 36
    assert dashboard["tags"] == ["monctl"]
    assert "id" not in dashboard
    assert dashboard["time"]["to"] == "now"
    assert dashboard["refresh"] in dashboard["timepicker"]["refresh_intervals"]
    assert dashboard["editable"] is False


@pytest.mark.parametrize("file", FILES)
def test_every_panel_says_what_it_shows_and_in_which_unit(file: str) -> None:
    for panel in panels_of(DASHBOARDS[file]):
        assert panel["title"]
        assert len(panel["description"]) > 20, panel["title"]
        assert panel["fieldConfig"]["defaults"]["unit"], panel["title"]


@pytest.mark.parametrize("file", FILES)
def test_no_two_panels_have_the_same_number_or_overlap(file: str) -> None:
    panels = list(panels_of(DASHBOARDS[file], rows=True))
    numbers = [panel["id"] for panel in panels]
    assert len(set(numbers)) == len(numbers)
    assert 0 not in numbers
    for panel in panels:
        place = panel["gridPos"]
        assert place["w"] > 0, panel["title"]
        assert place["h"] > 0, panel["title"]
        assert place["x"] + place["w"] <= 24, panel["title"]
    for one, other in combinations(panels, 2):
        assert not _overlap(one["gridPos"], other["gridPos"]), (one["title"], other["title"])


@pytest.mark.parametrize("file", FILES)
def test_rows_of_panels_fill_the_width(file: str) -> None:
    panels = list(panels_of(DASHBOARDS[file]))
    for line in {panel["gridPos"]["y"] for panel in panels}:
        widths = [panel["gridPos"]["w"] for panel in panels if panel["gridPos"]["y"] == line]
        assert sum(widths) == 24, [panel["title"] for panel in panels if panel["gridPos"]["y"] == line]


@pytest.mark.parametrize("file", FILES)
def test_every_query_is_raw_influxql_for_the_chosen_data_source(file: str) -> None:
    datasource = {"type": "influxdb", "uid": "${datasource}"}
    for panel in panels_of(DASHBOARDS[file]):
        assert panel["datasource"] == datasource
        letters = [target["refId"] for target in panel["targets"]]
        assert letters == sorted(set(letters))
        for target in panel["targets"]:
            assert target["datasource"] == datasource
            assert target["rawQuery"] is True
            assert target["resultFormat"] in {"time_series", "table"}


@pytest.mark.parametrize("file", FILES)
def test_queries_keep_to_what_every_influxdb_takes(file: str) -> None:
    functions = {"mean", "min", "max", "last", "sum", "non_negative_derivative", "time", "fill"}
    for name, target in queries_of(DASHBOARDS[file]):
        query = target["query"]
        assert set(re.findall(r"\b([a-z_]+)\(", query)) <= functions, name
        assert not re.search(r"\b(SLIMIT|LIMIT|SHOW|INTO|tz)\b", query), name
        assert query.count("$timeFilter") == query.count("SELECT"), name


@pytest.mark.parametrize("file", FILES)
def test_every_link_leads_to_one_of_the_dashboards(file: str) -> None:
    dashboard = DASHBOARDS[file]
    links = dashboard["links"]
    assert {link["url"].removeprefix("/d/") for link in links} == UIDS - {dashboard["uid"]}
    assert all(link["keepTime"] and link["includeVars"] for link in links)
    for link in _data_links(dashboard):
        assert link["url"].startswith("/d/monctl-host?var-host=${")
        assert "${__url_time_range}" in link["url"]
        assert "${datasource:queryparam}" in link["url"]
    variables = {one["name"] for one in DASHBOARDS["host.json"]["templating"]["list"]}
    assert {"host", "datasource"} <= variables


def test_hosts_in_tables_lead_to_the_host() -> None:
    for file, least in (("fleet.json", 3), ("alerts.json", 2)):
        assert len(_data_links(DASHBOARDS[file])) >= least


@pytest.mark.parametrize("file", FILES)
def test_variables_are_asked_of_the_chosen_data_source_in_an_order_that_works(file: str) -> None:
    variables = DASHBOARDS[file]["templating"]["list"]
    assert [one["name"] for one in variables] == ["datasource", "filter_tag", "filter_value", "host"]
    for number, one in enumerate(variables):
        used = set(re.findall(r"\$\{(\w+)", str(one["query"])))
        assert used <= {before["name"] for before in variables[:number]}
        if one["type"] == "query":
            assert one["datasource"] == {"type": "influxdb", "uid": "${datasource}"}
            assert one["refresh"] == 1


def test_one_host_is_chosen_for_the_host_and_any_number_for_the_others() -> None:
    assert variable_of(DASHBOARDS["host.json"], "host")["multi"] is False
    for file in ("fleet.json", "alerts.json"):
        host = variable_of(DASHBOARDS[file], "host")
        assert (host["multi"], host["includeAll"], host["allValue"]) == (True, True, ".*")
        assert host["current"]["value"] == ["$__all"]


def test_the_host_dashboard_shows_every_measurement() -> None:
    shown = {
        match
        for _, target in queries_of(DASHBOARDS["host.json"])
        for match in re.findall(r'FROM "(\w+)"', target["query"])
    }
    assert shown == set(LABELS)


@pytest.mark.parametrize("file", FILES)
def test_holes_in_the_data_are_holes_in_the_lines(file: str) -> None:
    for panel in panels_of(DASHBOARDS[file]):
        if panel["type"] == "timeseries" and "drawStyle" not in panel["fieldConfig"]["defaults"]["custom"]:
            assert all("fill(null)" in target["query"] for target in panel["targets"]), panel["title"]
            assert panel["fieldConfig"]["defaults"]["custom"]["spanNulls"] == 90_000, panel["title"]


def test_every_unit_of_the_catalogue_has_one_of_grafanas() -> None:
    assert set(GRAFANA_UNITS) == UNITS


def test_a_panel_with_several_units_cannot_be_made() -> None:
    with pytest.raises(ValueError, match="several units"):
        unit_of(["mem.used", "mem.used_percent"])


def _overlap(one: Json, other: Json) -> bool:
    return bool(
        one["x"] < other["x"] + other["w"]
        and other["x"] < one["x"] + one["w"]
        and one["y"] < other["y"] + other["h"]
        and other["y"] < one["y"] + one["h"]
    )


def _data_links(dashboard: Json) -> list[Json]:
    found: list[Json] = []
    for panel in panels_of(dashboard):
        found += panel["fieldConfig"]["defaults"].get("links") or []
        for override in panel["fieldConfig"]["overrides"]:
            found += [link for one in override["properties"] if one["id"] == "links" for link in one["value"]]
    return found

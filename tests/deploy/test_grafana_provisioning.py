"""How Grafana is told of monctl's data source and dashboards."""

from typing import Any

import yaml

from deploy.grafana.generate import DASHBOARDS_FOLDER
from tests.deploy.grafana_files import DASHBOARDS, variable_of

FOLDER = DASHBOARDS_FOLDER.parent / "provisioning"


def loaded(name: str) -> dict[str, Any]:
    content = yaml.safe_load((FOLDER / name).read_text(encoding="utf-8"))
    assert content["apiVersion"] == 1
    return dict(content)


def test_the_data_source_is_influxql_with_a_token_in_a_header() -> None:
    (source,) = loaded("datasources/influxdb.yaml")["datasources"]
    assert source["type"] == "influxdb"
    assert source["access"] == "proxy"
    assert source["url"] == "${INFLUX_URL}"
    assert source["isDefault"] is True
    settings = source["jsonData"]
    assert settings["dbName"] == "${INFLUX_BUCKET}"
    assert settings["httpMode"] == "GET"
    assert settings["httpHeaderName1"] == "Authorization"
    assert settings["version"] == "InfluxQL"
    assert source["secureJsonData"] == {"httpHeaderValue1": "Token ${INFLUX_TOKEN}"}


def test_the_dashboards_begin_with_that_data_source() -> None:
    (source,) = loaded("datasources/influxdb.yaml")["datasources"]
    for name, dashboard in DASHBOARDS.items():
        chosen = variable_of(dashboard, "datasource")
        assert chosen["query"] == source["type"], name
        assert chosen["current"]["value"] == source["uid"], name
        assert chosen["current"]["text"] == source["name"], name


def test_the_dashboards_are_read_from_files_and_cannot_be_edited() -> None:
    (provider,) = loaded("dashboards/monctl.yaml")["providers"]
    assert provider["type"] == "file"
    assert provider["allowUiUpdates"] is False
    assert provider["options"]["path"] == "/etc/grafana/dashboards"


def test_no_secret_stands_in_the_files() -> None:
    for path in FOLDER.rglob("*.yaml"):
        for line in path.read_text(encoding="utf-8").splitlines():
            if "Token " in line:
                assert line.strip() == "httpHeaderValue1: Token ${INFLUX_TOKEN}"

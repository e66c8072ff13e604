"""The catalogue over the API, and what the OpenAPI document says of metrics."""

from typing import Any

import pytest

from access.roles import Role
from metrics.catalog import METRICS
from tests.support.api import ApiUnderTest

pytestmark = pytest.mark.anyio


async def test_every_metric_is_listed_with_unit_kind_and_labels(api: ApiUnderTest) -> None:
    document = (await api.call("GET", "/metrics/catalog", role=Role.VIEWER)).json()
    assert [item["name"] for item in document["items"]] == list(METRICS)
    assert document["total"] == len(METRICS)
    by_name = {item["name"]: item for item in document["items"]}
    assert by_name["disk.used"] | {"help": ""} == {
        "name": "disk.used", "measurement": "disk", "field": "used", "unit": "bytes", "type": "int",
        "kind": "gauge", "help": "", "labels": ["device", "fstype", "mode", "path"],
    }  # fmt: skip
    assert by_name["net.bytes_sent"]["kind"] == "counter"


async def test_it_comes_in_pages(api: ApiUnderTest) -> None:
    document = (await api.call("GET", "/metrics/catalog?offset=3&limit=2")).json()
    assert [item["name"] for item in document["items"]] == list(METRICS)[3:5]


async def test_the_document_describes_every_answer(api: ApiUnderTest) -> None:
    document: dict[str, Any] = (await api.call("GET", "//openapi.json")).json()

    def answer(path: str) -> dict[str, Any]:
        found: dict[str, Any] = document["paths"][f"/api/v1/metrics/{path}"]["get"]["responses"]["200"]
        content: dict[str, Any] = found["content"]
        return content

    assert answer("current")["application/json"]["schema"]["$ref"].endswith("/CurrentView")
    refs = [one["$ref"].split("/")[-1] for one in answer("history")["application/json"]["schema"]["anyOf"]]
    assert refs == ["HistoryView", "HistoriesView"]
    assert list(answer("export")) == ["text/csv"]

"""The OpenAPI document of a running daemon, and what it answers to whatever the document allows."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import hypothesis
import pytest
import schemathesis
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from schemathesis.specs.openapi.schemas import OpenApiSchema

from tests.support.databases import KINDS, SQLITE, Cluster
from tests.support.examples import examples
from tests.support.installation import MonctlFolder

_CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
_THERE = {"hosts": ("sender", "made"), "users": ("eve",), "keys": ("spare",)}
"""Names that are there, at least until they are deleted, for half of the requests that need one."""

_ENDLESS = "/api/v1/live"
_EXAMPLES = {"sqlite": examples(25, few=10), "postgresql": examples(8, few=4)}
"""For each operation."""


@pytest.fixture(scope="module", params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    """What the daemon's database is."""
    return str(request.param)


@pytest.fixture(scope="module")
def daemon(
    kind: str, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[MonctlFolder]:
    """A daemon that watches this machine, with a history of a few seconds."""
    folder: Path = tmp_path_factory.mktemp("fuzz")
    monctl = MonctlFolder(folder)
    if kind != SQLITE:
        cluster: Cluster = request.getfixturevalue("postgres")
        (folder / "monctl.yaml").write_text(f"database: {cluster.take()}\n")
    monctl.hosts_yaml.write_text(
        "hosts:\n  me: {connection: local, interval: 1s}\n  sender: {connection: push}\n"
    )
    monctl.start()
    try:
        assert monctl.wait_for(lambda: monctl.is_ready() and monctl.states()["me"] == ("ok", None)), (
            monctl.log
        )
        yield monctl
    finally:
        monctl.stop()


@pytest.fixture(scope="module")
def keys(daemon: MonctlFolder) -> dict[str, str]:
    """An admin's and a collector's key, which no request can take away but by their names."""
    return {
        role: daemon.json("key", "create", f"fuzz-{role}-8c1f", "--role", role)["key"]
        for role in ("admin", "collector")
    }


@pytest.fixture(scope="module")
def document(daemon: MonctlFolder) -> OpenApiSchema:
    """The document as a client generator gets it."""
    daemon.api("POST", "/hosts", json={"name": "made", "connection": "push"})
    user = {"name": "eve", "password": "a long pass phrase"}
    assert daemon.api("POST", "/users", json=user).status_code == 201
    assert daemon.api("POST", "/keys", json={"name": "spare", "role": "viewer"}).status_code == 201
    return schemathesis.openapi.from_url(f"{daemon.url}/openapi.json")


def test_no_request_that_the_document_allows_is_a_fault_and_answers_are_as_described(
    kind: str, daemon: MonctlFolder, document: OpenApiSchema, keys: dict[str, str]
) -> None:
    tried = 0
    for found in document.get_all_operations():
        assert isinstance(found, Ok), found
        operation = found.ok()
        if operation.path == _ENDLESS:
            continue
        key = keys["collector" if operation.path.endswith("/metrics/collect") else "admin"]
        _try(operation, key, examples=_EXAMPLES[kind])
        tried += 1
    assert tried > 25
    assert "Traceback" not in daemon.log


def _try(operation: Any, key: str, *, examples: int) -> None:
    tried = 0

    @hypothesis.settings(
        max_examples=examples,
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    @hypothesis.given(case=operation.as_strategy())
    def each(case: Any) -> None:
        nonlocal tried
        tried += 1
        names = _THERE.get(operation.path.split("/")[3] if operation.path.count("/") > 2 else "", ())
        if "name" in case.path_parameters and names and tried % 2:
            case.path_parameters["name"] = names[tried // 2 % len(names)]
        case.call_and_validate(headers={"X-API-Key": key}, checks=_CHECKS, timeout=30)

    each()


def test_every_operation_is_described_for_people_and_generators(daemon: MonctlFolder) -> None:
    document = httpx.get(f"{daemon.url}/openapi.json", timeout=10).json()
    names = []
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            assert operation.get("summary"), (method, path)
            assert operation.get("description"), (method, path)
            assert operation.get("tags"), (method, path)
            names.append(operation["operationId"])
            for parameter in operation.get("parameters", []):
                assert parameter.get("description") or parameter["schema"].get("title"), (
                    method,
                    path,
                    parameter,
                )
    assert len(names) == len(set(names))
    assert all(name == name.lower() and "_" in name for name in names)

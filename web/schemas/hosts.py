"""Hosts in requests and answers."""

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StrictBool

from inventory.hosts_yaml.keys import KEYS
from inventory.importers.detect import ImportFormat
from inventory.names import NAME_PATTERN
from metrics.results import Outcome
from web.schemas.records import json_body

ENTRY_EXAMPLE: dict[str, Any] = {
    "address": "10.0.0.9",
    "user": "monitor",
    "key": "~/.ssh/id_ed25519",
    "interval": "5s",
    "tags": {"env": "prod"},
}


class HostView(BaseModel):
    """A host: what is written of it (`entry`), and every setting with defaults worked in.

    The settings are missing where the entry cannot be used at present, as when a variable is not set.
    """

    model_config = ConfigDict(extra="forbid")

    name: str
    owner: Literal["file", "api"] = Field(
        description="Who may change it: hosts.yaml, or API and command line."
    )
    file: str | None = Field(description="The file that owns it.")
    line: int | None = Field(description="Its line there.")
    version: int = Field(description="Grows with every change; the ETag.")
    created_at: datetime
    updated_at: datetime
    entry: dict[str, Any] = Field(description="As written, references to variables kept.")
    address: str | None = None
    port: int | None = Field(default=None, description="None: ~/.ssh/config's, else 22.")
    user: str | None = None
    key: list[str] | None = None
    has_password: bool | None = None
    known_hosts: str | None = None
    jump: str | None = None
    connection: Literal["ssh", "local", "push"] | None = None
    mode: Literal["resident", "oneshot"] | None = None
    interval: float | None = Field(default=None, description="Seconds between polls.")
    timeout: float | None = Field(default=None, description="Seconds that a poll may take.")
    collectors: dict[str, float | None] | None = Field(
        default=None, description="Seconds between runs of each; 0: every poll; null: off."
    )
    probe: Literal["auto", "psutil", "proc"] | None = None
    python: str | None = None
    groups: list[str] | None = None
    tags: dict[str, str] | None = None
    paused: bool | None = None


class CheckStepView(BaseModel):
    """One step on the way to a host."""

    step: str = Field(examples=["dns", "tcp", "host key", "login", "python", "probe"])
    ok: bool
    reason: Outcome | None = Field(description="Why it failed: one of the poller's outcomes.")
    detail: str
    advice: str = Field(description="What to do about it.")


class CheckView(BaseModel):
    """A whole check."""

    host: str
    ok: bool
    steps: list[CheckStepView]


class ImportRequest(BaseModel):
    """What to import: the text of a hosts.yaml, an ssh config or an Ansible inventory."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"example": {"content": "hosts: {web-1: 10.0.0.11}"}}
    )

    content: str = Field(min_length=1, max_length=4_000_000)
    format: ImportFormat | None = Field(default=None, description="Recognised by itself without.")
    dry_run: StrictBool = Field(default=False, description="Only say what would be added.")


class ImportNote(BaseModel):
    """Something that was left out."""

    line: int | None
    field: str
    message: str


class SkippedHost(BaseModel):
    """A host of the text that there is already: it stays as it is."""

    name: str
    reason: str
    owner: Literal["file", "api"]
    differs_in: list[str] = Field(description="The keys that the text gives other values, or leaves out.")


class ImportView(BaseModel):
    """What an import did, or would do: hosts that exist are left as they are."""

    added: list[str]
    existing: list[str]
    skipped: list[SkippedHost] = Field(description="The existing ones, with reasons.")
    entries: dict[str, dict[str, Any]] = Field(description="The entries of the hosts added.")
    notes: list[ImportNote]
    dry_run: bool


def entry_body(*, is_new: bool = False, is_patch: bool = False) -> dict[str, Any]:
    """The `openapi_extra=` of a route whose body is a host entry."""
    properties: dict[str, Any] = {name: key.schema for name, key in KEYS.items()}
    if is_patch:
        return json_body(properties, {"tags": {"env": "test"}, "python": None})
    if not is_new:
        return json_body(properties, ENTRY_EXAMPLE)
    name = {"type": "string", "pattern": NAME_PATTERN, "description": "Unique; not a range."}
    return json_body({"name": name} | properties, {"name": "web-9", **ENTRY_EXAMPLE}, required=["name"])

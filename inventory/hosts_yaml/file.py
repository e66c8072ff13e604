"""hosts.yaml: read, checked and expanded into hosts."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from foundation.documents.errors import FileUnusable, Problem
from foundation.documents.file import read_document
from foundation.documents.report import Report
from foundation.documents.yaml import read_yaml
from inventory.errors import InventoryInvalid
from inventory.host import HostSpec
from inventory.hosts_yaml.document import ParsedHost, parse_document

MAX_FILE_BYTES = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Inventory:
    """What a hosts.yaml says, in the file's order.

    `file`: the path as it was given. `digest` changes with the content. `hosts`: name -> spec.
    `parsed_hosts`: name -> spec with the source line and the entry as written, defaults and groups merged in.
    """

    file: str
    digest: str
    hosts: Mapping[str, HostSpec]
    parsed_hosts: Mapping[str, ParsedHost]


def load_inventory(path: Path, *, environ: Mapping[str, str]) -> Inventory:
    """Read a hosts.yaml; `environ` is what `${NAME}` is looked up in.

    Raises InventoryInvalid with every problem, also when the file cannot be read.
    """
    return parse_inventory(read_content(path), file=str(path), environ=environ)


def read_content(path: Path) -> bytes:
    """The file's bytes; raises InventoryInvalid when it cannot be read or is absurdly large."""
    try:
        return read_document(path, max_bytes=MAX_FILE_BYTES)
    except FileUnusable as error:
        hint = ": write one, or name another with -i" if error.is_missing else ""
        raise _unreadable(path, f"cannot be read: {error.reason}{hint}") from error


def _unreadable(path: Path, message: str) -> InventoryInvalid:
    return InventoryInvalid([Problem(str(path), None, "", message)])


def parse_inventory(content: bytes | str, *, file: str, environ: Mapping[str, str]) -> Inventory:
    """The same for content already read; `file` only appears in problems."""
    data = content.encode("utf-8", "surrogatepass") if isinstance(content, str) else content
    report = Report(file)
    parsed_hosts = parse_document(_read(data, report), report, environ=environ) if not report.problems else {}
    report.raise_if_any(InventoryInvalid)
    hosts = {name: host.spec for name, host in parsed_hosts.items()}
    digest = content_digest(data)
    return Inventory(file, digest, MappingProxyType(hosts), MappingProxyType(parsed_hosts))


def content_digest(content: bytes) -> str:
    """What tells one content from another."""
    return hashlib.sha256(content).hexdigest()


def _read(data: bytes, report: Report) -> Any:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        report.add(data.count(b"\n", 0, error.start) + 1, "", message="is not UTF-8 text")
        return None
    return read_yaml(text, report, text_at=is_tags)


def is_tags(parent: str, key: str) -> bool:
    """Whether a key holds tags, whose values are text as it stands; a host may be called `tags` too."""
    return key == "tags" and parent not in ("", "hosts", "groups")

"""One door for everything that can be imported; the format is recognised by the content."""

import re
from collections.abc import Mapping, Sequence
from enum import StrEnum
from pathlib import Path

from foundation.documents.report import Report
from foundation.documents.values import Place
from foundation.documents.variables import allowed_variables
from foundation.documents.weight import weigh
from foundation.documents.yaml import read_yaml
from inventory.errors import ImportUnreadable, InventoryInvalid
from inventory.hosts_yaml.document import parse_document
from inventory.hosts_yaml.file import is_tags
from inventory.hosts_yaml.references import refuse_references
from inventory.importers.ansible import import_ansible_ini, import_ansible_yaml
from inventory.importers.result import ImportResult
from inventory.importers.ssh_config import import_ssh_config
from inventory.importers.text import read_text

_SSH_LINE = re.compile(r"^\s*(host|match|include)(\s+|\s*=\s*)[^\s=]", re.IGNORECASE)
_INI_SECTION = re.compile(r"^\s*\[[^\]]+\]\s*([#;].*)?$")
_OURS = frozenset(("defaults", "groups", "hosts"))
MAX_WEIGHT = 16_000_000
"""What a hosts.yaml to import may weigh (see `weigh`) with ranges, groups and aliases written out."""

_OWN_CONFIGS = ("~/.ssh/config", "/etc/ssh/ssh_config")


class ImportFormat(StrEnum):
    """What can be imported."""

    SSH_CONFIG = "ssh-config"
    ANSIBLE_INI = "ansible-ini"
    ANSIBLE_YAML = "ansible-yaml"
    HOSTS_YAML = "hosts-yaml"


def import_hosts(
    source: Path | str,
    *,
    format: ImportFormat | None = None,  # noqa: A002 -- the word that callers and the command line use
    environ: Mapping[str, str] | None = None,
    variables: Sequence[str] | None = None,
) -> ImportResult:
    """Read a file (a Path) or its content (a str).

    `environ` is only for the variables of a hosts.yaml, whose references are kept all the same.
    `variables`: patterns of those that the text may refer to, None for any; others are refused before
    anything is resolved, set or not. The ssh configuration that is honoured at poll time gives aliases
    alone. Raises ImportUnreadable, and InventoryInvalid for a hosts.yaml with problems.
    """
    path = source if isinstance(source, Path) else None
    text = read_text(source) if isinstance(source, Path) else source
    file = str(path) if path else None
    match format or detect_format(text):
        case ImportFormat.SSH_CONFIG:
            return import_ssh_config(text, path=path, aliases_only=path is not None and _is_own(path))
        case ImportFormat.ANSIBLE_INI:
            return import_ansible_ini(text, file=file)
        case ImportFormat.ANSIBLE_YAML:
            return import_ansible_yaml(text, file=file)
        case ImportFormat.HOSTS_YAML:
            return _import_own(text, file, environ or {}, variables=variables)
        case None:
            raise ImportUnreadable(file, "is neither an ssh config, an Ansible inventory nor a hosts.yaml")


def detect_format(text: str) -> ImportFormat | None:
    """What the text looks like; None when it looks like nothing that can be imported."""
    lines = [line for line in text.splitlines() if line.strip() and line.strip()[0] not in "#;"]
    if not lines:
        return None
    if any(_INI_SECTION.match(line) for line in lines):
        return ImportFormat.ANSIBLE_INI
    if any(_SSH_LINE.match(line) for line in lines):
        return ImportFormat.SSH_CONFIG
    document = read_yaml(text, Report(None), text_at=is_tags, on_tag=lambda tag, line: None)
    if isinstance(document, dict) and document:
        return ImportFormat.HOSTS_YAML if document.keys() <= _OURS else ImportFormat.ANSIBLE_YAML
    return ImportFormat.ANSIBLE_INI if all(_is_ini_host(line) for line in lines) else None


def _is_ini_host(line: str) -> bool:
    name, *words = line.split()
    return not name.endswith(":") and all("=" in word for word in words)


def _is_own(path: Path) -> bool:
    return any(path.absolute() == Path(config).expanduser() for config in _OWN_CONFIGS)


def _import_own(
    text: str, file: str | None, environ: Mapping[str, str], *, variables: Sequence[str] | None
) -> ImportResult:
    report = Report(file or "hosts.yaml")
    document = read_yaml(text, report, text_at=is_tags)
    if weigh(document, most=MAX_WEIGHT) > MAX_WEIGHT:
        raise ImportUnreadable(file, "is too large with its aliases written out")
    if variables is not None and not report.problems:
        refuse_references(document, Place(report, "", None, None), variables)
        environ = allowed_variables(environ, variables)
    report.raise_if_any(InventoryInvalid)
    hosts = parse_document(document, report, environ=environ, most=MAX_WEIGHT)
    report.raise_if_any(InventoryInvalid)
    return ImportResult({name: host.entry for name, host in hosts.items()}, ())

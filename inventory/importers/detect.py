"""One door for everything that can be imported; the format is recognised by the content."""

import os
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
from inventory.importers.ansible import (
    converted,
    import_ansible_ini,
    import_ansible_yaml,
    read_folder,
    read_yaml_or_list,
)
from inventory.importers.ansible_groups import AnsibleInventory
from inventory.importers.ansible_ini import read_ini
from inventory.importers.result import ImportResult
from inventory.importers.sources import refuse_generated
from inventory.importers.ssh_config import import_ssh_config
from inventory.importers.ssh_words import KEYWORDS
from inventory.importers.text import is_folder, read_text, require_utf8

_SECTION = re.compile(r"\[[^:\]\s]+(?::\w+)?\]\s*(?:[#;].*)?")
_YAML_LINE = re.compile(r"""(?:---(?:\s|$)|%YAML|- |["']?[^\s"'#:=\[\]{}][^:=]*:(?:\s|$))""")
_NAME = re.compile(r"[^<>{}()=]+$")
_ASSIGNMENT = re.compile(r"[A-Za-z_][A-Za-z0-9_]*=")
_TOP_KEY = re.compile(r"""^["']?([^\s"'#:{\[-][^:"'\n]*)["']?:(?:\s|$)""", re.MULTILINE)
_UNRECOGNISED = "is neither an ssh config, an Ansible inventory nor a hosts.yaml"
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
    if isinstance(source, Path) and is_folder(source):
        return _import_folder(source)
    path = source if isinstance(source, Path) else None
    text = read_text(source) if isinstance(source, Path) else source
    file = str(path) if path else None
    refuse_generated(text, path=path)
    chosen = format or detect_format(text)
    if chosen in (ImportFormat.ANSIBLE_YAML, ImportFormat.HOSTS_YAML):
        require_utf8(text, file=file)
    match chosen:
        case ImportFormat.SSH_CONFIG:
            return import_ssh_config(text, path=path, aliases_only=path is not None and _is_own(path))
        case ImportFormat.ANSIBLE_INI:
            return import_ansible_ini(text, file=file, folder=path.parent if path else None)
        case ImportFormat.ANSIBLE_YAML:
            return import_ansible_yaml(text, file=file, folder=path.parent if path else None)
        case ImportFormat.HOSTS_YAML:
            return _import_own(text, file, environ or {}, variables=variables)
        case None:
            raise ImportUnreadable(file, _UNRECOGNISED)


def _import_folder(folder: Path) -> ImportResult:
    inventory = AnsibleInventory(str(folder))
    read_folder(folder, inventory, _read_of_folder)
    if not inventory.lines:
        raise ImportUnreadable(str(folder), "holds no Ansible inventory that names hosts")
    return converted(inventory, folder=folder)


def _read_of_folder(path: Path, inventory: AnsibleInventory) -> None:
    text = read_text(path)
    inventory.work.take_on(len(text), line=None)
    refuse_generated(text, path=path)
    match detect_format(text):
        case ImportFormat.ANSIBLE_INI:
            read_ini(text, inventory)
        case ImportFormat.ANSIBLE_YAML:
            require_utf8(text, file=str(path))
            read_yaml_or_list(text, inventory)
        case ImportFormat.HOSTS_YAML:
            raise ImportUnreadable(str(path), "is a hosts.yaml, to be imported by itself")
        case _:
            raise ImportUnreadable(str(path), "is no Ansible inventory")


def detect_format(text: str) -> ImportFormat | None:
    """What the text looks like; None when it looks like nothing that can be imported.

    The first line that only one format can begin with decides, so that nothing further down does: values may
    hold what looks like any other format.
    """
    lines = [line.strip() for line in text.splitlines()]
    lines = [line for line in lines if line and line[0] not in "#;"]
    if not lines:
        return None
    if lines[0].startswith("{"):
        return _yaml_format(text)
    for line in lines:
        if _YAML_LINE.match(line):
            return _yaml_format(text)
        if _SECTION.fullmatch(line):
            return ImportFormat.ANSIBLE_INI
        chosen = _format_of_words(line.split())
        if chosen is not None:
            return chosen
    return ImportFormat.ANSIBLE_INI if all(_is_ini_host(line) for line in lines) else None


def _format_of_words(words: list[str]) -> ImportFormat | None:
    """The format of a line of words, if only one has such: `Host a`, or `a ansible_host=b`."""
    keyword, equals, _ = words[0].partition("=")
    is_keyword = keyword.lower() in KEYWORDS
    if is_keyword and equals:
        return ImportFormat.SSH_CONFIG
    if len(words) < 2:
        return None
    has_assignment = _ASSIGNMENT.match(words[1]) is not None
    if is_keyword and (not has_assignment or keyword.lower() in ("setenv", "match")):
        return ImportFormat.SSH_CONFIG
    return ImportFormat.ANSIBLE_INI if has_assignment and _NAME.match(words[0]) else None


def _yaml_format(text: str) -> ImportFormat | None:
    """Whose YAML it is; of what is broken, by the keys at its margin, so that its reader can say where."""
    report = Report(None)
    try:
        document = read_yaml(text, report, text_at=is_tags, on_tag=lambda tag, line: None)
    except UnicodeEncodeError:
        return ImportFormat.ANSIBLE_YAML
    if isinstance(document, dict) and document:
        return ImportFormat.HOSTS_YAML if document.keys() <= _OURS else ImportFormat.ANSIBLE_YAML
    if not report.problems:
        return None
    keys = {match.group(1).strip() for match in _TOP_KEY.finditer(text)}
    return ImportFormat.HOSTS_YAML if keys and keys <= _OURS else ImportFormat.ANSIBLE_YAML


def _is_ini_host(line: str) -> bool:
    words = line.split("#")[0].split()
    return len(words) == 1 and _NAME.match(words[0]) is not None and not words[0].endswith(":")


def _is_own(path: Path) -> bool:
    own_configs = (os.path.expanduser(config) for config in _OWN_CONFIGS)  # noqa: PTH111 -- which may raise
    return str(path.absolute()) in own_configs


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

from pathlib import Path

import pytest

from inventory.errors import ImportUnreadable, InventoryInvalid
from inventory.host_table.export import render_hosts
from inventory.importers.detect import ImportFormat, detect_format, import_hosts
from tests.inventory.loading import load
from tests.inventory.test_ansible_import import INI, YAML
from tests.inventory.test_file import DESIGN_EXAMPLE
from tests.inventory.test_ssh_config_import import CONFIG


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (CONFIG, ImportFormat.SSH_CONFIG),
        ("Include config.d/*", ImportFormat.SSH_CONFIG),
        (INI, ImportFormat.ANSIBLE_INI),
        ("a\nb ansible_host=x\n", ImportFormat.ANSIBLE_INI),
        (YAML, ImportFormat.ANSIBLE_YAML),
        ("web: {hosts: {a: }}", ImportFormat.ANSIBLE_YAML),
        (DESIGN_EXAMPLE, ImportFormat.HOSTS_YAML),
        ("hosts: {a: }", ImportFormat.HOSTS_YAML),
        ("", None),
        ("# nothing", None),
        ("Dear Sir or Madam,\nplease find attached", None),
    ],
)
def test_the_format_is_known_by_the_content(text: str, expected: ImportFormat | None) -> None:
    assert detect_format(text) is expected


@pytest.mark.parametrize("text", [CONFIG, INI, YAML])
def test_what_is_imported_loads_as_a_hosts_yaml(text: str, tmp_path: Path) -> None:
    path = tmp_path / "source"
    path.write_text(text)
    entries = import_hosts(path).entries
    assert load(render_hosts(entries)).hosts.keys() == entries.keys()


def test_a_hosts_yaml_is_imported_with_its_defaults_written_out_and_its_references_kept() -> None:
    entries = import_hosts(DESIGN_EXAMPLE, environ={"OLD_PASSWORD": "hunter2"}).entries
    assert entries["old"]["password"] == "${OLD_PASSWORD}"
    assert entries["old"]["user"] == "monitor"
    assert len(entries) == 24


def test_a_broken_hosts_yaml_is_told_as_one() -> None:
    with pytest.raises(InventoryInvalid, match=r"hosts\.a\.port"):
        import_hosts("hosts: {a: {port: 0}}")


def test_what_is_nothing_known_is_told() -> None:
    with pytest.raises(ImportUnreadable, match="neither an ssh config, an Ansible inventory nor"):
        import_hosts("Dear Sir or Madam,\n")


def test_a_format_that_is_given_is_used() -> None:
    assert import_hosts("hosts", format=ImportFormat.ANSIBLE_INI).entries == {"hosts": {}}

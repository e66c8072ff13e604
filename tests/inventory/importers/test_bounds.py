"""What files stand for is bounded, whichever files they include, name and refer to."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from inventory.errors import ImportUnreadable
from inventory.importers.detect import import_hosts

_TOO_MUCH = "makes too many settings of hosts"


@contextmanager
def few_seconds() -> Iterator[None]:
    started = time.process_time()
    yield
    assert time.process_time() - started < 20


def test_files_that_include_themselves_twice_end(tmp_path: Path) -> None:
    config = tmp_path / "config"
    config.write_text(f"Host a\nInclude {config}\nInclude {config}\n" + "User x\n" * 50)
    with few_seconds(), pytest.raises(ImportUnreadable, match=_TOO_MUCH):
        import_hosts(config)


def test_patterns_of_many_stars_end() -> None:
    names = " ".join("a" * 200 + str(number) for number in range(60))
    patterns = " ".join(["*a" * 70 + "*b"] * 60)
    with few_seconds(), pytest.raises(ImportUnreadable, match=_TOO_MUCH):
        import_hosts(f"Host {names}\n" + f"Host {patterns}\n" * 30)


def test_a_long_configuration_of_a_program_is_imported() -> None:
    blocks = "".join(
        f"Host node-{number} n{number}\n  HostName 10.0.{number // 250}.{number % 250}\n"
        "  User u\n  Port 2222\n"
        for number in range(2500)
    )
    with few_seconds():
        entries = import_hosts(
            blocks + "Host node-* n*\n  IdentityFile ~/.ssh/id\nHost *\n  ProxyJump gate\n"
        ).entries
    assert len(entries) == 5000
    assert entries["n7"] == {
        "address": "10.0.0.7",
        "port": 2222,
        "user": "u",
        "key": "~/.ssh/id",
        "jump": "gate",
    }


def test_files_of_variables_are_bounded_in_all(tmp_path: Path) -> None:
    (tmp_path / "group_vars").mkdir()
    for number in range(8):
        (tmp_path / "group_vars" / f"g{number}").write_text(f"x: {'y' * 2_000_000}\n")
    (tmp_path / "hosts").write_text("".join(f"[g{number}]\na\n" for number in range(8)))
    with few_seconds(), pytest.raises(ImportUnreadable, match=_TOO_MUCH):
        import_hosts(tmp_path / "hosts")


def test_a_broken_file_of_variables_is_named_and_costs_only_itself(tmp_path: Path) -> None:
    (tmp_path / "host_vars").mkdir()
    (tmp_path / "host_vars" / "a.yml").write_text("x: 1\nansible_port: [\n")
    (tmp_path / "host_vars" / "b.yml").write_text("$ANSIBLE_VAULT;1.1;AES256\n3133\n")
    (tmp_path / "host_vars" / "c.yml").write_text(
        "ansible_port: !vault |\n  x\nother: !vault x\nansible_user: c\n"
    )
    (tmp_path / "host_vars" / "d.yml").write_bytes(b"ansible_user: \xe9\n")
    (tmp_path / "hosts").write_text("a\nb\nc\nd\n../../etc\n")
    complaint = "did not find expected node content while parsing a flow node"
    result = import_hosts(tmp_path / "hosts")
    assert result.entries == {"a": {}, "b": {}, "c": {"user": "c"}, "d": {}}
    assert sorted(str(note).removeprefix(f"{tmp_path}/host_vars/") for note in result.notes)[:5] == [
        f"{tmp_path}/hosts:5: ../../etc: a name must not contain `/` or consist of dots",
        f"a.yml:2: not valid YAML: {complaint}: variables of this file may be left out",
        "b.yml: is encrypted: its variables are left out",
        "c.yml:1: ansible_port: is encrypted: left out",
        "c.yml:3: other: is encrypted: left out",
    ]
    assert "d.yml:1: is not UTF-8 text" in "\n".join(map(str, result.notes))


@pytest.mark.parametrize(
    ("variables", "reason"),
    [
        ({"a": "{{ a }}"}, "refers to variables in a circle"),
        ({"a": "{{ b }}" * 500, "b": "{{ c }}" * 500, "c": ""}, None),
        ({"a": "{{ b }}" * 500, "b": "{{ c }}" * 500, "c": "x"}, "comes to more than 4096 characters"),
        (
            {"a": "{{ vault_password }}", "vault_password": "hunter2"},
            "refers to `vault_password`, which is never",
        ),
        ({"a": "{{ b | default('c') }}", "b": "x"}, "is computed by an expression"),
        ({"a": "{% if x %}y{% endif %}"}, "is computed by an expression"),
        ({"a": ["x"]}, "refers to `a`, which is encrypted or no single value"),
        ({}, "refers to `a`, which the inventory does not set"),
    ],
)
def test_templates_end_and_what_cannot_be_computed_is_told(
    variables: dict[str, object], reason: str | None
) -> None:
    host = {"ansible_host": "{{ a }}", **variables}
    with few_seconds():
        result = import_hosts(json.dumps({"_meta": {"hostvars": {"h": host}}}))
    said = "\n".join(map(str, result.notes))
    assert result.entries.keys() == {"h"}
    assert "address" not in result.entries["h"]
    assert (f"ansible_host: {reason}" if reason else "") in said
    assert "hunter2" not in said


def test_arguments_of_ssh_are_read_once_for_the_hosts_of_a_group() -> None:
    arguments = "-o ProxyCommand='ssh -W %h:%p gate' " + "-o A=b " * 200
    with few_seconds():
        entries = import_hosts(
            f'h[1:3000]\n[ungrouped:vars]\nansible_ssh_common_args="{arguments}"\n'
        ).entries
    assert len(entries) == 3000
    assert entries["h1"] == {"jump": "gate"}


@pytest.mark.parametrize(
    "text",
    [
        '{"_meta": ' + "[" * 100_000,
        '{"_meta": {"hostvars": ' + '{"a": ' * 50_000,
        "[g:vars]\nx=" + "(" * 4000 + "\n",
        "[g:vars]\nx=" + "-" * 4000 + "1\n",
        "[g:vars]\nx=" + "[" * 4000 + "\n",
        "a x=" + "9" * 4096 + "\n",
        "k\n" * 200_000 + "all: [\n",
    ],
    ids=["lists", "mappings", "brackets", "signs", "square brackets", "a number", "lines"],
)
def test_what_is_nested_or_long_ends_no_process(text: str) -> None:
    with few_seconds():
        try:
            import_hosts(text)
        except ImportUnreadable:
            return

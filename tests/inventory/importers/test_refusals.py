"""What a file is, whatever stands in it; and what is said of those that cannot be imported."""

import os
from pathlib import Path

import pytest

from inventory.errors import ImportUnreadable, InventoryInvalid
from inventory.importers.detect import ImportFormat, detect_format, import_hosts

VAULTED = "$ANSIBLE_VAULT;1.1;AES256\n" + "\n".join(["3133313133363639" * 5] * 8) + "\n"
_YAML = (
    "all:\n  vars:\n    disks:\n      [sda, sdb]\n    text: |\n      Host a\n      [web]\n  hosts: {a: }\n"
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (_YAML, ImportFormat.ANSIBLE_YAML),
        ("---\n" + _YAML, ImportFormat.ANSIBLE_YAML),
        ("hosts:\n  a:\n    tags:\n      note: |\n        [x]\n", ImportFormat.HOSTS_YAML),
        ('{"hosts": {"a": "10.0.0.1"}}', ImportFormat.HOSTS_YAML),
        ('{"_meta": {"hostvars": {}}, "all": {"children": ["web"]}}', ImportFormat.ANSIBLE_YAML),
        ("host ansible_host=10.0.0.1\nuser ansible_port=22\n", ImportFormat.ANSIBLE_INI),
        ("host\nuser\n", ImportFormat.ANSIBLE_INI),
        ("a\nhost ansible_host=b\n[web]\n", ImportFormat.ANSIBLE_INI),
        ("a ansible_ssh_common_args='-o x: y'\n", ImportFormat.ANSIBLE_INI),
        ("[web:vars]\nHost a\nx: y\n", ImportFormat.ANSIBLE_INI),
        ("a # the first\nb\n", ImportFormat.ANSIBLE_INI),
        ("ForwardX11 yes\n[x]\n", ImportFormat.SSH_CONFIG),
        ("User=joe\nHost a\n", ImportFormat.SSH_CONFIG),
        ("SetEnv A=b\n", ImportFormat.SSH_CONFIG),
        ("Match user=root\n", ImportFormat.SSH_CONFIG),
        ("Host a b=c\n  # web:\n", ImportFormat.SSH_CONFIG),
        ("Host=a\n", ImportFormat.SSH_CONFIG),
        ("- web:\n    hosts: a\n", None),
        ("[sda, sdb]\n", None),
        ('<a href="x">\n<br>\n', None),
        ("PATH=/bin\nHOME=/root\n", None),
        ("web-1 ssh-ed25519 AAAAC3Nz=\n", None),
        ("10.0.0.1 web-1\n", None),
        ("-----BEGIN OPENSSH PRIVATE KEY-----\nb3Bl\n-----END OPENSSH PRIVATE KEY-----\n", None),
    ],
)
def test_no_line_further_down_makes_a_file_what_it_is_not(text: str, expected: ImportFormat | None) -> None:
    assert detect_format(text) is expected


def _deep(levels: int) -> str:
    return "all:\n" + "".join(f"{'  ' * level}k:\n" for level in range(1, levels)) + "  " * levels + "x: y\n"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("all:\n  hosts:\n    a:\n    b:\n  vars:\n    x: 1\n    y: [\n", "7: not valid YAML"),
        (_deep(20), "is nested more than 12 levels deep"),
        ("all:\n  hosts: {a: }\n  hosts: {b: }\n", "3: the key `hosts` is already on line 2"),
        ('{"_meta": {"hostvars": {}},\n "all": {"children": ["x",]}}', "2: not valid"),
        ("service:\n  image: x\n", "2: `image` is no part of a group"),
    ],
)
def test_the_complaint_of_the_reader_is_what_is_said(text: str, message: str) -> None:
    with pytest.raises(ImportUnreadable, match=message):
        import_hosts(text)


def test_a_broken_hosts_yaml_is_told_as_one_of_ours() -> None:
    with pytest.raises(InventoryInvalid, match="not valid YAML"):
        import_hosts("defaults:\n  user: x\nhosts:\n  a: [\n")


_LIST = r"ansible-inventory -i {} --list{} > hosts\.json` and import hosts\.json"


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        (
            "hosts",
            VAULTED,
            "is encrypted by Ansible Vault: run `" + _LIST.format(".*hosts", " --ask-vault-pass"),
        ),
        (
            "ec2.py",
            "#!/usr/bin/env python3\nimport x\n",
            "is a script that makes.*" + _LIST.format(".*py", ""),
        ),
        ("aws.yml", "---\nplugin: amazon.aws.aws_ec2\nregions: [a]\n", "plug-in amazon.aws.aws_ec2: run"),
        ("hosts.toml", "[all.hosts]\na = {}\n", "is an inventory in TOML: run"),
        ("a b.yml", "plugin: constructed\n", "-i '.*a b.yml' --list"),
    ],
)
def test_what_only_makes_hosts_is_refused_by_name_with_the_command_that_lists_them(
    name: str, text: str, message: str, tmp_path: Path
) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(ImportUnreadable, match=message) as refusal:
        import_hosts(tmp_path / name)
    assert refusal.value.file == str(tmp_path / name)
    if not name.endswith(".toml"):
        with pytest.raises(ImportUnreadable, match="ansible-inventory -i FILE --list"):
            import_hosts(text)


def test_other_files_of_a_folder_are_named_and_the_rest_is_imported(tmp_path: Path) -> None:
    (tmp_path / "10-hosts").write_text("[web]\na\n")
    (tmp_path / "20-cloud.yml").write_text("plugin: amazon.aws.aws_ec2\n")
    (tmp_path / "30-secret").write_text(VAULTED)
    (tmp_path / "40-script").write_text("#!/bin/sh\necho {}\n")
    (tmp_path / "50-letter").write_text("Dear Sir or Madam,\nplease find attached\n")
    (tmp_path / "60-ssh").write_text("Host b\n")
    (tmp_path / "70-broken.yml").write_text("all: [\n")
    (tmp_path / "80-binary").write_bytes(b"\x00\x01")
    (tmp_path / "90-ours").write_text("hosts: {c: }\n")
    result = import_hosts(tmp_path)
    assert result.entries == {"a": {"groups": ["web"]}}
    said = [str(note) for note in result.notes]
    assert [note.removeprefix(str(tmp_path))[1:3] for note in said] == [
        "20",
        "30",
        "40",
        "50",
        "60",
        "70",
        "80",
        "90",
    ]
    assert all("left out" in note for note in said)


def test_a_folder_without_hosts_is_told(tmp_path: Path) -> None:
    with pytest.raises(ImportUnreadable, match="holds no Ansible inventory that names hosts"):
        import_hosts(tmp_path)


def test_folders_in_a_circle_end(tmp_path: Path) -> None:
    (tmp_path / "hosts").write_text("a\n")
    (tmp_path / "inner").symlink_to(tmp_path)
    (tmp_path / "group_vars" / "all").mkdir(parents=True)
    (tmp_path / "group_vars" / "all" / "again").symlink_to(tmp_path / "group_vars" / "all")
    assert import_hosts(tmp_path).entries == {"a": {}}


@pytest.mark.parametrize("text", ["all:\n  hosts: {a: {ansible_user: \xe9}}\n", '{"_meta": {"x": "\xe9"}}'])
def test_yaml_in_another_encoding_is_told_with_its_line(text: str, tmp_path: Path) -> None:
    path = tmp_path / "hosts.yml"
    path.write_bytes(text.encode("latin-1"))
    with pytest.raises(ImportUnreadable, match=r"hosts\.yml:[12]: is not UTF-8 text"):
        import_hosts(path)


def test_comments_in_another_encoding_hurt_nobody(tmp_path: Path) -> None:
    path = tmp_path / "hosts"
    path.write_bytes("# caf\xe9\na\nb ansible_user=caf\xe9\n".encode("latin-1"))
    result = import_hosts(path)
    assert result.entries == {"a": {}}
    assert "b.user: must be" in str(result.notes[0])


@pytest.mark.parametrize(
    "text",
    [
        "Host gate web\n  User x\nHost *\n  ProxyJump gate\n",
        "gate\nweb\n[all:vars]\nansible_ssh_common_args=-J gate\nansible_user=x\n",
        "all:\n  vars: {ansible_ssh_common_args: -J gate, ansible_user: x}\n  hosts: {gate: , web: }\n",
    ],
)
def test_a_jump_for_all_hosts_is_none_for_the_jump_host_itself(text: str) -> None:
    result = import_hosts(text)
    assert result.entries == {"gate": {"user": "x"}, "web": {"user": "x", "jump": "gate"}}
    assert "gate: has no jump: `gate` over `gate` is a circle" in [str(note)[3:] for note in result.notes]


def test_jumps_in_a_circle_are_broken_with_a_note() -> None:
    result = import_hosts(
        "Host a\nProxyJump b\nHost b\nProxyJump c,x\nHost c\nProxyJump a\nHost d\nProxyJump a\n"
    )
    assert sum("jump" in entry for entry in result.entries.values()) == 3
    assert "is a circle" in str(result.notes)


def test_what_may_not_be_read_is_told_and_costs_only_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a user other than root would see it: there are homes of nobody, pipes and closed folders."""
    monkeypatch.delenv("HOME", raising=False)
    (tmp_path / "10-hosts").write_text("[g]\na\n")
    os.mkfifo(tmp_path / "20-pipe")
    (tmp_path / "30-dangling").symlink_to(tmp_path / "nowhere")
    (tmp_path / "group_vars").mkdir()
    os.mkfifo(tmp_path / "group_vars" / "g")
    assert import_hosts(tmp_path).entries == {"a": {"groups": ["g"]}}
    config = tmp_path / "config"
    config.write_text(
        f"Host a\n  Include ~nobody-at-all/x {tmp_path}/20-pipe {tmp_path}\n  IdentityFile ~nobody/id\n"
    )
    result = import_hosts(config)
    assert result.entries == {"a": {"key": "~nobody/id"}}
    assert [note.message.split(" ")[-1] for note in result.notes] == ["nobody's", "file", "file"]
    with pytest.raises(ImportUnreadable, match="cannot be read: File name too long"):
        import_hosts(tmp_path / ("x" * 300))


def test_a_group_whose_name_is_no_label_costs_no_host() -> None:
    result = import_hosts('{"tag/a": {"hosts": ["h"]}, "${X}": ["h"], "web": ["h"], "_meta": {}}')
    assert result.entries == {"h": {"groups": ["web"]}}
    assert sorted(note.field for note in result.notes) == ["${X}", "tag/a"]
    assert all("is left out as a group" in note.message for note in result.notes)

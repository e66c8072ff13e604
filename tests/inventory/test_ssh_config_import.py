from pathlib import Path

import pytest

from inventory.errors import ImportUnreadable
from inventory.importers.detect import import_hosts
from inventory.importers.ssh_config import import_ssh_config

CONFIG = """\
# my hosts
ServerAliveInterval 30

Host web-1 web-2
    HostName %h.example.com
    User "joe"
    Port=2222
    IdentityFile ~/.ssh/a
    IdentityFile %d/.ssh/b
    ForwardAgent yes

Host bastion
    HostName 203.0.113.7   # the way in
    ProxyJump none

Host inner !never *.lab
    HostName 192.168.7.2
    ProxyJump joe@bastion:22,web-1
    IdentityFile none
    UserKnownHostsFile /etc/known

Match host web-* exec "true"
    User match

Host web-1
    User second
    HostName elsewhere

Host *
    User everybody
"""


def notes(text: str, path: Path | None = None) -> list[str]:
    return [str(note) for note in import_ssh_config(text, path=path).notes]


def test_each_alias_becomes_an_entry_of_what_holds_for_it() -> None:
    assert import_ssh_config(CONFIG).entries == {
        "web-1": {
            "address": "web-1.example.com",
            "port": 2222,
            "user": "joe",
            "key": ["~/.ssh/a", "~/.ssh/b"],
        },
        "web-2": {
            "address": "web-2.example.com",
            "port": 2222,
            "user": "joe",
            "key": ["~/.ssh/a", "~/.ssh/b"],
        },
        "bastion": {"address": "203.0.113.7", "user": "everybody"},
        "inner": {
            "address": "192.168.7.2",
            "user": "everybody",
            "known_hosts": "/etc/known",
            "jump": "joe@bastion:22,web-1",
        },
    }


def test_what_is_left_out_is_noted_with_its_line() -> None:
    assert notes(CONFIG) == [
        "2: serveraliveinterval: has no counterpart in hosts.yaml",
        "10: forwardagent: has no counterpart in hosts.yaml",
        "22: Match: holds or not by what only `ssh` knows when it runs: left out",
        "16: Host: the pattern `*.lab` matches no host that is named",
    ]


def test_a_configuration_that_is_honoured_anyway_gives_aliases_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    config = tmp_path / ".ssh" / "config"
    config.parent.mkdir()
    config.write_text(CONFIG)
    result = import_hosts(config)
    assert result.entries == {"web-1": {}, "web-2": {}, "bastion": {}, "inner": {}}
    assert not any("forwardagent" in str(note) for note in result.notes)
    other = tmp_path / "other"
    other.write_text(CONFIG)
    assert import_hosts(other).entries["bastion"] == {"address": "203.0.113.7", "user": "everybody"}


def test_included_files_are_read_in_their_place(tmp_path: Path) -> None:
    (tmp_path / "config.d").mkdir()
    (tmp_path / "config.d" / "1").write_text("Port 7\nHost b\n  Port 8\n")
    (tmp_path / "config.d" / "2").write_text("Host *\nHost c\n")
    config = tmp_path / "config"
    config.write_text("Host a\n  Include config.d/*\n  User u\nInclude missing/*\n")
    result = import_hosts(config)
    assert result.entries == {"a": {"port": 7, "user": "u"}, "b": {}, "c": {}}
    assert result.notes == ()


def test_files_that_include_each_other_end(tmp_path: Path) -> None:
    config = tmp_path / "config"
    config.write_text("Host a\nInclude config\n")
    result = import_hosts(config)
    assert result.entries == {"a": {}}
    assert "Include: is nested too deeply" in str(result.notes[0])


def test_text_without_a_place_cannot_include() -> None:
    assert notes("Host a\nInclude x\n") == ["2: Include: needs the file's own place to be followed"]


def test_a_host_that_cannot_be_used_is_a_note_and_not_an_entry() -> None:
    result = import_ssh_config(
        "Host a/b\nHost c\n  Port http\n"
        "Host d\n  UserKnownHostsFile $${X}\n  User a$\n  IdentityFile ${KEYS}/d\n"
    )
    assert result.entries == {"d": {"user": "a$", "key": "${KEYS}/d", "known_hosts": "$${X}"}}
    assert [str(note) for note in result.notes] == [
        "1: a/b: a name must not contain `/` or consist of dots",
        "2: c.port: must be a port from 1 to 65535, not `http`",
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [("Host a\n???\n", "2: is no line of"), ('Host "a\n', "1: has a quote that does not")],
)
def test_what_is_no_ssh_configuration_is_told_with_its_line(text: str, message: str) -> None:
    with pytest.raises(ImportUnreadable, match=message):
        import_ssh_config(text)


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    with pytest.raises(ImportUnreadable, match="none: cannot be read: No such file or directory"):
        import_hosts(tmp_path / "none")

import shlex

import pytest

from inventory.errors import ImportUnreadable
from inventory.importers.ansible import import_ansible_ini, import_ansible_yaml
from inventory.importers.result import ImportResult
from inventory.importers.ssh_arguments import Way, parse_arguments, way_of_options

INI = """\
# ungrouped first
lonely ansible_host=10.0.0.9
control ansible_connection=local

[web]
web[01:02].example.com:2222 ansible_user=joe  # two of them
alias ansible_host=10.0.0.5 ansible_ssh_private_key_file="~/.ssh/a b" ansible_password=hunter2

[db]
db-[a:b]
alias

[production:children]
web
db

[web:vars]
ansible_user=web-user
ansible_python_interpreter=/usr/bin/python3.11
http_port=80

[production:vars]
ansible_ssh_common_args='-o ProxyJump=ops@bastion:2200 -o StrictHostKeyChecking=no'
ansible_user=prod-user

[all:vars]
ansible_python_interpreter=auto_silent
ansible_become_pass=hunter2

[windows]
win ansible_connection=winrm
"""

YAML = """\
all:
  hosts:
    lonely: {ansible_host: 10.0.0.9}
    control: {ansible_connection: local}
  vars:
    ansible_python_interpreter: auto_silent
    ansible_become_pass: hunter2
  children:
    production:
      vars:
        ansible_ssh_common_args: -o ProxyJump=ops@bastion:2200 -o StrictHostKeyChecking=no
        ansible_user: prod-user
      children:
        web:
          hosts:
            web[01:02].example.com: {ansible_user: joe, ansible_port: 2222}
            alias:
              ansible_host: 10.0.0.5
              ansible_ssh_private_key_file: ~/.ssh/a b
              ansible_password: !vault |
                $ANSIBLE_VAULT;1.1;AES256
                6162
          vars: {ansible_user: web-user, ansible_python_interpreter: /usr/bin/python3.11, http_port: 80}
        db:
          hosts: {'db-[a:b]': , alias: }
windows:
  hosts:
    win: {ansible_connection: winrm}
"""

EXPECTED = {
    "lonely": {"address": "10.0.0.9"},
    "control": {"connection": "local"},
    **{
        f"web0{number}.example.com": {
            "port": 2222,
            "user": "joe",
            "jump": "ops@bastion:2200",
            "python": "/usr/bin/python3.11",
            "groups": ["production", "web"],
        }
        for number in (1, 2)
    },
    "alias": {
        "address": "10.0.0.5",
        "user": "web-user",
        "key": "~/.ssh/a b",
        "jump": "ops@bastion:2200",
        "python": "/usr/bin/python3.11",
        "groups": ["production", "db", "web"],
    },
    **{
        f"db-{letter}": {"user": "prod-user", "jump": "ops@bastion:2200", "groups": ["production", "db"]}
        for letter in "ab"
    },
}


@pytest.mark.parametrize("result", [import_ansible_ini(INI), import_ansible_yaml(YAML)], ids=["ini", "yaml"])
def test_hosts_come_with_their_groups_and_what_those_say(result: ImportResult) -> None:
    assert result.entries == EXPECTED


@pytest.mark.parametrize("result", [import_ansible_ini(INI), import_ansible_yaml(YAML)], ids=["ini", "yaml"])
def test_passwords_are_noted_and_never_copied_or_shown(result: ImportResult) -> None:
    said = "\n".join(str(note) for note in result.notes)
    assert "hunter2" not in said + str(result.entries)
    for variable in ("ansible_password", "ansible_become_pass"):
        assert f'{variable}: is never copied: give it as password: "${{NAME}}", or use a key' in said


def test_what_is_left_out_is_noted_once_with_its_line() -> None:
    notes = [str(note) for note in import_ansible_ini(INI, file="inv").notes]
    assert sorted(notes) == [
        "inv:23: ansible_ssh_common_args: has no counterpart in hosts.yaml for -o stricthostkeychecking",
        'inv:28: ansible_become_pass: is never copied: give it as password: "${NAME}", or use a key',
        "inv:31: win: is reached by `winrm`, not by SSH: left out",
        'inv:7: ansible_password: is never copied: give it as password: "${NAME}", or use a key',
    ]


def test_templates_and_unknown_settings_are_left_out() -> None:
    result = import_ansible_ini("a ansible_host='{{ ip }}' ansible_shell_type=csh ansible_port=${P} x=y\n")
    assert result.entries == {}
    assert [str(note) for note in result.notes] == [
        "1: ansible_shell_type: has no counterpart in hosts.yaml",
        "1: ansible_host: refers to `ip`, which the inventory does not set: left out",
        "1: a.port: must be a port from 1 to 65535, not `$${P}`",
    ]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ("-J b", "b"),
        ("-Jb,c", "b,c"),
        ("-CqJ ssh://u@b:7", "u@b:7"),
        ("-o 'ProxyJump b'", "b"),
        ("-oProxyJump=b -C -J c", "b"),
        ('-o ProxyCommand="ssh -W %h:%p b"', "b"),
        ('-o ProxyCommand="ssh -W %h:%p -q -p 2222 u@b" -J c', "u@b:2222"),
        ('-o ProxyCommand="exec ssh -l u b -W [%h]:%p 2>/dev/null"', "u@b"),
        ('-o ProxyCommand="ssh -q u@b nc -w 60 %h %p"', "u@b"),
        ("-o ProxyCommand='ssh -J a -W %h:%p %r@b'", "a,b"),
        ("""-o ProxyCommand='ssh -o ProxyCommand="ssh -W %h:%p a" -W %h:%p b'""", "a,b"),
        ("-o ProxyCommand='ssh -o Port=7 -W %h:%p 2001:db8::1'", "[2001:db8::1]:7"),
        ("-o ProxyCommand='nc -x proxy %h %p'", None),
        ("-o ProxyCommand='ssh -F other -W %h:%p b'", None),
        ("-o ProxyCommand='ssh b'", None),
        ("-o ProxyCommand=none -J b", None),
        ("", None),
        ("-o", None),
        ("-J", None),
    ],
)
def test_the_jump_host_is_found_among_the_arguments_of_ssh(arguments: str, expected: str | None) -> None:
    way = way_of_options(parse_arguments(shlex.split(arguments)).options)
    assert (way.hops if way else None) == expected


@pytest.mark.parametrize(("user", "expected"), [("joe", "joe@b"), (None, "b"), ("a b", None), ("a;b", None)])
def test_the_user_of_a_jump_host_may_be_that_of_the_host_behind_it(
    user: str | None, expected: str | None
) -> None:
    way = way_of_options([("proxycommand", "ssh -W %h:%p %r@b")], user=user)
    assert (way.hops if way else None) == expected


def test_the_key_of_a_jump_host_is_told_apart() -> None:
    options = [("proxycommand", "ssh -i ~/.ssh/jump -W %h:%p b")]
    assert way_of_options(options) == Way("b", ("~/.ssh/jump",))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[a:wat]\n", "1: has a section of an unknown kind"),
        ("x\n[a:vars]\nnothing\n", "3: a variable is written name=value"),
        ("a 'b\n", "1: has a quote that does not end"),
        ("a b\n", "1: a host's line has only name=value behind it"),
        ("a[1:x]\n", "1: has no range such as"),
        ("a[1:99999]\nb[1:99999]\n", "2: has more than 100,000 hosts"),
    ],
)
def test_a_broken_ini_inventory_is_told_with_its_line(text: str, message: str) -> None:
    with pytest.raises(ImportUnreadable, match=message):
        import_ansible_ini(text)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("all:\n  hsots: {}\n", "2: `hsots` is no part of a group"),
        ("all:\n  hosts: [a]\n", "2: `hosts` must be a mapping"),
        ("all: {hosts: {a: 1}}", "1: `a` must be a mapping"),
        ("- a", "holds no groups"),
        ("all: [", "1: not valid YAML"),
    ],
)
def test_a_broken_yaml_inventory_is_told_with_its_line(text: str, message: str) -> None:
    with pytest.raises(ImportUnreadable, match=message):
        import_ansible_yaml(text)


def test_groups_that_hold_each_other_end() -> None:
    result = import_ansible_ini("[a:children]\nb\n[b:children]\na\n[b]\nh\n")
    assert sorted(result.entries["h"]["groups"]) == ["a", "b"]

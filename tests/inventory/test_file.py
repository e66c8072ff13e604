from pathlib import Path

import pytest

from foundation.records.owner import Owner
from inventory.collectors import DEFAULT_COLLECTORS
from inventory.errors import InventoryInvalid
from inventory.host import Connection, HostSpec, Mode, ProbeBackend
from inventory.hosts_yaml.file import load_inventory
from tests.inventory.loading import load, only_host, problems_of

DESIGN_EXAMPLE = """\
defaults:
  user: monitor
  interval: 5s
  key: ~/.ssh/id_ed25519
groups:
  production: {tags: {env: prod}, jump: bastion.example.com}
hosts:
  this-machine: {connection: local}
  web-1: 10.0.0.11
  web-2: {address: 10.0.0.12, port: 2222, groups: [production], tags: {role: web}}
  db-[01:20]: {address: "db-{}.internal", groups: [production]}     # expands to twenty hosts
  old: {address: 10.0.0.9, password: "${OLD_PASSWORD}", interval: 60s, collectors: {disk: 5m, netstat: off}}
"""

NO_DURATION = "must be a duration such as 500ms, 5s, 5m, 1h or 2d, not `{}`"


def test_the_example_of_the_design_loads() -> None:
    hosts = load(DESIGN_EXAMPLE, OLD_PASSWORD="hunter2").hosts
    assert len(hosts) == 24
    assert hosts["this-machine"].connection is Connection.LOCAL
    assert hosts["web-1"] == HostSpec(
        name="web-1", address="10.0.0.11", user="monitor", key=("~/.ssh/id_ed25519",), interval=5.0
    )
    assert hosts["web-2"].tags == {"env": "prod", "role": "web"}
    assert hosts["web-2"].jump == "bastion.example.com"
    assert (hosts["db-07"].address, hosts["db-20"].address) == ("db-07.internal", "db-20.internal")
    assert str.__str__(hosts["old"].password or "") == "hunter2"
    assert "hunter2" not in repr(hosts["old"])
    assert hosts["old"].collectors == {**DEFAULT_COLLECTORS, "disk": 300.0, "netstat": None}


def test_each_host_keeps_its_line_and_its_entry_with_references(tmp_path: Path) -> None:
    file = tmp_path / "hosts.yaml"
    file.write_text(DESIGN_EXAMPLE)
    inventory = load_inventory(file, environ={"OLD_PASSWORD": "hunter2"})
    assert inventory.file == str(file)
    assert inventory.parsed_hosts["old"].line == 12
    assert inventory.parsed_hosts["old"].entry["password"] == "${OLD_PASSWORD}"
    assert inventory.parsed_hosts["db-20"].line == 11
    assert inventory.parsed_hosts["db-20"].entry == {
        "address": "db-20.internal",
        "user": "monitor",
        "key": "~/.ssh/id_ed25519",
        "jump": "bastion.example.com",
        "interval": "5s",
        "groups": ["production"],
        "tags": {"env": "prod"},
    }


def test_defaults_give_way_to_groups_in_their_order_and_groups_to_the_host() -> None:
    host = only_host("""
defaults: {user: a, port: 1, timeout: 1, tags: {x: d, y: d, z: d}, collectors: {cpu: 1m, disk: 1m}}
groups:
  one: {user: b, port: 2, tags: {y: g1, z: g1}, collectors: {disk: 2m}}
  two: {user: c, tags: {z: g2}}
hosts:
  h: {groups: [one, two], port: 3, collectors: {mem: off}}
""")
    assert (host.user, host.port, host.timeout) == ("c", 3, 1.0)
    assert host.tags == {"x": "d", "y": "g1", "z": "g2"}
    assert (host.collectors["cpu"], host.collectors["disk"], host.collectors["mem"]) == (60.0, 120.0, None)


def test_null_takes_back_what_was_inherited() -> None:
    inventory = load("""
defaults: {jump: bastion, key: k, tags: {a: x, b: y}, collectors: {disk: off}}
hosts:
  bastion: {jump: null, key: ~, tags: {a: null}, collectors: {disk: null}}
""")
    host = inventory.hosts["bastion"]
    assert (host.jump, host.key, host.tags) == (None, (), {"b": "y"})
    assert host.collectors["disk"] == DEFAULT_COLLECTORS["disk"]
    assert inventory.parsed_hosts["bastion"].entry == {"tags": {"b": "y"}}


@pytest.mark.parametrize(
    ("entry", "mode"),
    [
        ("{}", Mode.RESIDENT),
        ("{interval: 299s}", Mode.RESIDENT),
        ("{interval: 5m}", Mode.ONESHOT),
        ("{interval: 1h, mode: resident}", Mode.RESIDENT),
        ("{mode: oneshot}", Mode.ONESHOT),
    ],
)
def test_a_host_asked_rarely_is_left_in_between(entry: str, mode: Mode) -> None:
    assert only_host(f"hosts: {{h: {entry}}}").mode is mode


def test_values_arrive_as_the_poller_wants_them() -> None:
    host = only_host(
        """
hosts:
  h:
    port: ${P}
    interval: ${I:-2m}
    timeout: 500ms
    key: [~/a, /b]
    paused: yes
    probe: proc
    python: py -3
    tags: {version: 1.10, on: off, n: 7}
    jump: a , b
    collectors: {netfs: on, disk: 0, cpu: "off", temp: on}
""",
        P="2222",
    )
    assert (host.port, host.interval, host.timeout, host.key) == (2222, 120.0, 0.5, ("~/a", "/b"))
    assert (host.paused, host.probe, host.python, host.jump) == (True, ProbeBackend.PROC, "py -3", "a,b")
    assert host.tags == {"version": "1.10", "on": "off", "n": "7"}
    wanted = {"netfs": 0.0, "disk": 0.0, "cpu": None, "temp": 30.0}
    assert {name: host.collectors[name] for name in wanted} == wanted
    assert (host.address, host.owner) == ("h", Owner.FILE)


def test_keys_of_hosts_are_names_whatever_yaml_takes_them_for() -> None:
    assert list(load("hosts: {no: a, 007: a, 1.10: a, ~: a, tags: {address: b, port: 22}}").hosts) == [
        *("no", "007", "1.10", "~", "tags"),
    ]


def test_a_host_that_is_not_reached_over_ssh_needs_no_address() -> None:
    hosts = load("hosts: {a b: {connection: local}, <img src=x>: {connection: push}}").hosts
    assert list(hosts) == ["a b", "<img src=x>"]


def test_hosts_of_several_ranges_get_their_own_addresses() -> None:
    hosts = load('hosts: {"r[1:2]-[a:b]": "{}.{}.${DOMAIN}"}', DOMAIN="x{}").hosts
    addresses = {name: host.address for name, host in hosts.items()}
    assert addresses == {"r1-a": "1.a.x{}", "r1-b": "1.b.x{}", "r2-a": "2.a.x{}", "r2-b": "2.b.x{}"}


def test_an_inventory_may_be_without_hosts() -> None:
    assert load("hosts: {}").hosts == load("hosts:\n").hosts == {}


def test_all_problems_are_told_at_once_by_line() -> None:
    assert problems_of("""\
defualts: {}
groups:
  production: {intervall: 5m}
hosts:
  a: {intervall: 5s, mode: residnet}
  b: {groups: [prodution]}
  a: {port: 0}
""") == [
        "1: defualts: unknown key `defualts`, did you mean `defaults`?",
        "3: groups.production.intervall: unknown key `intervall`, did you mean `interval`?",
        "5: hosts.a.intervall: unknown key `intervall`, did you mean `interval`?",
        "5: hosts.a.mode: must be one of resident, oneshot, not `residnet`, did you mean `resident`?",
        "6: hosts.b.groups: unknown group `prodution`, did you mean `production`?",
        "7: hosts: the host `a` is already on line 5",
    ]


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ("{port: 70000}", "h.port: must be a port from 1 to 65535, not `70000`"),
        ("{port: true}", "h.port: must be a port from 1 to 65535, not `true`"),
        ("{interval: 0.5}", "h.interval: must be from 1s to 24h, not `0.5`"),
        ("{interval: 2d}", "h.interval: must be from 1s to 24h, not `2d`"),
        ("{interval: 5x}", "h.interval: must be a duration such as 500ms, 5s, 5m, 1h or 2d, not `5x`"),
        ("{interval: [1]}", "h.interval: must be a duration such as 500ms, 5s, 5m, 1h or 2d, not a list"),
        ("{timeout: 0}", "h.timeout: must be from 1ms to 24h, not `0`"),
        ("{paused: maybe}", "h.paused: must be true or false, not `maybe`"),
        ("{connection: telnet}", "h.connection: must be one of ssh, local, push, not `telnet`"),
        ("{probe: 1}", "h.probe: must be one of auto, psutil, proc, not `1`"),
        ("{user: 7}", "h.user: must be text, not `7`: put it in quotes"),
        ("{user: ''}", "h.user: must not be empty"),
        ('{user: "a\\eb"}', "h.user: must be text on one line without blanks around it, not `a\\x1bb`"),
        ("{key: [a, 1]}", "h.key: must be text, not `1`: put it in quotes"),
        ("{address: joe@x}", "h.address: must not hold a user: write it as `user:`, not in `joe@x`"),
        ("{address: 'x:22'}", "h.address: must not hold a port: write it as `port:`, not in `x:22`"),
        ("{address: -oX}", "h.address: must be a host name or an IP address, not `-oX`"),
        ("{address: 'a{}'}", "h.address: has `{}`, but the name has no range such as [01:20]"),
        ("{groups: {a: b}}", "h.groups: must be a list of group names, not a mapping"),
        ("{groups: ['${G}']}", "h.groups: must name groups directly, without variables"),
        ("{tags: x}", "h.tags: must be a mapping such as {env: prod}, not `x`"),
        ("{tags: {host: x}}", "h.tags.host: `host` is a tag that every host has already"),
        ("{tags: {a: [x]}}", "h.tags.a: must be text, not a list"),
        ("{tags: {a: '${NOPE}'}}", "h.tags.a: the environment variable NOPE is not set"),
        ("{collectors: {dsk: 5m}}", "h.collectors.dsk: unknown collector `dsk`, did you mean `disk`?"),
        (
            "{collectors: {disk: -1}}",
            "h.collectors.disk: " + NO_DURATION.format("-1") + " (or `on` or `off`)",
        ),
        (
            "{collectors: off}",
            "h.collectors: must be a mapping such as {disk: 5m, netstat: off}, not `false`",
        ),
        ("{address: '${NOPE}.x'}", "h.address: the environment variable NOPE is not set"),
        (
            "{user: '${a b}'}",
            "h.user: has a `${` that is no reference: write ${NAME}, or $${ for the characters",
        ),
        ("{jump: 'a,,b'}", "h.jump: must be hosts separated by commas, not `a,,b`"),
        ("{jump: h}", "h: `h` is its own jump host: write `jump: null` in its entry"),
        ("5", "h: must be an address or a mapping of settings, not `5`"),
        ("[a]", "h: must be an address or a mapping of settings, not a list"),
    ],
)
def test_a_wrong_value_is_told_with_its_line_and_what_it_should_be(entry: str, message: str) -> None:
    assert problems_of(f"# comment\nhosts:\n  h: {entry}\n") == [f"3: hosts.{message}"]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("hosts: {h/x: a}", "1: hosts.h/x: a name must not contain `/` or consist of dots"),
        ('hosts: {"a\\eb": a}', "1: hosts.a\\x1bb: a name must not have control or format characters"),
        ("hosts: {a b: }", "1: hosts.a b: the name `a b` is no address: add `address:`"),
        ("hosts: {'a[1:x]': }", "1: hosts.a[1:x]: has no range such as [01:20], [a:f] or [1:9:2] in `[1:x]`"),
        ("hosts: {'a[1:200000]': }", "1: hosts.a[1:200000]: stands for more than 100,000 hosts"),
        (
            "hosts: {'a[1:60000]': x, 'b[1:60000]': x}",
            "1: hosts.b[1:60000]: makes more than 100,000 hosts in all",
        ),
        (
            "hosts: {'[1:2]-[1:2]': 'h{}'}",
            "1: hosts.[1:2]-[1:2].address: has 1 of `{}` for the 2 ranges of the name",
        ),
        ("hosts:\n  d2: a\n  'd[1:3]': a", "3: hosts.d[1:3]: the host `d2` is already on line 2"),
        ("hosts: [a]", "1: hosts: must be a mapping of names, not a list"),
        ("defaults: 1\nhosts:", "1: defaults: must be a mapping of settings, not `1`"),
        ("defaults: {address: x}\nhosts:", "1: defaults.address: the key `address` belongs to a host"),
        ("groups: {g: {groups: [h]}}\nhosts:", "1: groups.g.groups: the key `groups` belongs to a host"),
        ("groups:\n  g/h: {}\nhosts:", "2: groups.g/h: a name must not contain `/` or consist of dots"),
        ("defaults: {}", "1: has no `hosts:`"),
        ("", "1: must hold a mapping with `hosts:`"),
        ("- a", "1: must hold a mapping with `hosts:`, not a list"),
        ("hosts: {a: b", "1: not valid YAML: did not find expected ',' or '}' while parsing a flow mapping"),
        (b"hosts:\n  a: \xff", "2: is not UTF-8 text"),
    ],
)
def test_a_document_that_means_nothing_is_told_with_its_line(text: str | bytes, problem: str) -> None:
    assert problems_of(text) == [problem]


def test_a_problem_in_defaults_or_a_group_is_told_once_not_for_every_host() -> None:
    text = "defaults: {port: x}\ngroups: {g: {user: '${NOPE}'}}\nhosts: {'a[1:50]': {groups: [g]}}"
    assert len(problems_of(text)) == 2


def test_a_circle_of_jump_hosts_is_told() -> None:
    text = "hosts:\n  a: {jump: b}\n  b: {jump: 'x,c'}\n  c: {jump: a}\n  d: {jump: a}\n"
    assert problems_of(text) == ["2: hosts.a: jump hosts form a circle: a -> b -> c -> a"]


def test_a_long_chain_of_jump_hosts_is_no_circle() -> None:
    hosts = "\n".join(f"  h{n}: {{jump: h{n + 1}}}" for n in range(3000))
    assert len(load(f"hosts:\n{hosts}\n  h3000: x\n").hosts) == 3001


@pytest.mark.parametrize("written", ["hunter2", "'${P:-hunter2}'", "'hunter2${P}'", "12345"])
def test_a_password_that_stands_in_the_file_is_refused_and_not_repeated(written: str) -> None:
    (problem,) = problems_of(f"hosts: {{h: {{password: {written}}}}}", P="x")
    assert problem == (
        '1: hosts.h.password: must be given by reference, such as "${NAME}": a password does not belong here'
    )


def test_no_message_shows_what_a_variable_holds() -> None:
    entry = (
        "{port: '${S}', interval: '${S}', mode: '${S}', paused: '${S}', address: 'x@${S}', timeout: '${S}'}"
    )
    problems = problems_of(f"hosts: {{h: {entry}}}", S="top secret")
    assert len(problems) == 6
    assert not any("top secret" in problem for problem in problems)


def test_an_empty_password_is_a_problem() -> None:
    assert problems_of("hosts: {h: {password: '${P}'}}", P="") == [
        "1: hosts.h.password: must not be empty, and the variable P is"
    ]


def test_a_file_that_cannot_be_read_is_a_problem(tmp_path: Path) -> None:
    for path, reason in ((tmp_path / "none", "No such file or directory"), (tmp_path, "Is a directory")):
        with pytest.raises(InventoryInvalid, match=f"cannot be read: {reason}") as caught:
            load_inventory(path, environ={})
        assert caught.value.problems[0].file == str(path)


def test_a_byte_order_mark_is_no_content(tmp_path: Path) -> None:
    path = tmp_path / "hosts.yaml"
    path.write_bytes(b"\xef\xbb\xbfhosts: {a: b}")
    assert list(load_inventory(path, environ={}).hosts) == ["a"]

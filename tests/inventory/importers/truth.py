"""What `ssh -G` and `ansible-inventory` say of the same files."""

import functools
import json
import os
import pwd
import re
import shlex
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

DATA = Path(__file__).parents[2] / "data" / "importers"
LOCAL_USER = pwd.getpwuid(os.getuid()).pw_name
ANSIBLE_INVENTORY = Path(sys.executable).with_name("ansible-inventory")

COMPUTED = (
    "ansible_host",
    "ansible_port",
    "ansible_user",
    "ansible_ssh_private_key_file",
    "ansible_ssh_common_args",
)
"""Variables whose computed values `computed_by_ansible` gives."""

_OWN_PORT = "22"


@dataclass(frozen=True)
class Reached:
    """How a host is reached: what ssh makes of its configuration and arguments, or an entry of hosts.yaml."""

    address: str
    port: str
    user: str
    keys: tuple[str, ...]
    jump: str | None


def run_ssh(*arguments: str) -> dict[str, list[str]]:
    """The settings that `ssh -G` prints, by keyword; of those that stand several times all."""
    done = subprocess.run(["ssh", "-G", *arguments], capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 0, done.stderr
    settings: dict[str, list[str]] = {}
    for line in done.stdout.splitlines():
        keyword, _, value = line.partition(" ")
        settings.setdefault(keyword, []).append(value)
    return settings


@functools.cache
def _usual_keys() -> tuple[str, ...]:
    return tuple(run_ssh("-F", "none", "nobody")["identityfile"])


def reached_by_ssh(name: str, *arguments: str) -> Reached:
    """What ssh does with these arguments and this destination."""
    settings = run_ssh(*arguments, name)
    address, port, user = (settings[keyword][0] for keyword in ("hostname", "port", "user"))
    keys = tuple(settings.get("identityfile", ()))
    if keys == _usual_keys():
        keys = ()
    tokens = {"%h": address, "%n": name, "%p": port, "%r": user, "%d": "~", "%%": "%"}
    return Reached(
        address.lower(),
        port,
        user,
        tuple(_expanded(key, tokens) for key in keys if key != "none"),
        _jump(settings),
    )


def _expanded(text: str, tokens: Mapping[str, str]) -> str:
    parts = text.split("%%")
    for token, value in tokens.items():
        parts = [part.replace(token, value) for part in parts]
    return "%".join(parts)


def _jump(settings: Mapping[str, list[str]]) -> str | None:
    """The jump hosts, each as user@address:port, of ProxyJump and of a ProxyCommand that calls ssh."""
    command = settings.get("proxycommand", ["none"])[0]
    jump = settings.get("proxyjump", ["none"])[0]
    if jump != "none":
        return ",".join(normal_hop(hop) for hop in jump.split(","))
    plain_command = command.replace("%h", "host").replace("%p", "1").replace("%r", settings["user"][0])
    words = [word for word in shlex.split(plain_command) if word not in ("exec", "2>/dev/null")]
    if words[:1] != ["ssh"]:
        return None
    inner = run_ssh("-F", "none", *words[1:])
    return normal_hop(f"{inner['user'][0]}@{inner['hostname'][0]}:{inner['port'][0]}")


def normal_hop(text: str) -> str:
    """A hop with its user and its port, whichever way it is written; nobody named is the local user."""
    user, _, where = text.removeprefix("ssh://").rpartition("@")
    address, colon, port = where.rpartition(":")
    if not colon or not port.isdecimal() or where.endswith("]"):
        address, port = where, _OWN_PORT
    return f"{user or LOCAL_USER}@{address.strip('[]')}:{port}"


def reached_by_entry(name: str, entry: Mapping[str, Any]) -> Reached:
    """The same of what was imported."""
    key = entry.get("key", ())
    jump = entry.get("jump")
    return Reached(
        entry.get("address", name).lower(),
        str(entry.get("port", _OWN_PORT)),
        entry.get("user", LOCAL_USER),
        (key,) if isinstance(key, str) else tuple(key),
        ",".join(normal_hop(hop) for hop in jump.split(",")) if jump else None,
    )


def listed(path: Path, home: Path, *options: str) -> str:
    """What `ansible-inventory --list` prints of an inventory."""
    return _run_ansible(ANSIBLE_INVENTORY, home, "-i", str(path), "--list", *options)


def computed_by_ansible(path: Path, home: Path) -> dict[str, dict[str, Any]]:
    """Host -> its variables as a task would see them; no host is asked."""
    message = ", ".join(f"'{name}': {name} | default(none)" for name in COMPUTED)
    text = _run_ansible(
        ANSIBLE_INVENTORY.with_name("ansible"),
        home,
        *("all", "-i", str(path), "-m", "debug", "-a", f"msg={{{{ {{{message}}} }}}}"),
    )
    parts = re.findall(r"^(\S+) \| SUCCESS => (\{.*?^\})", text, re.MULTILINE | re.DOTALL)
    return {name: json.loads(part)["msg"] for name, part in parts}


def _run_ansible(command: Path, home: Path, *arguments: str) -> str:
    environ = {"PATH": os.environ["PATH"], "HOME": str(home), "LC_ALL": "C.UTF-8"}
    done = subprocess.run(
        [str(command), *arguments],
        capture_output=True,
        text=True,
        timeout=100,
        cwd=home,
        env=environ,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@dataclass(frozen=True)
class Listed:
    """Hosts with their variables and groups, as `ansible-inventory --list` has them."""

    variables: Mapping[str, Mapping[str, Any]]
    groups: Mapping[str, set[str]]


def parse_listed(text: str) -> Listed:
    """The hosts of a list in JSON; `all` and `ungrouped` are no groups here."""
    document = json.loads(text)
    members = {name: set(content.get("hosts", ())) for name, content in document.items() if name != "_meta"}
    children = {name: content.get("children", ()) for name, content in document.items() if name != "_meta"}
    for _ in members:
        for name, inner in children.items():
            members[name] = members[name].union(*(members.get(child, set()) for child in inner))
    variables = document["_meta"]["hostvars"]
    hosts = set().union(*members.values())
    return Listed(
        {host: variables.get(host, {}) for host in hosts},
        {
            host: {name for name, inside in members.items() if host in inside} - {"all", "ungrouped"}
            for host in hosts
        },
    )


def reached_by_ansible(name: str, variables: Mapping[str, Any]) -> Reached:
    """What ssh makes of the command line that Ansible's plug-in `ssh` puts together of these variables."""
    arguments: list[str] = ["-F", "none", *_split(variables.get("ansible_ssh_args"))]
    for keyword, names in (
        ("Port", ("ansible_port", "ansible_ssh_port")),
        ("IdentityFile", ("ansible_private_key_file", "ansible_ssh_private_key_file")),
        ("User", ("ansible_user", "ansible_ssh_user")),
    ):
        value = _last(variables, names)
        if value is not None:
            arguments += ["-o", f'{keyword}="{value}"']
    for name_of_arguments in ("ansible_ssh_common_args", "ansible_ssh_extra_args"):
        arguments += _split(variables.get(name_of_arguments))
    destination = _last(variables, ("ansible_host", "ansible_ssh_host")) or name
    return reached_by_ssh(destination, *arguments)


def _split(text: str | None) -> Sequence[str]:
    return shlex.split(text or "")


def _last(variables: Mapping[str, Any], names: Sequence[str]) -> str | None:
    values = [str(variables[name]) for name in names if variables.get(name) is not None]
    return values[-1] if values else None

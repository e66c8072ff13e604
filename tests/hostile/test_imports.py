"""What a few lines stand for is counted before it is made; nothing is resolved before it is checked."""

import contextlib
import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from foundation.documents.errors import ValueInvalid
from foundation.documents.variables import references, resolve
from inventory.errors import ImportUnreadable, InventoryInvalid
from inventory.hosts_yaml.file import parse_inventory
from inventory.importers.detect import import_hosts
from tests.support.api import api_under_test

SECRET = "hunter2-of-the-environment"

_BODY = 26_000
_CHILD = """
import json, resource, sys
from inventory.errors import ImportUnreadable, InventoryInvalid
from inventory.importers.detect import import_hosts

resource.setrlimit(resource.RLIMIT_AS, (2_000_000_000, 2_000_000_000))
outcome = None
try:
    outcome = len(import_hosts(sys.stdin.read(), environ={}).entries)
except (ImportUnreadable, InventoryInvalid) as error:
    outcome = str(error)
peak = [line for line in open("/proc/self/status") if line.startswith("VmHWM")]
print(json.dumps({"outcome": outcome, "mib": int(peak[0].split()[1]) // 1024}))
"""


def _repeat(line: str, *, size: int = _BODY) -> str:
    """Lines with a number each, up to a size."""
    lines: list[str] = []
    length = 0
    while length < size:
        lines.append(line.replace("N", str(len(lines))))
        length += len(lines[-1]) + 1
    return "\n".join(lines) + "\n"


_TAGS = ", ".join(f"t{number}: x" for number in range(2500))
_TEXTS = {
    "a range with tags": f"hosts:\n  'h[1:100000]': {{tags: {{{_TAGS}}}}}\n",
    "a range with keys": f"hosts:\n  'h[1:100000]': {{key: [{', '.join(['a'] * 8000)}]}}\n",
    "ranges in ranges": "hosts:\n" + _repeat("  'hN-[1:300]-[1:300]': {tags: {a: b, c: d, e: f, g: h}}"),
    "a range of a huge group": f"groups: {{g: {{tags: {{{_TAGS}}}}}}}\n"
    "hosts: {'h[1:100000]': {groups: g}}\n",
    "hosts of a huge group": f"groups: {{g: {{tags: {{{_TAGS}}}}}}}\nhosts:\n" + _repeat("  hN: {groups: g}"),
    "hosts of huge defaults": f"defaults: {{tags: {{{_TAGS}}}}}\nhosts:\n" + _repeat("  hN: "),
    "a group by many names": f"groups:\n  g: &g {{tags: {{{_TAGS}}}}}\n"
    + _repeat("  gN: *g")
    + f"hosts:\n  'h[1:1000]': {{groups: [{', '.join(f'g{n}' for n in range(2000))}]}}\n",
    "aliases of aliases": "a: &a [x, x, x, x, x, x, x, x]\n"
    + "".join(
        f"{name}: &{name} [{', '.join([f'*{before}'] * 9)}]\n"
        for before, name in zip("abcdefgh", "bcdefghi", strict=True)
    )
    + "hosts: {h: {tags: {a: *i}}}\n",
    "a long address": f"hosts:\n  'h[1:100000]': {'a' * 250}.{'{}'}\n",
    "ansible: the same hosts in many groups": _repeat("[gN]\nh[1:50000]"),
    "ansible: groups of groups": "h[1:50000]\n[g0]\nh[1:50000]\n" + _repeat("[kN:children]\ng0"),
    "ansible: a long name": "a" * 16_000 + "[1:100000]\n",
    "ansible: a long line": "a" * _BODY + "[1:100000]\n",
    "ansible: variables": "h[1:100000] " + " ".join(f"a{n}=1" for n in range(2000)) + "\n",
    "ansible: a long value": "[all:vars]\nansible_user=" + "$" + "{x" * 2000 + "\n[g]\nh[1:100000]\n",
    "ansible yaml: hosts in many groups": "all:\n  children:\n"
    + _repeat("    gN: {hosts: {'h[1:50000]': }}"),
    "ansible yaml: aliases": f"all: &a {{hosts: {{h: &v {{{_TAGS}}}}}}}\n"
    + _repeat("gN: {hosts: {'h[1:900]': *v}}"),
    "ssh: many settings of many hosts": "Host "
    + " ".join(f"a{n}" for n in range(2000))
    + "\n"
    + _repeat("IdentityFile x"),
    "ssh: an address of names": "Host "
    + " ".join("a" * 240 + str(n) for n in range(60))
    + "\nHostName "
    + "%h" * 8000,
}


@pytest.mark.parametrize("name", _TEXTS)
def test_few_lines_make_no_gigabytes(name: str) -> None:
    child = [sys.executable, "-c", _CHILD]
    done = subprocess.run(child, input=_TEXTS[name], capture_output=True, text=True, timeout=100, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    told: dict[str, Any] = json.loads(done.stdout)
    assert told["mib"] < 600, told


@pytest.mark.parametrize(
    "text",
    [
        "[a]\n" + "[" + ":" * 200_000 + "\n",
        "hosts:\n  ? '[" + ":" * 200_000 + "'\n  : 10.0.0.1\n",
        "hosts: {h: {user: '" + "${a:-" * 200_000 + "'}}\n",
        _repeat("[gN:children]\ng0\n[g0:children]\ngN", size=300_000),
        "Host a\n  User " + "x" * 300_000 + "\n",
        "a " + "x" * 300_000 + "\n[b]\n",
    ],
    ids=["brackets", "a key of brackets", "references", "circles", "a long word", "a long host line"],
)
def test_no_text_takes_quadratic_time(text: str) -> None:
    started = time.process_time()
    with contextlib.suppress(ImportUnreadable, InventoryInvalid):
        import_hosts(text, environ={})
    assert time.process_time() - started < 10


def test_references_without_an_end_take_no_quadratic_time() -> None:
    started = time.process_time()
    assert references("${a:-" * 400_000) == []
    assert references("${a:-" * 400_000 + "}") == ["a"]
    assert references("${A}${B:-x}$${C}${D") == ["A", "B"]
    with pytest.raises(ValueInvalid, match="mebibyte"):
        resolve("${A}" * 400_000, {"A": "x" * 60_000})
    assert time.process_time() - started < 5


def test_a_hosts_yaml_is_weighed_too() -> None:
    tags = ", ".join(f"t{number}: x" for number in range(5000))
    text = f"hosts:\n  'h[1:100000]': {{tags: {{{tags}}}}}\n  good: 10.0.0.1\n"
    with pytest.raises(InventoryInvalid, match="makes this too large"):
        parse_inventory(text, file="f", environ={})


def test_what_people_import_fits() -> None:
    groups = "".join(f"[dc{n}:children]\nrack{n}\n[rack{n}]\nn{n}-[001:500].example.com\n" for n in range(20))
    ansible = f"{groups}[all:vars]\nansible_user=monitor\nansible_port=2222\n"
    assert len(import_hosts(ansible).entries) == 10_000
    tags = "{env: prod, site: a, team: storage, rack: r1}"
    entry = f"{{address: '10.0.0.{{}}', user: monitor, key: ~/.ssh/id, tags: {tags}}}"
    own = "hosts:\n" + "".join(f"  'n{n}-[1:250]': {entry}\n" for n in range(80))
    assert len(import_hosts(own).entries) == 20_000


@pytest.mark.anyio
async def test_an_import_looks_at_no_variable_that_it_may_not_name(tmp_path: Path) -> None:
    """What is wrong with a value would tell what it is, and a variable's file would be read."""
    (tmp_path / "secret").write_text(SECRET)
    environ = {
        "NUMBER": "22",
        "TEXT": SECRET,
        "FILED_FILE": str(tmp_path / "secret"),
        "UNREADABLE_FILE": str(tmp_path / "not-there"),
        "MONCTL_HOST_PORT": "2222",
        "MONCTL_HOST_USER_FILE": str(tmp_path / "secret"),
    }
    names = ("NUMBER", "TEXT", "FILED", "UNREADABLE", "NOT_SET")
    places = (
        "hosts: {{h: {{port: '{}'}}}}",
        "hosts: {{h: {{connection: '{}'}}}}",
        "hosts: {{h: {{address: 'x.{}'}}}}",
        "hosts: {{h: '{}'}}",
        "defaults: {{interval: '{}'}}\nhosts: {{h: }}",
        "groups: {{g: {{tags: {{a: '{}'}}}}}}\nhosts: {{h: {{groups: g}}}}",
        "hosts: {{h: {{key: [a, '{}']}}}}",
    )
    async with api_under_test(tmp_path / "api", environ=environ) as api:
        for place in places:
            answers = set()
            for name in names:
                content = place.format(f"${{{name}}}")
                answer = await api.call("POST", "/hosts/import", json={"content": content, "dry_run": True})
                assert answer.status_code == 422, answer.text
                assert SECRET not in answer.text
                answers.add(answer.text.replace(name, "NAME"))
            assert len(answers) == 1, answers
            assert "may refer to the variables MONCTL_HOST_* only, not to NAME" in answers.pop()
        content = "hosts: {h: {port: '${MONCTL_HOST_PORT}', user: '${MONCTL_HOST_USER}'}}"
        answer = await api.call("POST", "/hosts/import", json={"content": content})
        assert answer.status_code == 200, answer.text
        assert answer.json()["entries"]["h"] == {"port": "${MONCTL_HOST_PORT}", "user": "${MONCTL_HOST_USER}"}

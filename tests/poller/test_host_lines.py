"""Which lines of known_hosts name a host: ssh-keygen -F and monctl see the same, whatever is written."""

import contextlib
import re
import shutil
import subprocess
from pathlib import Path

import asyncssh
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from poller.ssh.host_keys.host_lines import HostLines, Marker

pytestmark = pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="needs ssh-keygen")

_KEYS = [
    asyncssh.import_public_key(
        f"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI{mark}MqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl"
    )
    for mark in "ABCDEFGH"
]
_NAMES = ("web1", "web2", "[web1]:22", "[web1]:2222", "10.0.0.1", "::1", "[::1]:2222", "a.b")

_patterns = st.one_of(
    st.sampled_from(_NAMES),
    st.sampled_from(_NAMES).map(str.upper),
    st.sampled_from(
        ["*", "web?", "WEB*", "[web1]:*", "*1", "10.0.0.*", "10.0.0.0/8", "?", "", "[we]*", "*.b", "w*b*1"]
    ),
    st.text("webWEB12*?[]:.", max_size=6),
)
_names = st.lists(
    st.tuples(st.sampled_from(["", "", "", "!"]), _patterns).map("".join), min_size=1, max_size=4
).map(",".join)
_lines = st.tuples(
    st.sampled_from(
        ["", "", " ", "\t", "@revoked ", "@cert-authority\t", "@revoked @revoked ", "@else ", "#"]
    ),
    _names,
    st.sampled_from([" ", "\t", "  "]),
).map("".join)
_WORDS = {Marker.HOST: "", Marker.AUTHORITY: "CA", Marker.REVOKED: "REVOKED"}


def _public(key: asyncssh.SSHKey) -> str:
    return key.export_public_key().decode().strip()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("lines")


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    lines=st.lists(_lines, min_size=1, max_size=len(_KEYS)),
    name=st.sampled_from(_NAMES),
    is_hashed=st.booleans(),
)
def test_the_same_lines_name_a_host(folder: Path, lines: list[str], name: str, is_hashed: bool) -> None:
    file = folder / "known_hosts"
    keyed = [f"{line}{_public(key)}" for line, key in zip(lines, _KEYS, strict=False)]
    file.write_text("\n".join(keyed) + "\n")
    if is_hashed:
        # refuses nothing, warns of what it cannot hash, and leaves those lines as they are
        subprocess.run(["ssh-keygen", "-q", "-H", "-f", str(file)], capture_output=True, check=False)
    found = subprocess.run(
        ["ssh-keygen", "-F", name, "-f", str(file)], capture_output=True, text=True, check=False
    )
    # what it prints of each: whether it is marked, and the line
    theirs = set(re.findall(r"# Host .* found: line \d+ ?(CA|REVOKED|)\s*\n.*(AAAAC3\S+)", found.stdout))
    ours = HostLines()
    for line in file.read_text().split("\n"):
        with contextlib.suppress(ValueError):
            ours.add(line)
    told = {(_WORDS[each.marker], _public(each.key).split()[1]) for each in ours.naming(name)}
    assert told == theirs, (name, file.read_text(), found.stdout)


def test_a_revoked_key_is_one_though_a_tab_stands_behind_the_marker() -> None:
    """OpenSSH leaves such a line out, and takes the key."""
    lines = HostLines()
    lines.add(f"@revoked\tweb1 {_public(_KEYS[0])}")
    assert [each.marker for each in lines.naming("web1")] == [Marker.REVOKED]

"""What is imported of an ssh configuration is what `ssh -G` says of it."""

import shutil
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inventory.importers.detect import detect_format, import_hosts
from inventory.importers.ssh_words import is_match, split_words
from tests.inventory.importers.truth import DATA, reached_by_entry, reached_by_ssh
from tests.support.examples import examples

pytestmark = pytest.mark.sshd


def assert_like_ssh(config: Path, *, names: set[str]) -> None:
    """The hosts are imported, each reached as ssh would reach it."""
    assert detect_format(config.read_text("latin-1")) == "ssh-config"
    entries = import_hosts(config).entries
    assert entries.keys() == names
    for name, entry in entries.items():
        assert reached_by_entry(name, entry) == reached_by_ssh(name, "-F", str(config)), name


def named_hosts(text: str) -> set[str]:
    """What stands in `Host` lines without a wildcard."""
    lines = [split_words(line) for line in text.splitlines() if line.strip().lower().startswith("host")]
    words = {word for keyword, *words in lines if keyword.lower() == "host" for word in words}
    return {word for word in words if not set(word) & set("*?!")}


@pytest.mark.parametrize("config", sorted((DATA / "ssh").glob("*.conf")), ids=lambda path: path.stem)
def test_each_host_of_a_configuration_is_reached_as_ssh_would(config: Path) -> None:
    names = named_hosts(config.read_text("latin-1"))
    assert len(names) >= 3
    assert_like_ssh(config, names=names)


def test_what_is_included_stands_in_the_block_of_its_include(tmp_path: Path) -> None:
    folder = tmp_path / "included"
    shutil.copytree(DATA / "ssh" / "included", folder)
    config = tmp_path / "config"
    config.write_text(
        f"Host outer\n  Include {folder}/*.conf\n  Port 2300\n"
        f"Host inner other\n  HostName %h.example.com\n  Include {folder}/10-*\n"
        f"  IdentityFile ~/.ssh/behind\n"
        f"Match all\nInclude {folder}/20-second.conf {folder}/none\nPort 2399\n"
    )
    assert_like_ssh(config, names={"outer", "inner", "other"})


_NAMES = ("web", "web-1", "db", "a.lab", "b.lab")
_PATTERNS = (*_NAMES, "*", "*.lab", "web*", "!web-1", "?b", "!*.lab")
_SETTINGS = (
    *(f"User {user}" for user in ("one", "two", '"three four"')),
    *(f"HostName {address}" for address in ("%h.example.com", "192.0.2.1", "web-1", "%%h")),
    *(f"Port {port}" for port in (22, 2222)),
    *(f"IdentityFile {key}" for key in ("~/.ssh/a", "~/.ssh/%h", '"~/.ssh/b c"', "none")),
    *(f"ProxyJump {way}" for way in ("none", "gate", "ops@gate:2200,second")),
    *(f"ProxyCommand {way}" for way in ("none", "ssh -W %h:%p -p 2201 ops@gate")),
    "ForwardX11 no",
    "ServerAliveInterval 30",
)
_MATCHES = (
    "all",
    "host *.example.com",
    "!host web*",
    "originalhost web,db",
    "user one",
    "host web* user two",
    "final host *.example.com",
    "!final",
    "final",
    "host !web,*",
)
_BEGINNINGS = st.one_of(
    st.lists(st.sampled_from(_PATTERNS), min_size=1, max_size=3).map(lambda names: f"Host {' '.join(names)}"),
    st.sampled_from(_MATCHES).map(lambda criteria: f"Match {criteria}"),
)
_BLOCKS = st.tuples(_BEGINNINGS, st.lists(st.sampled_from(_SETTINGS), max_size=4)).map(
    lambda block: "\n  ".join((block[0], *block[1]))
)


@settings(max_examples=examples(300, few=40))
@given(
    blocks=st.lists(_BLOCKS, min_size=1, max_size=6), first=st.lists(st.sampled_from(_SETTINGS), max_size=2)
)
def test_any_configuration_is_read_as_ssh_reads_it(
    blocks: list[str], first: list[str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    config = tmp_path_factory.mktemp("ssh") / "config"
    config.write_text("\n".join((*first, *blocks, "Host web web-1 db a.lab b.lab", "")))
    entries = import_hosts(config).entries
    assert entries.keys() == set(_NAMES)
    for name, entry in entries.items():
        assert reached_by_entry(name, entry) == reached_by_ssh(name, "-F", str(config)), config.read_text()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a  b\tc # d", ["a", "b", "c"]),
        ("'a b' \"c d\" e\\ f", ["a b", "c d", "e f"]),
        (r"CORP\alice a\"b a\\b", [r"CORP\alice", 'a"b', r"a\b"]),
        ("a#b '#c'", ["a#b", "#c"]),
        ("x'y z'w", ["xy zw"]),
        ("", []),
    ],
)
def test_a_line_is_split_into_words_as_ssh_does(text: str, words: list[str]) -> None:
    assert split_words(text) == words


def test_a_pattern_of_many_stars_takes_no_exponential_time() -> None:
    assert not is_match("*a" * 4000 + "b", "a" * 4000)
    assert is_match("*a?c*", "xxabcx")
    assert not is_match("a", "")
    assert is_match("**", "")

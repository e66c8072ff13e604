"""Arguments of the command `ssh`, as Ansible and ProxyCommand are given them."""

import re
import shlex
from dataclasses import dataclass, field
from pathlib import PurePath

from inventory.importers.ssh_words import split_words

_WITH_VALUE = frozenset("BbcDEeFIiJLlmOoPpQRSWw")
_KEYWORDS = {"p": "port", "l": "user", "i": "identityfile", "J": "proxyjump"}
_OPTION = re.compile(r"\s*([A-Za-z][A-Za-z0-9]*)(?:\s*=\s*|\s+)(.*)", re.DOTALL)
_URI = re.compile(r"ssh://(?:([^@/]+)@)?(\[[^\]/]+\]|[^:/\[\]]+)(?::([0-9]{1,5}))?/?")
_FORWARDS = frozenset(("%h:%p", "[%h]:%p"))
_NETCAT = re.compile(
    r"(?:\S*/)?(?:nc|ncat|netcat)(?: -[a-zA-Z]+(?: ?[0-9]+[smh]?)?)* %h %p(?: 2> ?/dev/null)?"
)
_PLAIN_USER = re.compile(r"[\w.-]+")
_OWN_CONFIGS = frozenset(("~/.ssh/config", "none", "/dev/null"))
_MOST_HOPS = 8


@dataclass(slots=True)
class SshArguments:
    """What a command line of ssh says.

    `options`: keyword of ssh_config in lower case and value, in order. `flags`: letters of the others, each
    with its value or None. `destination` and `command`: what stands behind the options.
    """

    options: list[tuple[str, str]] = field(default_factory=list)
    flags: list[tuple[str, str | None]] = field(default_factory=list)
    destination: str | None = None
    command: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Way:
    """A way over jump hosts as `jump:` says it; `keys`: files that only their log-ins use."""

    hops: str
    keys: tuple[str, ...] = ()


def parse_arguments(words: list[str]) -> SshArguments:
    """Read the words behind `ssh`; options may stand before and behind the destination."""
    result = SshArguments()
    rest = list(words)
    while rest:
        word = rest.pop(0)
        if word == "--":
            if result.destination is None and rest:
                result.destination = rest.pop(0)
            result.command = rest
            break
        if word.startswith("-") and len(word) > 1:
            _take_options(result, word[1:], rest)
        elif result.destination is None:
            result.destination = word
        else:
            result.command = [word, *rest]
            break
    return result


def _take_options(result: SshArguments, letters: str, rest: list[str]) -> None:
    """Take in what one word says: letters in a row, the last perhaps with a value."""
    for place, letter in enumerate(letters, 1):
        if letter not in _WITH_VALUE:
            result.flags.append((letter, None))
            continue
        value = letters[place:] or (rest.pop(0) if rest else "")
        if letter == "o":
            _take_option(result, value)
        elif letter in _KEYWORDS:
            result.options.append((_KEYWORDS[letter], value))
        else:
            result.flags.append((letter, value))
        return


def _take_option(result: SshArguments, text: str) -> None:
    match = _OPTION.fullmatch(text)
    if match is None:
        result.flags.append(("o", None))
        return
    keyword = match.group(1).lower()
    value = match.group(2)
    if keyword != "proxycommand":
        try:
            value = " ".join(split_words(value))
        except ValueError:
            value = ""
    result.options.append((keyword, value))


def split_destination(text: str) -> tuple[str | None, str, str | None]:
    """User, address and port of `[user@]address` or `ssh://[user@]address[:port]`, as ssh takes them."""
    uri = _URI.fullmatch(text)
    if uri is not None:
        user, address, port = uri.groups()
        return user, address.strip("[]"), port
    user, at, address = text.rpartition("@")
    return (user if at and user else None), address, None


def written_hop(user: str | None, address: str, port: str | None) -> str:
    """A jump host as `jump:` has it."""
    if port is not None and ":" in address:
        address = f"[{address}]"
    return f"{user + '@' if user else ''}{address}{':' + port if port else ''}"


def hops_of_jump(text: str) -> str:
    """What ProxyJump names, with URIs as `user@address:port`."""
    hops = (hop.strip() for hop in text.split(","))
    return ",".join(written_hop(*split_destination(hop)) if "://" in hop else hop for hop in hops)


def way_of_command(command: str, *, user: str | None = None, depth: int = 0) -> Way | None:
    """The way that a ProxyCommand goes: `ssh -W %h:%p host`, or `ssh host nc %h %p`; None for any other.

    `user`: whom `%r` stands for; without, such a user is left to the host behind it.
    """
    try:
        words = shlex.split(command)
    except ValueError:
        return None
    if words[:1] == ["exec"]:
        del words[0]
    if words[-1:] == ["2>/dev/null"]:
        words.pop()
    if not words or PurePath(words[0]).name != "ssh" or depth >= _MOST_HOPS:
        return None
    if "%r" in command and user is not None and not _PLAIN_USER.fullmatch(user):
        return None  # the shell would take it for more than a name
    arguments = parse_arguments(words[1:])
    is_way = arguments.destination is not None and _forwards(arguments)
    return _way(arguments, user, depth) if is_way else None


def _forwards(arguments: SshArguments) -> bool:
    flags = dict(reversed(arguments.flags))
    if flags.get("F") not in (None, *_OWN_CONFIGS):
        return False
    if "W" in flags:
        return flags["W"] in _FORWARDS
    return _NETCAT.fullmatch(" ".join(arguments.command)) is not None


def _way(arguments: SshArguments, user: str | None, depth: int) -> Way | None:
    options: dict[str, str] = {}
    for keyword, value in arguments.options:
        options.setdefault(keyword, value)
    own_user, address, port = split_destination(arguments.destination or "")
    hop_user = options.get("user", own_user)
    if hop_user == "%r":
        hop_user = user
    hop = written_hop(hop_user, options.get("hostname", address), options.get("port", port))
    keys = tuple(value for keyword, value in arguments.options if keyword == "identityfile")
    if "%" in hop:
        return None
    before = way_of_options(arguments.options, user=user, depth=depth + 1)
    if before is None:
        return Way(hop, keys) if chosen_way(arguments.options) is None else None
    return Way(f"{before.hops},{hop}", (*before.keys, *keys))


def chosen_way(options: list[tuple[str, str]]) -> tuple[str, str] | None:
    """The ProxyJump or ProxyCommand that counts, with its keyword; None where none does.

    The first of both counts, `none` too, but for a ProxyCommand behind a ProxyJump of `none`.
    """
    jump: str | None = None
    for keyword, value in options:
        if keyword == "proxyjump" and jump is None:
            jump = value
            if not _is_none(value):
                return keyword, value
        elif keyword == "proxycommand":
            return None if _is_none(value) else (keyword, value)
    return None


def _is_none(value: str) -> bool:
    return value.lower() in ("none", "")


def way_of_options(options: list[tuple[str, str]], *, user: str | None = None, depth: int = 0) -> Way | None:
    """The way that ProxyJump or ProxyCommand names; None where there is none, or none that is understood."""
    chosen = chosen_way(options)
    if chosen is None:
        return None
    keyword, value = chosen
    if keyword == "proxyjump":
        return Way(hops_of_jump(value))
    return way_of_command(value, user=user, depth=depth)

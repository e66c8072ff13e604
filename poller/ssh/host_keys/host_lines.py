"""Lines of known_hosts, and which of them name a host: read as OpenSSH's client reads them."""

import base64
import hmac
import re
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

import asyncssh

_BLANKS = " \t"
_NOT_EXACT = re.compile(r"[*?!]")


class Marker(StrEnum):
    """What a line's key is for."""

    HOST = ""
    AUTHORITY = "@cert-authority"
    REVOKED = "@revoked"


@dataclass(frozen=True, slots=True)
class MarkedKey:
    """A line's key."""

    marker: Marker
    key: asyncssh.SSHKey


class HostLines:
    """The lines of one or more known_hosts files, to be asked for one name at a time."""

    def __init__(self) -> None:
        self._by_name: dict[str, list[MarkedKey]] = {}
        self._by_pattern: list[tuple[_Patterns, MarkedKey]] = []
        self._by_digest: list[tuple[bytes, bytes, MarkedKey]] = []

    def add(self, line: str) -> None:
        """Take in a line without its end; raises ValueError for one that cannot be used.

        A blank line, a comment, and a key of a kind that is not known here say nothing.
        """
        text = line.lstrip(_BLANKS)
        if not text or text.startswith("#"):
            return
        marker, text = _marker(text)
        names, _, key_text = text.replace("\t", " ").partition(" ")
        if names.startswith("|"):
            salt, digest = _digest(names)
            key = _key(key_text)
            if key is not None:
                self._by_digest.append((salt, digest, MarkedKey(marker, key)))
            return
        key = _key(key_text)
        if key is not None:
            self._add_names(names.lower(), MarkedKey(marker, key))

    def naming(self, name: str) -> Iterator[MarkedKey]:
        """The keys of all lines that name a host, which is in lower case."""
        yield from self._by_name.get(name, ())
        for patterns, marked_key in self._by_pattern:
            if patterns.match(name):
                yield marked_key
        encoded = name.encode("utf-8", "surrogateescape")
        for salt, digest, marked_key in self._by_digest:
            if hmac.compare_digest(hmac.digest(salt, encoded, "sha1"), digest):
                yield marked_key

    def _add_names(self, names: str, marked_key: MarkedKey) -> None:
        if _NOT_EXACT.search(names):
            self._by_pattern.append((_Patterns(names), marked_key))
            return
        for name in names.split(","):
            self._by_name.setdefault(name, []).append(marked_key)


class _Patterns:
    """The names of a line, `*` and `?` for any characters and for one; a `!` before one excludes."""

    def __init__(self, names: str) -> None:
        each = names.split(",")
        self._wanted = [_pattern(name) for name in each if not name.startswith("!")]
        self._excluded = [_pattern(name[1:]) for name in each if name.startswith("!")]

    def match(self, name: str) -> bool:
        """Whether the line names this host."""
        is_excluded = any(pattern.fullmatch(name) for pattern in self._excluded)
        return not is_excluded and any(pattern.fullmatch(name) for pattern in self._wanted)


def as_ssh_spells(host: str) -> str:
    """A host's name as OpenSSH looks it up: in lower case, an IP address in its usual form."""
    try:
        # numbers only: nobody is asked, nothing can take long
        (_, _, _, _, address), *_ = socket.getaddrinfo(host, None, flags=socket.AI_NUMERICHOST)
        return socket.getnameinfo(address, socket.NI_NUMERICHOST | socket.NI_NUMERICSERV)[0]
    except (OSError, UnicodeError):
        return host.lower()


def names_only(line: str, name: str) -> bool:
    """Whether a line without a marker has exactly this name among those that it lists, hashed or plain."""
    names = line.split(maxsplit=1)[:1]
    if not names or names[0].startswith(("@", "#")):
        return False
    if names[0].startswith("|"):
        try:
            salt, digest = _digest(names[0])
        except ValueError:
            return False
        return hmac.compare_digest(hmac.digest(salt, name.encode(), "sha1"), digest)
    return name in names[0].lower().split(",")


def _marker(text: str) -> tuple[Marker, str]:
    if not text.startswith("@"):
        return Marker.HOST, text
    word, _, rest = text.replace("\t", " ").partition(" ")
    rest = rest.lstrip(_BLANKS)
    if rest.startswith("@"):
        raise ValueError("more than one marker")
    marker = Marker(word)
    if marker is Marker.AUTHORITY and text[len(word) : len(word) + 1] == "\t" and " " in text:
        # OpenSSH takes all up to the first blank for the marker; one that revokes is better believed
        raise ValueError("a tab behind a marker")
    return marker, rest


def _digest(names: str) -> tuple[bytes, bytes]:
    """Salt and digest of a hashed name, `|1|salt|HMAC-SHA1 of the name|`; raises ValueError."""
    _, magic, salt, digest = names.split("|")[:4]
    if magic != "1":
        raise ValueError("hashed in a way that is not known")
    return base64.b64decode(salt, validate=True), base64.b64decode(digest, validate=True)


def _key(text: str) -> asyncssh.SSHKey | None:
    """The key of a line, None for one of a kind that is not known here; raises ValueError for no key."""
    kind, *rest = text.split(maxsplit=2)
    if not rest:
        return None
    try:
        key = asyncssh.import_public_key(f"{kind} {rest[0]}")
    except asyncssh.KeyImportError:
        return None
    return key if key.algorithm.decode() == kind else None


def _pattern(text: str) -> re.Pattern[str]:
    parts = (".*" if char == "*" else "." if char == "?" else re.escape(char) for char in text)
    return re.compile("".join(parts), re.DOTALL)

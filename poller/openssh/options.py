"""What holds for one host by the ssh configuration."""

import re
import socket
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Self

_FAMILIES = {"inet": socket.AF_INET, "inet6": socket.AF_INET6}
_OFF = "none"
_LEAST_RSA_BITS = 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class HostOptions:
    """What the configuration says of a host; None and an empty tuple where it says nothing.

    `proxy_command`, `identity_files`, `certificate_files`: as written, `~` and tokens (`%h`) in them.
    `proxy_jump`: hops by comma, as written. `identity_files`: () for the usual ones, ("none",) for no file.
    `identity_agent`: a path, `SSH_AUTH_SOCK`, `$NAME` or `none`. Known hosts files: paths, or `none`.
    Lists of algorithms are in order of preference.
    """

    hostname: str
    port: int
    user: str
    proxy_command: str | None = None
    proxy_jump: str | None = None
    uses_fd_passing: bool = False
    identity_files: tuple[str, ...] = ()
    certificate_files: tuple[str, ...] = ()
    is_identities_only: bool = False
    identity_agent: str | None = None
    user_known_hosts: tuple[str, ...] = ()
    global_known_hosts: tuple[str, ...] = ()
    revoked_host_keys: str | None = None
    host_key_alias: str | None = None
    bind_address: str | None = None
    bind_interface: str | None = None
    address_family: socket.AddressFamily = socket.AF_UNSPEC
    connect_seconds: int | None = None
    alive_seconds: int | None = None
    alive_count: int = 3
    keeps_tcp_alive: bool = True
    ciphers: tuple[str, ...] = ()
    macs: tuple[str, ...] = ()
    key_exchanges: tuple[str, ...] = ()
    host_key_algorithms: tuple[str, ...] = ()
    public_key_algorithms: tuple[str, ...] = ()
    authentications: tuple[str, ...] = ()
    allows_public_key: bool = True
    allows_password: bool = True
    allows_keyboard_interactive: bool = True
    rekey_bytes: int | None = None
    rekey_seconds: int | None = None
    least_rsa_bits: int = _LEAST_RSA_BITS

    @classmethod
    def from_dump(cls, dump: "Dump", defaults: "Dump", *, paths: Collection[str] = ()) -> Self:
        """The options in what `ssh -G` printed for a host; `defaults`: for any host without a configuration.

        What is as it is by default is left out: monctl has preferences of its own there. `paths`: those with
        blanks in them, which the dump does not tell from several.
        """
        own = dump.without(defaults)
        rekey = _numbers(own.words("rekeylimit"))
        return cls(
            hostname=dump.text("hostname") or dump.text("host") or "",
            port=int(dump.text("port") or 22),
            user=dump.text("user") or "",
            proxy_command=_on(own.text("proxycommand")),
            proxy_jump=_on(own.text("proxyjump")),
            uses_fd_passing=_is_yes(dump.text("proxyusefdpass")),
            identity_files=own.lines("identityfile"),
            certificate_files=own.lines("certificatefile"),
            is_identities_only=_is_yes(dump.text("identitiesonly")),
            identity_agent=own.text("identityagent"),
            user_known_hosts=own.paths("userknownhostsfile", paths),
            global_known_hosts=own.paths("globalknownhostsfile", paths),
            revoked_host_keys=_on(own.text("revokedhostkeys")),
            host_key_alias=own.text("hostkeyalias"),
            bind_address=own.text("bindaddress"),
            bind_interface=own.text("bindinterface"),
            address_family=_FAMILIES.get(dump.text("addressfamily") or "", socket.AF_UNSPEC),
            connect_seconds=_number(own.text("connecttimeout")),
            alive_seconds=_number(own.text("serveraliveinterval")),
            alive_count=_number(dump.text("serveralivecountmax")) or 3,
            keeps_tcp_alive=dump.text("tcpkeepalive") != "no",
            ciphers=own.listed("ciphers"),
            macs=own.listed("macs"),
            key_exchanges=own.listed("kexalgorithms"),
            host_key_algorithms=own.listed("hostkeyalgorithms"),
            public_key_algorithms=own.listed("pubkeyacceptedalgorithms", "pubkeyacceptedkeytypes"),
            authentications=own.listed("preferredauthentications"),
            allows_public_key=dump.text("pubkeyauthentication") not in ("no", "false"),
            allows_password=dump.text("passwordauthentication") != "no",
            allows_keyboard_interactive=dump.text(
                "kbdinteractiveauthentication", "challengeresponseauthentication"
            )
            != "no",
            rekey_bytes=rekey[0] if rekey else None,
            rekey_seconds=rekey[1] if len(rekey) > 1 else None,
            least_rsa_bits=_number(dump.text("requiredrsasize")) or _LEAST_RSA_BITS,
        )

    def of_other(self, before: str, after: str) -> Self:
        """The same for a host of another name, which no line of the configuration tells apart."""
        return self if self.hostname != before.lower() else replace(self, hostname=after.lower())


class Dump:
    """What `ssh -G` prints: a keyword and its value a line; some keywords have several lines."""

    def __init__(self, values: Mapping[str, tuple[str, ...]]) -> None:
        self._values = values

    @classmethod
    def parse(cls, text: str) -> Self:
        """The dump in a command's output."""
        values: dict[str, list[str]] = {}
        for line in text.splitlines():
            keyword, _, value = line.partition(" ")
            if keyword:
                values.setdefault(keyword.lower(), []).append(value)
        return cls({keyword: tuple(lines) for keyword, lines in values.items()})

    @property
    def is_complete(self) -> bool:
        """Whether it says what every ssh says of every host."""
        return {"hostname", "port", "user"} <= set(self._values)

    def without(self, defaults: "Dump") -> "Dump":
        """This dump without what the defaults have as well."""
        return Dump({key: lines for key, lines in self._values.items() if defaults.lines(key) != lines})

    def lines(self, *keywords: str) -> tuple[str, ...]:
        """The values of the first of these keywords that is there."""
        return next((self._values[key] for key in keywords if key in self._values), ())

    def text(self, *keywords: str) -> str | None:
        """The value of a keyword that stands once."""
        lines = self.lines(*keywords)
        return lines[0] if lines else None

    def words(self, keyword: str) -> tuple[str, ...]:
        """The words of a keyword's value."""
        return tuple((self.text(keyword) or "").split())

    def paths(self, keyword: str, whole: Collection[str]) -> tuple[str, ...]:
        """The paths of a keyword's value, of which these have blanks in them."""
        alternatives = [*map(re.escape, sorted(whole, key=len, reverse=True)), r"\S+"]
        return tuple(re.findall(rf"(?:{'|'.join(alternatives)})(?!\S)", self.text(keyword) or ""))

    def listed(self, *keywords: str) -> tuple[str, ...]:
        """The parts of a value that commas separate."""
        return tuple(part for part in (self.text(*keywords) or "").split(",") if part)


def _on(value: str | None) -> str | None:
    return None if value is None or value.lower() == _OFF else value


def _is_yes(value: str | None) -> bool:
    return value in ("yes", "true")


def _number(value: str | None) -> int | None:
    return int(value) if value is not None and value.isdecimal() and int(value) > 0 else None


def _numbers(words: Sequence[str]) -> list[int | None]:
    return [_number(word) for word in words]

"""What `%h`, `${NAME}` and `~` stand for in values that `ssh -G` prints as they are written."""

import hashlib
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass

from poller.openssh.options import HostOptions

_TOKEN = re.compile(r"%(.?)", re.DOTALL)
_VARIABLE = re.compile(r"\$\{([^}]*)\}")


class TokenUnknown(ValueError):
    """A token that ssh does not know in this place, or a variable that is not set."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where ssh runs: the user, the user's home and the machine, for `%u`, `%i`, `%d`, `%l` and `%L`."""

    user: str
    uid: int
    home: str
    machine: str


def command_tokens(options: HostOptions, name: str) -> dict[str, str]:
    """The tokens of ProxyCommand and ProxyJump; `name`: the host as it was asked for."""
    return {
        "%": "%",
        "h": options.hostname,
        "k": options.host_key_alias or name,
        "n": name,
        "p": str(options.port),
        "r": options.user,
    }


def path_tokens(options: HostOptions, name: str, place: Place) -> dict[str, str]:
    """The tokens of IdentityFile and CertificateFile."""
    jump = _jump_host(options.proxy_jump)
    identity = f"{place.machine}{options.hostname}{options.port}{options.user}{jump}"
    return command_tokens(options, name) | {
        "C": hashlib.sha1(identity.encode("utf-8", "surrogateescape"), usedforsecurity=False).hexdigest(),
        "L": place.machine.partition(".")[0],
        "d": place.home,
        "i": str(place.uid),
        "j": jump,
        "l": place.machine,
        "u": place.user,
    }


def expanded(text: str, tokens: Mapping[str, str]) -> str:
    """The text with its tokens replaced, once; raises TokenUnknown."""

    def value(match: re.Match[str]) -> str:
        if match[1] not in tokens:
            raise TokenUnknown(f"`%{match[1]}` means nothing to ssh in `{text}`")
        return tokens[match[1]]

    return _TOKEN.sub(value, text)


def expanded_path(text: str, tokens: Mapping[str, str], environ: Mapping[str, str]) -> str:
    """The path with tokens, variables and a leading `~` replaced; raises TokenUnknown."""
    if text.startswith("~/"):
        text = tokens["d"].replace("%", "%%") + text[1:]
    elif text.startswith("~"):
        text = os.path.expanduser(text)  # noqa: PTH111 -- `~nobody` stays as it is

    def variable(match: re.Match[str]) -> str:
        if match[1] not in environ:
            raise TokenUnknown(f"the variable {match[1]} of `{text}` is not set")
        return environ[match[1]].replace("%", "%%")

    return expanded(_VARIABLE.sub(variable, text), tokens)


def _jump_host(jump: str | None) -> str:
    hop = (jump or "").rpartition(",")[2].removeprefix("ssh://").rpartition("@")[2]
    return hop.partition("]")[0].removeprefix("[") if hop.startswith("[") else hop.partition(":")[0]

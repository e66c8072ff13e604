"""What a channel's URL may hold, and what comes of it when its variables are put in.

Over the API the sender has no access to this machine: such a channel holds no secret of its own, refers to
few variables only, reads no file of this machine and does nothing on it. Nor does it reach what only this
machine reaches: its addresses are those that a policy allows, its arguments those that shape a message.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

from alerts.channels.arguments import hosts_named, refused_arguments
from alerts.channels.channel import FileChannel, scheme_of
from alerts.channels.plugin import LOCAL_SCHEMES, THREADED_SCHEMES, files_of, open_plugin
from alerts.channels.secrets import hidden_parts, literal_parts
from foundation.addresses import AddressPolicy, addresses_soon, is_literal
from foundation.display.text import clean_text
from foundation.documents.errors import ValueInvalid
from foundation.documents.report import Report
from foundation.documents.variables import references, resolve

MAX_URL_CHARACTERS = 2000

_LOOK_UP_SECONDS = 2.0
"""How long a new channel waits for the addresses of its host; each delivery looks them up again."""

_BY_NAME_SCHEMES = frozenset({"irc", "ircs", "rsyslog"})
"""Services whose plugins look names up by themselves, so that no address could be checked."""

_NAME_CHARACTERS = 40


@dataclass(frozen=True, slots=True)
class ResolvedUrl:
    """A URL with its variables put in, and the values of those that were."""

    url: str = field(repr=False)
    values: tuple[str, ...] = field(repr=False)


def resolve_url(text: str, *, environ: Mapping[str, str], variables: Sequence[str]) -> ResolvedUrl:
    """The URL to use; raises ValueInvalid for a variable that is not set, or that no pattern allows."""
    names = references(text)
    for name in names:
        if not any(fnmatchcase(name, pattern) for pattern in variables):
            allowed = ", ".join(variables) or "none"
            raise ValueInvalid(
                f"a channel made over the API may refer to the variables {allowed} only, not to {name}: use "
                "such a name, set alerts.channel_variables, or put the channel into monctl.yaml"
            )
    url = resolve(text, environ)
    return ResolvedUrl(url, tuple(environ[name] for name in names if environ.get(name)))


def check_url(
    text: str,
    report: Report,
    *,
    environ: Mapping[str, str],
    variables: Sequence[str],
    addresses: AddressPolicy,
) -> None:
    """Note why a channel of the API may not have this URL, if it may not."""
    if len(text) > MAX_URL_CHARACTERS or not text.isprintable():
        report.add(None, "url", message=f"must be one line of at most {MAX_URL_CHARACTERS} characters")
        return
    try:
        resolved_url = resolve_url(text, environ=environ, variables=variables)
        plugin = open_plugin(resolved_url.url)
    except ValueInvalid as error:
        report.add(None, "url", message=error.message, suggestion=error.suggestion)
        return
    for message in _refusals(plugin, resolved_url, addresses):
        report.add(None, "url", message=message)


def literal_secrets(channel: FileChannel, environ: Mapping[str, str]) -> bool:
    """Whether a secret of a channel of monctl.yaml is written out in the file; False if that is not known."""
    if channel.url_as_written is None:
        return False
    values = [environ.get(name, "") for name in references(channel.url_as_written)]
    try:
        plugin = open_plugin(channel.url)
    except ValueInvalid:
        return False
    return bool(literal_parts(hidden_parts(plugin), values))


def check_held(plugin: Any, url: str) -> None:
    """Raise ValueInvalid for a plugin that does more than one of the API may, wherever it connects to."""
    reason = next(_reach_refusals(plugin, url), None)
    if reason is not None:
        raise ValueInvalid(reason)


def _refusals(plugin: Any, resolved_url: ResolvedUrl, addresses: AddressPolicy) -> Iterator[str]:
    yield from _reach_refusals(plugin, resolved_url.url)
    for host in dict.fromkeys(hosts_named(plugin)):
        yield from _address_refusals(scheme_of(resolved_url.url), host, addresses)
    if literal_parts(hidden_parts(plugin), resolved_url.values):
        yield (
            "a secret stands in the URL itself: set it as an environment variable of monctl called "
            "MONCTL_CHANNEL_… and write ${MONCTL_CHANNEL_…} in its place"
        )


def _reach_refusals(plugin: Any, url: str) -> Iterator[str]:
    scheme = scheme_of(url)
    if scheme in LOCAL_SCHEMES:
        yield f"`{scheme}://` acts on the monitoring machine itself: put the channel into monctl.yaml"
    if scheme in THREADED_SCHEMES:
        yield f"`{scheme}://` connects where its address cannot be checked: put the channel into monctl.yaml"
    for name in files_of(plugin):
        yield f"`{name}` reads a file of the monitoring machine: put the channel into monctl.yaml"
    for name in refused_arguments(plugin, url):
        yield (
            f"`{clean_text(name, limit=_NAME_CHARACTERS)}` with this value is no argument for a channel made "
            "over the API: leave it out, or put the channel into monctl.yaml"
        )


def _address_refusals(scheme: str, host: str, addresses: AddressPolicy) -> Iterator[str]:
    """Why a host may not be reached, if it may not; without an address yet, each delivery looks again."""
    if addresses.allows_name(host):
        return
    shown_host = clean_text(host, limit=_NAME_CHARACTERS)
    advice = f"add it to {addresses.setting}, or put the channel into monctl.yaml"
    if scheme in _BY_NAME_SCHEMES and not is_literal(host):
        yield f"`{scheme}://` looks names up by itself: write the address of {shown_host}, {advice}"
    elif any(addresses.refusal(one) for one in addresses_soon(host, seconds=_LOOK_UP_SECONDS)):
        yield f"{shown_host} is no public address, and is not among {addresses.setting}: {advice}"

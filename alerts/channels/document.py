"""What a channel's URL may hold, and what comes of it when its variables are put in.

Over the API the sender has no access to this machine: such a channel holds no secret of its own, refers to
few variables only, reads no file of this machine and does nothing on it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

from alerts.channels.channel import FileChannel, scheme_of
from alerts.channels.plugin import LOCAL_SCHEMES, files_of, open_plugin
from alerts.channels.secrets import hidden_parts, literal_parts
from foundation.documents.errors import ValueInvalid
from foundation.documents.report import Report
from foundation.documents.variables import references, resolve

MAX_URL_CHARACTERS = 2000


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


def check_url(text: str, report: Report, *, environ: Mapping[str, str], variables: Sequence[str]) -> None:
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
    for message in _refusals(plugin, resolved_url):
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


def _refusals(plugin: Any, resolved_url: ResolvedUrl) -> Iterator[str]:
    scheme = scheme_of(resolved_url.url)
    if scheme in LOCAL_SCHEMES:
        yield f"`{scheme}://` acts on the monitoring machine itself: put the channel into monctl.yaml"
    for name in files_of(plugin):
        yield f"`{name}` reads a file of the monitoring machine: put the channel into monctl.yaml"
    if literal_parts(hidden_parts(plugin), resolved_url.values):
        yield (
            "a secret stands in the URL itself: set it as an environment variable of monctl called "
            "MONCTL_CHANNEL_… and write ${MONCTL_CHANNEL_…} in its place"
        )

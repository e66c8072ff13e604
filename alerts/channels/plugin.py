"""Apprise's plugins: made from URLs, and asked what they are.

Apprise imports all of them when one is first asked for, which takes longer than most of monctl's commands.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from alerts.channels.answer_log import listening, quiet_logger
from alerts.channels.channel import Capacity, scheme_of
from alerts.channels.markup import dialect_of
from alerts.channels.secrets import Scrubber
from alerts.late_modules import LateModule
from foundation.display.text import clean_text
from foundation.documents.errors import ValueInvalid
from foundation.documents.report import nearest
from foundation.late_import import late_import

LOCAL_SCHEMES = frozenset(
    {"blink1", "dbus", "gio", "glib", "gnome", "kde", "macosx", "qt", "syslog", "windows"}
)
"""Services that are this machine itself."""

THREADED_SCHEMES = frozenset({"mqtt", "mqtts", "xmpp", "xmpps"})
"""Services whose plugins connect in threads of their own, where a delivery's addresses are not checked."""

_FILE_ATTRIBUTES = ("keyfile", "subfile", "pgp_key", "pgp_privkey")
_MOST_TARGETS = 50
"""Beyond this the targets of a URL are sent to together."""

_NEW_ALERT = "new"
_REASON_CHARACTERS = 200


@dataclass(frozen=True, slots=True)
class Service:
    """What is behind a scheme."""

    scheme: str
    name: str


def open_plugin(url: str, target: str | None = None) -> Any:
    """Apprise's plugin for a URL; raises ValueInvalid, whose text holds no secret of the URL.

    `target`: the one of the URL's targets that it is to send to, None for all.
    """
    _check_scheme(url)
    given = url if target is None else _parsed(url) | {"targets": [target]}
    with listening() as answers:
        try:
            plugin = late_import(LateModule.APPRISE).Apprise.instantiate(
                given, asset=_asset(), suppress_exceptions=False
            )
        except Exception as error:  # noqa: BLE001 -- 130 plugins of others, each with errors of its own
            answers.append(str(error))
            plugin = None
    if plugin is None:
        raise ValueInvalid(_refusal(url, answers))
    return plugin


def targets_of(url: str, plugin: Any) -> tuple[str, ...]:
    """The targets that a plugin sends to one by one; empty where there is one, or nobody can tell."""
    count = len(plugin)
    if not 1 < count <= _MOST_TARGETS:
        return ()
    written = _parsed(url).get("targets")
    parse = late_import(LateModule.APPRISE_PARSE)
    targets: list[str] = []
    for text in written if isinstance(written, list) else ():
        parts = [text] if _size(url, text) == 1 else sorted(parse.parse_list(text), key=text.find)
        targets += (part for part in parts if _size(url, part) == 1)
    targets = list(dict.fromkeys(targets))
    return tuple(targets) if len(targets) == count else ()


def _size(url: str, target: str) -> int:
    """How many targets a plugin makes of a text."""
    try:
        return len(open_plugin(url, target))
    except ValueInvalid:
        return 0


def _parsed(url: str) -> dict[str, Any]:
    return late_import(LateModule.APPRISE_URLS).url_to_dict(url) or {}


def service_of(scheme: str) -> Service | None:
    """The service of a scheme, None for one that Apprise does not know."""
    plugins = _plugins()
    return Service(scheme, str(plugins[scheme].service_name)) if scheme in plugins else None


def files_of(plugin: Any) -> Iterator[str]:
    """What a plugin would read from this machine's files: the names of the settings that say so."""
    for name, value in vars(plugin).items():
        is_file = isinstance(value, late_import(LateModule.APPRISE).AppriseAttachment) and len(value) > 0
        if is_file or (name in _FILE_ATTRIBUTES and value):
            yield name


def asks_for(url: str, parameter: str) -> bool:
    """Whether the URL itself sets a parameter."""
    _, _, query = url.partition("?")
    return any(unquote(pair.partition("=")[0]).lower() == parameter for pair in query.split("&"))


def capacity_of(plugin: Any) -> Capacity:
    """What the service of a plugin takes."""
    return Capacity(
        characters=int(plugin.body_maxlen),
        has_title=plugin.title_maxlen > 0,
        dialect=dialect_of(plugin),
        is_html=plugin.notify_format == late_import(LateModule.APPRISE).NotifyFormat.HTML,
        seconds_between=max(0.0, float(plugin.request_rate_per_sec)),
        requests=max(1, len(plugin)),
    )


def tell_of_every_kind(plugin: Any) -> None:
    """Have a plugin that does nothing with some kinds of messages open an alert for each.

    Those of Opsgenie and Jira comment or close by default what they opened before; but each delivery has a
    plugin of its own, which has opened nothing, and would send nothing.
    """
    mapping = getattr(plugin, "mapping", None)
    if isinstance(mapping, dict) and _NEW_ALERT in mapping.values():
        plugin.mapping = dict.fromkeys(mapping, _NEW_ALERT)


def _check_scheme(url: str) -> None:
    scheme = scheme_of(url)
    if not scheme:
        raise ValueInvalid("must be an Apprise URL, such as `mailtos://…` or `slack://…`")
    plugins = _plugins()
    if scheme not in plugins:
        message = f"Apprise knows no service `{clean_text(scheme, limit=40)}://`"
        raise ValueInvalid(message, suggestion=nearest(scheme, plugins.schemas()))
    if not plugins[scheme].enabled:
        raise ValueInvalid(f"`{scheme}://` needs something that is not installed on this machine")


def _refusal(url: str, answers: list[str]) -> str:
    reason = Scrubber(url).scrub(" ".join(dict.fromkeys(answers)))
    explanation = (
        f": {clean_text(reason, limit=_REASON_CHARACTERS)}" if reason else ": is all there that it needs?"
    )
    return f"is no URL that `{scheme_of(url)}://` takes{explanation}"


def _plugins() -> Any:
    quiet_logger()
    return late_import(LateModule.APPRISE_PLUGINS).NotificationManager()


def _asset() -> Any:
    """Apprise's settings: no threads and no files of its own, no pictures from elsewhere."""
    return late_import(LateModule.APPRISE).AppriseAsset(
        app_id="monctl",
        app_desc="monctl",
        app_url="",
        async_mode=False,
        image_url_mask=None,
        image_url_logo=None,
        image_path_mask=None,
        pem_autogen=False,
        pgp_autogen=False,
        storage_mode="memory",
    )

"""Which arguments a URL of the API may have: those that shape a message, or say whom it is for.

Not those that make another request of a delivery: its method, its headers beyond a log-in, parameters of the
address, files of this machine, addresses that are asked on the way. A list of what is allowed, so that an
argument of a later Apprise is looked at before it is.
"""

from collections.abc import Iterator
from typing import Any

from alerts.late_modules import LateModule
from foundation.late_import import late_import

_ARGUMENTS = """
access action actions ad alert_type alerting_scenario alias amount api-version apikey app_id
app_token app_ver attach-as auth avatar avatar_url badge batch bcc blocks border bot_id bot_token
botname cache call campaign category cc channel channels class click client_id client_key color
content contents country critical cto currency cycles decode delay detect device discovery
dither_kernel dither_type duration e2ee email emojis entity entity_id env event event_type expire
external_id facility fade failure fields filename filtering flags flair_id flair_text flash footer
footer_logo format from gateway group gwid header hq href hsreq icon icon_type icon_url id
identifier image image_href image_url info inline interval join keepalive key kind label lang
language ledn level link locale location login logperror logpid master_key mdv media modal mode
msgtype name nick nid nsfw oauth_id oauth_secret optional overflow pa pass path ping powerautomate
prefix preview priority project public_key purpose push_key qos ref refresh region replies reply
reply_to resubmit retain retry roster route routeid routing_key rto savesent scramplus secret seed
sender sensitive service session severity short_url sid sig signature silent smtp sound sound_href
source special_text_color spi spoiler status sticky store subject subtitle success tags task_key
team template test thirdparty thread thread_name timeout timestamp title to token topic translit ttl
tts txgroups type tz unicode urgency url url_prefix url_title user validity ver verify version
vibration visibility voice volume wait warning webhook webhook_id workspace wrap x xmpp xtags y
"""
ALLOWED = frozenset(_ARGUMENTS.split())
REFUSED = frozenset({"attach", "file_url", "keyfile", "pgp", "pgpkey", "pgpprv", "pgppub", "subfile", "wkd"})
"""Files of this machine, and addresses that are asked for more than the message: never over the API."""

_BY_VALUE = {"method": frozenset({"get", "put", "patch", "delete", "head", "options"}), "redirect": None}
"""Allowed with some values: a method that is none of these (SMS or call), redirects that are switched off."""

_LOGIN_HEADERS = frozenset(
    {"apikey", "api-key", "authorization", "private-token", "x-access-token", "x-api-key", "x-auth-token"}
)
_MAIL_HEADERS = frozenset(
    {"auto-submitted", "importance", "precedence", "priority", "reply-to", "x-priority"}
)
_ADDRESS_ATTRIBUTES = ("smtp_host", "xmpp_host")


def refused_arguments(plugin: Any, url: str) -> Iterator[str]:
    """The arguments of a plugin's URL that a channel of the API may not have, as they stand there."""
    parsed = type(plugin).parse_url(url) or {}
    for name, value in parsed.get("qsd", {}).items():
        if not _may_have(plugin, name, value):
            yield name


def hosts_named(plugin: Any) -> Iterator[str]:
    """The hosts that a plugin's URL names for it to connect to; not what only stands in a host's place."""
    if "host" in plugin.template_tokens and plugin.host and _is_host(plugin, str(plugin.host)):
        yield str(plugin.host)
    for attribute in _ADDRESS_ATTRIBUTES:
        host = getattr(plugin, attribute, None)
        if host:
            yield str(host)


def _is_host(plugin: Any, host: str) -> bool:
    """Whether this is a host for certain; a topic or a token would be given away by asking for it."""
    is_always_host = all("{host}" in template for template in plugin.templates)
    return is_always_host or "." in host or ":" in host or host.lower() == "localhost"


def _may_have(plugin: Any, name: str, value: str) -> bool:
    if name[:1] and not (name[0].isalnum() or name[0] == "_"):
        return _may_have_prefixed(plugin, name[0], name[1:].strip())
    if name not in _BY_VALUE:
        return not name or name in ALLOWED
    refused_values = _BY_VALUE[name]
    if refused_values is None:
        return not late_import(LateModule.APPRISE_PARSE).parse_bool(value, True)
    return value.strip().lower() not in refused_values


def _may_have_prefixed(plugin: Any, prefix: str, name: str) -> bool:
    """Whether a pair of a plugin's own may be there: fields of the message, headers of a log-in."""
    kinds = {kind for kind, how in plugin.template_kwargs.items() if how.get("prefix") == prefix}
    if "headers" in kinds:
        return name.lower() in _LOGIN_HEADERS | _MAIL_HEADERS
    return bool(kinds) and "params" not in kinds

"""Sending text as text: names from hosts are no mentions, links or markup to any service.

A file system may be called `@everyone`, a process `<http://evil.example|status page>`. Services have no
common way to be told that text is text, so that each has its dialect here, by the name of its plugin. One
that is not listed is treated as if it knew Markdown and mentions.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from enum import Enum, auto
from types import MappingProxyType
from typing import Any

from alerts.messages.authored import spans

_Step = Callable[[str], str]

_GAP = "\N{ZERO WIDTH SPACE}"
"""Behind a character that begins something; nobody sees it, and nothing begins any more."""

_AT = re.compile(r"@(?!\s)")  # also where an author's text follows
_ANGLE = re.compile(r"<(?![\s\d=<>])")
_TELLING_ANGLE = re.compile(r"<(?=[^<>\s]*[^\w<>\s])")
_ANGLE_END = re.compile(rf"(<{_GAP}[^<>\n]*)>")
_HASH_TAG = re.compile(r"#(?=\w*[^\W\d])")
_ENTITY = re.compile(r"&(?=#?\w+;)")
_BACKSLASH = re.compile(r"\\(?=[!-/:-@\[-`{-~]|$)", re.MULTILINE)
_INLINE = re.compile(r"[*`~|\[\]]|(?<!\w)_|_(?!\w)|_(?=_)|(?<=_)_")
_LINE_START = re.compile(r"^([ \t]*(?:- )?)(#|>|-(?=#)|[=-](?=[=\s-]*$))", re.MULTILINE)
_SLACK_FORM = re.compile(r"(?:[!@]|https?:|mailto:).*>")
_DELIMITER = re.compile(r"(?<![^\W_])[*_~`](?=\S)|(?<=\S)[*_~`](?![^\W_])")
_LONGER_IN_HTML = {"<": 3, ">": 3, "&": 4, '"': 5, "'": 5, "\n": 4, " ": 5}
_LOOKALIKES = {"*": "\N{ASTERISK OPERATOR}", "_": "\N{FULLWIDTH LOW LINE}", "~": "\N{TILDE OPERATOR}"} | {
    "`": "\N{MODIFIER LETTER GRAVE ACCENT}"
}


class Dialect(Enum):
    """What a service makes of the text that it is sent."""

    PLAIN = auto()
    """Text: a telephone, a pager, a program that reads JSON."""

    MENTIONS = auto()
    """Text in which `@name` and things in angle brackets are found."""

    SOCIAL = auto()
    """Text in which mentions and hash tags are found."""

    MARKDOWN = auto()
    """Markdown with backslashes, and mentions."""

    MATTERMOST = auto()
    """As MARKDOWN; angle brackets mean something only to Slack's forms of links and mentions."""

    MARKDOWN_AND_HTML = auto()
    """As MARKDOWN, with tags of HTML."""

    KMARKDOWN = auto()
    """As MARKDOWN, with mentions in round brackets."""

    SLACK = auto()
    """As CHAT, whose plugin makes links and mentions even of what looks a little like Slack's."""

    CHAT = auto()
    """Marks such as `*bold*` that no backslash takes away, and mentions in angle brackets."""

    SLACK_BLOCKS = auto()
    """As CHAT, with the entities of HTML."""


def _at_signs(text: str) -> str:
    return _AT.sub(f"@{_GAP}", text)


def _angles(text: str) -> str:
    return _ANGLE.sub(f"<{_GAP}", text)


def _telling_angles(text: str) -> str:
    return _TELLING_ANGLE.sub(f"<{_GAP}", text)


def _angle_ends(text: str) -> str:
    return _ANGLE_END.sub(r"\1\\>", text)


def _hash_tags(text: str) -> str:
    return _HASH_TAG.sub(f"#{_GAP}", text)


def _backslashes(text: str) -> str:
    text = _BACKSLASH.sub(r"\\\\", text)
    text = _ENTITY.sub(r"\\&", text)
    text = _LINE_START.sub(r"\1\\\2", text)
    return _INLINE.sub(r"\\\g<0>", text)


def _angle_entities(text: str) -> str:
    return _ENTITY.sub("&amp;", text).replace("<", "&lt;").replace(">", "&gt;")


def _entities(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _round_brackets(text: str) -> str:
    return re.sub(r"[()]", r"\\\g<0>", text)


def _lookalikes(text: str) -> str:
    return _DELIMITER.sub(lambda match: _LOOKALIKES[match.group()], text)


def _slack_ends(text: str) -> str:
    return _SLACK_FORM.sub(
        lambda match: match.group().replace(">", "\N{SINGLE RIGHT-POINTING ANGLE QUOTATION MARK}"), text
    )


_STEPS: Mapping[Dialect, Sequence[_Step]] = MappingProxyType(
    {
        Dialect.PLAIN: (),
        Dialect.MENTIONS: (_at_signs, _angles),
        Dialect.SOCIAL: (_at_signs, _hash_tags),
        Dialect.MARKDOWN: (_backslashes, _at_signs, _angles, _angle_ends),
        Dialect.MATTERMOST: (_backslashes, _at_signs, _telling_angles, _angle_ends),
        Dialect.MARKDOWN_AND_HTML: (_backslashes, _at_signs, _angle_entities),
        Dialect.KMARKDOWN: (_backslashes, _round_brackets, _at_signs, _angles, _angle_ends),
        Dialect.CHAT: (_lookalikes, _at_signs, _angles),
        Dialect.SLACK: (_lookalikes, _at_signs, _angles, _slack_ends),
        Dialect.SLACK_BLOCKS: (_lookalikes, _at_signs, _entities),
    }
)

_PLAIN = """
46Elks AfricasTalking Aprs Bark Blink1 Brevo BulkSMS BulkVS BurstSMS Chanify ClickSend Clickatell
D7Networks DBus Dapnet Dot Eight00com Email Emby Enigma2 Exotel FCM Flowtriq Form FreeMobile GLib Gnome
Gotify GroupMe Growl HttpSMS IRC JSON Jellyfin Jira Join Kavenegar Kumulos Lametric Lauther Line MQTT
MSG91 MacOSX MailerSend Mailgun MessageBird Nextcloud Notica Notifico Notifyre Ntfy Octopush Office365
OneSignal Opsgenie PagerDuty PagerTree ParsePlatform Pinglet Pingram Plivo Postmark Prowl PushBullet
PushDeer PushMe PushSafer PushWard Pushed Pushjet Pushover Pushplus Pushy RSyslog Resend RingCentral SES
SFR SIGNL4 SMPP SMSC SMSEagle SMSManager SMTP2Go SNS SendGrid SendPulse SerwerSMS Seven SignalAPI
Signalgrid SimplePush Sinch SparkPost Spike Splunk Spugpush Streamlabs Syslog TechulusPush Threema Trigv
Twilio Vapid Viber Voipms Vonage Windows WxPusher XBMC XML
"""
_MENTIONS = """
AppriseAPI DingTalk Feishu Flock IFTTT Lark Matrix QQ SessionOGS Stackfield Synology Telegram WeChat
WeComBot XMPP Zoom
"""
_MARKDOWN = """
Chime Discord Fluxer Guilded HomeAssistant HumHub NextcloudTalk Notifiarr Reddit Revolt RocketChat Ryver
ServerChan Twist Workflows Zulip
"""
_SERVICES: Mapping[Dialect, str] = MappingProxyType(
    {
        Dialect.PLAIN: _PLAIN,
        Dialect.MENTIONS: _MENTIONS,
        Dialect.SOCIAL: "BlueSky Mastodon Twitter",
        Dialect.MARKDOWN: _MARKDOWN,
        Dialect.MATTERMOST: "Mattermost",
        Dialect.MARKDOWN_AND_HTML: "WebexTeams",
        Dialect.KMARKDOWN: "Kook",
        Dialect.CHAT: "Evolution GoogleChat Misskey WhatsApp",
        Dialect.SLACK: "Slack",
    }
)
"""The names of Apprise's classes, without `Notify`."""

_DIALECTS: Mapping[str, Dialect] = MappingProxyType(
    {name: dialect for dialect, names in _SERVICES.items() for name in names.split()}
)

_MARKDOWN_LIKE = frozenset(
    {
        Dialect.MARKDOWN,
        Dialect.MATTERMOST,
        Dialect.MARKDOWN_AND_HTML,
        Dialect.KMARKDOWN,
        Dialect.CHAT,
        Dialect.SLACK,
    }
)


def listed_services() -> frozenset[str]:
    """The plugins whose dialect is known."""
    return frozenset(_DIALECTS)


def dialect_of(plugin: Any) -> Dialect:
    """What the service of a plugin makes of what it is sent, in the format that its URL asks for."""
    listed = _DIALECTS.get(type(plugin).__name__.removeprefix("Notify"), Dialect.MARKDOWN)
    if listed is Dialect.SLACK and getattr(plugin, "use_blocks", False):
        return Dialect.SLACK_BLOCKS
    text_format = str(getattr(plugin.notify_format, "value", plugin.notify_format))
    if text_format == "markdown" and listed not in _MARKDOWN_LIKE:
        return Dialect.MARKDOWN
    if text_format == "html":  # Apprise makes HTML of text, entities and all
        return Dialect.PLAIN if listed is Dialect.PLAIN else Dialect.SOCIAL
    return listed


def rendered_length(text: str, dialect: Dialect, *, is_html: bool) -> int:
    """How many characters a service gets for a text, give or take a few."""
    sent = as_text(text, dialect)
    if not is_html:
        return len(sent)
    return len(sent) + sum(count * sent.count(one) for one, count in _LONGER_IN_HTML.items())


def as_text(text: str, dialect: Dialect) -> str:
    """Text as a service has to be sent it to show it as it is; what its author wrote stays as it is."""
    return "".join(piece if is_authored else _escaped(piece, dialect) for piece, is_authored in spans(text))


def _escaped(text: str, dialect: Dialect) -> str:
    for step in _STEPS[dialect]:
        text = step(text)
    return text

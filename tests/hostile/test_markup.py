"""A host names its mounts and processes so that a chat mentions everybody, hides a link, shows a heading."""

import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from apprise.manager_plugins import NotificationManager

from alerts.channels.apprise_notifier import AppriseNotifier
from alerts.channels.channel import Channel
from alerts.channels.markup import Dialect, as_text, dialect_of, listed_services
from alerts.channels.plugin import open_plugin
from alerts.messages.compose import compose
from alerts.messages.message import Message, MessageKind
from alerts.severity import Severity
from foundation.late_import import late_import
from tests.alerts.messages.building import a_notice
from tests.support.apprise_capture import MORE_URLS, UNCOVERED, captured, urls
from tests.support.receivers import APPRISE_WARNINGS

pytestmark = [pytest.mark.anyio, APPRISE_WARNINGS]

LEAST_COVERED = 140
"""How many plugins of Apprise are looked at; not to become fewer."""

HOSTILE = [
    "@everyone",
    "@here",
    "@channel",
    "@all",
    "@room",
    "<!channel>",
    "<!here|x>",
    "<!subteam^S1|x>",
    "<@U123456>",
    "<@!123456789012345678>",
    "<@&123456789012345678>",
    "<#C123456>",
    "<@all>",
    "<@personEmail:a@evil.example|x>",
    "<http://evil.example|status page>",
    "<http://evil.example>",
    "<users/all>",
    "<at>everyone</at>",
    '<at user_id="all">all</at>',
    "(met)all(met)",
    "@**all**",
    "@_**all**",
    "#**general**",
    "[status page](http://evil.example)",
    "![x](http://evil.example/p.png)",
    "[x]: http://evil.example",
    "**bold**",
    "*bold*",
    "__bold__",
    "_italic_",
    "~~struck~~",
    "~struck~",
    "`code`",
    "||spoiler||",
    "\\*bold\\*",
    "\\[x](http://evil.example)",
    "&lt;b&gt;",
    "<b>bold</b>",
    "<a href='http://evil.example'>status page</a>",
    "<img src=x onerror=alert(1)>",
    "<script>alert(1)</script>",
    "# heading",
    "> quote",
    "```",
    "===",
]
READABLE = "/var/lib/my_disk* (93 % full) on web-1_a, C:\\Data"
BODY = "\n".join([READABLE, *HOSTILE])
MESSAGE = Message("web-1 @everyone <!channel> **b**", BODY, MessageKind.PROBLEM, Severity.CRITICAL)

GAP = "\u200b"
MENTION = r"@(?=[\w*_])"
ANGLES = r"<(?=[!@#/a-zA-Z])"
TELLING_ANGLES = r"<(?=[!@#]|\w+:|users/)"
UNESCAPED = r"(?<!\\)(?:\\\\)*"
MARKDOWN_TOKENS = [
    UNESCAPED + r"\*(?=\S)",
    UNESCAPED + r"\[",
    UNESCAPED + r"`",
    UNESCAPED + r"\|\|",
    UNESCAPED + r"~~",
    r"(?m)^>",
    r"(?m)^# heading",
]
CHAT_TOKENS = [r"(?<![^\W_])[*_~`]\w[^\n]*?\w[*_~`](?![^\W_])"]
FORBIDDEN: dict[Dialect, list[str]] = {
    Dialect.PLAIN: [],
    Dialect.MENTIONS: [MENTION, ANGLES],
    Dialect.SOCIAL: [MENTION, r"#(?=heading|general)"],
    Dialect.MARKDOWN: [MENTION, ANGLES, *MARKDOWN_TOKENS],
    Dialect.MATTERMOST: [MENTION, TELLING_ANGLES, *MARKDOWN_TOKENS],
    Dialect.MARKDOWN_AND_HTML: [MENTION, r"<", *MARKDOWN_TOKENS],
    Dialect.KMARKDOWN: [MENTION, ANGLES, UNESCAPED + r"\(met", *MARKDOWN_TOKENS],
    Dialect.CHAT: [MENTION, ANGLES, *CHAT_TOKENS],
    Dialect.SLACK: [MENTION, ANGLES, *CHAT_TOKENS],
    Dialect.SLACK_BLOCKS: [MENTION, r"<", *CHAT_TOKENS],
}
"""What would be more than text to a service, as it is looked for in what it is sent."""

CHATS = {
    "Slack": r"<[!@#]|<https?:",
    "Discord": r"@everyone|@here|<@|<#|(?<!\\)\]\(http",
    "Mattermost": r"@all|@channel|@here|<!|<http|(?<!\\)\[status",
    "Zulip": r"@_?\*\*|#\*\*|(?<!\\)\[status",
    "GoogleChat": r"<users/|<http",
    "Workflows": r"<at>|(?<!\\)\[status",
    "WebexTeams": r"<@|<[a-z]",
    "RocketChat": r"@all|@here|<http|(?<!\\)\[status",
    "Telegram": r"<a |<img|<script|@everyone",
    "Email": r"html\|(?s:.)*(<a href='|<img|<script|<b>bold)",
    "Matrix": r"@room",
    "Feishu": r"<at ",
}
"""What the services named in the wild react to, each by itself."""

OWN = {"Flock": r"</?(?:flockml|b|br/)>", "Ryver": r"^\*\*|\*\*(?=\r\n)"}
"""What a plugin itself writes around the title."""

RENDERED = {"Matrix as Markdown": [MENTION, r"<(?!/?(?:h1|p|br|hr)\b)(?=[a-zA-Z/!])"]}
"""What must not be in what a plugin has made HTML of: tags other than those of lines and of the title."""

MARKERS = ("evil", "my_disk", "web-1")
"""What tells a text of the message from others of a request."""

SERVICES = sorted([*urls(0)])


@contextmanager
def datagrams() -> Iterator[socket.socket]:
    """A socket on loopback for what is sent without a connection."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.0.1", 0))
        sock.settimeout(5)
        yield sock


async def sent_texts(service: str, message: Message, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every text that a service is sent for a message."""
    with datagrams() as sock, captured(monkeypatch) as texts:
        url = urls(sock.getsockname()[1])[service]
        # whether its answer was what the plugin expects does not matter here
        await AppriseNotifier().send(Channel("ops", url), message)
        if service == "RSyslog":
            texts.append(sock.recv(65536).decode())
    return texts


def dialect(service: str) -> Dialect:
    return dialect_of(open_plugin(urls(1)[service]))


@pytest.mark.parametrize("service", SERVICES)
async def test_nothing_in_what_a_service_is_sent_is_more_than_text(
    service: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = await sent_texts(service, MESSAGE, monkeypatch)
    own = re.compile(OWN.get(service, r"\Z"))
    told_texts = [own.sub("", text) for text in texts if any(word in text for word in MARKERS)]
    assert told_texts, texts
    chat = CHATS.get(service.partition(" ")[0])
    patterns = RENDERED.get(service) or [*FORBIDDEN[dialect(service)], *([chat] if chat else [])]
    alive = {
        (pattern, match.group(), text[max(0, match.start() - 20) : match.end() + 20])
        for pattern in patterns
        for text in told_texts
        if (match := re.search(pattern, text)) is not None
    }
    assert alive == set()


def test_no_fewer_plugins_are_looked_at_and_the_others_have_a_reason() -> None:
    plugins: list[Any] = list(NotificationManager().plugins())  # type: ignore[no-untyped-call]
    names = {plugin.__name__.removeprefix("Notify") for plugin in plugins}
    covered = set(urls(0)) - set(MORE_URLS)
    assert covered | set(UNCOVERED) == names
    assert not covered & set(UNCOVERED)
    assert len(covered) >= LEAST_COVERED
    assert names <= listed_services()


@pytest.mark.parametrize("name", HOSTILE)
def test_a_name_in_markdown_is_rendered_as_it_is(name: str) -> None:
    """By another's eyes: the library that makes HTML of Markdown."""
    shown = late_import("markdown").markdown(as_text(f"on {name} now", Dialect.MARKDOWN))
    tags = set(re.findall(r"<(\w+)", shown.replace(f"&lt;{GAP}", ""))) - {"p"}
    assert tags == set(), shown


@pytest.mark.parametrize("kind", Dialect)
def test_an_ordinary_name_looks_as_before(kind: Dialect) -> None:
    text = "disk-almost-full on web-1: /var/lib/my_disk is 93.2 % full (over 90 %), alert #42, load 1 < 2"
    sent = as_text(text, kind).replace("&lt;", "<").replace("\\(", "(").replace("\\)", ")")
    assert sent == text


def test_what_a_host_says_is_escaped_and_what_an_author_wrote_is_not() -> None:
    notice = a_notice(
        title="@here *{{ host }}* {{ labels.path }}",
        message="<!channel> [runbook](https://wiki.example/x) {{ labels.path|upper }} {{ labels.path }}",
        labels={"path": "<!channel> **x**"},
    )
    message = compose([notice], now=notice.time, link_base=None)
    assert message.title == "@here *web-1* <!channel> **x**"
    assert message.marked_title is not None
    assert message.marked_body is not None
    title, body = (as_text(text, Dialect.MARKDOWN) for text in (message.marked_title, message.marked_body))
    assert title == f"@here *web-1* <{GAP}!channel\\> \\*\\*x\\*\\*"
    first, *_ = body.split("\n")
    assert first == (
        "<!channel> [runbook](https://wiki.example/x) "
        f"<{GAP}!CHANNEL\\> \\*\\*X\\*\\* <{GAP}!channel\\> \\*\\*x\\*\\*"
    )


def test_a_long_name_that_is_cut_off_opens_nothing_behind_it() -> None:
    notice = a_notice(message="{{ labels.path }}" * 200, labels={"path": "*" * 150})
    message = compose([notice], now=notice.time, link_base=None)
    assert message.marked_body is not None
    assert re.search(UNESCAPED + r"\*", as_text(message.marked_body, Dialect.MARKDOWN)) is None


def test_a_host_cannot_pass_for_the_author() -> None:
    marks = "".join(map(chr, range(0xE000, 0xE004)))
    notice = a_notice(detail=f"{marks[0]}@everyone", labels={"path": f"{marks[1]}{marks[0]}**x**{marks[3]}"})
    notice_with_template = a_notice(message="{{ labels.path }}", labels=notice.labels)
    for each in (notice, notice_with_template):
        message = compose([each], now=each.time, link_base=None)
        text = as_text(message.marked_body or message.body, Dialect.MARKDOWN)
        assert "**" not in text
        assert "@everyone" not in text


def test_links_to_the_dashboard_stay_links() -> None:
    notice = a_notice(host="my_host_1")
    message = compose([notice], now=notice.time, link_base="https://monctl.example/_x_")
    assert message.marked_body is not None
    assert "https://monctl.example/_x_/hosts/my_host_1\n" in as_text(message.marked_body, Dialect.MARKDOWN)


async def test_a_program_is_sent_names_as_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    for service in ("JSON", "Form"):
        assert BODY in [text.rstrip() for text in await sent_texts(service, MESSAGE, monkeypatch)]


@pytest.mark.parametrize("line_end", ["\r\n", "\n", "\r", "\u2028"])
async def test_no_name_adds_a_header_to_a_mail(line_end: str, monkeypatch: pytest.MonkeyPatch) -> None:
    notice = a_notice(labels={"path": f"x{line_end}Bcc: evil@evil.example"}, title="{{ labels.path }}")
    texts = await sent_texts("Email", compose([notice], now=notice.time, link_base=None), monkeypatch)
    assert not [text for text in texts if text.lower().startswith("bcc:")]

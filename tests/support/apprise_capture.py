"""Every plugin of Apprise with a URL such as its documents show, and what a message becomes in it."""

import base64
import binascii
import email
import json
import re
import smtplib
from collections.abc import Iterator
from contextlib import contextmanager
from email import policy
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import apprise.url
import pytest
import requests

_KEY = "abcdefghijklmnopqrstuvwxyz123456"
_PHONE = "15551234567"
_NUMBER = "1234567890"

_URLS = {
    "46Elks": "46elks://user:{key}@{key}/{phone}",
    "AfricasTalking": "atalk://{key}@{key}/{phone}",
    "AppriseAPI": "apprises://user:{key}@hook.example.com/{key}",
    "Bark": "barks://user:{key}@hook.example.com/{phone}",
    "BlueSky": "bsky://user@{key}",
    "Brevo": "brevo://{key}:user@example.com/to@example.com",
    "BulkSMS": "bulksms://user:{key}@{phone}",
    "BulkVS": "bulkvs://user:{key}@{number}/{phone}",
    "BurstSMS": "burstsms://{key}:{key}@{key}/{phone}",
    "Chanify": "chanify://{key}",
    "Chime": "chime://{key}/{key}",
    "ClickSend": "clicksend://user:{key}@{phone}",
    "Clickatell": "clickatell://{number}@{key}/{phone}",
    "D7Networks": "d7sms://{key}@{phone}",
    "Dapnet": "dapnet://user:{key}@{phone}",
    "DingTalk": "dingtalk://{key}@{key}/{phone}/",
    "Discord": "discord://{key}@{key}/{key}",
    "Dot": "dot://{key}@{key}/",
    "Eight00com": "eight00com://{key}@{number}/{phone}",
    "Email": "mailtos://user:{key}@hook.example.com/to@example.com",
    "Emby": "embys://user:{key}@hook.example.com",
    "Enigma2": "enigma2s://user:{key}@hook.example.com/{key}",
    "Evolution": "evolutions://{key}@hook.example.com/{key}/{phone}",
    "Exotel": "exotel://{key}:{key}@{number}/{phone}",
    "FCM": "fcm://{key}/{phone}?mode=legacy",
    "Feishu": "feishu://{key}",
    "Flock": "flock://{key}@{key}/{phone}",
    "Flowtriq": "flowtriqs://{key}@hook.example.com/{key}/",
    "Fluxer": "fluxers://hook.example.com/{number}/{key}",
    "Form": "forms://user:{key}@hook.example.com",
    "FreeMobile": "freemobile://user@{key}",
    "GoogleChat": "gchat://{key}/{key}/{key}/{key}",
    "Gotify": "gotifys://hook.example.com/{key}",
    "GroupMe": "groupme://{key}/{key}",
    "Guilded": "guilded://{key}@{key}/{key}",
    "HomeAssistant": "hassios://user:{key}@hook.example.com/{key}/{phone}",
    "HttpSMS": "httpsms://{key}@{number}/{phone}",
    "HumHub": "humhubs://user:{key}@hook.example.com/{phone}",
    "IFTTT": "ifttt://{key}/{phone}",
    "JSON": "jsons://user:{key}@hook.example.com",
    "Jellyfin": "jellyfins://user:{key}@hook.example.com",
    "Jira": "jira://user@{key}/{phone}",
    "Join": "join://{key}/{phone}",
    "Kavenegar": "kavenegar://{number}@{key}/{phone}",
    "Kook": "kook://{key}/{phone}",
    "Kumulos": "kumulos://aaaaaaaa-bbbb-4bbb-8bbb-cccccccccccc/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    "Lametric": "lametrics://user:{key}@hook.example.com",
    "Lark": "lark://{key}",
    "Lauther": "lauther://lpt_abcdef123456",
    "Line": "line://{key}/{phone}",
    "MSG91": "msg91://{key}@{key}/{phone}",
    "MailerSend": "mailersend://{key}:user@example.com/to@example.com",
    "Mailgun": "mailgun://user@hook.example.com/{key}/to@example.com",
    "Mastodon": "mastodons://{key}@hook.example.com",
    "Matrix": "matrixs://user:{key}@hook.example.com/!room:hook.example.com?discovery=no&e2ee=no",
    "Mattermost": "mmosts://user@hook.example.com/{key}/{key}",
    "MessageBird": "msgbird://aaaaaaaaaaaaaaaaaaaaaaaaa/{phone}/15551234568",
    "Misskey": "misskeys://{key}@hook.example.com",
    "Nextcloud": "nclouds://user:{key}@hook.example.com/{phone}",
    "NextcloudTalk": "nctalks://user:{key}@hook.example.com/{phone}",
    "Notica": "noticas://user:{key}@hook.example.com/{key}/{key}",
    "Notifiarr": "notifiarr://{key}/{phone}",
    "Notifico": "notificos://user:{key}@hook.example.com/{number}/{key}",
    "Notifyre": "notifyre://{key}/{phone}",
    "Ntfy": "ntfys://user:{key}@hook.example.com/{phone}",
    "Octopush": "octopush://{key}:user@example.com/{key}/{phone}",
    "Office365": "azure://{key}/{key}/{key}/{key}/user@example.com",
    "OneSignal": "onesignal://{key}:{key}@{key}/{phone}",
    "Opsgenie": "opsgenie://user@{key}/{phone}",
    "PagerDuty": "pagerduty://{key}@{key}/{key}/{key}",
    "PagerTree": "pagertree://int_abcdef0123",
    "ParsePlatform": "parseps://{key}:{key}@hook.example.com",
    "Pinglet": "pinglets://{key}@hook.example.com/{key}/{key}",
    "Pingram": "pingram://type@pingram_sk_abcdef/user@example.com",
    "Plivo": "plivo://TIiajkdnlazkcOXrIdevi7FQ@{key}/{number}/{phone}",
    "Postmark": "postmark://{key}:user@example.com/to@example.com",
    "Prowl": "prowl://aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    "PushBullet": "pbul://{key}/{phone}",
    "PushDeer": "pushdeers://hook.example.com/{key}",
    "PushMe": "pushme://{key}",
    "PushSafer": "psafers://{key}/{phone}",
    "PushWard": "pushward://hlk_abcdef123",
    "Pushed": "pushed://{key}/{key}@{phone}",
    "Pushjet": "pjets://user:{key}@hook.example.com/{key}",
    "Pushover": "pover://{key}@{key}/{phone}",
    "Pushplus": "pushplus://{key}/{phone}",
    "Pushy": "pushy://{key}/{phone}",
    "QQ": "qq://{key}",
    "RSyslog": "rsyslog://127.0.0.1:{port}",
    "Reddit": "reddit://user:{key}@{key}/{key}/{phone}",
    "Resend": "resend://{key}:user@example.com/user@example.com",
    "Revolt": "revolt://{key}/{phone}",
    "RingCentral": "ringc://{key}@{key}/{key}/{number}/{phone}",
    "RocketChat": "rockets://{key}/{key}@hook.example.com/%23ops",
    "Ryver": "ryver://{key}@{key}/aaaaaaaaaaaaaaa",
    "SES": "ses://user@example.com/AHIAJGNT76XIMXDBIJYA/bu1dHSdO22pfaaVy/us-east-2/to@example.com",
    "SFR": "sfr://user:{key}@{key}/{phone}",
    "SIGNL4": "signl4://{key}",
    "SMSC": "smsc://user:{key}@{phone}",
    "SMSEagle": "smseagles://{key}@hook.example.com/{phone}",
    "SMSManager": "smsmgr://{key}@{phone}",
    "SMTP2Go": "smtp2go://user@hook.example.com/{key}/to@example.com",
    "SNS": "sns://{key}@{key}/{key}/us-east-1/{phone}",
    "SendGrid": "sendgrid://{key}:user@example.com/to@example.com",
    "SendPulse": "sendpulse://user@hook.example.com/{key}/{key}/to@example.com",
    "ServerChan": "schan://{key}",
    "SerwerSMS": "serwersms://user:{key}@{number}/{phone}",
    "SessionOGS": "sogs://hook.example.com/room?public_key=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa&seed=bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb",
    "Seven": "seven://{key}/{phone}",
    "SignalAPI": "signals://user:{key}@hook.example.com/{number}/{phone}",
    "Signalgrid": "signalgrid://{key}/{phone}",
    "SimplePush": "spush://{key}",
    "Sinch": "sinch://{number}:{number}@{phone}/{phone}",
    "Slack": "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/%23ops",
    "SparkPost": "sparkpost://user@hook.example.com/{key}/to@example.com",
    "Spike": "spike://{key}",
    "Splunk": "splunk://{key}@{key}/{key}",
    "Spugpush": "spugpush://{key}",
    "Stackfield": "stackfield://aaaaaaaa-bbbb-4bbb-8bbb-cccccccccccc",
    "Streamlabs": "strmlabs://aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa/",
    "Synology": "synologys://user:{key}@hook.example.com/{key}",
    "TechulusPush": "push://aaaaaaaa-bbbb-4bbb-8bbb-cccccccccccc",
    "Telegram": "tgram://123456789:{key}7/{phone}",
    "Threema": "threema://*GATEWAY@abcdef{number}/{phone}",
    "Trigv": "trigv://trgv_abcdefgh_{key}/general",
    "Twilio": "twilio://ACaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa:{key}@{phone}/{phone}",
    "Twist": "twist://{key}:user@example.com/{phone}",
    "Twitter": "x://{key}/{key}/{key}/{key}?mode=tweet",
    "Viber": "viber://{key}/{phone}",
    "Voipms": "voipms://{key}:user@example.com/{number}/{phone}",
    "Vonage": "vonage://{key}:{key}@{number}/{phone}",
    "WeChat": "wechat://wwcorpid123:secretabc@1000002/touser",
    "WeComBot": "wecombot://{key}",
    "WebexTeams": "wxteams://{key}/{phone}",
    "WhatsApp": "whatsapp://{key}@{number}/{phone}",
    "Workflows": "workflow://hook.example.com/{key}/{key}",
    "WxPusher": "wxpusher://AT_appid123/UID_abcd",
    "XBMC": "kodis://user:{key}@hook.example.com",
    "XML": "xmls://user:{key}@hook.example.com",
    "Zoom": "zoom://{key}/{key}",
    "Zulip": "zulip://{key}@{key}/{key}/{phone}",
}

MORE_URLS = {
    "Slack with blocks": "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/%23ops?blocks=yes",
    "Slack as text": "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/%23ops?format=text",
    "Discord as Markdown": "discord://{number}/{key}?format=markdown",
    "Fluxer as Markdown": "fluxers://hook.example.com/{number}/{key}?format=markdown",
    "Matrix as Markdown": "matrixs://user:{key}@hook.example.com/!room:hook.example.com?discovery=no&e2ee=no&format=markdown",
    "Matrix as HTML": "matrixs://user:{key}@hook.example.com/!room:hook.example.com?discovery=no&e2ee=no&format=html",
    "Telegram as Markdown": "tgram://123456789:{key}/{phone}?format=markdown",
    "Gotify as Markdown": "gotifys://hook.example.com/{key}?format=markdown",
    "Ntfy as Markdown": "ntfys://hook.example.com/topic?format=markdown",
    "Pushover as HTML": "pover://{key}@{key}/device?format=html",
    "WebexTeams as text": "wxteams://{key}/{phone}?format=text",
    "Email as text": "mailtos://user:{key}@hook.example.com/to@example.com?format=text",
}
"""Other formats of the services for which they matter."""

UNCOVERED = {
    "Aprs": "speaks to its server by a protocol of its own; radio shows text alone",
    "Blink1": "needs a library that is not installed; it shows a colour",
    "DBus": "needs a library that is not installed; it is this machine's own desktop",
    "GLib": "needs a library that is not installed; it is this machine's own desktop",
    "Gnome": "needs a library that is not installed; it is this machine's own desktop",
    "Growl": "needs a library that is not installed",
    "IRC": "speaks to its server by a protocol of its own; chats of IRC show text alone",
    "MQTT": "needs a library that is not installed; what it carries is for programs",
    "MacOSX": "runs on macOS alone",
    "SMPP": "needs a library that is not installed; it sends text messages",
    "Syslog": "is this machine's own log",
    "Vapid": "needs a key pair in files, and encrypts",
    "Windows": "runs on Windows alone",
    "XMPP": "needs a library that is not installed",
}
"""The plugins that cannot be made here, or send nothing that could be looked at, with the reason."""

_SESSIONS = [{"Id": "1", "SessionId": "1"}]
_ANSWER: dict[str, Any] = {
    "ok": True,
    "success": True,
    "status": "OK",
    "code": 0,
    "errcode": 0,
    "access_token": "t",
    "token": "t",
    "AccessToken": "t",
    "accessJwt": "t",
    "refreshJwt": "t",
    "did": "did:plc:abc",
    "service": [{"type": "AtprotoPersonalDataServer", "serviceEndpoint": "https://pds.example.com"}],
    "data": {"authToken": "t", "userId": "u", "id": "1", "token": "t"},
    "json": {"errors": [], "data": {"id": "x"}},
    "id": "1",
    "User": {"Id": "1"},
    "user_id": "@u:x",
    "room_id": "!room:hook.example.com",
    "home_server": "hook.example.com",
    "device_id": "d",
    "expires_in": 3600,
    "channel": {"id": "C"},
    "result": {"id": 1, "username": "x"},
    "ret": "OK",
    "retcode": 0,
    "statusCode": 200,
}
_BASE64 = re.compile(r"[A-Za-z0-9+/]{60,}={0,2}|[A-Za-z0-9_-]{60,}={0,2}")


def urls(port: int) -> dict[str, str]:
    """Plugin -> URL; `port`: where datagrams are taken on loopback."""
    filled = {name: _filled(url, port) for name, url in _URLS.items()}
    return filled | {name: _filled(url, port) for name, url in MORE_URLS.items()}


def _filled(url: str, port: int) -> str:
    return url.format(key=_KEY, phone=_PHONE, number=_NUMBER, port=port)


@contextmanager
def captured(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Every text in what plugins send while this lasts; to each request everything is fine."""
    texts: list[str] = []

    def send(session: requests.Session, request: requests.PreparedRequest, **more: Any) -> requests.Response:
        texts.extend(_texts_of_request(request))
        answer = requests.Response()
        answer.status_code, answer.request, answer.url = 200, request, str(request.url)
        document = _SESSIONS if "/Sessions?" in str(request.url) else _ANSWER
        answer._content = json.dumps(document).encode()
        answer.headers["Content-Type"] = "application/json"
        return answer

    class Mail(_Mail):
        """A mail server of the test's own."""

        received = texts

    with monkeypatch.context() as patch:
        patch.setattr(requests.Session, "send", send)
        patch.setattr(smtplib, "SMTP", Mail)
        patch.setattr(smtplib, "SMTP_SSL", Mail)
        patch.setattr(apprise.url.URLBase, "throttle", lambda *arguments, **more: None)
        yield texts


class _Mail:
    received: list[str]

    def __init__(self, *arguments: Any, **more: Any) -> None:
        pass

    def __getattr__(self, name: str) -> Any:
        return lambda *arguments, **more: None

    def sendmail(self, sender: str, recipients: Any, content: Any) -> None:
        """Take a mail."""
        self.received.extend(_texts_of_mail(content))


def _texts_of_mail(content: bytes | str) -> Iterator[str]:
    raw = content.encode("utf-8", "surrogateescape") if isinstance(content, str) else content
    mail = email.message_from_bytes(raw, policy=policy.default)
    yield from (f"{name}: {value}" for name, value in mail.items())
    for part in mail.walk():
        if part.get_content_maintype() == "text":
            kind = "html" if part.get_content_subtype() == "html" else "text"
            yield f"{kind}|{part.get_content()}"


def _texts_of_request(request: requests.PreparedRequest) -> Iterator[str]:
    yield from (value for _, value in parse_qsl(urlsplit(str(request.url)).query))
    yield from (str(value) for value in (request.headers or {}).values())
    body = request.body or b""
    text = body.decode("utf-8", "replace") if isinstance(body, bytes) else str(body)
    yield from _texts_of(text)


def _texts_of(text: str) -> Iterator[str]:
    """A text, or all texts in what it is: JSON, a form, a mail in Base64."""
    document = _json(text)
    if document is not None:
        yield from _texts_in(document)
        return
    form = parse_qsl(text) if re.match(r"[\w.\[\]%-]+=", text) and "\n" not in text else []
    if form:
        for _, field in form:
            yield from _texts_of(field)
        return
    mail = _base64(text)
    if mail is not None:
        yield from _texts_of_mail(mail)
        yield mail.decode("utf-8", "replace")
    yield text


def _texts_in(document: Any) -> Iterator[str]:
    if isinstance(document, dict):
        document = list(document.values())
    if isinstance(document, list):
        for each in document:
            yield from _texts_in(each)
    elif isinstance(document, str):
        yield from _texts_of(document)


def _json(text: str) -> Any:
    try:
        document = json.loads(text)
    except ValueError:
        return None
    return document if isinstance(document, dict | list) else None


def _base64(text: str) -> bytes | None:
    if not _BASE64.fullmatch(text.strip()):
        return None
    try:
        return base64.urlsafe_b64decode(text.strip().replace("+", "-").replace("/", "_") + "==")
    except (binascii.Error, ValueError):
        return None

"""What monctl has to know of Apprise's plugins; walks all of them, so that a new one cannot slip through."""

from typing import Any

import pytest
from apprise.manager_plugins import NotificationManager

from alerts.channels.plugin import LOCAL_SCHEMES, asks_for, files_of, open_plugin, service_of
from foundation.documents.errors import ValueInvalid
from tests.support.receivers import APPRISE_WARNINGS

pytestmark = APPRISE_WARNINGS


_SENT_ON = {"filename", "file_url"}
"""What ntfy and Synology are told of an attachment; nothing is read here."""


def _plugins() -> list[Any]:
    return list(NotificationManager().plugins())  # type: ignore[no-untyped-call]


def _schemes(plugin: Any) -> set[str]:
    found: set[str] = set()
    for schemes in (plugin.protocol, plugin.secure_protocol):
        found |= set() if schemes is None else {schemes} if isinstance(schemes, str) else set(schemes)
    return found


def test_every_service_that_needs_no_address_is_known_to_be_this_machine() -> None:
    found: set[str] = set()
    for plugin in _plugins():
        if "{schema}://" in plugin.templates:
            found |= _schemes(plugin)
    assert found == LOCAL_SCHEMES


@pytest.mark.parametrize(
    "url",
    [
        "fcm://project/device?keyfile=/etc/hostname&mode=oauth2",
        "tgram://123456789:abcdefg_hijklmnop/12345/?template=/etc/hostname",
        "discord://4174216298/JHMHI8qBe7bk2ZwO5U711o3dV_js?template=/etc/hostname",
        "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/?template=/etc/hostname",
        "workflows://host.example:443/workflow/signature/?template=/etc/hostname",
        "mailto://me:pw@example.com?pgp=yes&pgpkey=/etc/hostname",
        "mailto://me:pw@example.com?pgp=yes&pgpprv=/etc/hostname",
    ],
)
def test_a_plugin_that_would_read_a_file_is_found_out(url: str) -> None:
    assert list(files_of(open_plugin(url)))


def test_settings_of_plugins_that_name_files_are_those_known() -> None:
    named = {
        (plugin.__name__, argument)
        for plugin in _plugins()
        for argument in plugin.template_args
        if "file" in argument and argument not in _SENT_ON
    }
    assert {argument for _, argument in named} <= {"keyfile", "subfile"}, named


def test_a_template_that_is_an_id_is_no_file() -> None:
    url = "sendgrid://abcd:me@example.com/you@example.com?template=abc"
    assert list(files_of(open_plugin(url))) == []


def test_an_unknown_service_is_told_with_the_nearest() -> None:
    with pytest.raises(ValueInvalid, match="knows no service `slakc://`") as caught:
        open_plugin("slakc://a/b/c")
    assert caught.value.suggestion == "slack"


@pytest.mark.parametrize("url", ["", "nonsense", "://x", "ops@example.com"])
def test_what_is_no_url_is_told(url: str) -> None:
    with pytest.raises(ValueInvalid, match="must be an Apprise URL"):
        open_plugin(url)


def test_what_a_service_refuses_is_told_without_its_secrets() -> None:
    with pytest.raises(ValueInvalid, match=r"is no URL that `tgram://` takes") as caught:
        open_plugin("tgram://notatokenatall/chat")
    assert "notatokenatall" not in caught.value.message


def test_services_have_names() -> None:
    service = service_of("mailtos")
    assert service is not None
    assert service.name == "E-Mail"
    assert service_of("nothing") is None


def test_parameters_of_a_url_are_recognised() -> None:
    assert asks_for("json://h/?a=1&RTO=3", "rto")
    assert not asks_for("json://h/rto=3?a=rto", "rto")

"""Where links in messages lead."""

import socket

import pytest

from monctl.daemon.alerting.alerting import link_base
from monctl.installation import Installation
from monctl.settings.settings import Settings
from monctl.settings.web import ListenAddress
from tests.support.commands import Commands


@pytest.mark.parametrize(
    ("web", "base"),
    [
        ({}, "http://127.0.0.1:8000"),
        ({"listen": "monitor.example.com:80"}, "http://monitor.example.com:80"),
        ({"listen": "[::1]:80", "tls_certificate": "c.pem"}, "https://[::1]:80"),
        ({"listen": "0.0.0.0:80"}, f"http://{socket.getfqdn()}:80"),
        ({"listen": ":80", "public_url": "https://monctl.example.com/"}, "https://monctl.example.com"),
    ],
)
def test_links_lead_where_people_reach_the_pages(web: dict[str, str], base: str) -> None:
    assert link_base(Settings.model_validate({"web": web})) == base


def test_links_lead_to_the_address_of_the_command_line(
    commands: Commands, monkeypatch: pytest.MonkeyPatch
) -> None:
    commands.hosts_yaml.write_text("hosts: {a: {}}\n")
    found = []

    def run(installation: Installation, *, listen: ListenAddress | None) -> None:
        found.append((link_base(installation.settings), str(listen)))

    monkeypatch.setattr("monctl.daemon.polling.poll_on", run)
    assert commands.run("poll", "--listen", "127.0.0.1:9000").exit_code == 0
    assert found == [("http://127.0.0.1:9000", "127.0.0.1:9000")]

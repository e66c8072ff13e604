"""`monctl channels`: the places that alerts go to, from the command line."""

import pytest

from tests.support.commands import Commands
from tests.support.receivers import APPRISE_WARNINGS, Behaviour, running_http_receiver

pytestmark = APPRISE_WARNINGS


def _configured(commands: Commands, url: str) -> None:
    (commands.folder / "monctl.yaml").write_text(
        f'alerts:\n  channels:\n    ops: {{url: "{url}", min_severity: warning}}\n'
    )


def test_channels_are_listed_without_their_urls(commands: Commands) -> None:
    _configured(commands, "json://me:geheim@hook.example/")
    assert commands.run("channels", "add", "mail", "json://open.example/").exit_code == 0
    page = commands.json("channels", "list")
    assert [(item["name"], item["owner"], item["service"]) for item in page["items"]] == [
        ("mail", "api", "JSON"),
        ("ops", "file", "JSON"),
    ]
    assert (page["total"], page["offset"]) == (2, 0)
    shown = commands.run("channels", "list").stdout
    assert shown.splitlines()[1].split() == ["mail", "JSON", "info", "API", "never"]
    assert shown.splitlines()[2].split()[3].endswith("monctl.yaml:3")
    assert "geheim" not in shown + str(page)


def test_a_channel_that_cannot_be_used_says_why(commands: Commands) -> None:
    _configured(commands, "jsno://hook.example/")
    shown = commands.run("channels", "list")
    assert shown.exit_code == 0
    assert "ops cannot be used: Apprise knows no service `jsno://`, did you mean `json`?" in shown.stdout


def test_a_test_message_is_sent_and_the_answer_shown(commands: Commands) -> None:
    with running_http_receiver() as receiver:
        _configured(commands, f"json://me:geheim@{receiver.address}/")
        done = commands.run("channels", "test", "ops")
        assert (done.exit_code, done.stdout.startswith("ops: arrived after ")) == (0, True)
        assert receiver.requests[0].json["type"] == "info"
        receiver.behaviour = Behaviour.ERROR
        receiver.error_body = b"no room for geheim"
        failed = commands.run("channels", "test", "ops", "--json")
    assert failed.exit_code == 1
    assert '"ok": false' in failed.stdout
    assert "no room for ***" in failed.stdout


def test_a_channel_is_added_with_its_secret_in_a_variable_and_removed(commands: Commands) -> None:
    environ = {"MONCTL_CHANNEL_PW": "geheim"}
    added = commands.run(
        "channels",
        "add",
        "hook",
        "json://me:${MONCTL_CHANNEL_PW}@hook.example/",
        "--min-severity",
        "critical",
        environ=environ,
    )
    assert (added.exit_code, added.stdout) == (0, "added hook; next: monctl channels test hook\n")
    item = commands.json("channels", "list")["items"][0]
    assert (item["min_severity"], item["problem"]) == (
        "critical",
        "the environment variable MONCTL_CHANNEL_PW is not set",
    )
    assert commands.run("channels", "remove", "hook").stdout == "removed hook\n"
    assert commands.json("channels", "list")["total"] == 0


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("add", "hook", "json://me:geheim@hook.example/"), "a secret stands in the URL itself"),
        (("add", "ops", "json://hook.example/"), "monctl.yaml, line 3"),
        (("add", "a b", "json://hook.example/"), "name: takes letters"),
        (("remove", "ops"), "channel `ops` belongs to"),
        (("remove", "opps"), "there is no channel `opps`, did you mean `ops`?"),
        (("test", "opps"), "there is no channel `opps`, did you mean `ops`?"),
    ],
)
def test_what_cannot_be_done_ends_with_status_two_and_says_why(
    commands: Commands, args: tuple[str, ...], said: str
) -> None:
    _configured(commands, "json://hook.example/")
    done = commands.run("channels", *args)
    assert done.exit_code == 2
    assert said in done.stderr
    assert "geheim" not in done.stderr

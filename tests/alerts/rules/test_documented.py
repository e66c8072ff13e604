"""What docs/alerts.md says of rules and templates is so."""

import re
from pathlib import Path

import yaml

from alerts.channels.plugin import open_plugin
from alerts.channels.secrets import hidden_parts, literal_parts
from alerts.messages.context import template_context
from alerts.messages.filters import FILTERS
from alerts.messages.templates import check_template
from alerts.notice import Notice, NoticeKind
from alerts.rules.defaults import DEFAULT_SPECS
from alerts.rules.document import parse_rules
from alerts.rules.keys import KEYS
from alerts.severity import Severity
from foundation.documents.report import Report
from foundation.documents.variables import references, resolve
from tests.support.receivers import APPRISE_WARNINGS

pytestmark = APPRISE_WARNINGS

VARIABLES = {
    "MAIL_PASSWORD": "hunter2",
    "SLACK_TOKENS": "T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ",
    "TELEGRAM_TOKEN": "123456789:abcdefghijklmnopqrstuvwxyz012345678",
    "NTFY_TOPIC": "kq3x8vbn2",
    "HOOK_TOKEN": "t0ken-of-the-hook",
}
GUIDE = (Path(__file__).parents[3] / "docs" / "alerts.md").read_text()


def _words(beginning: str, end: str) -> set[str]:
    """The words between backquotes that follow a phrase, up to another."""
    text = GUIDE.split(beginning, 1)[1].split(end, 1)[0]
    return set(re.findall(r"[a-z_]+", text.split("`")[1]))


def test_the_rule_of_the_guide_is_one() -> None:
    block = GUIDE.split("       alerts:\n         rules:\n", 1)[1].split("\n\n", 1)[0]
    report = Report("docs/alerts.md")
    (written,) = parse_rules(yaml.safe_load(block), report)
    assert report.problems == []
    assert (written.rule.severity, written.rule.for_seconds) == (Severity.CRITICAL, 300.0)
    assert written.rule.escalate is not None


def test_the_template_of_the_guide_is_one() -> None:
    (template,) = re.findall(r'^    message: "(.*)"$', GUIDE, re.MULTILINE)
    check_template(template)


def test_the_guide_names_all_that_a_template_knows() -> None:
    notice = Notice(
        kind=NoticeKind.FIRING, alert_id=1, rule="r", severity=Severity.INFO, host="h",
        labels={}, tags={}, since=0.0, fired_at=0.0, time=0.0,
    )  # fmt: skip
    assert _words("They know ", ", and the filters") == template_context(notice, link_base=None).keys()
    assert _words("and the filters ", ". One that") == FILTERS.keys()


def _rows(heading: str) -> list[list[str]]:
    """The cells of the table below a heading."""
    section = GUIDE.split(f"\n## {heading}\n", 1)[1].split("\n## ", 1)[0]
    lines = [line for line in section.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines[2:]]


def test_the_table_of_keys_has_every_key() -> None:
    names = [name for row in _rows("Keys of a rule") for name in re.findall(r"`(\w+)`", row[0])]
    assert sorted(names) == sorted(["name", *KEYS])


def test_the_table_of_rules_that_ship_is_what_ships() -> None:
    table = {row[0]: row[1:4] for row in _rows("The rules that ship")}
    shipped = {
        name: [f"`{_in_gib(spec['when'])}`", spec.get("for", "0s"), spec.get("severity", "warning")]
        for name, spec in DEFAULT_SPECS.items()
    }
    assert table == shipped
    repeated = {name: spec["repeat"] for name, spec in DEFAULT_SPECS.items() if "repeat" in spec}
    assert repeated == {
        "host-down": "4h", "disk-full": "4h", "disk-read-only": "4h", "host-key-changed": "1d",
    }  # fmt: skip


def _in_gib(text: str) -> str:
    return re.sub(r"[0-9]{9,}", lambda found: f"{int(found[0]) / 1024**3:g} GiB", text)


def test_every_url_of_the_guide_is_one_and_has_its_secrets_in_variables() -> None:
    urls = re.findall(r"`([a-z]+://[^`]*)`", "".join(row[1] for row in _rows("Channels")))
    urls += re.findall(r'"([a-z]+://[^"]*)"', GUIDE)
    assert len(urls) == 9
    for url in urls:
        plugin = open_plugin(resolve(url, VARIABLES))
        assert literal_parts(hidden_parts(plugin), [VARIABLES[name] for name in references(url)]) == [], url

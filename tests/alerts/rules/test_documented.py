"""What docs/alerts.md says of rules and templates is so."""

import re
from pathlib import Path

import yaml

from alerts.messages.context import template_context
from alerts.messages.filters import FILTERS
from alerts.messages.templates import check_template
from alerts.notice import Notice, NoticeKind
from alerts.rules.document import parse_rules
from alerts.severity import Severity
from inventory.report import Report

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

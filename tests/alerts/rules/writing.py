"""Rules as files have them, and any rules at all."""

from hypothesis import strategies as st

from alerts.rules.document import WrittenRule, parse_rules
from alerts.rules.rule import NEVER, Escalation, Rule
from alerts.severity import Severity
from foundation.documents.report import Report
from foundation.documents.yaml import read_yaml

CONDITIONS = {
    "cpu.usage_active > 90": ("cpu.usage_active < 80", ("cpu",)),
    "avg(disk.used_percent, 5m) > 90 and disk.free < 5000": (
        "disk.used_percent < 5",
        ("path", "fstype", "mode"),
    ),
    "system.load5 > 2 * system.n_cpus": ("system.load5 < 1", ()),
    'host.state == "down"': ('host.state == "ok"', ()),
}
"""`when` -> a `clear` that goes with it, and labels that it may choose by."""

_words = st.text("abcz-*.0", min_size=1, max_size=6)
_names = st.from_regex(r"[a-z][a-z0-9._-]{0,8}", fullmatch=True)
_seconds = st.one_of(st.integers(60, 30 * 86400).map(float), st.floats(60, 86400, allow_nan=False, width=32))


def read(text: str, *, file: str = "monctl.yaml") -> tuple[tuple[WrittenRule, ...], list[str]]:
    """The rules of a list as YAML, and what is wrong with it."""
    report = Report(file)
    rules = parse_rules(read_yaml(text, report), report)
    return rules, [str(problem) for problem in report.problems]


def written(text: str) -> tuple[WrittenRule, ...]:
    """The rules of a list in which nothing is wrong."""
    rules, problems = read(text)
    assert problems == []
    return rules


@st.composite
def any_rule(draw: st.DrawFn, names: st.SearchStrategy[str] = _names) -> Rule:
    """Any rule that can be written."""
    when = draw(st.sampled_from(sorted(CONDITIONS)))
    clear, labels = CONDITIONS[when]
    words = st.lists(_words, min_size=1, max_size=3, unique=True).map(tuple)
    escalation = st.builds(Escalation, after_seconds=_seconds, channels=words)
    return Rule(
        name=draw(names),
        when=when,
        clear=draw(st.sampled_from([None, NEVER, clear])),
        for_seconds=draw(st.one_of(st.just(0.0), _seconds)),
        severity=draw(st.sampled_from(Severity)),
        hosts=draw(st.one_of(st.just(()), words)),
        labels=draw(st.dictionaries(st.sampled_from(labels), words)) if labels else {},
        channels=draw(st.one_of(st.none(), st.just(()), words)),
        repeat_seconds=draw(st.one_of(st.none(), _seconds)),
        escalate=draw(st.one_of(st.none(), escalation)),
        title=draw(st.one_of(st.none(), st.just("{{ host }}: {{ rule }}"))),
        message=draw(st.one_of(st.none(), st.just("{{ host }}\nis unwell"))),
        help=draw(st.sampled_from(["", "call $${HOME} or ${NOBODY}", "two\nlines"])),
        is_enabled=draw(st.booleans()),
    )

"""The templates that a rule may bring for its messages: Jinja2, in a sandbox, bounded.

`alerts.messages.context` lists the names that they can use, `alerts.messages.filters` the filters.
"""

import textwrap
from collections.abc import Mapping
from typing import Any

from alerts.errors import TemplateInvalid
from alerts.late_modules import LateModule
from alerts.messages.authored import without_marks
from alerts.messages.context import template_context
from alerts.messages.phrases import clean_marked_lines
from alerts.notice import Notice, NoticeKind, Reading
from alerts.severity import Severity
from foundation.late_import import late_import
from metrics.results import TopProcess, TopProcesses

MAX_TEMPLATE_CHARACTERS = 4000
MAX_OUTPUT_CHARACTERS = 20_000

_TIME = 1_795_576_320.0
_LABELS = {"device": "sda2", "fstype": "ext4", "mode": "rw", "path": "/var"}
_PROCESSES = (
    TopProcess(pid=812, user="postgres", name="postgres", cpu_percent=97.3, rss=1_610_612_736),
    TopProcess(pid=1203, user="root", name="rsync", cpu_percent=41.0, rss=73_400_320),
)


def check_template(text: str) -> None:
    """Try a template on a sample of each kind of notice; raises TemplateInvalid with what is wrong."""
    for notice in _sample_notices():
        render(text, template_context(notice, link_base="https://monctl.example"))


def render(text: str, context: Mapping[str, Any]) -> str:
    """A template's text, clean of control characters; what is longer than MAX_OUTPUT_CHARACTERS is cut.

    `context`: see `template_context`. Raises TemplateInvalid.
    """
    return without_marks(render_marked(text, context))


def render_marked(text: str, context: Mapping[str, Any]) -> str:
    """As `render`, with the values in it marked: see `alerts.messages.authored`."""
    if len(text) > MAX_TEMPLATE_CHARACTERS:
        raise TemplateInvalid(f"a template has at most {MAX_TEMPLATE_CHARACTERS:,} characters")
    program = late_import(LateModule.SANDBOX).Program(textwrap.dedent(text), context)
    return clean_marked_lines(program.run(context, limit=MAX_OUTPUT_CHARACTERS), limit=MAX_OUTPUT_CHARACTERS)


def _sample_notices() -> tuple[Notice, ...]:
    """A full disk from its beginning to its end."""
    return tuple(_sample(kind, hours) for hours, kind in enumerate(NoticeKind))


def _sample(kind: NoticeKind, hours: int) -> Notice:
    reading = Reading(
        text="disk.used_percent > 90",
        metric="disk.used_percent",
        value=93.2,
        operator=">",
        threshold=90.0,
        unit="percent",
        labels=_LABELS,
    )
    return Notice(
        kind=kind,
        alert_id=42,
        rule="disk-almost-full",
        severity=Severity.CRITICAL,
        host="web-1",
        labels=_LABELS,
        tags={"env": "prod", "role": "web"},
        since=_TIME - 300,
        fired_at=_TIME,
        time=_TIME + hours * 3600,
        resolution="cleared" if kind is NoticeKind.RESOLVED else None,
        readings=(reading,),
        members=("web-2", "web-3"),
        top=TopProcesses(by_cpu=_PROCESSES, by_memory=_PROCESSES),
        help="Look for large files.",
    )

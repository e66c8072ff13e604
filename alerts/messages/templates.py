"""The templates that a rule may bring for its messages: Jinja2, in a sandbox, bounded.

`alerts.messages.context` lists the names that they can use, `alerts.messages.filters` the filters.
"""

import textwrap
from collections.abc import Mapping
from typing import Any

from alerts.errors import TemplateInvalid
from alerts.late_modules import LateModule
from alerts.messages.context import template_context
from alerts.messages.samples import sample_notices
from alerts.messages.tidy import clean_lines
from foundation.late_import import late_import

MAX_TEMPLATE_CHARACTERS = 4000
MAX_OUTPUT_CHARACTERS = 20_000


def check_template(text: str) -> None:
    """Try a template on a sample of each kind of notice; raises TemplateInvalid with what to mend."""
    for notice in sample_notices():
        render(text, template_context(notice, link_base="https://monctl.example"))


def render(text: str, context: Mapping[str, Any]) -> str:
    """A template's text, clean of control characters; what is longer than MAX_OUTPUT_CHARACTERS is cut.

    `context`: see `template_context`. Raises TemplateInvalid.
    """
    if len(text) > MAX_TEMPLATE_CHARACTERS:
        raise TemplateInvalid(f"a template has at most {MAX_TEMPLATE_CHARACTERS:,} characters")
    program = late_import(LateModule.SANDBOX).Program(textwrap.dedent(text), context)
    return clean_lines(program.run(context, limit=MAX_OUTPUT_CHARACTERS), limit=MAX_OUTPUT_CHARACTERS)

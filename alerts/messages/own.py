"""The titles and texts that rules bring themselves; a template that fails costs nothing but itself."""

from alerts.errors import TemplateInvalid
from alerts.messages.context import template_context
from alerts.messages.templates import render
from alerts.messages.texts import body_text, footer_text, short_text
from alerts.messages.tidy import clean_lines
from alerts.messages.titles import cut_title, title_text
from alerts.notice import Notice

SHORT_CHARACTERS = 1000
"""The most of a rule's own text in a message that tells of several alerts."""


def title_of(notice: Notice, *, link_base: str | None) -> str:
    """A notice's title: that of the rule's template, or the one that ships."""
    if notice.title is not None:
        try:
            made = cut_title(render(notice.title, template_context(notice, link_base=link_base)))
        except TemplateInvalid:
            return title_text(notice)  # the body says why
        if made:
            return made
    return title_text(notice)


def text_of(notice: Notice, *, now: float, link_base: str | None, is_short: bool = False) -> str:
    """A notice's text: that of the rule's template, or the one that ships; both name host and alert."""
    faults = _title_fault(notice, link_base)
    made = None
    if notice.message is not None:
        try:
            made = render(notice.message, template_context(notice, link_base=link_base))
        except TemplateInvalid as error:
            faults.append(f"(The rule's own message cannot be used: {error})")
    if made:
        shown = clean_lines(made, limit=SHORT_CHARACTERS) if is_short else made
        return "\n".join([shown, *faults, footer_text(notice)])
    shipped = short_text if is_short else body_text
    return "\n".join([shipped(notice, now=now, link_base=link_base), *faults])


def _title_fault(notice: Notice, link_base: str | None) -> list[str]:
    if notice.title is None:
        return []
    try:
        render(notice.title, template_context(notice, link_base=link_base))
    except TemplateInvalid as error:
        return [f"(The rule's own title cannot be used: {error})"]
    return []

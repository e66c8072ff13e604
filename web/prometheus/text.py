"""The exposition formats' small rules: escaping, valid names, families."""

import re
from enum import StrEnum

from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.openmetrics.exposition import CONTENT_TYPE_LATEST

_INVALID = re.compile(r"[^a-zA-Z0-9_]")
_TOTAL = "_total"


class Format(StrEnum):
    """How an exposition is written; the value is its content type."""

    TEXT = CONTENT_TYPE_PLAIN_0_0_4
    OPENMETRICS = CONTENT_TYPE_LATEST


def escaped(value: str) -> str:
    """A label's value as it stands between quotes."""
    return value.replace("\\", "\\\\").replace("\n", "\\n").replace('"', '\\"')


def label_part(name: str) -> str:
    """A name that may be part of a label's name: what may not stand in one becomes `_`."""
    return _INVALID.sub("_", name)


def header(name: str, type_: str, help_: str, form: Format) -> str:
    """The lines before a family's samples."""
    family = name.removesuffix(_TOTAL) if type_ == "counter" and form is Format.OPENMETRICS else name
    text = escaped(help_) if form is Format.OPENMETRICS else help_.replace("\\", "\\\\").replace("\n", "\\n")
    return f"# HELP {family} {text}\n# TYPE {family} {type_}\n"

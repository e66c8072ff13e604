"""A channel: as it is stored, and as it is used."""

import re
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256

from alerts.channels.markup import Dialect
from alerts.severity import Severity
from foundation.display.text import clean_text
from foundation.records.owner import Owner

_KEY_CHARACTERS = 12
_NAME_CHARACTERS = 100
_RECIPIENT = re.compile(r"[^@\s/:]+@[\w-]+(\.[\w-]+)+|[#@][\w.-]+|\+?\d{5,15}")


@dataclass(frozen=True, slots=True)
class FileChannel:
    """A channel of monctl.yaml: `url` with its variables resolved, `line` where it stands, if that is known.

    `url_as_written`: the URL as it stands there, references kept; None where it is not known.
    """

    url: str = field(repr=False)
    min_severity: Severity = Severity.INFO
    line: int | None = None
    url_as_written: str | None = field(default=None, repr=False)


@dataclass(slots=True)
class Pace:
    """When a service was last sent something, as Apprise has it; None for never."""

    last_sent: datetime | None = None


@dataclass(frozen=True, slots=True)
class Capacity:
    """What a service takes, as its plug-in says it.

    `characters`: of one message. `has_title`: whether a title is no part of these. `dialect`, `is_html`: what
    becomes of its text. `seconds_between`: how far apart its requests must be. `requests`: how many a message
    is sent with.
    """

    characters: int
    has_title: bool
    dialect: Dialect
    is_html: bool
    seconds_between: float
    requests: int = 1


@dataclass(frozen=True, slots=True)
class Channel:
    """A channel that is ready to be sent to. `url` holds secrets: it is never shown, logged or answered.

    `secrets`: the values of the variables that the URL was made with. `target`: the one of the URL's targets
    that is meant, as it stands there, None for all; `target_number`: its place among them, from 1. `pace`:
    when something was last sent, one for all targets of a channel. `capacity`: what its service takes, None
    where that is not known.
    """

    name: str
    url: str = field(repr=False)
    min_severity: Severity = Severity.INFO
    owner: Owner = Owner.FILE
    secrets: tuple[str, ...] = field(default=(), repr=False)
    target: str | None = field(default=None, repr=False)
    target_number: int = 1
    pace: "Pace | None" = field(default=None, repr=False, compare=False)
    capacity: "Capacity | None" = None

    @property
    def target_key(self) -> str:
        """By which the outbox knows the target, without telling it; "" for all."""
        return "" if self.target is None else sha256(self.target.encode()).hexdigest()[:_KEY_CHARACTERS]

    @property
    def target_name(self) -> str:
        """The target as people are told it: an address, a number, a room; any other may be a secret."""
        is_recipient = self.target is not None and _RECIPIENT.fullmatch(self.target)
        return clean_text(self.target or "", limit=_NAME_CHARACTERS) if is_recipient else self._place

    @property
    def _place(self) -> str:
        return f"target {self.target_number}"

    @property
    def shown_url(self) -> str:
        """What people may see of the URL: `slack://…`."""
        return f"{scheme_of(self.url)}://…"


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredChannel:
    """A channel as people see it.

    `file`, `line`: where one of monctl.yaml stands. `scheme`: that of its URL, "" where a variable that is
    not set hides it. `service`: what Apprise calls the service, None where nothing is known of it. `problem`:
    why it cannot be used at present, None when it can. Times are None for one of the file.
    """

    name: str
    owner: Owner
    file: str | None
    line: int | None
    scheme: str
    service: str | None
    min_severity: Severity
    version: int
    problem: str | None
    created_at: datetime | None = None
    updated_at: datetime | None = None


def scheme_of(url: str) -> str:
    """The scheme of a URL in lower case, "" where it has none that could be shown."""
    scheme, colon, _ = url.partition("://")
    is_shown = colon and scheme.isascii() and scheme.isalnum()
    return scheme.lower() if is_shown else ""

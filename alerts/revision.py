"""Counters that tell other processes what has changed."""

from sqlmodel import Field, SQLModel

from foundation.database.revision import RevisionCounter


class AlertRevision(SQLModel, table=True):
    """One row for each counter; its number grows with every change."""

    __tablename__ = "alert_revision"

    id: int = Field(primary_key=True)
    revision: int = Field(default=0)


SETTINGS = RevisionCounter(AlertRevision, 1)
"""Grows when a rule, channel or silence changes, or somebody acknowledges an alert."""

ALERTS = RevisionCounter(AlertRevision, 2)
"""Grows when an alert changes; each row of `alert` says at which number it last did."""

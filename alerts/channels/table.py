"""The table of channels that were made over the API; those of monctl.yaml are in no table."""

from sqlalchemy import Column
from sqlmodel import Field

from foundation.database.columns import sorted_text
from foundation.records.rows import RecordRow


class ChannelRow(RecordRow, table=True):
    """A channel: `url` as written, its `${…}` references kept and never resolved."""

    __tablename__ = "channel"

    name: str = Field(sa_column=Column(sorted_text(64), nullable=False, unique=True, index=True))
    url: str
    min_severity: str = Field(max_length=16)

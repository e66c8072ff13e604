"""The table of rules."""

from sqlalchemy import Column
from sqlmodel import Field

from foundation.database.columns import sorted_text
from foundation.records.rows import OwnedRow


class RuleRow(OwnedRow, table=True):
    """A rule of monctl.yaml or of the API; those that ship are in no table.

    `spec`: the rule as written, without its name. A row with the name of a rule that ships lays its keys over
    that one (`{"enabled": false}` switches it off).
    """

    __tablename__ = "rule"

    name: str = Field(sa_column=Column(sorted_text(128), nullable=False, unique=True, index=True))

"""The one table that all benchmarks fill."""

from dataclasses import asdict, dataclass
from typing import Any

from rich.console import Console
from rich.table import Table


@dataclass(frozen=True, slots=True)
class Row:
    """One figure: what was measured, its value and unit, and what it has to reach (None: only to compare)."""

    part: str
    what: str
    value: float
    unit: str
    at_most: float | None = None
    at_least: float | None = None

    @property
    def verdict(self) -> str:
        """Whether the target is reached; empty without a target."""
        if self.at_most is not None:
            return "ok" if self.value <= self.at_most else "MISSED"
        if self.at_least is not None:
            return "ok" if self.value >= self.at_least else "MISSED"
        return ""

    def as_dict(self) -> dict[str, Any]:
        """The row for the JSON file."""
        return asdict(self) | {"verdict": self.verdict}


def print_rows(rows: list[Row]) -> None:
    """The table on standard output."""
    table = Table(box=None, header_style="bold", pad_edge=False)
    for title in ("PART", "WHAT", "VALUE", "UNIT", "TARGET", ""):
        table.add_column(title, justify="right" if title in ("VALUE", "TARGET") else "left", overflow="fold")
    part = ""
    for row in rows:
        table.add_row(
            row.part if row.part != part else "",
            row.what,
            f"{row.value:.4g}",
            row.unit,
            _target(row),
            row.verdict,
        )
        part = row.part
    Console(width=130).print(table)


def _target(row: Row) -> str:
    if row.at_most is not None:
        return f"<= {row.at_most:g}"
    return f">= {row.at_least:g}" if row.at_least is not None else ""

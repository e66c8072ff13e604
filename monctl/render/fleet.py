"""The fleet in a terminal."""

from typing import Any

from monctl.render.fleet_table import WIDE_COLUMNS, fleet_table, reason_lines, summary_line
from monctl.render.printing import out


def print_fleet(hosts: list[dict[str, Any]]) -> None:
    """Print the table, reasons below it where they do not fit in, and how many hosts are in each state."""
    out.print(fleet_table(hosts, width=out.width))
    if out.width < WIDE_COLUMNS:
        for line in reason_lines(hosts):
            out.print(line, markup=False, soft_wrap=True)
    out.print(summary_line(hosts), style="bold")

"""What a panel says of itself, in the catalogue's words."""

from collections.abc import Mapping

from metrics.catalog import find_metric


def describe(legends: Mapping[str, str], *, note: str = "") -> str:
    """Markdown: the note, then what each metric means, by the name that it has in the legend.

    `legends`: metric -> name in the legend. One metric alone needs no name.
    """
    helps = {legend: f"{find_metric(metric).help} (`{metric}`)." for metric, legend in legends.items()}
    lines = (
        list(helps.values()) if len(helps) == 1 else [f"- **{name}**: {text}" for name, text in helps.items()]
    )
    return "\n\n".join(part for part in (note, "\n".join(lines)) if part)

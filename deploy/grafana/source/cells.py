"""How single columns of tables look."""

from collections.abc import Mapping, Sequence

from grafana_foundation_sdk.models import units
from grafana_foundation_sdk.models.dashboard import DynamicConfigValue, ValueMapping

from deploy.grafana.source.states import FULLNESS, thresholds

Properties = list[DynamicConfigValue]
"""What a column has that its table does not."""


def heading(name: str) -> Properties:
    """A column under another heading."""
    return [DynamicConfigValue("displayName", name)]


def in_unit(unit: str, *, decimals: int | None = None) -> Properties:
    """Numbers or times of a unit of Grafana's."""
    properties = [DynamicConfigValue("unit", unit)]
    return properties if decimals is None else [*properties, DynamicConfigValue("decimals", decimals)]


def bars(unit: str, *, most: float, colors: Mapping[float, str]) -> Properties:
    """Numbers with a bar behind each, coloured from certain values on."""
    cell = {"type": "gauge", "mode": "basic", "valueDisplayMode": "text"}
    return [
        *in_unit(unit, decimals=1),
        DynamicConfigValue("min", 0),
        DynamicConfigValue("max", most),
        DynamicConfigValue("thresholds", thresholds(colors).build()),
        DynamicConfigValue("custom.cellOptions", cell),
    ]


def share_bars() -> Properties:
    """Shares in percent, which are bad when they are high."""
    return bars(units.Percent, most=100, colors=FULLNESS)


def states(mappings: Sequence[ValueMapping], *, width: int, is_filled: bool = False) -> Properties:
    """Words in the colours of the states that they name."""
    kind = "color-background" if is_filled else "color-text"
    return [
        DynamicConfigValue("mappings", list(mappings)),
        DynamicConfigValue("custom.cellOptions", {"type": kind, "mode": "basic"}),
        DynamicConfigValue("custom.width", width),
    ]

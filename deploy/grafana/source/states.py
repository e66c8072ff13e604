"""How states that are kept as numbers are called and coloured."""

from collections.abc import Mapping

from grafana_foundation_sdk.builders.dashboard import ThresholdsConfig
from grafana_foundation_sdk.models.dashboard import (
    Threshold,
    ThresholdsMode,
    ValueMap,
    ValueMapping,
    ValueMappingResult,
)

UP: list[ValueMapping] = [
    ValueMap(
        {
            "0": ValueMappingResult(text="down", color="red", index=0),
            "1": ValueMappingResult(text="up", color="green", index=1),
        }
    )
]
"""`poll.up`."""

ALERT: list[ValueMapping] = [
    ValueMap(
        {
            "0": ValueMappingResult(text="resolved", color="green", index=0),
            "1": ValueMappingResult(text="pending", color="yellow", index=1),
            "2": ValueMappingResult(text="firing", color="red", index=2),
        }
    )
]
"""`alerts.state`."""

SEVERITY_COLORS = {"critical": "red", "warning": "orange", "info": "blue"}

SEVERITY: list[ValueMapping] = [
    ValueMap(
        {
            name: ValueMappingResult(text=name, color=color, index=number)
            for number, (name, color) in enumerate(SEVERITY_COLORS.items())
        }
    )
]
"""The tag `severity`, the worst first."""

FULLNESS = {80.0: "yellow", 90.0: "red"}
"""Colours from which share in percent on."""


def thresholds(colors: Mapping[float, str], *, base: str = "green") -> ThresholdsConfig:
    """`base`, and other colours from certain values on."""
    steps = [Threshold(value=None, color=base)]
    steps += [Threshold(value=value, color=color) for value, color in sorted(colors.items())]
    return ThresholdsConfig().mode(ThresholdsMode.ABSOLUTE).steps(steps)

"""Single numbers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from grafana_foundation_sdk.builders import common, stat
from grafana_foundation_sdk.models.common import BigValueColorMode, BigValueGraphMode, BigValueTextMode
from grafana_foundation_sdk.models.dashboard import DataTransformerConfig, ValueMapping

from deploy.grafana.source.influxql import DATASOURCE, Target, targets
from deploy.grafana.source.states import thresholds


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """What a number says.

    `column`: the one that is reduced to the number by `calculation` (Grafana's name of it). `colors`: from
    which value on, above `base`. `nothing`: what is shown when there is no row.
    """

    title: str
    description: str
    target: Target
    unit: str
    column: str
    calculation: str = "lastNotNull"
    base: str = "green"
    colors: Mapping[float, str] = field(default_factory=dict)
    mappings: Sequence[ValueMapping] = ()
    transformations: Sequence[DataTransformerConfig] = ()
    nothing: str | None = None
    decimals: int | None = None


def tile(tile: Tile, *, span: int = 4, height: int = 4) -> stat.Panel:
    """A number, coloured by its value."""
    reduced = common.ReduceDataOptions().values(False).calcs([tile.calculation]).fields(f"/^{tile.column}$/")
    panel = (
        stat.Panel()
        .title(tile.title)
        .description(tile.description)
        .datasource(DATASOURCE)
        .targets(targets([tile.target]))
        .transformations(list(tile.transformations))
        .unit(tile.unit)
        .mappings(list(tile.mappings))
        .thresholds(thresholds(tile.colors, base=tile.base))
        .reduce_options(reduced)
        .color_mode(BigValueColorMode.VALUE)
        .graph_mode(BigValueGraphMode.NONE)
        .text_mode(BigValueTextMode.VALUE)
        .span(span)
        .height(height)
    )
    if tile.nothing is not None:
        panel.no_value(tile.nothing)
    return panel if tile.decimals is None else panel.decimals(tile.decimals)

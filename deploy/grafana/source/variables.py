"""The variables at the top of the dashboards.

`filter_tag` and `filter_value` pick hosts by any tag of their own; at first by the tag `host`, which each of
them has. They work in every version of Grafana. Ad hoc filters do not: before Grafana 12.1 they are silently
left out of queries written by hand.
"""

from grafana_foundation_sdk.builders.dashboard import DatasourceVariable, QueryVariable
from grafana_foundation_sdk.cog.builder import Builder
from grafana_foundation_sdk.models.dashboard import (
    VariableModel,
    VariableOption,
    VariableRefresh,
    VariableSort,
)

from deploy.grafana.source.addresses import DATASOURCE_UID
from deploy.grafana.source.influxql import DATASOURCE, WITH_TAG

ANYTHING = ".*"
"""What a variable stands for when everything is chosen, as a regular expression."""


def fleet_variables() -> list[Builder[VariableModel]]:
    """For dashboards of many hosts."""
    return [*_filters(), _several(_hosts())]


def host_variables() -> list[Builder[VariableModel]]:
    """For dashboards of one host."""
    return [*_filters(), _hosts()]


def _filters() -> list[Builder[VariableModel]]:
    return [_datasource(), _tag(), _several(_value())]


def _datasource() -> DatasourceVariable:
    return (
        DatasourceVariable("datasource")
        .label("Data source")
        .description("The InfluxDB that monctl writes to")
        .type("influxdb")
        .current(VariableOption(selected=True, text="monctl", value=DATASOURCE_UID))
    )


def _tag() -> QueryVariable:
    return (
        _query("filter_tag", 'SHOW TAG KEYS FROM "poll"')
        .label("Tag")
        .description("A tag of hosts, to choose hosts by its values")
        .current(VariableOption(selected=True, text="host", value="host"))
    )


def _value() -> QueryVariable:
    query = 'SHOW TAG VALUES FROM "poll" WITH KEY = "${filter_tag:raw}"'
    return _query("filter_value", query).label("is").description("Values of that tag")


def _hosts() -> QueryVariable:
    query = f'SHOW TAG VALUES FROM "poll" WITH KEY = "host" WHERE {WITH_TAG}'
    return _query("host", query).label("Host").description("Hosts that have one of those values")


def _several(variable: QueryVariable) -> QueryVariable:
    everything = VariableOption(selected=True, text=["All"], value=["$__all"])
    return variable.multi(True).include_all(True).all_value(ANYTHING).current(everything)


def _query(name: str, query: str) -> QueryVariable:
    return (
        QueryVariable(name)
        .datasource(DATASOURCE)
        .query(query)
        .refresh(VariableRefresh.ON_DASHBOARD_LOAD)
        .sort(VariableSort.ALPHABETICAL_CASE_INSENSITIVE_ASC)
    )

"""What Grafana does to tables before it shows them."""

from collections.abc import Sequence

from grafana_foundation_sdk.models.dashboard import DataTransformerConfig, MatcherConfig


def rows_where(column: str, value: float) -> DataTransformerConfig:
    """Only rows with this value in a column."""
    equal = {"id": "equal", "options": {"value": value}}
    options = {"type": "include", "match": "all", "filters": [{"fieldName": column, "config": equal}]}
    return DataTransformerConfig("filterByValue", options=options)


def without_time(*, but: str | None = None) -> DataTransformerConfig:
    """Tables without their times; `but`: the query whose table keeps it."""
    matcher = None if but is None else MatcherConfig("byRefId", f"/^(?!{but}$)/")
    return DataTransformerConfig(
        "filterFieldsByName", filter_val=matcher, options={"exclude": {"names": ["Time"]}}
    )


def merge() -> DataTransformerConfig:
    """One table of several, by the columns that all of them have."""
    return DataTransformerConfig("merge", options={})


def arranged(columns: Sequence[str], *, hidden: Sequence[str] = ()) -> DataTransformerConfig:
    """Columns in this order, some of them left out."""
    return DataTransformerConfig(
        "organize",
        options={
            "excludeByName": dict.fromkeys(hidden, True),
            "indexByName": {name: number for number, name in enumerate(columns)},
            "renameByName": {},
        },
    )


def highest(column: str, *, count: int) -> list[DataTransformerConfig]:
    """The rows with the highest values in a column, the highest first."""
    order = {"fields": {}, "sort": [{"field": column, "desc": True}]}
    return [
        DataTransformerConfig("sortBy", options=order),
        DataTransformerConfig("limit", options={"limitField": count}),
    ]

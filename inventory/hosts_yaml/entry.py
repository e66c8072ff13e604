"""One host entry: checked, merged with what it inherits, and made into a HostSpec."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from foundation.documents.errors import ValueInvalid
from foundation.documents.keys import Key
from foundation.documents.report import Report, nearest, shown
from foundation.documents.values import Place, Unresolved, attempt
from foundation.records.owner import Owner
from inventory.collectors import DEFAULT_COLLECTORS
from inventory.host import ONESHOT_FROM_SECONDS, Connection, HostSpec, Mode
from inventory.hosts_yaml.keys import KEYS, SHARED_KEYS
from inventory.hosts_yaml.ranges import parse_range
from inventory.hosts_yaml.values import address
from inventory.names import check_name

Entry = Mapping[str, Any]
"""A host entry as it is written, its `${…}` references kept; it can be stored as JSON."""

_MERGED = frozenset(("tags", "collectors"))


@dataclass(frozen=True, slots=True)
class Layer:
    """The settings of one place (defaults, a group, a host): as written, and as a HostSpec holds them.

    None in either stands for "not set, whatever was inherited".
    """

    entry: dict[str, Any]
    values: dict[str, Any]


def parse_layer(settings: Entry, place: Place, *, is_shared: bool = False) -> Layer:
    """Check every key. Problems go to the place's report; keys that have one are left out of `values`.

    `is_shared`: only what defaults and groups may have is allowed.
    """
    layer = Layer({}, {})
    allowed = SHARED_KEYS if is_shared else KEYS
    for name, value in settings.items():
        if place.report.is_full:
            break
        key = allowed.get(name)
        here = place.inside(settings, name)
        if key is None:
            _unknown_key(name, here, allowed)
            continue
        layer.entry[name] = value
        if value is None:  # takes away what defaults and groups give
            layer.values[name] = None
            continue
        parsed_value = attempt(key.parse, value, here)
        if parsed_value is not None:
            layer.values[name] = parsed_value
    return layer


def _unknown_key(name: str, place: Place, allowed: Mapping[str, Key]) -> None:
    if name in KEYS:
        place.wrong(f"the key {shown(name)} belongs to a host")
        return
    place.wrong(f"unknown key {shown(name)}", nearest(name, allowed))


def merge(layers: Iterable[Layer]) -> Layer:
    """The later layer wins; tags and collectors are merged; what is None in the end is not set."""
    entry: dict[str, Any] = {}
    values: dict[str, Any] = {}
    for layer in layers:
        _overlay(entry, layer.entry)
        _overlay(values, layer.values)
    return Layer(_tidy(entry), {name: value for name, value in values.items() if value is not None})


def _overlay(base: dict[str, Any], settings: dict[str, Any]) -> None:
    for name, value in settings.items():
        if name in _MERGED and isinstance(value, dict) and isinstance(base.get(name), dict):
            base[name] = {**base[name], **value}
        else:
            base[name] = value


def _tidy(entry: dict[str, Any]) -> dict[str, Any]:
    """The settings in the order of KEYS, plain and without anything unset, fit to be stored as JSON."""
    result: dict[str, Any] = {}
    for name in KEYS:
        value = entry.get(name)
        if name in _MERGED and isinstance(value, dict):
            value = {key: item for key, item in value.items() if item is not None}
        if value is not None and value != {}:
            result[name] = value
    return result


def build_spec(name: str, values: Mapping[str, Any], *, owner: Owner, file: str | None = None) -> HostSpec:
    """The HostSpec of checked and merged values, which stand in this file."""
    settings = dict(values)
    settings["folder"] = None if file is None else str(Path(file).absolute().parent)
    settings.setdefault("address", name)
    settings["collectors"] = {**DEFAULT_COLLECTORS, **settings.get("collectors", {})}
    settings["tags"] = {tag: text for tag, text in settings.get("tags", {}).items() if text is not None}
    if settings.get("interval", 0.0) >= ONESHOT_FROM_SECONDS:
        settings.setdefault("mode", Mode.ONESHOT)
    return HostSpec(name=name, owner=owner, **settings)


def check_default_address(name: str, layer: Layer, place: Place) -> None:
    """Note a problem when the entry leaves the address out and the name cannot stand in for it."""
    over_ssh = "connection" not in layer.entry or layer.values.get("connection") is Connection.SSH
    if "address" in layer.entry or not over_ssh:
        return
    try:
        address(name, Place(place.report, place.field, place.line, {}))
    except (ValueInvalid, Unresolved):
        place.wrong(f"the name {shown(name)} is no address: add `address:`")


def check_entry(
    name: str, entry: Entry, report: Report, *, environ: Mapping[str, str] | None, line: int | None = None
) -> Layer:
    """Check an entry that stands alone, as those made over the API do: its groups are only labels.

    Problems go to the report, at `line`. Without an environment, values with references are not looked into.
    """
    place = Place(report, name, line, environ)
    layer = merge([parse_layer(entry, place)])
    try:
        check_name(name)
        if parse_range(name).choices:
            place.wrong("a range stands for several hosts: add them one by one")
    except ValueInvalid as error:
        place.wrong(error.message)
    else:
        check_default_address(name, layer, place)
    if "{}" in layer.values.get("address", ""):
        place.inside(entry, "address").wrong("has `{}`, but the name has no range such as [01:20]")
    return layer

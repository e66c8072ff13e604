"""What a hosts.yaml means: defaults < groups < host, ranges expanded, every problem reported."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from foundation.documents.errors import ValueInvalid
from foundation.documents.keys import refuse_unknown_keys
from foundation.documents.report import Report, nearest, shown
from foundation.documents.values import Place, Unresolved, attempt
from foundation.documents.weight import weigh
from foundation.documents.yaml import Located
from foundation.records.owner import Owner
from inventory.host import HostSpec
from inventory.hosts_yaml.entry import (
    Entry,
    Layer,
    build_spec,
    check_default_address,
    merge,
    parse_layer,
)
from inventory.hosts_yaml.jumps import jump_cycles
from inventory.hosts_yaml.ranges import MAX_HOSTS, NameRange, fill_template, parse_range, plain_ipv4
from inventory.hosts_yaml.values import address, group_name
from inventory.names import check_name

MAX_WEIGHT = 256_000_000
"""What a document may weigh (see `weigh`) with its ranges, groups, defaults and aliases written out."""

_MOST_SUGGESTIONS = 50
_SECTIONS = ("defaults", "groups", "hosts")
_HOST_WEIGHT = 64


@dataclass(frozen=True, slots=True)
class ParsedHost:
    """A host of the file: its spec, its line (from 1), and its entry with what it inherits.

    The entry's references are kept, so that it can be stored; it stands alone, without defaults and groups.
    """

    spec: HostSpec
    line: int
    entry: Entry


class _TooMuch(Exception):
    """The document would weigh more than it may; the problem is already noted."""


def parse_document(
    document: Any, report: Report, *, environ: Mapping[str, str], most: int = MAX_WEIGHT
) -> dict[str, ParsedHost]:
    """The hosts of a document as `read_yaml` gives it; problems go to the report.

    `most`: what it may weigh, looked at before anything is expanded.
    """
    if report.problems and not isinstance(document, dict):
        return {}
    if not isinstance(document, Located):
        contrast = "" if document is None else f", not {shown(document)}"
        report.add(1, "", message=f"must hold a mapping with `hosts:`{contrast}")
        return {}
    return _Document(document, report, environ, most=most).hosts()


class _Document:
    """One document being worked through."""

    def __init__(self, document: Located, report: Report, environ: Mapping[str, str], *, most: int) -> None:
        self._document = document
        self._report = report
        self._place = Place(report, "", document.line, environ)
        self._most = most
        self._weight = 0
        self._weights: dict[str | None, int] = {}
        self._defaults = Layer({}, {})
        self._groups: dict[str, Layer] = {}
        self._hosts: dict[str, ParsedHost] = {}

    def hosts(self) -> dict[str, ParsedHost]:
        self._check_sections()
        try:
            self._read_all()
        except _TooMuch:
            return {}
        self._check_jumps()
        return self._hosts

    def _read_all(self) -> None:
        self._defaults = self._shared_layer(None, self._document.get("defaults"), self._root("defaults"))
        for name, settings, place in self._section("groups"):
            attempt(lambda value, _: group_name(value), name, place)
            self._groups[name] = self._shared_layer(name, settings, place)
        for name, entry, place in self._section("hosts"):
            self._host(name, entry, place)
            if self._report.is_full:
                break

    def _shared_layer(self, name: str | None, settings: Any, place: Place) -> Layer:
        """The settings of a group, or of defaults (None), and their weight for each host that has them."""
        self._weights[name] = self._weigh(settings, place)
        return self._layer(settings, place)

    def _weigh(self, value: Any, place: Place) -> int:
        """Take a value's weight on, before it is looked at; raises _TooMuch."""
        weight = weigh(value, most=self._most)
        self._take_on(weight, place)
        return weight

    def _take_on(self, weight: int, place: Place) -> None:
        self._weight += weight
        if self._weight > self._most:
            place.wrong(
                "makes this too large: with ranges, groups and defaults written out it has more than "
                f"{self._most // 1_000_000} million characters; write fewer hosts, or shorter settings for "
                "all of them"
            )
            raise _TooMuch

    def _check_sections(self) -> None:
        refuse_unknown_keys(self._document, _SECTIONS, self._place)
        if "hosts" not in self._document:
            self._report.add(self._document.line, "", message="has no `hosts:`")

    def _root(self, key: str) -> Place:
        return self._place.inside(self._document, key)

    def _section(self, section: str) -> Iterator[tuple[str, Any, Place]]:
        """Each name of a section with what stands under it and where."""
        content = self._document.get(section)
        root = self._root(section)
        if content is None:
            return
        if not isinstance(content, Located):
            root.wrong(f"must be a mapping of names, not {shown(content)}")
            return
        for name, settings in content.items():
            yield name, settings, root.inside(content, name)

    def _layer(self, settings: Any, place: Place) -> Layer:
        """The settings of defaults or of a group."""
        if settings is not None and not isinstance(settings, dict):
            place.wrong(f"must be a mapping of settings, not {shown(settings)}")
        return parse_layer(settings, place, is_shared=True) if isinstance(settings, dict) else Layer({}, {})

    def _host(self, name: str, entry: Any, place: Place) -> None:
        """One key below `hosts:`, which is one host or a range of them."""
        if isinstance(entry, str):
            entry = {"address": entry}
        if entry is not None and not isinstance(entry, dict):
            place.wrong(f"must be an address or a mapping of settings, not {shown(entry)}")
            return
        weight = self._weigh(entry, place)
        names = attempt(lambda value, _: parse_range(value), name, place)
        own = parse_layer(entry or {}, place)
        inherited = [None, *(own.values.get("groups") or ())]
        weight += _HOST_WEIGHT + sum(self._weights.get(group, 0) for group in inherited)
        self._take_on(weight * (1 if names is None else names.count), place)
        layer = merge([self._defaults, *self._inherited(own, place, entry), own])
        if names is None or not self._fits(names, place):
            return
        if "address" not in own.values and "address" in own.entry and own.entry["address"]:
            return
        self._expand(names, layer, place.inside(entry or {}, "address"), line=place.line or 0)

    def _inherited(self, own: Layer, place: Place, entry: Any) -> Iterator[Layer]:
        for group in own.values.get("groups") or ():
            if group in self._groups:
                yield self._groups[group]
                continue
            there = place.inside(entry, "groups")
            # of many unknown groups only the first are worth a look at all that there are
            groups = self._groups if len(self._report.problems) < _MOST_SUGGESTIONS else ()
            there.wrong(f"unknown group {shown(group)}", nearest(group, groups))

    def _fits(self, names: NameRange, place: Place) -> bool:
        if len(self._hosts) + names.count > MAX_HOSTS:
            place.wrong(f"makes more than {MAX_HOSTS:,} hosts in all")
            return False
        return True

    def _expand(self, names: NameRange, layer: Layer, address_place: Place, *, line: int) -> None:
        """Make every host that the key stands for; of problems they share only the first is said."""
        place = replace(self._place, field=address_place.field.removesuffix(".address"), line=line)
        clashes: list[str] = []
        first: HostSpec | None = None
        before = len(self._report.problems)
        for name, values in names.expand():
            if name in self._hosts:
                clashes.append(name)
                continue
            settings = self._addressed(layer, values, address_place)
            self._check_host(name, settings, place)
            if len(self._report.problems) > before:
                return  # the other hosts of the range have the same problem
            if first is None:
                spec = first = build_spec(name, settings.values, owner=Owner.FILE, file=self._report.file)
            else:  # the others share what is large: tags and collectors
                spec = replace(first, name=name, address=settings.values.get("address", name))
            self._hosts[name] = ParsedHost(spec, line, settings.entry)
        if clashes:
            self._clash(clashes, place)

    def _check_host(self, name: str, layer: Layer, place: Place) -> None:
        attempt(lambda value, _: check_name(value), name, place)
        check_default_address(name, layer, place)

    def _addressed(self, layer: Layer, values: tuple[str, ...], place: Place) -> Layer:
        """The layer with the range's values in its address."""
        template = layer.entry.get("address")
        if not isinstance(template, str) or "{}" not in template:
            return layer
        if not values:
            place.wrong("has `{}`, but the name has no range such as [01:20]")
            return layer
        try:
            filled = plain_ipv4(fill_template(template, values))
            host_address = address(filled, place)
        except (ValueInvalid, Unresolved) as error:
            place.wrong(str(error))
            return layer
        return Layer({**layer.entry, "address": filled}, {**layer.values, "address": host_address})

    def _clash(self, names: list[str], place: Place) -> None:
        first = names[0]
        more = f" (and {len(names) - 1} more)" if len(names) > 1 else ""
        place.wrong(f"the host {shown(first)}{more} is already on line {self._hosts[first].line}")

    def _check_jumps(self) -> None:
        for cycle in jump_cycles({name: host.spec.jump for name, host in self._hosts.items()}):
            first = min(cycle, key=lambda name: self._hosts[name].line)
            report_cycle(cycle, Place(self._report, f"hosts.{first}", self._hosts[first].line, None))


def report_cycle(cycle: tuple[str, ...], place: Place) -> None:
    """Note that hosts would be reached through themselves."""
    if len(cycle) == 1:
        place.wrong(f"{shown(cycle[0])} is its own jump host: write `jump: null` in its entry")
        return
    place.wrong(f"jump hosts form a circle: {' -> '.join([*cycle, cycle[0]])}")

"""Reads YAML with line numbers, from the parser's events.

The events come one at a time, so that nesting is bounded before it can hurt (libyaml's own composer recurses
until the stack ends), and a duplicate key is seen at all. An alias counts as all that it stands for, since
whoever works through the document meets it each time. Scalars follow YAML 1.1 as far as people use
it: `off` is False; octal and sexagesimal numbers and dates stay text.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import yaml
from yaml.events import (
    AliasEvent,
    CollectionStartEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceEndEvent,
    StreamEndEvent,
)

from foundation.documents.report import Report, printable, shown

MAX_DEPTH = 12
_CORE = "tag:yaml.org,2002:"
_CORE_TAGS = frozenset(_CORE + name for name in ("str", "int", "float", "bool", "null", "map", "seq"))
_INT = re.compile(r"[-+]?(?:0|[1-9][0-9]{0,17})")
_FLOAT = re.compile(r"[-+]?[0-9]{1,18}\.[0-9]*(?:[eE][-+][0-9]{1,3})?")
_NULLS = frozenset(("", "~", "null", "Null", "NULL"))
_TRUE = frozenset(form(word) for word in ("yes", "true", "on") for form in (str.lower, str.title, str.upper))
_FALSE = frozenset(
    form(word) for word in ("no", "false", "off") for form in (str.lower, str.title, str.upper)
)

UnknownTag = Callable[[str, int], Any]
TextAt = Callable[[str, str], bool]


@dataclass(frozen=True, slots=True)
class Bounds:
    """The most that a document may come to: values (a list is one too) and characters of keys and scalars."""

    values: int = 1_000_000
    characters: int = 64 * 1024 * 1024


INVENTORY_BOUNDS = Bounds()
"""Enough for the most hosts that an inventory may have, each with an entry of its own."""

SETTINGS_BOUNDS = Bounds(values=50_000, characters=4 * 1024 * 1024)
"""Enough for thousands of rules."""


@dataclass(frozen=True, slots=True)
class _Anchored:
    """What an alias stands for, how much that is, and how many levels of mappings and lists it has."""

    value: Any
    values: int
    characters: int
    levels: int


class Located(dict[str, Any]):
    """A mapping of the document: `line` is where it starts, `lines` where each of its keys is (from 1)."""

    __slots__ = ("line", "lines")

    def __init__(self, line: int) -> None:
        super().__init__()
        self.line = line
        self.lines: dict[str, int] = {}


class _Stop(Exception):
    """The document cannot be read any further; the problem is already noted."""


def read_yaml(
    text: str,
    report: Report,
    *,
    text_at: TextAt | None = None,
    on_tag: UnknownTag | None = None,
    bounds: Bounds = INVENTORY_BOUNDS,
) -> Any:
    """The document as Located mappings, lists, text, numbers, booleans and None.

    Keys are always text. Where `text_at(parent, key)` is true, the scalars below are the text that stands
    in the file, so that `1.10` stays `1.10`. `on_tag` is given an unknown tag (such as `!vault`) and its line
    and returns the value to use; without it such a tag is a problem.
    Problems go to the report; what could be read is returned all the same, but for a document that is nested
    too deep or comes to more than `bounds`, of which nothing is.
    """
    try:
        return _Reader(text, report, text_at=text_at or _nowhere, on_tag=on_tag, bounds=bounds).document()
    except _Stop:
        return None
    except yaml.YAMLError as error:
        line, message = _describe(error, text)
        report.add(line, "", message=f"not valid YAML: {message}")
        return None


def _nowhere(parent: str, key: str) -> bool:
    return False


def _last_line(text: str) -> int:
    """The number of the last line; an unfinished document is reported after it."""
    return text.rstrip("\n").count("\n") + 1


def _bad_character(text: str) -> int:
    """The index of the first character that YAML forbids (libyaml gives a place in bytes)."""
    match = yaml.reader.Reader.NON_PRINTABLE.search(text)
    return match.start() if match else 0


def _describe(error: yaml.YAMLError, text: str) -> tuple[int | None, str]:
    if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark is not None:
        reason = " ".join(part for part in (error.problem, error.context) if part)
        return min(error.problem_mark.line + 1, _last_line(text)), printable(reason)
    if isinstance(error, yaml.reader.ReaderError):
        line = text.count("\n", 0, _bad_character(text)) + 1
        return line, f"{error.reason} (character {error.character:#04x})"
    return None, printable(str(error))


class _Reader:
    """Builds values from events."""

    def __init__(
        self, text: str, report: Report, *, text_at: TextAt, on_tag: UnknownTag | None, bounds: Bounds
    ) -> None:
        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        self._events: Iterator[Event] = yaml.parse(text, Loader=loader)
        self._report = report
        self._text_at = text_at
        self._on_tag = on_tag
        self._anchors: dict[str, _Anchored] = {}
        self._bounds = bounds
        self._values = 0
        self._characters = 0
        self._deepest = 0

    def document(self) -> Any:
        value = None
        for event in self._events:
            if isinstance(event, DocumentStartEvent):
                value = self._value(next(self._events), field="", depth=0, as_text=False)
                break
        for event in self._events:
            if isinstance(event, DocumentStartEvent):
                self._problem(event, "", "there is a second document: only one is read")
            if isinstance(event, DocumentStartEvent | StreamEndEvent):
                break
        return value

    def _value(self, event: Event, field: str, *, depth: int, as_text: bool) -> Any:
        if isinstance(event, AliasEvent):
            return self._alias(event, field, depth=depth)
        assert isinstance(event, NodeEvent)
        values, characters, deepest = self._values, self._characters, self._deepest
        self._deepest = depth
        value = self._new_value(event, field, depth=depth, as_text=as_text)
        if event.anchor is not None:
            self._anchors[event.anchor] = _Anchored(
                value, self._values - values, self._characters - characters, self._deepest - depth
            )
        self._deepest = max(deepest, self._deepest)
        if isinstance(event, CollectionStartEvent) and event.tag not in (None, "!", *_CORE_TAGS):
            return self._tagged(event, field)
        return value

    def _new_value(self, event: NodeEvent, field: str, *, depth: int, as_text: bool) -> Any:
        if isinstance(event, ScalarEvent):
            self._count(event, field, values=1, characters=len(event.value))
            return self._scalar(event, field, as_text=as_text)
        self._count(event, field, values=1, characters=0)
        self._go_to(event, field, depth=depth + 1)
        if isinstance(event, MappingStartEvent):
            return self._mapping(event, field, depth=depth, as_text=as_text)
        return self._sequence(field, depth=depth, as_text=as_text)

    def _alias(self, event: AliasEvent, field: str, *, depth: int) -> Any:
        anchor = str(event.anchor)
        anchored = self._anchors.get(anchor)
        if anchored is None:
            self._problem(event, field, f"the anchor {shown(anchor)} is not defined before this")
            return None
        self._count(event, field, values=anchored.values, characters=anchored.characters)
        self._go_to(event, field, depth=depth + anchored.levels)
        return anchored.value

    def _count(self, event: Event, field: str, *, values: int, characters: int) -> None:
        """Add to what the document comes to; nothing is made of one that comes to too much."""
        self._values += values
        self._characters += characters
        if self._values <= self._bounds.values and self._characters <= self._bounds.characters:
            return
        self._problem(
            event,
            field,
            f"makes the document more than {self._bounds.values:,} values or {self._bounds.characters:,} "
            "characters, each alias (`*name`) counted as what it stands for: write less",
        )
        raise _Stop

    def _go_to(self, event: Event, field: str, *, depth: int) -> None:
        """Note how deep the document goes."""
        if depth > MAX_DEPTH:
            self._problem(event, field, f"is nested more than {MAX_DEPTH} levels deep")
            raise _Stop
        self._deepest = max(self._deepest, depth)

    def _sequence(self, field: str, *, depth: int, as_text: bool) -> list[Any]:
        items = []
        for event in self._events:
            if isinstance(event, SequenceEndEvent):
                break
            items.append(self._value(event, field, depth=depth + 1, as_text=as_text))
        return items

    def _mapping(self, start: Event, field: str, *, depth: int, as_text: bool) -> Located:
        result = Located(_line(start))
        merged_values: list[Any] = []
        for event in self._events:
            if isinstance(event, MappingEndEvent):
                break
            key = self._key(event, field, depth=depth)
            inner = f"{field}.{key}" if field else str(key)
            as_text_inside = as_text or self._text_at(field, str(key))
            value = self._value(next(self._events), inner, depth=depth + 1, as_text=as_text_inside)
            if key == "<<" and isinstance(event, ScalarEvent) and event.implicit[0]:
                merged_values.append(value)
            elif key is not None:
                self._put(result, key, value, field=field, line=_line(event))
        for value in merged_values:
            self._merge(result, value, field)
        return result

    def _key(self, event: Event, field: str, *, depth: int) -> str | None:
        if isinstance(event, ScalarEvent):
            self._count(event, field, values=0, characters=len(event.value))
            return event.value
        self._problem(event, field, "a key must be text")
        self._value(event, field, depth=depth + 1, as_text=False)
        return None

    def _put(self, result: Located, key: str, value: Any, *, field: str, line: int) -> None:
        if key in result:
            what = "the host" if field == "hosts" else "the key"
            message = f"{what} {shown(key)} is already on line {result.lines[key]}"
            self._report.add(line, field, message=message)
            return
        result[key] = value
        result.lines[key] = line

    def _merge(self, result: Located, value: Any, field: str) -> None:
        for source in value if isinstance(value, list) else [value]:
            if not isinstance(source, Located):
                self._report.add(result.line, field, message="`<<` takes a mapping or a list of mappings")
                continue
            for key in source:
                if key not in result:
                    result[key] = source[key]
                    result.lines[key] = source.lines[key]

    def _scalar(self, event: ScalarEvent, field: str, *, as_text: bool) -> Any:
        text = event.value
        if event.tag not in (None, "!") and event.tag not in _CORE_TAGS:
            return self._tagged(event, field)
        plain = event.implicit[0] if event.tag is None else event.tag not in ("!", _CORE + "str")
        if not plain:
            return text
        if text in _NULLS:
            return None
        return text if as_text else _plain(text)

    def _tagged(self, event: ScalarEvent | CollectionStartEvent, field: str) -> Any:
        tag = str(event.tag)
        if self._on_tag is not None:
            return self._on_tag(tag, _line(event))
        self._problem(event, field, f"the YAML tag {shown(tag)} has no meaning here")
        return None

    def _problem(self, event: Event, field: str, message: str) -> None:
        self._report.add(_line(event), field, message=message)
        if self._report.is_full:
            raise _Stop


def _plain(text: str) -> str | int | float | bool:
    if text in _TRUE or text in _FALSE:
        return text in _TRUE
    if _INT.fullmatch(text):
        return int(text)
    if _FLOAT.fullmatch(text):
        return float(text)
    return text


def _line(event: Event) -> int:
    assert event.start_mark is not None
    return int(event.start_mark.line) + 1

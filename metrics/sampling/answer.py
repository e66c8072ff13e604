"""Reading the lines that a probe writes: the hello and the answers.

All of it is hostile. Whatever the bytes are, decoding gives typed and bounded values or raises BadAnswer.
"""

from collections.abc import Callable, Container, Mapping
from functools import partial
from types import MappingProxyType
from typing import Any

import msgspec

from foundation.display.text import clean_text
from metrics.errors import BadAnswer
from metrics.sampling.bounds import (
    tidy_disks,
    tidy_gauges,
    tidy_mem,
    tidy_swap,
    tidy_table,
    tidy_temperatures,
    tidy_top,
)
from metrics.sampling.cpu_usage import STATES
from metrics.sampling.json_repair import mend
from metrics.sampling.wire import (
    DISKIO_COLUMNS,
    GAUGE_FIELDS,
    NET_COLUMNS,
    Count,
    CounterTable,
    CpuTable,
    Disk,
    Gauges,
    Pressure,
    Real,
    Size,
    System,
    Top,
    Users,
)

MAX_LINE_BYTES = 1024 * 1024
"""A longer line is refused unread."""

MAX_MENDED_BYTES = 128 * 1024
"""A longer line is not mended: that takes a fifth of a second for a mebibyte of the worst kind."""

MAX_TEXT = 200
"""Characters kept of an error text, a process name and other texts of the host."""

MAX_ERRORS = 32
"""Errors kept of those that the host names."""


class Hello(msgspec.Struct, frozen=True, kw_only=True):
    """What a probe says of itself and its host at the start; its texts are clean and short."""

    monctl: int
    nonce: str
    pid: Count = 0
    python: str = ""
    backend: str = ""
    psutil: str | None = None
    os: str = ""
    kernel: str = ""
    hostname: str = ""
    arch: str = ""
    cpu: str | None = None
    error: str | None = None

    def facts(self) -> dict[str, object]:
        """What to show of the host: os, kernel, arch, cpu, hostname, python, backend, psutil, pid."""
        names = ("os", "kernel", "arch", "cpu", "hostname", "python", "backend", "psutil", "pid")
        return {name: getattr(self, name) for name in names}


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """One answer; a collector that was not asked for, or failed, is None.

    `time`: the host's clock, unix seconds. `monotonic`: its monotonic clock, seconds. `boot`: changes when
    the system restarts. `cost`: CPU seconds that the probe spent since its previous answer.
    `errors`: collector -> what went wrong with it, on the host or with what it sent; clean and short.
    The columns of a table are known ones in a fixed order; names of rows, mounts and processes are raw.
    """

    id: Count
    time: Real
    monotonic: Real
    boot: str
    cost: Size | None = None
    cpu: CpuTable | None = None
    mem: Gauges | None = None
    swap: Gauges | None = None
    system: System | None = None
    users: Users | None = None
    net: CounterTable | None = None
    diskio: CounterTable | None = None
    disk: list[Disk] | None = None
    netstat: Gauges | None = None
    processes: Gauges | None = None
    top: Top | None = None
    pressure: Pressure | None = None
    temp: dict[str, Real] | None = None
    errors: dict[str, str] = {}


_TIDY_GAUGES = {"mem": tidy_mem, "swap": tidy_swap}
_TIDIERS: Mapping[str, Callable[[Any], tuple[Any, str]]] = MappingProxyType(
    {
        "cpu": partial(tidy_table, columns=STATES),
        "net": partial(tidy_table, columns=NET_COLUMNS),
        "diskio": partial(tidy_table, columns=DISKIO_COLUMNS),
        **{
            name: partial(_TIDY_GAUGES.get(name, tidy_gauges), fields=fields)
            for name, fields in GAUGE_FIELDS.items()
        },
        "disk": tidy_disks,
        "temp": tidy_temperatures,
        "top": tidy_top,
    }
)
_COLLECTED: Mapping[str, str] = MappingProxyType(
    {
        field.name: "processes" if field.name == "top" else field.name
        for field in msgspec.structs.fields(Answer)
        if field.name not in ("id", "time", "monotonic", "boot", "cost", "errors")
    }
)
"""What an answer holds -> the collector that has to be asked for it."""

_MAX_NAME = 40
_ENVELOPE = ("id", "time", "monotonic", "boot", "cost")
_REQUIRED = _ENVELOPE[:-1]
_UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
_DECODER = msgspec.json.Decoder(Answer)
_HELLO_DECODER = msgspec.json.Decoder(Hello)
_RAW_DECODER = msgspec.json.Decoder(dict[str, msgspec.Raw])
_FIELD_DECODERS = {field.name: msgspec.json.Decoder(field.type) for field in msgspec.structs.fields(Answer)}


def decode_hello(line: bytes, nonce: str) -> Hello:
    """The hello in `line`; raises BadAnswer where it is none, has another nonce or tells of an error."""
    if len(line) > MAX_LINE_BYTES:
        raise BadAnswer(f"a hello of more than {MAX_LINE_BYTES} bytes")
    try:
        hello = _HELLO_DECODER.decode(_mended(line))
    except _UNREADABLE as error:
        raise BadAnswer(_clean(f"not a hello: {error}")) from error
    if hello.monctl != 1 or hello.nonce != nonce:
        raise BadAnswer("a hello that is not to this start of the probe")
    if hello.error is not None:
        raise BadAnswer(_clean(hello.error))
    texts = {name: _clean(value) for name, value in hello.facts().items() if isinstance(value, str)}
    return msgspec.structs.replace(hello, **texts)


def decode_answer(line: bytes) -> Answer:
    """The answer in `line`; a damaged collector costs only itself and is named in the answer's `errors`.

    Raises BadAnswer where not even id, clocks and boot can be read.
    """
    if len(line) > MAX_LINE_BYTES:
        raise BadAnswer(f"an answer of more than {MAX_LINE_BYTES} bytes")
    damage: dict[str, str] = {}
    # The whole at once; field by field, several times slower, only where something is wrong.
    try:
        answer = _DECODER.decode(line)
    except _UNREADABLE:
        answer, damage = _decode_damaged(line)
    changes, notes = _tidy(answer)
    if answer.errors or damage or notes:
        changes["errors"] = _all_errors(answer.errors, damage, notes)
    return msgspec.structs.replace(answer, **changes) if changes else answer


def _decode_damaged(line: bytes) -> tuple[Answer, dict[str, str]]:
    """The answer one field at a time, and what was wrong with those collectors that are left out."""
    try:
        raw = _RAW_DECODER.decode(_mended(line))
    except _UNREADABLE as error:
        raise BadAnswer(_clean(f"not an answer: {error}")) from error
    fields: dict[str, object] = {}
    damage: dict[str, str] = {}
    for name, decoder in _FIELD_DECODERS.items():
        try:
            if name in raw:
                fields[name] = decoder.decode(raw[name])
        except _UNREADABLE as error:
            damage[name] = f"unusable: {error}"
    for name in _ENVELOPE:
        if name in damage:
            raise BadAnswer(_clean(f"{name} is {damage[name]}"))
    absent_names = [name for name in _REQUIRED if name not in fields]
    if absent_names:
        raise BadAnswer(f"an answer without {', '.join(absent_names)}")
    return Answer(**fields), damage  # type: ignore[arg-type]


def without_unasked(answer: Answer, collectors: Container[str]) -> Answer:
    """The answer without the collectors that are not among these, which its `errors` then name."""
    unasked = [
        name
        for name in _COLLECTED
        if getattr(answer, name) is not None and _COLLECTED[name] not in collectors
    ]
    if not unasked:
        return answer
    errors = answer.errors | dict.fromkeys(unasked, "left out: nobody asked for it")
    return msgspec.structs.replace(answer, **dict.fromkeys(unasked), errors=errors)


def _mended(line: bytes) -> bytes:
    """The line with small damage mended, as long as it is not so long that mending would take too long."""
    return mend(line) if len(line) <= MAX_MENDED_BYTES else line


def _tidy(answer: Answer) -> tuple[dict[str, Any], dict[str, str]]:
    """The fields that had to change for their collectors to be in order, and what to say of it."""
    changes: dict[str, Any] = {}
    notes: dict[str, str] = {}
    for name, tidy in _TIDIERS.items():
        value = getattr(answer, name)
        if value is not None:
            tidy_value, note = tidy(value)
            if tidy_value is not value:
                changes[name] = tidy_value
            if note:
                notes[name] = note
    return changes, notes


def _all_errors(*kinds: Mapping[str, str]) -> dict[str, str]:
    """The host's errors, clean and of a bounded number, and ours; several of one collector joined."""
    host_errors, *our_errors = kinds
    items = list(host_errors.items())[:MAX_ERRORS]
    if len(host_errors) > MAX_ERRORS:
        items.append(("errors", f"{len(host_errors)} errors, the first {MAX_ERRORS} kept"))
    texts: dict[str, str] = {}
    for name, text in [*items, *(item for errors in our_errors for item in errors.items())]:
        name = clean_text(name, limit=_MAX_NAME)
        texts[name] = f"{texts[name]}; {text}" if name in texts else text
    return {name: _clean(text) for name, text in texts.items()}


def _clean(text: str) -> str:
    return clean_text(text, limit=MAX_TEXT)

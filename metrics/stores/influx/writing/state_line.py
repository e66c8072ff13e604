"""A host's state as the database keeps it: a string field of `monctl_host`, one point for each hour.

InfluxDB keeps numbers by time; how a poll ended, errors, tags, facts and top processes are none. The state
has the host's points too, so that the latest values are found without searching all time.
"""

import base64
import gzip
import io
import logging
from collections.abc import Mapping

import msgspec
from isal import igzip

from metrics.stores.influx.names import escaped_string
from metrics.stores.influx.writing.lines import line_prefix
from metrics.stores.latest_state import LatestHostState

MEASUREMENT = "monctl_host"

HOUR = 3_600_000
"""In ms: a state overwrites those of its hour."""

_PLAIN_BYTES = 16_000
"""Longer states are packed: a string field may not have more than 64 KB everywhere."""

_MOST_BYTES = 64_000
_MOST_UNPACKED = 50_000_000
_PACKED = "gzip:"

_log = logging.getLogger(__name__)


class StoredState(msgspec.Struct):
    """What is last known of a host, with the tags of its last poll."""

    state: LatestHostState
    tags: dict[str, str] = {}


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(StoredState)


def state_line(host: str, state: LatestHostState, tags: Mapping[str, str]) -> str:
    """The line that keeps a host's state, at the start of its time's hour."""
    hour = state.time // HOUR * HOUR
    text = escaped_string(encode_state(StoredState(state, dict(tags))))
    return f'{line_prefix(MEASUREMENT, {"host": host})} state="{text}" {hour * 1_000_000}'


def encode_state(host_state: StoredState) -> str:
    """A state as text; one that is too long even packed leaves its points out."""
    text = _text(_encoder.encode(host_state))
    if len(text) <= _MOST_BYTES:
        return text
    bare = msgspec.structs.replace(host_state.state, measurements={})
    return _text(_encoder.encode(StoredState(bare, host_state.tags)))


def decode_state(text: str) -> StoredState | None:
    """A kept state; None, and an error in the log, where it cannot be read."""
    try:
        return _decoder.decode(_unpack(text) if text.startswith(_PACKED) else text)
    except (msgspec.DecodeError, OSError, EOFError, ValueError) as error:
        _log.error("a host's state in InfluxDB cannot be read: %s", error)
        return None


def _text(encoded: bytes) -> str:
    if len(encoded) <= _PLAIN_BYTES:
        return encoded.decode()
    return _PACKED + base64.b64encode(igzip.compress(encoded, 1)).decode()


def _unpack(text: str) -> bytes:
    compressed = base64.b64decode(text[len(_PACKED) :], validate=True)
    with gzip.GzipFile(fileobj=io.BytesIO(compressed)) as file:
        return file.read(_MOST_UNPACKED)

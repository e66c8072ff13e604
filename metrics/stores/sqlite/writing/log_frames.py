"""Log rows as frames."""

from collections.abc import Sequence

import numpy as np

from metrics.stores.sqlite.formats.arrays import I8, I32, I64
from metrics.stores.sqlite.formats.decimals import BITS, scale
from metrics.stores.sqlite.formats.frames import Frame, merge
from metrics.stores.sqlite.writing.layouts import Layout, Layouts
from metrics.stores.sqlite.writing.log import Entries


def frames_of(entries: Entries, numbers: Sequence[bytes], layouts: Layouts) -> list[Frame]:
    """The frames of a host's rows; `entries` by time, each time once, `numbers` beside them."""
    rows: dict[int, list[int]] = {}
    for at, layout_id in enumerate(entries["layout"].tolist()):
        rows.setdefault(layout_id, []).append(at)
    times: I64 = entries["time"]
    parts = [
        one_layout(layouts.get(layout_id), times[positions], [numbers[at] for at in positions])
        for layout_id, positions in rows.items()
    ]
    return [_scale_doubles(frame) for frame in merge(parts)]


def one_layout(layout: Layout, times: I64, numbers: Sequence[bytes]) -> Frame:
    """The rows of one layout as a frame, doubles as their bits."""
    table = np.frombuffer(b"".join(numbers), dtype="<i8").reshape(len(numbers), -1)
    values = table.T[layout.first]
    return Frame(times, layout.series, codes_of(layout), values[:, None, :])


def codes_of(layout: Layout, positions: I32 | None = None) -> I8:
    """The codes of log rows' columns, or only of the series at these places."""
    is_float = layout.is_float if positions is None else layout.is_float[positions]
    return np.where(is_float, BITS, 0).astype(np.int8)


def _scale_doubles(frame: Frame) -> Frame:
    doubles = frame.codes == BITS
    if not doubles.any():
        return frame
    codes = frame.codes.copy()
    values = frame.values.copy()
    values[doubles, 0], codes[doubles] = scale(frame.values[doubles, 0])
    return Frame(frame.times, frame.series, codes, values, frame.counts)

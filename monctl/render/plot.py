"""A line of history drawn in the terminal."""

import math
from collections.abc import Sequence
from datetime import datetime

import plotext

from foundation.display.text import clean_text
from metrics.store import Series

_COLOURS = ("cyan", "orange", "green", "magenta", "blue", "red")
_NAME_CHARACTERS = 60
_ALONE_SECONDS = 30.0
_MOST = 1e18
"""As a host's own numbers are bounded: a store that others write to may hold more than can be drawn."""


def history_plot(series: Sequence[Series], *, title: str, width: int, height: int, colour: bool) -> str:
    """Series over local time as text of `width` columns and `height` rows; gaps stay empty."""
    figure = plotext
    figure.clear_figure()
    figure.plotsize(width, height)
    figure.title(title)
    times = [time for line in series for time, _ in line.points]
    figure.theme("clear")
    alone = _ALONE_SECONDS if min(times) == max(times) else 0.0
    figure.xlim(min(times) - alone, max(times) + alone)
    for number, line in enumerate(series):
        label = series_name(line, series) if len(series) > 1 else None
        for piece_number, piece in enumerate(_pieces(line)):
            xs, ys = zip(*piece, strict=True)
            figure.plot(
                xs,
                ys,
                label=label if piece_number == 0 else None,
                color=_COLOURS[number % len(_COLOURS)],
                marker="braille",
            )
    ticks = _ticks(min(times), max(times))
    figure.xticks(ticks, [_tick_text(tick, max(times) - min(times)) for tick in ticks])
    picture = str(figure.build())
    return picture if colour else figure.uncolorize(picture)


def _pieces(line: Series) -> list[list[tuple[float, float]]]:
    """The stretches of a series between its gaps."""
    pieces: list[list[tuple[float, float]]] = [[]]
    for time, value in line.points:
        if value is None:
            pieces.append([])
        else:
            pieces[-1].append((time, min(max(float(value), -_MOST), _MOST)))
    return [piece for piece in pieces if piece]


def series_name(line: Series, among: Sequence[Series]) -> str:
    """What tells one line from the others: its labels, and its host where there are several."""
    labels = ",".join(f"{name}={value}" for name, value in line.labels)
    is_one_host = len({other.host for other in among}) == 1
    return clean_text(labels if is_one_host else f"{line.host} {labels}".strip(), limit=_NAME_CHARACTERS)


def _ticks(start: float, end: float, count: int = 5) -> list[float]:
    if not math.isfinite(end - start) or end <= start:
        return [start]
    return [start + (end - start) * number / (count - 1) for number in range(count)]


def _tick_text(time: float, span: float) -> str:
    moment = datetime.fromtimestamp(time).astimezone()
    if span < 2 * 3600:
        return moment.strftime("%H:%M:%S")
    return moment.strftime("%H:%M") if span <= 86400 * 1.5 else moment.strftime("%m-%d %H:%M")

"""Drawing one chart; imports Pillow, and is imported when a chart is drawn.

The picture has a background of its own, so that it reads the same on a phone in light and in dark. It is
drawn at twice its size and halved, which makes lines and letters smooth.
"""

import io
import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from PIL import Image, ImageDraw, ImageFont

from alerts.charts.axis import time_ticks, value_range, value_ticks
from foundation.display.numbers import value_text

WIDTH = 640
HEIGHT = 240

_SCALE = 2
_COLOURS = 24
_LEFT, _RIGHT, _TOP, _BOTTOM = 74, 84, 38, 30
"""The margins around the plot, in pixels of the finished picture."""

_BACKGROUND = "#ffffff"
_INK = "#1f2933"
_FAINT_INK = "#616e7c"
_GRID = "#e4e7eb"
_LINE = "#1f6feb"
_FILL = "#e3edfd"
_ALARM = "#d1242f"
_HUGE = 1e15
_LETTERS = 17
"""How far apart two lines of letters are, in pixels of the finished picture."""

_MAX_SPOTS = 240
"""The most points of the line: more cannot be told apart at this width."""

_ZEROS = re.compile(r"(?<=\d)\.0+(?!\d)")

Points = Sequence[tuple[float, float | None]]
"""(unix seconds, value or None for a gap), ascending."""

Spot = tuple[float, float]
"""A place in the picture, in pixels of the large drawing."""


def draw_chart(
    points: Points,
    *,
    title: str,
    unit: str,
    start: float,
    end: float,
    threshold: float | None,
    marks: Sequence[float] = (),
) -> bytes:
    """A PNG of WIDTH x HEIGHT pixels, a few KB.

    `start`, `end`: unix seconds, `end` later. `unit`: one of `metrics.catalog.UNITS`. `threshold`: a dashed
    line. `marks`: when the alert began to fire. Values that are too large to be shown count as gaps.
    """
    visible_points = [(time, _usable(value)) for time, value in points if start <= time <= end]
    limit = _usable(threshold)
    values = [value for _, value in visible_points if value is not None] + (
        [limit] if limit is not None else []
    )
    canvas = _Canvas.make(unit=unit, start=start, end=end, values=values)
    canvas.draw_area(_thinned(visible_points))
    canvas.draw_axes(title)
    if limit is not None:
        canvas.draw_threshold(limit)
    canvas.draw_line(_thinned(visible_points))
    for mark in marks:
        canvas.draw_mark(mark)
    canvas.draw_last(visible_points, threshold=limit)
    return _as_png(canvas.image)


@dataclass(frozen=True, slots=True)
class _Canvas:
    """The drawing and its two scales."""

    image: Image.Image
    draw: ImageDraw.ImageDraw
    unit: str
    start: float
    end: float
    bottom: float
    top: float

    @classmethod
    def make(cls, *, unit: str, start: float, end: float, values: list[float]) -> "_Canvas":
        image = Image.new("RGB", (WIDTH * _SCALE, HEIGHT * _SCALE), _BACKGROUND)
        bottom, top = value_range(values, unit=unit)
        return cls(image, ImageDraw.Draw(image), unit, start, end, bottom, top)

    def x(self, time: float) -> float:
        share = (time - self.start) / (self.end - self.start)
        return (_LEFT + share * (WIDTH - _LEFT - _RIGHT)) * _SCALE

    def y(self, value: float) -> float:
        share = (value - self.bottom) / (self.top - self.bottom)
        return (HEIGHT - _BOTTOM - share * (HEIGHT - _TOP - _BOTTOM)) * _SCALE

    def draw_axes(self, title: str) -> None:
        """The title, a faint line for each round value, and the times below."""
        self._write((12 * _SCALE, 18 * _SCALE), _fitting(title), 15, _INK, "lm")
        left, right = self.x(self.start), self.x(self.end)
        for value in value_ticks(self.bottom, self.top, unit=self.unit):
            height = self.y(value)
            self.draw.line([(left, height), (right, height)], fill=_GRID, width=_SCALE)
            self._write((left - 8 * _SCALE, height), _tick_text(value, self.unit), 12, _FAINT_INK, "rm")
        floor = (HEIGHT - _BOTTOM) * _SCALE
        for time in time_ticks(self.start, self.end):
            place = self.x(time)
            self.draw.line([(place, floor), (place, floor + 4 * _SCALE)], fill=_FAINT_INK, width=_SCALE)
            self._write((place, floor + 7 * _SCALE), _clock_text(time), 12, _FAINT_INK, "mt")
        self._write((WIDTH * _SCALE - 12 * _SCALE, floor + 7 * _SCALE), "UTC", 12, _FAINT_INK, "rt")
        self.draw.line([(left, floor), (right, floor)], fill=_FAINT_INK, width=_SCALE)

    def draw_area(self, points: Points) -> None:
        """A faint area between the values and zero."""
        floor = self.y(max(self.bottom, 0.0))
        for spots in self._spots(points):
            self.draw.polygon([(spots[0][0], floor), *spots, (spots[-1][0], floor)], fill=_FILL)

    def draw_line(self, points: Points) -> None:
        """The values, each piece between two gaps by itself."""
        for spots in self._spots(points):
            self.draw.line(spots, fill=_LINE, width=2 * _SCALE, joint="curve")
            if len(spots) == 1:
                self._dot(spots[0], 2, _LINE)

    def draw_threshold(self, threshold: float) -> None:
        """A dashed line, named at its right end."""
        height, right = self.y(threshold), self.x(self.end)
        for place in range(round(self.x(self.start)), round(right), 10 * _SCALE):
            dash = [(place, height), (min(place + 6 * _SCALE, right), height)]
            self.draw.line(dash, fill=_ALARM, width=round(1.5 * _SCALE))
        self._write((right + 10 * _SCALE, height), _tick_text(threshold, self.unit), 13, _ALARM, "lm")

    def draw_mark(self, time: float) -> None:
        """When the alert fired: an upright line with a flag."""
        if not self.start <= time <= self.end:
            return
        place, ceiling = self.x(time), (_TOP - 6) * _SCALE
        self.draw.line([(place, ceiling), (place, (HEIGHT - _BOTTOM) * _SCALE)], fill=_ALARM, width=_SCALE)
        half = 5 * _SCALE
        self.draw.polygon(
            [(place - half, ceiling), (place + half, ceiling), (place, ceiling + 2 * half)], fill=_ALARM
        )

    def draw_last(self, points: Points, *, threshold: float | None) -> None:
        """The newest value, as a dot and in figures, which keep away from those of the threshold."""
        last = next(((time, value) for time, value in reversed(points) if value is not None), None)
        if last is None:
            return
        time, value = last
        self._dot((self.x(time), self.y(value)), 4, _LINE)
        height = self.y(value)
        if threshold is not None and abs(height - self.y(threshold)) < _LETTERS * _SCALE:
            height = self.y(threshold) + (-_LETTERS if value >= threshold else _LETTERS) * _SCALE
        place = (self.x(self.end) + 10 * _SCALE, height)
        self._write(place, value_text(value, self.unit), 14, _INK, "lm")

    def _spots(self, points: Points) -> Iterator[list[Spot]]:
        for piece in _pieces(points):
            yield [(self.x(time), self.y(value)) for time, value in piece]

    def _dot(self, spot: Spot, radius: int, colour: str) -> None:
        self.draw.circle(spot, radius * _SCALE, fill=colour)

    def _write(self, spot: Spot, text: str, size: int, colour: str, anchor: str) -> None:
        self.draw.text(spot, text, fill=colour, font=_font(size), anchor=anchor)


def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size * _SCALE)


def _usable(value: float | None) -> float | None:
    if value is None or not abs(value) <= _HUGE:
        return None
    return float(value)


def _thinned(points: Points) -> Points:
    """At most _MAX_SPOTS points, each the mean of some neighbours; gaps stay where nothing is beside them."""
    size = -(-len(points) // _MAX_SPOTS)
    if size <= 1:
        return points
    return [_mean(points[first : first + size]) for first in range(0, len(points), size)]


def _mean(points: Points) -> tuple[float, float | None]:
    values = [value for _, value in points if value is not None]
    return points[0][0], math.fsum(values) / len(values) if values else None


def _pieces(points: Points) -> Iterator[list[tuple[float, float]]]:
    """The stretches between gaps, each of at least one point."""
    piece: list[tuple[float, float]] = []
    for time, value in points:
        if value is not None:
            piece.append((time, value))
        elif piece:
            yield piece
            piece = []
    if piece:
        yield piece


def _tick_text(value: float, unit: str) -> str:
    return _ZEROS.sub("", value_text(value, unit)) if value else "0"


def _clock_text(time: float) -> str:
    return datetime.fromtimestamp(time, UTC).strftime("%H:%M")


def _fitting(title: str) -> str:
    """The title as one line that fits into the picture."""
    text = "".join(letter if letter.isprintable() else " " for letter in title)
    room = (WIDTH - 24) * _SCALE
    font = _font(15)
    if font.getlength(text) <= room:
        return text
    while text and font.getlength(f"{text}…") > room:
        text = text[: -max(1, len(text) // 10)]
    return f"{text}…"


def _as_png(image: Image.Image) -> bytes:
    small = image.reduce(_SCALE).quantize(_COLOURS, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    file = io.BytesIO()
    small.save(file, "PNG", optimize=True)
    return file.getvalue()

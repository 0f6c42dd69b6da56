"""Draws a chart as a picture: Slack shows pictures, and no figures of ours."""

from __future__ import annotations

from io import BytesIO
from typing import Final

from PIL import Image, ImageDraw, ImageFont

from bot.domain.chart import Chart, Column

WIDTH, HEIGHT = 1200, 600
LEFT, RIGHT, TOP, BOTTOM = 90, 40, 130, 90
INK, FAINT, PAPER = "#1d1c1d", "#d5d5d8", "#ffffff"
COLOURS: Final = ("#1264a3", "#e8912d", "#c3c3c8", "#4a154b")
"""Told apart by lightness, too, for whoever sees no colours."""

TITLE, WORDS, SMALL = (ImageFont.load_default(size) for size in (34, 24, 21))
"""Pillow brings this font along, so it looks the same on every machine."""

MOST_LINES = 5


def draw(chart: Chart) -> bytes:
    """The chart as a PNG file."""
    picture = Image.new("RGB", (WIDTH, HEIGHT), PAPER)
    pen = ImageDraw.Draw(picture)
    pen.text((LEFT, 28), chart.title, fill=INK, font=TITLE)
    _draw_legend(pen, chart)
    most = max(column.total for column in chart.columns)
    scale = _step_of_scale(most)
    top = max(-(-most // scale), 1) * scale
    _draw_scale(pen, top, scale)
    step = (WIDTH - LEFT - RIGHT) / len(chart.columns)
    for number, column in enumerate(chart.columns):
        _draw_column(pen, column, LEFT + number * step, step, top)
    pen.line([(LEFT, HEIGHT - BOTTOM), (WIDTH - RIGHT, HEIGHT - BOTTOM)], fill=INK, width=2)
    written = BytesIO()
    picture.save(written, "PNG", optimize=True)
    return written.getvalue()


def _draw_legend(pen: ImageDraw.ImageDraw, chart: Chart) -> None:
    x = float(LEFT)
    for number, part in enumerate(chart.parts):
        pen.rectangle([x, 84, x + 20, 104], fill=COLOURS[number])
        pen.text((x + 30, 94), part, fill=INK, font=SMALL, anchor="lm")
        x += 30 + pen.textlength(part, font=SMALL) + 40


def _draw_scale(pen: ImageDraw.ImageDraw, top: int, scale: int) -> None:
    for value in range(0, top + 1, scale):
        y = _height_of(value, top)
        pen.line([(LEFT, y), (WIDTH - RIGHT, y)], fill=FAINT, width=1)
        pen.text((LEFT - 16, y), f"{value:,}", fill=INK, font=SMALL, anchor="rm")


def _draw_column(pen: ImageDraw.ImageDraw, column: Column, x: float, step: float, top: int) -> None:
    left, right, middle = x + step * 0.2, x + step * 0.8, x + step / 2
    below = 0
    for number, value in enumerate(column.values):
        if value:
            pen.rectangle([left, _height_of(below + value, top), right, _height_of(below, top)], fill=COLOURS[number])
            below += value
    pen.text((middle, _height_of(below, top) - 8), f"{column.total:,}", fill=INK, font=WORDS, anchor="mb")
    pen.text((middle, HEIGHT - BOTTOM + 16), column.label, fill=INK, font=SMALL, anchor="mt")


def _height_of(value: int, top: int) -> float:
    return HEIGHT - BOTTOM - value / top * (HEIGHT - BOTTOM - TOP - 30)


def _step_of_scale(most: int) -> int:
    """From one line to the next: a round number, and as small as so many lines allow."""
    power = 1
    while True:
        for factor in (1, 2, 5):
            if power * factor * MOST_LINES >= most:
                return power * factor
        power *= 10

"""Figures as characters: one way of drawing them, for the shell and for the screen.

Series differ by sign as well as by colour, so that sixteen colours, or none, will do.
"""

from __future__ import annotations

import math
from typing import Any

from misconsole.rules.figures import Figure

SIGNS = ("░", "▒", "█")  # what matters most, the last series, is the most solid
PLAIN_SIGNS = (".", "o", "#")
COLOURS = ("cyan+", "orange+", "red+")
ASCII = str.maketrans({
    "┌": "+", "┐": "+", "└": "+", "┘": "+", "─": "-", "│": "|", "┤": "|", "├": "|", "┬": "+", "┴": "+",
    "┼": "+", "█": "#", "▒": "o", "░": ".",
})  # fmt: skip
LEGEND = 1.3  # room above the bars for what their signs mean
TICK = 12  # cells a label and the gap beside it need
FLOOR = 0.05  # of the height is below the picture: plotext leaves holes in the lowest row of a bar


def draw(plt: Any, figure: Figure, *, width: int, plain: bool = False) -> None:
    """Put a figure on a plotext drawing. ``plain``: ASCII alone."""
    plt.clear_figure()
    places = list(range(len(figure.x)))
    signs = PLAIN_SIGNS if plain else SIGNS
    if figure.kind == "line":
        _line(plt, figure, places, "*" if plain else "braille")
    else:
        _bars(plt, figure, places, signs)
    every = max(1, -(-len(places) * TICK // max(width, TICK)))
    plt.xticks(places[::every], list(figure.x[::every]))


def steps(highest: float) -> list[float]:
    """Round numbers from nought up to about the highest value, five at most: 0, 20, 40, 60."""
    if highest <= 0:
        return [0.0]
    size = 10.0 ** math.floor(math.log10(highest))
    step = next(size * part for part in (0.2, 0.5, 1.0, 2.0) if highest / (size * part) <= 5)
    return [step * n for n in range(int(highest / step) + 1)]


def _line(plt: Any, figure: Figure, places: list[int], marker: str) -> None:
    lowest = 100.0
    for series, colour in zip(figure.series, COLOURS, strict=False):
        known = [(at, value) for at, value in zip(places, series.values, strict=True) if value is not None]
        lowest = min([lowest, *(value for _, value in known)])
        plt.plot([at for at, _ in known], [v for _, v in known], marker=marker, color=colour)
    if figure.unit == "%":
        lowest -= lowest % 10
        ticks = [lowest + tick for tick in steps(100 - lowest)]
        plt.yticks(ticks, [f"{tick:.10g}" for tick in ticks])
        plt.ylim(lowest, 100)


def _bars(plt: Any, figure: Figure, places: list[int], signs: tuple[str, ...]) -> None:
    """Beside one another, or, where the figure says so, one upon the other."""
    looks = list(zip(signs, COLOURS, strict=True))
    looks = {1: [(signs[-1], COLOURS[0])], 2: [looks[0], looks[-1]]}.get(len(figure.series), looks)
    drawn = [
        (series.name, [value or 0.0 for value in series.values], sign, colour)
        for series, (sign, colour) in zip(figure.series, looks, strict=False)
    ]
    if figure.kind == "stacked":
        for at in range(1, len(drawn)):
            name, values, sign, colour = drawn[at]
            below = drawn[at - 1][1]
            drawn[at] = (name, [a + b for a, b in zip(values, below, strict=True)], sign, colour)
        drawn.reverse()  # the highest first, the others over it
    count = len(drawn)
    room = 0.8 if figure.kind == "stacked" else 0.8 / max(1, count)
    highest = max((value for _, values, _, _ in drawn for value in values), default=0.0)
    top = highest * (LEGEND if count > 1 else 1) or 1.0
    for number, (name, values, sign, colour) in enumerate(drawn):
        shift = 0.0 if figure.kind == "stacked" else (number - (count - 1) / 2) * room
        if count == 1 or any(values):
            label = name if count > 1 else None
            shown = [max(value, top * FLOOR * 1.01) if value else 0.0 for value in values]
            plt.bar([at + shift for at in places], shown, width=room, marker=sign, color=colour, label=label)
    ticks = steps(highest)
    plt.yticks([tick or top * FLOOR for tick in ticks], [f"{tick:,.10g}" for tick in ticks])
    plt.ylim(top * FLOOR, top)


def text(figure: Figure, *, width: int, height: int, plain: bool = False) -> str:
    """The picture for a shell, without colours."""
    import plotext

    plotext.clear_figure()
    plotext.theme("clear")
    draw(plotext, figure, width=width, plain=plain)
    plotext.plotsize(width, height)
    drawn = str(plotext.uncolorize(plotext.build()))
    return drawn.translate(ASCII) if plain else drawn

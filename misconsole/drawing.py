"""Figures as characters: one way of drawing them, for the shell and for the screen.

Series differ by sign as well as by colour, so that sixteen colours, or none, will do.
"""

from __future__ import annotations

import math
from typing import Any

from misconsole.rules.figures import Figure

SIGNS = ("█", "▒", "░")
PLAIN_SIGNS = ("#", "o", ".")
COLOURS = ("blue+", "orange+", "red+")
ASCII = str.maketrans({
    "┌": "+", "┐": "+", "└": "+", "┘": "+", "─": "-", "│": "|", "┤": "|", "├": "|", "┬": "+", "┴": "+",
    "┼": "+", "█": "#", "▒": "o", "░": ".",
})  # fmt: skip
LEGEND = 1.3  # room above the bars for what their signs mean
TICK = 12  # cells a label and the gap beside it need


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
    if figure.kind == "bars":
        highest = max((value or 0 for series in figure.series for value in series.values), default=0)
        ticks = steps(highest)
        plt.yticks(ticks, [f"{tick:,.10g}" for tick in ticks])
        if len(figure.series) > 1:
            plt.ylim(0, highest * LEGEND)


def steps(highest: float) -> list[float]:
    """Round numbers from nought up to about the highest value, five at most: 0, 20, 40, 60."""
    if highest <= 0:
        return [0.0]
    size = 10.0 ** math.floor(math.log10(highest))
    step = next(size * part for part in (0.2, 0.5, 1.0, 2.0) if highest / (size * part) <= 5)
    return [step * n for n in range(int(highest / step) + 1)]


def _line(plt: Any, figure: Figure, places: list[int], marker: str) -> None:
    for series, colour in zip(figure.series, COLOURS, strict=False):
        known = [(at, value) for at, value in zip(places, series.values, strict=True) if value is not None]
        plt.plot([at for at, _ in known], [v for _, v in known], marker=marker, color=colour)
    plt.ylim(None, 100 if figure.unit == "%" else None)


def _bars(plt: Any, figure: Figure, places: list[int], signs: tuple[str, ...]) -> None:
    count = len(figure.series)
    room = 0.8 / count
    for number, (series, sign, colour) in enumerate(zip(figure.series, signs, COLOURS, strict=False)):
        shift = (number - (count - 1) / 2) * room
        values = [value or 0.0 for value in series.values]
        if count > 1 and not any(values):
            continue
        label = series.name if count > 1 else None
        plt.bar([at + shift for at in places], values, width=room, marker=sign, color=colour, label=label)


def text(figure: Figure, *, width: int, height: int, plain: bool = False) -> str:
    """The picture for a shell, without colours."""
    import plotext

    plotext.clear_figure()
    plotext.theme("clear")
    draw(plotext, figure, width=width, plain=plain)
    plotext.plotsize(width, height)
    drawn = str(plotext.uncolorize(plotext.build()))
    return drawn.translate(ASCII) if plain else drawn

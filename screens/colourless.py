"""No colours at all, where NO_COLOR asks for it: what is told by a colour is told by a sign and a word, too.

Protects the screen from being black on black: the library makes greys of colours and takes those of the
terminal itself, which have no light or dark we know of, for black.
"""

from __future__ import annotations

from collections.abc import Sequence

from textual.filter import LineFilter, Monochrome, NoColor


def colourless(filters: Sequence[LineFilter], *, ansi: bool) -> Sequence[LineFilter]:
    """``ansi``: the theme paints in the colours of the terminal, so that there is nothing to make grey."""
    if not ansi:
        return filters
    return [NoColor() if isinstance(each, Monochrome) else each for each in filters]

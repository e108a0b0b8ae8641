"""Scroll bars without Unicode: whole cells in another colour, no half blocks at their ends."""

from __future__ import annotations

from typing import ClassVar

from textual.scrollbar import ScrollBar, ScrollBarRender


class AsciiBars(ScrollBarRender):
    VERTICAL_BARS: ClassVar[list[str]] = [" "] * 8
    HORIZONTAL_BARS: ClassVar[list[str]] = [" "] * 8


def use_ascii(on: bool) -> None:
    ScrollBar.renderer = AsciiBars if on else ScrollBarRender

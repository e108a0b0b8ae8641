"""Lines long enough to scroll: a help page, details, messages. Tab gives it the arrow keys."""

from __future__ import annotations

from screens.widgets.lines import Lines


class Reading(Lines, can_focus=True):
    DEFAULT_CSS = "Reading { height: 1fr; overflow-y: auto; scrollbar-gutter: stable; padding: 0 1; }"
    BINDINGS = [
        ("up", "scroll_up", ""), ("down", "scroll_down", ""), ("pageup", "page_up", ""),
        ("pagedown", "page_down", ""), ("home", "scroll_home", ""), ("end", "scroll_end", ""),
    ]  # fmt: skip

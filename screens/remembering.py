"""What the console remembers from one sitting to the next (``misconsole.own_settings``), put back, kept."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from misconsole import own_settings, paths
from misconsole.errors import MisconsoleError
from misconsole.own_settings import Own
from screens import terminal
from screens.widgets.order import Sort

Told = Mapping[str, Any]

if TYPE_CHECKING:
    from textual.dom import DOMNode

    from screens.console import Console
    from screens.widgets.grid import Grid


class Remembering:
    """``active`` is off for a demo estate: what is done there says nothing about tomorrow's work."""

    def __init__(self, env: Mapping[str, str], *, active: bool) -> None:
        self.active = active
        self.own: Own = own_settings.load(env)
        self._told = _told(env)
        self._started = ""

    def environment(self, env: Mapping[str, str], known: set[str]) -> Mapping[str, str]:
        """With the theme chosen last, or else the configured one; where colours are few, neither."""
        if env.get("MISCONSOLE_THEME") or terminal.theme(env, known)[0] != terminal.DEFAULT_THEME:
            return env
        chosen = self.own.theme if self.active and self.own.theme in known else self._told.get("theme")
        return {**env, "MISCONSOLE_THEME": str(chosen)} if chosen else env

    def begin(self, theme: str) -> None:
        self._started = theme

    @property
    def masked(self) -> bool:
        return bool(self._told.get("mask")) or (self.active and bool(self.own.mask))

    def tab_of(self, urn: str) -> str:
        """The tab to open at the school that was open last, the first time it is opened; "" otherwise."""
        school, tab = self.own.last
        if not self.active or urn != school:
            return ""
        self.own.last = ("", "")
        return tab

    @property
    def last_school(self) -> str:
        return self.own.last[0] if self.active else ""

    # Lists

    def put_back(self, name: str, grid: Grid[Any]) -> str:
        """Order and filter of a list as they were left; the words of the filter."""
        kept = self.own.lists.get(name, {}) if self.active else {}
        if any(each.name == kept.get("sort") and each.sortable for each in grid.columns):
            grid.sort = Sort(kept["sort"], kept.get("falling") == "yes")
        words = kept.get("filter", "")
        grid.set_reactive(type(grid).wanted, words)
        return words

    def left(self, name: str, grid: Grid[Any]) -> None:
        words = own_settings.kept_filter(grid.wanted, all_of_it=bool(self._told.get("remember_filters")))
        kept = {"sort": grid.sort.column, "falling": "yes" if grid.sort.descending else "", "filter": words}
        if any(kept.values()) or name in self.own.lists:
            self.own.lists[name] = {key: value for key, value in kept.items() if value}

    def keep(self, console: Console, *, at_once: bool = False) -> None:
        """Look at where the console stands, and write it if it changed."""
        from screens.workspace.screen import Workspace

        if not self.active:
            return
        for screen in console.screen_stack:
            if isinstance(screen, Workspace):
                self.own.school, self.own.tab = screen.school, screen.opened
        if console.theme and console.theme != self._started:
            self.own.theme = console.theme
        self.own.mask = console.showing.masked
        self.own.keep(at_once=at_once)


def name_of(node: DOMNode) -> str:
    """What a list is remembered as: its screen, and its tab where it has one."""
    tab = next((str(each.slug) for each in node.ancestors if hasattr(each, "slug")), "")
    return f"{type(node.screen).__name__}{f'.{tab}' if tab else ''}"


def _told(env: Mapping[str, str]) -> Told:
    """A settings file that is wrong is complained of when the store is opened; here it says nothing.

    Where nobody set anything, how settings are read is not even imported: the first frame waits for it.
    """
    said = any(name in env for name in ("MISCONSOLE_THEME", "MISCONSOLE_MASK"))
    own = paths.config_dir(env) / paths.SETTINGS_FILE
    if not said and paths.site_file(env) is None and not os.path.lexists(own):
        return {}
    from misconsole import config

    try:
        found = config.load(env)
    except MisconsoleError:
        return {}
    return {name: found.get(name) for name in ("theme", "mask", "remember_filters")}

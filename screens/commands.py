"""The one registry of commands: bindings, footer, palette, help page and the key table of the docs read it.

It is data and imports no Textual, so that the docs can be printed without a screen.  A command belongs to
a *scope*; whatever widget carries that scope has a method ``do_<run>`` and may refuse with a reason
(``why_not``).  A refused key is shown greyed and says why when pressed; it never disappears.

Keys follow textual-notes §7: lower case, digits, signs and function keys only where something is written.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from textual.binding import Binding, BindingType


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """``title`` is for the footer (two words at most), ``help`` one sentence for the help page and palette.

    ``each_key`` passes the key pressed to ``do_<run>`` (the digits that link). ``footer`` orders the
    footer, 0 keeps it out. ``writes`` commands are refused when the console was opened read-only, and
    ``desk`` ones until the store is open.
    """

    id: str
    scope: str
    title: str
    help: str
    keys: tuple[str, ...] = ()
    run: str = ""
    each_key: bool = False
    footer: int = 0
    palette: bool = True
    writes: bool = False
    desk: bool = True
    demo: bool = False

    @property
    def method(self) -> str:
        return "do_" + (self.run or self.id.rpartition(".")[2].replace("-", "_"))

    @property
    def key_text(self) -> str:
        """The keys as an operator reads them; what opens a row has the Enter of its list."""
        if self.footer and not self.keys:
            return KEY_NAMES["enter"]
        if self.each_key:
            return f"{self.keys[0]}-{self.keys[-1]}"
        return " ".join(KEY_NAMES.get(key, key) for key in self.keys)


KEY_NAMES = {
    "up": "↑", "down": "↓", "pageup": "PgUp", "pagedown": "PgDn", "home": "Home", "end": "End",
    "enter": "Enter", "space": "Space", "escape": "Esc", "ctrl+q": "Ctrl+Q", "ctrl+p": "Ctrl+P",
    "ctrl+z": "Ctrl+Z", "ctrl+l": "Ctrl+L",
} | {f"f{n}": f"F{n}" for n in range(1, 13)}  # fmt: skip

#: Scope -> heading on the help page; the order is the order of the key table.
SCOPES = {
    "app": "Everywhere",
    "list": "In every list",
    "panel": "In every list",
    "schools": "Schools",
    "choose-mis": "Choose a MIS",
    "connect": "Connect",
    "scope": "Connect: reports and fields",
    "columns": "Connect: columns of CSV files",
    "moving": "Change of MIS",
    "short-list": "Change of MIS: the short list",
    "modes": "Change mode",
    "sync": "Sync",
    "workspace": "Workspace of a school",
    "overview": "Overview",
    "unmatched": "Unmatched staff and pupils",
    "unallocated": "Unallocated",
    "exclusions": "Exclusions",
    "non-mis": "Non-MIS",
    "accounts": "Accounts",
    "new-users": "New users",
    "history": "History",
    "problems": "Problems",
    "audit": "Audit trail",
    "why": "Why",
    "find": "Find",
    "contacts": "Contacts of a pupil",
    "held": "All that is held on a person",
    "due": "Due for erasure",
    "leaving": "Leaving soon",
    "rename": "Rename many",
    "formats": "Username formats",
    "handout": "Hand out",
    "exports": "Export",
    "export-preview": "Export: what would be written",
    "plots": "Plots",
    "targets": "Targets",
    "push": "Targets: a push",
    "target-settings": "Targets: settings",
    "pick-person": "Pick a person",
    "pick-field": "Pick a field",
}

#: Which scopes can be active together; keys must not clash within one chain (outermost first).
CHAINS = (
    ("app", "schools", "panel", "list"),
    ("app", "choose-mis", "panel", "list"),
    ("app", "connect"),
    ("app", "scope", "panel", "list"),
    ("app", "columns", "panel", "list"),
    ("app", "moving"),
    ("app", "short-list", "panel", "list"),
    ("app", "modes"),
    ("app", "sync", "panel", "list"),
    *(
        ("app", "workspace", tab, "panel", "list")
        for tab in (
            "overview", "unmatched", "unallocated", "exclusions", "non-mis", "accounts", "new-users",
            "history", "problems",
        )
    ),
    ("app", "audit", "panel", "list"),
    ("app", "why"),
    ("app", "find", "panel", "list"),
    ("app", "contacts"),
    ("app", "held"),
    ("app", "due", "panel", "list"),
    ("app", "leaving", "panel", "list"),
    ("app", "rename", "panel", "list"),
    ("app", "formats"),
    ("app", "handout"),
    ("app", "plots"),
    ("app", "exports", "panel", "list"),
    ("app", "export-preview", "panel", "list"),
    ("app", "targets", "panel", "list"),
    ("app", "push", "panel", "list"),
    ("app", "target-settings", "panel", "list"),
    ("app", "pick-person", "panel", "list"),
    ("app", "pick-field", "panel", "list"),
)  # fmt: skip


def commands(*scopes: str) -> Iterator[Command]:
    """The commands of these scopes, in registry order; of all, without scopes."""
    from screens.command_table import TABLE

    return (each for each in TABLE if not scopes or each.scope in scopes)


def command(id_: str) -> Command:
    return _by_id()[id_]


@cache
def _by_id() -> dict[str, Command]:
    return {each.id: each for each in commands()}


def bindings(*scopes: str) -> list[BindingType]:
    """Textual bindings of these scopes; every binding has an id, so that a keymap can change it."""
    return [binding for each in commands(*scopes) for binding in _bindings_of(each)]


def _bindings_of(each: Command) -> Iterator[Binding]:
    from textual.binding import Binding

    if each.each_key:
        for key in each.keys:
            yield Binding(key, f"command({each.id!r}, {key!r})", each.title, id=f"{each.id}.{key}")
    elif each.keys:
        yield Binding(
            ",".join(each.keys),
            f"command({each.id!r})",
            each.title,
            id=each.id,
            priority=each.id == "app.quit",
        )


def clashes() -> list[str]:
    """Keys that mean two things in one place; must be empty (a test holds it)."""
    found: list[str] = []
    for chain in CHAINS:
        taken: dict[str, str] = {}
        for each in commands(*chain):
            for key in each.keys:
                if key in taken:
                    found.append(f"{key}: {taken[key]} and {each.id}")
                taken[key] = each.id
    return found


def key_table(*, scopes: Sequence[str] = ()) -> str:
    """The key table of the docs, as Markdown: one table a scope."""
    parts: list[str] = []
    for scope, heading in SCOPES.items():
        rows = list(commands(scope))
        if not rows or (scopes and scope not in scopes):
            continue
        parts += [f"### {heading}", "", "| key | command | what it does |", "|---|---|---|"]
        parts += [f"| {_cell(each)} | {each.title} | {each.help} |" for each in rows]
        parts.append("")
    return "\n".join(parts)


def _cell(each: Command) -> str:
    if not each.key_text:
        return "palette"
    if each.each_key or not each.keys:
        return f"`{each.key_text}`"
    return " ".join(f"`{KEY_NAMES.get(key, key)}`" for key in each.keys)

"""What a mode means on the tab in front of the operator, told where it counts (L2, L4, L5, L7, L8).

Create mode is what everything else is written for, so it says nothing here.
"""

from __future__ import annotations

from misconsole.services.views import UnmatchedItem
from screens import glyphs
from screens.asking import Asking, Trouble
from screens.modes import calls
from screens.showing import Showing, full_name
from screens.widgets.lines import Line, Lines, line, span, wrap

WAITS = "every suggestion waits for you; once linked, names come from the MIS."
TOLD = {
    "link": {
        "overview": "your directory is the source of accounts; the MIS adds to them.",
        "unmatched-staff": WAITS,
        "unmatched-pupils": WAITS,
        "unallocated": "nothing is taken away by itself; leavers' accounts are yours to remove.",
        "non-mis": "an account nobody has may only wait to be linked (Staff, Pupils).",
        "accounts": "first, last and display names of linked ones come from the MIS.",
        "new-users": "no account is made by itself; those made with n (New) are here.",
    },
    "lookup": {
        "overview": "people can be found; accounts are somebody else's affair.",
        "unmatched-staff": "nobody waits, since no account is made.",
        "unmatched-pupils": "nobody waits, since no account is made.",
        "unallocated": "nothing is taken away by a sync.",
        "non-mis": "accounts stay as they are, also when their people leave.",
        "accounts": "accounts stay as they are, also when their people leave.",
        "new-users": "no account is made.",
    },
}
NAMES = {"link": "Link mode", "lookup": "Look up only"}


class ModeLine(Lines, Asking):
    """Under the tabs; not there at all in create mode, nor where the mode makes no difference."""

    DEFAULT_CSS = """
    ModeLine { display: none; height: auto; max-height: 2; padding: 0 1; background: $panel; }
    ModeLine.-told { display: block; }
    """

    def __init__(self, urn: str) -> None:
        super().__init__()
        self.urn = urn
        self.mode = ""
        self.tab = ""

    def told(self, tab: str) -> None:
        """Another tab is open, or something was counted anew: the mode may have changed meanwhile."""
        self.tab = tab
        self._repaint()
        if self.program.is_open and not self.asking("mode"):
            desk = self.program.desk
            self.ask(lambda: calls.now(desk, self.urn), self._know, group="mode", failed=self._unknown)

    def _know(self, now: tuple[str, str, str]) -> None:
        self.mode = now[1]
        self._repaint()

    def _unknown(self, _: Trouble) -> None:
        """The tab itself says what is wrong with the school."""

    def _repaint(self) -> None:
        words = TOLD.get(self.mode, {}).get(self.tab, "")
        self.set_class(bool(words), "-told")
        said = line(span(f"{NAMES.get(self.mode, '')}: ", "accent"), words)
        self.show(lambda width: wrap(said, width, indent=2) if words else [])


def naming_lines(mode: str, item: UnmatchedItem, showing: Showing, width: int) -> list[Line]:
    """Link mode: whose display name a link would change, before it is made (L5, O11)."""
    if mode != "link":
        return []
    after = showing.person(item.person)
    lines: list[Line] = []
    for number, one in enumerate(item.candidates[:9], start=1):
        before = one.account.display_name or full_name(one.account)
        if before != item.person.name:
            names = f"{showing.name(before)} {glyphs.ARROW} {after}"
            said = line(span(f"{number} ", "key"), span("would be named ", "warn"), names)
            lines += wrap(said, width, indent=2)
    return lines

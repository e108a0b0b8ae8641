"""An account by hand: who it is, whether the MIS will bring them, and what it would be, while it is typed.

Protects from doubles made in haste: whoever is similar and there already stands below the fields before
anything is sent, and is asked about once more when it is (J8, K1).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical

from screens import glyphs
from screens.asking import Asking
from screens.prompts import Asked, Form, day_check, read_day
from screens.showing import Showing
from screens.widgets.lines import Line, Lines, line, span, wrap

if TYPE_CHECKING:
    from misconsole.services.manual import Look, Request, Similar

ENOUGH = "Names and who it is are enough to see the username."
PAUSE = 0.3  # seconds of stillness before the store is asked
SIMILAR = 2  # lines of who is similar; the question afterwards has them all
WHO = {
    "pupil": ("pupil", None), "teaching": ("staff", True), "non-teaching": ("staff", False),
    "other": ("other", None),
}  # fmt: skip


def whose(text: str) -> str:
    """The kind of person meant by what is typed so far, "" for none: the beginning of a word will do."""
    text = text.strip().lower()
    return next((kind for kind in WHO if text and kind.startswith(text)), "")


def yes_no(text: str) -> bool | None:
    text = text.strip().lower()
    return True if text and "yes".startswith(text) else False if text and "no".startswith(text) else None


def year_check(text: str) -> str:
    return "" if len(text) == 4 and text.isdecimal() else "four digits, such as 2026"


FIELDS = (
    Asked(name="given", title="Given name", hint="as the MIS will have it"),
    Asked(name="family", title="Family name", hint="as the MIS will have it"),
    Asked(name="called", title="Called", hint="preferred given name, if another", required=False),
    Asked(name="who", title="Who", hint="pupil, teaching, non-teaching, other",
          check=lambda text: "" if whose(text) else "pupil, teaching, non-teaching or other"),
    Asked(name="born", title="Born", hint="a day; with it a sync finds them", required=False,
          check=day_check),
    Asked(name="starts", title="Starts", hint="a day, if known", required=False, check=day_check),
    Asked(name="entry", title="Year of entry", hint="of pupils, if usernames have it", required=False,
          check=year_check),
    Asked(name="expected", title="In the MIS later", hint="yes or no; other: no", required=False,
          check=lambda text: "" if yes_no(text) is not None else "yes or no"),
    Asked(name="reason", title="Reason", hint="if not: governor, visitor", required=False),
    Asked(name="until", title="Until", hint="if not: a day; empty for good", required=False,
          check=day_check),
    Asked(name="username", title="Username", hint="empty: by the format", required=False),
)  # fmt: skip


def request_of(answers: Mapping[str, str]) -> Request | None:
    """What was typed so far, None while names or kind are missing."""
    from misconsole.services.manual import Request

    kind = whose(answers["who"])
    if not kind or not (answers["given"] or answers["family"]):
        return None
    role, teaching = WHO[kind]
    entry = answers["entry"]
    return Request(
        given=answers["given"], family=answers["family"], preferred_given=answers["called"], role=role,
        teaching=teaching, date_of_birth=read_day(answers["born"]), starts_on=read_day(answers["starts"]),
        expected=yes_no(answers["expected"]), reason=answers["reason"], until=read_day(answers["until"]),
        username=answers["username"],
        year_of_entry=int(entry) if entry and not year_check(entry) else None,
    )  # fmt: skip


class NewAccount(Form, Asking):
    """Eleven fields, each on a line of its own, and what they make, in 24 lines."""

    DEFAULT_CSS = """
    NewAccount .asked { height: 1; }
    NewAccount .asked Lines { width: 17; height: 1; }
    NewAccount .asked FormField { width: 1fr; }
    NewAccount .asked .hint { width: 38; padding: 0 0 0 1; }
    """

    def __init__(self, urn: str) -> None:
        super().__init__("An account by hand, ahead of the MIS or without it", FIELDS, verb="make it")
        self.urn = urn
        self.looked: Request | None = None
        self.found: Look | None = None

    def compose(self) -> ComposeResult:
        with Vertical(classes="prompt"):
            yield Lines(self._head, classes="prompt--text")
            for each in self.asked:
                with Horizontal(classes="asked"):
                    yield Lines(partial(_title, each))
                    yield self.field(each)
                    yield Lines(partial(_hint, each), classes="hint")
            yield Lines(self._foot, id="foot", classes="prompt--text")

    def complaint(self) -> str:
        if said := super().complaint():
            return said
        return self.found.problem if self.found else ""

    def _wrong(self, each: Asked) -> str:
        answers = self.answers()
        if each.name in ("given", "family") and (answers["given"] or answers["family"]):
            return ""
        request = request_of(answers)
        if each.name == "reason" and request is not None and not request.awaited and not answers["reason"]:
            return "say why they have an account without the MIS"
        if each.name == "username" and self.found is not None and self.found.problem:
            return self.found.problem
        return super()._wrong(each)

    def on_input_changed(self) -> None:
        super().on_input_changed()
        request = request_of(self.answers())
        if request != self.looked:
            self.looked, self.found = request, None
            self._tell()
            if request is not None:
                self.set_timer(PAUSE, lambda: self._look(request))

    def _look(self, request: Request) -> None:
        if request != self.looked:
            return
        desk = self.program.desk

        def look() -> Look:
            from misconsole.services import manual

            return manual.look(desk, self.urn, request)

        self.ask(look, self._seen, group="look")

    def _seen(self, found: Look) -> None:
        self.found = found
        self._tell()

    def _tell(self) -> None:
        if self.is_mounted:
            self.query_one("#foot", Lines).show(self._foot)

    def _foot(self, width: int) -> list[Line]:
        return [*self._made(width), *super()._foot(width)]

    def _made(self, width: int) -> list[Line]:
        """Always five lines, so that the keys below them stand still."""
        found, show = self.found, self.program.showing
        lines: list[Line] = []
        if found is not None and found.username:
            taken = (
                f"  {show.prose(found.taken, otherwise='the first choice is taken')}" if found.taken else ""
            )
            address = f"  {show.email(found.email)}" if found.email else ""
            lines.append(line(span(show.handle(found.username), "strong"), address, span(taken, "warn")))
            said = found.question and show.prose(found.question, otherwise="look at the username")
            lines += wrap(line(span(said or found.later, "warn" if said else "muted")), width)[:2]
            lines += similar_lines(found.similar, show, width, most=SIMILAR)
        elif found is None:
            told = ENOUGH if self.looked is None else "Looking…"
            lines.append(line(span(told, "muted")))
        return [*lines, *[()] * (5 - len(lines))][:5]


def similar_lines(alike: tuple[Similar, ...], show: Showing, width: int, *, most: int) -> list[Line]:
    """Who is there already, the most similar first."""
    lines: list[Line] = []
    for each in alike[:most]:
        who = show.handle(each.username) if each.username else "in the MIS, without account"
        more = f" and {len(alike) - most} more" if len(alike) > most and len(lines) == most - 1 else ""
        state = "" if each.state in ("", "active") else f", {each.state}"
        held = ", somebody has it" if each.held else ""
        where = f", {each.school}" if each.school else ""
        born = f", born {show.birth(each.date_of_birth)}" if each.date_of_birth else ""
        text = f"{who} {show.name(each.name)}, {each.role}{state}{held}{born}{where}{more}"
        lines += wrap(line(span(f"{glyphs.ATTENTION} similar: {text}", "warn")), width, indent=2)[:1]
    return lines


def _title(each: Asked, _width: int) -> list[Line]:
    return [line(each.title)]


def _hint(each: Asked, _width: int) -> list[Line]:
    return [line(span(each.hint, "muted"))]


__all__ = ["NewAccount", "request_of", "similar_lines"]

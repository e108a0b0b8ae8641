"""Typing a name that must never get an account: whom it covers, and what is wrong with it, while it is typed.

Protects from a pattern that covers more people than meant: nobody has to save it to see whom it hits (R1,
R2), and a live account of that name is announced before it is asked about (Z25).
"""

from __future__ import annotations

from misconsole.services.views import ExclusionPreview, PersonView
from screens import glyphs
from screens.asking import Asking, Trouble
from screens.prompts import Asked, Form, day_check, read_day
from screens.showing import Showing, counted
from screens.widgets.lines import Line, Lines, line, span, wrap

PAUSE = 0.2  # seconds of stillness before the store is asked
NAMED = 3
ROLES = ("staff", "pupil")


def is_pattern(given: str, family: str) -> bool:
    return "*" in given or "*" in family


class ExcludeName(Form, Asking):
    def __init__(self, urn: str) -> None:
        super().__init__("Exclude a name: no account is ever made for it", FIELDS, verb="exclude")
        self.urn = urn
        self.looked: tuple[str, str, str] = ("", "", "")
        self.preview: ExclusionPreview | None = None
        self.problem = ""

    def complaint(self) -> str:
        if said := super().complaint():
            return said
        if not self.is_mounted:
            return ""
        day = read_day(self.answers()["review"])
        if day is not None and day <= self.program.showing.now().date():
            return "Look at it again on: that day is not in the future"
        return self.problem

    def _wrong(self, each: Asked) -> str:
        """With a star the other part may stay empty; what the store says against the name counts, too."""
        answers = self.answers()
        given, family = answers["given"], answers["family"]
        if each.name in ("given", "family") and (is_pattern(given, family) or (given and family)):
            return self.problem if each.name == "family" else ""
        if each.name == "review" and (said := self.complaint()).startswith(each.title):
            return said.partition(": ")[2]
        return super()._wrong(each)

    def on_input_changed(self) -> None:
        super().on_input_changed()
        answers = self.answers()
        asked = answers["given"], answers["family"], answers["role"] if answers["role"] in ROLES else ""
        if asked != self.looked:
            self.looked, self.preview, self.problem = asked, None, ""
            self._tell()
            self.set_timer(PAUSE, lambda: self._look(asked))

    def _look(self, asked: tuple[str, str, str]) -> None:
        given, family, role = asked
        pattern = is_pattern(given, family)
        if asked != self.looked or not (pattern or (given and family)):
            return
        desk = self.program.desk

        def look() -> ExclusionPreview:
            from misconsole.services import decide

            return decide.preview_exclusion(
                desk, self.urn, given=given, family=family, role=role, pattern=pattern
            )

        self.ask(look, self._seen, group="preview", failed=self._refused)

    def _seen(self, preview: ExclusionPreview) -> None:
        self.preview, self.problem = preview, ""
        self._tell()

    def _refused(self, trouble: Trouble) -> None:
        self.preview, self.problem = None, f"{trouble.message} {trouble.mend}".strip()
        self._tell()

    def _tell(self) -> None:
        self.query_one("#foot", Lines).show(self._foot)

    def _foot(self, width: int) -> list[Line]:
        return [*self._covered(width), *super()._foot(width)]

    def _covered(self, width: int) -> list[Line]:
        """Always two lines, so that the keys below them stand still."""
        if self.preview is None or not self.is_mounted:
            return [line(span("A star stands for any letters: Test* as the family name.", "muted")), ()]
        show, found = self.program.showing, self.preview
        waits = _some(counted(len(found.waiting), "person who waits", "people who wait"), found.waiting, show)
        lines = wrap(line("Keeps out now: ", waits), width, indent=2)[:2]
        if found.accounts:
            named = ", ".join(show.handle(each.username) for each in found.accounts[:NAMED])
            more = f" and {len(found.accounts) - NAMED} more" if len(found.accounts) > NAMED else ""
            live = counted(len(found.accounts), "live account")
            asked = f"{glyphs.ATTENTION} {live}, untouched until you decide: {named}{more}"
            return [*lines, *wrap(line(span(asked, "warn")), width, indent=2)[:2]]
        return [*lines, line(span("No live account has the name.", "muted"))]


def _some(count: str, people: tuple[PersonView, ...], show: Showing) -> str:
    if not people:
        return "nobody who waits."
    named = ", ".join(show.person(each) for each in people[:NAMED])
    return f"{count}: {named}{', …' if len(people) > NAMED else ''}"


FIELDS = (
    Asked(name="given", title="Given name"),
    Asked(name="family", title="Family name"),
    Asked(
        name="role", title="Role", hint="staff or pupil; empty for both", required=False,
        check=lambda text: "" if text in ROLES else "staff or pupil",
    ),
    Asked(name="reason", title="Reason"),
    Asked(
        name="review", title="Look at it again on", hint="a day such as 2027-01-31; may stay empty",
        required=False, check=day_check,
    ),
)  # fmt: skip

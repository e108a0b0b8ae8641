"""All that is held on one person, group by group: the value, from where, since when; then what was sent."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING

from misconsole.paths import typed as as_typed
from screens import glyphs
from screens.commands import Command, bindings
from screens.page import Page, trouble_lines
from screens.privacy.calls import answer, erase, held
from screens.prompts import Answers, Asked, Confirm, Form
from screens.showing import HIDDEN, Showing
from screens.widgets.lines import Line, line, span, wrap

if TYPE_CHECKING:
    from misconsole.services.privacy_answer import AnswerView
    from misconsole.services.privacy_views import ErasedView, HeldField, HeldView

WIDE = 96
TITLE = 22
#: Fields that tell nobody who it is, and so stay readable under the mask.
PLAIN = frozenset({"role", "state", "status", "origin", "kind", "part", "gate", "present", "year group"})


class Held(Page):
    """``key`` names the subject: ``id:N``, ``account:N``, ``contact:N``."""

    BINDINGS = bindings("held")
    scopes = ("held",)

    def __init__(self, urn: str, key: str) -> None:
        super().__init__()
        self.school = urn
        self.key = key
        self.view: HeldView | None = None
        self.erased: ErasedView | None = None

    def place(self) -> Sequence[str]:
        who = self.program.showing.name(self.view.who) if self.view else ""
        return (self.view.school_name if self.view else self.school, who, "All held")

    def on_mount(self) -> None:
        work = partial(held, self.program.desk, self.school, self.key)
        self.ask(work, self._show, group="held", failed=self.failed)

    def _show(self, view: HeldView) -> None:
        self.view = view
        self.repaint()

    def lines(self, width: int) -> list[Line]:
        if self.problem is not None:
            return trouble_lines(self.problem, width)
        if self.erased is not None:
            return list(erased_lines(self.erased, width))
        return list(held_lines(self.view, self.program.showing, width)) if self.view else [line("Looking…")]

    # Commands

    def why_not(self, wanted: Command) -> str:
        if wanted.scope == "held" and (self.view is None or self.erased is not None):
            return "There is nobody in view."
        return ""

    def do_answer(self) -> None:
        what = [line("A new folder, or a new file that ends in .zip. Read it before you hand it over.")]
        asked = Asked(name="path", title="Write to", check=_nothing_there)
        self.program.push_screen(Form("Answer a request", [asked], what=what), self._answer)

    def _answer(self, typed: Answers | None) -> None:
        if typed is not None and self.view is not None:
            path = as_typed(typed["path"])
            work = partial(answer, self.program.desk, self.school, self.view.key, path)
            self.ask(work, self._answered, group="answer", each=True)

    def _answered(self, done: AnswerView) -> None:
        self.program.say(f"Written to {done.path}. Read it before you hand it over.", kind="good")

    def do_erase(self) -> None:
        if self.view is None:
            return
        who = self.program.showing.name(self.view.who)
        what = [
            line("Every row about them goes, also from what undo could bring back. It is for good."),
            line(span("If the MIS delivers them again, they come back as new.", "muted")),
        ]
        self.program.push_screen(Confirm(f"Erase {who}?", what, verb="erase for good"), self._erase)

    def _erase(self, yes: bool | None) -> None:
        if yes and self.view is not None:
            work = partial(erase, self.program.desk, self.school, self.view.key)
            self.ask(work, self._gone, group="erase", each=True)
        else:
            self.program.say("Nobody was erased.")

    def _gone(self, done: ErasedView) -> None:
        self.erased = done
        self.program.say(f"Erased; quote {', '.join(done.references)}.", kind="good")
        self.repaint()


def _nothing_there(path: str) -> str:
    return "" if path.strip() and not as_typed(path).exists() else "name a folder or file that is new"


def held_lines(view: HeldView, showing: Showing, width: int) -> Iterator[Line]:
    yield line(
        span(showing.name(view.who), "strong"), span(f"   {view.kind}   {view.fields} values", "muted")
    )
    for group in view.groups:
        yield ()
        yield line(span(group.title, "title"))
        yield from wrap(line(span(f"{group.ground}; {group.until}", "muted")), width)
        for number, row in enumerate(group.rows):
            if number:
                yield ()
            above = ""
            for each in row.fields:
                origin = _origin(each, showing)
                yield from _field(each, showing, width, origin="" if origin == above else origin)
                above = origin
    yield from _sent(view, showing, width)


def _origin(each: HeldField, showing: Showing) -> str:
    """From where, and since when."""
    if each.changed:
        return f"{each.source}, changed {showing.when(each.changed)}"
    return f"{each.source}, since {showing.when(each.since)}" if each.since else each.source


def _field(each: HeldField, showing: Showing, width: int, *, origin: str) -> Iterator[Line]:
    """``origin`` is "" where the line above is from the same place and time."""
    title = span(f"  {each.title:<{TITLE}.{TITLE}} ", "muted")
    value = value_shown(each, showing)
    source = f"  {origin}" if origin else ""
    if width >= WIDE:
        yield from wrap(line(title, value, span(source, "muted")), width, indent=TITLE + 3)
        return
    yield from wrap(line(title, value), width, indent=TITLE + 3)
    if source:
        yield from wrap(line(" " * (TITLE + 1), span(source, "muted")), width, indent=TITLE + 3)


def value_shown(each: HeldField, showing: Showing) -> str:
    """Under the mask everything that could tell who it is is hidden."""
    from misconsole.services.privacy_page import said

    return HIDDEN if showing.masked and each.title not in PLAIN else said(each.value)


def _sent(view: HeldView, showing: Showing, width: int) -> Iterator[Line]:
    if view.sent:
        yield from ((), line(span("Sent out", "title")))
    for sent in view.sent:
        sure = "" if sent.certain == "yes" else " (possibly: the export is no longer in its folder)"
        what = f"  {showing.when(sent.at):<10} {sent.how}: {sent.what}{sure}: {', '.join(sent.attributes)}"
        yield from wrap(line(what), width, indent=4)
    if view.touched:
        yield from ((), line(span("Runs and decisions", "title")))
    for touch in view.touched:
        said = showing.prose(touch.said, otherwise=f"{touch.kind} {touch.id}")
        yield from wrap(line(f"  {showing.when(touch.at):<10} {touch.by}: {said}"), width, indent=4)
    if view.mentions:
        yield from ((), line(span("Named elsewhere", "title")))
    for each in view.mentions:
        maybe = span("  or somebody of the same name", "warn") if each.namesake else span("")
        yield from wrap(line(f"  {each.table}: {showing.prose(each.text)}", maybe), width, indent=4)


def erased_lines(done: ErasedView, width: int) -> Iterator[Line]:
    """What went, what to quote, and what is elsewhere."""
    yield line(span(f"{glyphs.OK} Erased. Quote {', '.join(done.references)}.", "good"))
    yield ()
    for table, count in done.rows.items():
        yield line(f"  {count:>6,}  ", span(table.replace("_", " "), "muted"))
    if done.left:
        yield from wrap(line(f"{done.left} texts name somebody of the same name and were left."), width)
    if not done.shredded:
        yield from wrap(
            line("The store is in use; “misconsole tidy --rewrite” cleans its file later."), width
        )
    yield ()
    for told in done.elsewhere:
        yield from wrap(line(span(told, "warn")), width)

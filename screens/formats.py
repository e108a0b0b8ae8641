"""How usernames are made, by kind of person: built by keys, checked and shown on the school's own people.

What is changed here counts for new users once saved; those who have a name keep it (M14) until they are
renamed.  The sign-in name and the e-mail address are shown side by side, because they end in two different
things (M13).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Container, Vertical
from textual.widgets import Input

from screens import glyphs
from screens.asking import Trouble
from screens.commands import Command, bindings
from screens.connect.guided import StepList
from screens.frame import Frame
from screens.reading import Reading
from screens.showing import Showing, counted
from screens.widgets.field import Field
from screens.widgets.lines import Line, Lines, line, span, wrap

if TYPE_CHECKING:
    from misconsole.rules.format_draft import Draft, Example, Examples
    from misconsole.services.formats import FormatsView

KINDS = ("pupil", "teaching", "non-teaching", "other")
TITLES = {
    "pupil": "Pupils", "teaching": "Teaching staff", "non-teaching": "Non-teaching staff", "other": "Others",
}  # fmt: skip
ELEMENTS = {
    "first_initial": "first initial", "first_name": "first name", "last_name": "last name",
    "yoe4": "year of entry, four digits", "yoe2": "year of entry, two digits",
}  # fmt: skip
SEPARATORS = {"": "nothing", ".": "full stop", "-": "hyphen"}
FOLLOWERS = ("non-teaching", "other")


class AffixField(Field):
    hint = "Enter or Esc goes back to the format; examples follow what you type"

    def action_leave(self) -> None:
        self.screen.query_one(StepList).focus()


class Formats(Frame[None]):
    """The kinds at the left; at the right the format of the one under the cursor and what it makes."""

    BINDINGS = bindings("formats")
    scopes = ("formats",)
    AUTO_FOCUS = "#steps"
    DEFAULT_CSS = """
    Formats #build { width: 1fr; border-left: solid $primary-muted; padding: 1 1 0 1; }
    Formats #built { height: auto; }
    Formats #examples { height: 1fr; padding: 1 0 0 0; }
    Formats .affix { height: 1; layout: horizontal; }
    Formats .affix Lines { width: 8; height: 1; }
    Formats .affix Field { width: 14; background: $panel; }
    Formats.-ascii #build, .-ascii Formats #build { border-left: ascii $primary-muted; }
    """

    def __init__(self, urn: str) -> None:
        super().__init__()
        self.school = urn
        self.view: FormatsView | None = None
        self.opened = 0
        self.drafts: dict[str, Draft] = {}
        self.tried: Examples | str = ""

    def place(self) -> Sequence[str]:
        return ("Schools", self.view.school_name if self.view else self.school, "Username formats")

    @property
    def urn(self) -> str:
        return self.school

    @property
    def kind(self) -> str:
        return KINDS[self.opened]

    @property
    def draft(self) -> Draft | None:
        return self.drafts.get(self.kind)

    def body(self) -> ComposeResult:
        with Container(classes="guide"):
            yield StepList(self._kinds, id="steps")
            with Vertical(id="build"):
                yield Lines(self._built, id="built")
                with Container(classes="affix"):
                    yield Lines(lambda _: [line(span("Prefix", "muted"))])
                    yield AffixField(id="prefix", compact=True, max_length=20, select_on_focus=False)
                with Container(classes="affix"):
                    yield Lines(lambda _: [line(span("Suffix", "muted"))])
                    yield AffixField(id="suffix", compact=True, max_length=20, select_on_focus=False)
                yield Reading(self._examples, id="examples")

    def on_mount(self) -> None:
        self._read()

    def _read(self) -> None:
        desk = self.program.desk

        def read() -> FormatsView:
            from misconsole.services import formats

            return formats.read(desk, self.school)

        self.ask(read, self._show, group="formats")

    def _show(self, view: FormatsView) -> None:
        self.view = view
        self.drafts = {kind: view.draft(kind) for kind in KINDS}
        self.retitle()
        self._open()

    def _open(self) -> None:
        """Another kind, or another saved state: the fields take what the draft has."""
        draft = self.draft
        if draft is not None:
            with self.prevent(Input.Changed):
                self.query_one("#prefix", Field).value = draft.prefix
                self.query_one("#suffix", Field).value = draft.suffix
        self._try()

    def _set(self, draft: Draft) -> None:
        """A changed draft; who follows teaching staff changes with them."""
        from dataclasses import replace

        self.drafts[self.kind] = draft
        if self.kind == "teaching":
            for kind in FOLLOWERS:
                if self.drafts[kind].as_staff:
                    self.drafts[kind] = replace(draft, as_staff=True)
        self._try()

    def _try(self) -> None:
        view, kind, draft = self.view, self.kind, self.draft
        if view is None or draft is None:
            return

        def tried() -> Examples | str:
            from misconsole.services import formats

            return formats.tried(view, kind, draft)

        self.ask(tried, self._tried, group="try")
        self._repaint()

    def _tried(self, found: Examples | str) -> None:
        self.tried = found
        self._repaint()

    def _repaint(self) -> None:
        self.query_one(StepList).show(self._kinds)
        self.query_one("#built", Lines).show(self._built)
        self.query_one("#examples", Reading).show(self._examples)
        self.refresh_bindings()

    def redraw_masked(self) -> None:
        super().redraw_masked()
        self._repaint()

    def on_input_changed(self, event: Input.Changed) -> None:
        if (draft := self.draft) is not None and event.input.id in ("prefix", "suffix"):
            event.stop()
            self._set(draft.affixed(**{event.input.id: event.value}))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.query_one(StepList).focus()

    # Lines

    @property
    def changed(self) -> dict[str, Draft]:
        """What differs from what is saved."""
        if self.view is None:
            return {}
        return {kind: draft for kind, draft in self.drafts.items() if draft != self.view.draft(kind)}

    def _kinds(self, width: int) -> list[Line]:
        lines: list[Line] = []
        for kind in KINDS:
            pointer = glyphs.POINTER if kind == self.kind else " "
            sign = f" {glyphs.MARK}" if kind in self.changed else ""
            shade = "chosen" if kind == self.kind else "strong"
            lines.append(line(span(f"{pointer} {TITLES[kind]}{sign}".ljust(width)[:width], shade)))
            draft = self.drafts.get(kind)
            if draft is not None:
                lines += wrap(line(span(f"  {said(draft)}", "muted")), width, indent=2)
        if self.changed:
            lines += [(), line(span(f"{glyphs.MARK} not saved yet", "accent"))]
        return lines

    def _built(self, width: int) -> list[Line]:
        draft = self.draft
        if draft is None:
            return [line("Reading…")]
        lines: list[Line] = []
        for number, name in enumerate(offered(self.kind), start=1):
            place = draft.elements.index(name) + 1 if name in draft.elements else 0
            there = span(f"{place}. " if place else "   ", "good")
            lines.append(
                line(span(f"{number} ", "key"), there, span(ELEMENTS[name], "" if place else "muted"))
            )
        lines.append(line(span("s ", "key"), span("between them: ", "muted"), SEPARATORS[draft.separator]))
        return [part for each in lines for part in wrap(each, width)]

    def _examples(self, width: int) -> list[Line]:
        view, found = self.view, self.tried
        if view is None:
            return []
        if isinstance(found, str):
            return wrap(line(span(f"{glyphs.PROBLEM} {found}", "bad")), width, indent=2) if found else []
        lines: list[Line] = []
        for number, each in enumerate(found.shown):
            lines += example_lines(each, self.program.showing, width, whole=number == 0)
        if not found.people:
            lines += wrap(line(span("The school has nobody of this kind yet.", "muted")), width)
        else:
            lines += wrap(line(span(summary(found), "muted")), width)
        scope = f"@{view.scope}" if view.scope else "the username alone"
        domain = f"@{view.domain}" if view.domain else "none yet"
        told = f"Signing in ends in {scope}, addresses end in {domain}; unique in the {view.collision}."
        return [*lines, *wrap(line(span(told, "muted")), width)]

    # Commands

    def why_not(self, wanted: Command) -> str:
        if self.view is None:
            return "The formats are still being read."
        if wanted.id == "formats.save":
            if not self.changed:
                return "Nothing was changed here."
            return next((w for kind, draft in self.changed.items() if (w := draft.problem(kind))), "")
        if wanted.id == "formats.rename" and self.changed:
            return "Save first (a); what is rehearsed is what is saved."
        if wanted.id == "formats.as-staff" and self.kind not in FOLLOWERS:
            return "Only non-teaching staff and others can follow the format of teaching staff."
        return ""

    def do_up(self) -> None:
        self.opened = max(0, self.opened - 1)
        self._open()

    def do_down(self) -> None:
        self.opened = min(len(KINDS) - 1, self.opened + 1)
        self._open()

    def do_element(self, key: str) -> None:
        names, draft = offered(self.kind), self.draft
        if int(key) > len(names):
            self.program.say("Only pupils have a year of entry.", kind="warn")
        elif draft is not None:
            self._set(draft.toggled(names[int(key) - 1]))

    def do_separator(self) -> None:
        if (draft := self.draft) is not None:
            self._set(draft.next_separator())

    def do_prefix(self) -> None:
        self.set_focus(self.query_one("#prefix", Field))  # at once: the next key is text already

    def do_suffix(self) -> None:
        self.set_focus(self.query_one("#suffix", Field))  # at once: the next key is text already

    def do_as_staff(self) -> None:
        from dataclasses import replace

        if (draft := self.draft) is not None:
            same = replace(self.drafts["teaching"], as_staff=not draft.as_staff)
            self.drafts[self.kind] = same
            self._open()

    def do_again(self) -> None:
        self._read()
        self.program.say("As saved.")

    def do_save(self) -> None:
        desk, changed = self.program.desk, dict(self.changed)

        def save() -> FormatsView:
            from misconsole.services import formats

            return formats.save(desk, self.school, changed)

        self.ask(save, self._saved, group="save", each=True, failed=self._not_saved)

    def _saved(self, view: FormatsView) -> None:
        self._show(view)
        self.program.say("Saved for new users; everybody else keeps their name. b renames them.", kind="good")

    def _not_saved(self, trouble: Trouble) -> None:
        self.program.complain(trouble)

    def do_rename(self) -> None:
        from screens.rename.screen import Rename

        self.program.push_screen(Rename(self.school))


def offered(kind: str) -> tuple[str, ...]:
    """Only pupils have a year of entry (M1, M2)."""
    return tuple(ELEMENTS) if kind == "pupil" else tuple(ELEMENTS)[:3]


def said(draft: Draft) -> str:
    """The format in a line, such as lm + first_initial . last_name + -stu."""
    if draft.as_staff:
        return "as teaching staff"
    body = (draft.separator or "+").join(draft.elements) or "nothing yet"
    return f"{draft.prefix}:{body}:{draft.suffix}".strip(":")


def example_lines(each: Example, showing: Showing, width: int, *, whole: bool) -> list[Line]:
    """``whole``: with what is typed to sign in and the address, which the others have alike."""
    lines = wrap(
        line(span(showing.handle(each.username), "strong"), f"  {showing.name(each.name)}",
             span(f"  {each.why}", "muted")),
        width, indent=2,
    )  # fmt: skip
    where = [part for part in (showing.handle(each.sign_in), showing.email(each.email)) if part]
    if whole and (each.email or each.sign_in != each.username):
        lines += wrap(line(span(f"  signs in {where[0]}, e-mail {where[-1]}", "muted")), width, indent=2)
    if each.said:
        lines += wrap(line(span(f"  {glyphs.ATTENTION} {each.said}", "warn")), width, indent=4)
    return lines


def summary(found: Examples) -> str:
    parts = [f"Of {counted(found.people, 'person', 'people')} {found.numbered:,} get a number"]
    parts.append(f"{found.cut:,} are cut")
    if found.asked:
        parts.append(f"{found.asked:,} should be looked at")
    return ", ".join(parts) + "."

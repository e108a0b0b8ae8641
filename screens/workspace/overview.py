"""Overview: how the school stands, what to do next, the last runs and what they said."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, cast

from textual.app import ComposeResult
from textual.containers import Vertical

from misconsole.services import source_text
from misconsole.services.views import Overview as View
from misconsole.services.views import RunView
from screens import glyphs
from screens.asking import Asking
from screens.commands import Command, bindings
from screens.hosting import Hosting
from screens.reading import Reading
from screens.school_lines import why_no_sync
from screens.showing import Showing, counted
from screens.widgets.lines import Line, Span, line, span, wrap

if TYPE_CHECKING:
    from screens.workspace.screen import Workspace


class Overview(Vertical, Hosting, Asking):
    """Not a list; read in one look at 80x24."""

    slug: ClassVar[str] = "overview"
    label: ClassVar[str] = "Overview"
    short: ClassVar[str] = "Over"
    BINDINGS = bindings("overview")
    scopes = ("overview",)
    DEFAULT_CSS = "Overview { height: 1fr; }"

    def __init__(self, urn: str) -> None:
        super().__init__(id=f"tab-{self.slug}")
        self.urn = urn
        self.view: View | None = None
        self.proposed = 0

    def compose(self) -> ComposeResult:
        yield Reading(self._lines)

    @property
    def showing(self) -> Showing:
        return self.program.showing

    @property
    def workspace(self) -> Workspace:
        return cast("Workspace", self.screen)

    def on_mount(self) -> None:
        self.read()

    @property
    def busy(self) -> bool:
        return self.asking("overview")

    def read_after_others(self) -> None:
        self.read()

    def read(self) -> None:
        desk = self.program.desk

        def read() -> View:
            from misconsole.services import overview

            return overview.overview(desk, self.urn)

        self.ask(read, self._show, group="overview")

        def proposals() -> int:
            from misconsole.services import renames

            return renames.proposals(desk, self.urn)

        self.ask(proposals, self._count_proposals, group="proposals")

    def _count_proposals(self, number: int) -> None:
        self.proposed = number
        self.repaint()

    def _show(self, view: View) -> None:
        self.view = view
        self.repaint()
        self.workspace.know(view)
        self.refresh_bindings()

    def repaint(self) -> None:
        self.query_one(Reading).show(self._lines)

    def _lines(self, width: int) -> list[Line]:
        view = self.view
        if view is None:
            return [line("Reading…")]
        row = view.school
        lamp = span(f"{glyphs.LAMPS[row.lamp]} {row.lamp_word}", glyphs.LAMP_KINDS[row.lamp])
        mis = f"{row.mis_title}, by {row.route}" if row.mis else "not connected to a MIS"
        when = self.showing.when
        lines = [
            *wrap(
                line(lamp, f"   {mis}   ", span(f"URN {row.urn}, mode {row.mode}", "muted")), width, indent=12
            ),
            line(
                span("checked ", "muted"),
                when(row.last_checked),
                span("   changed ", "muted"),
                when(row.last_changed),
                *((span("   next ", "muted"), when(row.due_at)) if row.due_at else ()),
            ),
            *self._read_from(view, width),
            (),
            *self._numbers(
                width,
                "People",
                view.people,
                (
                    ("staff", "staff"),
                    ("pupils", "pupils"),
                    ("eligible", "may have an account"),
                    ("linked", "have one"),
                ),
            ),
            *self._numbers(
                width,
                "Accounts",
                view.accounts,
                (
                    ("active", "active"),
                    ("non_mis", "not in the MIS"),
                    ("new", "new"),
                    ("unallocated", "taken away"),
                ),
            ),
            *self._led_to(view),
            (),
            line(span("What to do next", "title")),
        ]
        for hint in view.hints:
            lines += wrap(line(span(f"{glyphs.ARROW} ", "accent"), hint), width, indent=2)
        lines += [(), line(span("Last runs", "title"))]
        lines += [self._run(run) for run in view.last_runs] or [line(span("never synced", "muted"))]
        if view.messages:
            lines += [(), line(span("What the last one said", "title"))]
        for message in view.messages:
            kind = {"error": "bad", "warning": "warn"}.get(message.level, "")
            said = self.showing.prose(message.message, otherwise=message.code or message.level)
            lines += wrap(line(span(f"{glyphs.DOT} {said}", kind)), width, indent=2)
        return lines

    def _read_from(self, view: View, width: int) -> list[Line]:
        """What the last complete read was of (U6), and why a slot was left out."""
        source = source_text.told(view.school.source, self.showing.when)
        told = [line(span("read ", "muted"), source)] if source else []
        told += [line(span(view.school.slot_note, "warn"))] if view.school.slot_note else []
        return [part for each in told for part in wrap(each, width, indent=5)]

    def _led_to(self, view: View) -> list[Line]:
        """What waits behind a key of its own: new users, and renames proposed for a new surname (P7, O7)."""
        told = (
            ("n", view.accounts.get("new", 0), "to be handed out"),
            ("r", self.proposed, "proposed, because the surname changed in the MIS"),
        )
        titles = {"n": ("new user", "new users"), "r": ("rename is", "renames are")}
        return [
            line(
                span(" " * 10),
                span(f"{key} ", "key"),
                f"{counted(number, *titles[key])} ",
                span(what, "muted"),
            )
            for key, number, what in told
            if number
        ]

    def _numbers(
        self, width: int, title: str, numbers: dict[str, int], wanted: tuple[tuple[str, str], ...]
    ) -> list[Line]:
        """Closer together where the window is narrow, and below one another before any is cut off."""
        told = [(f"{numbers[name]:,} ", words) for name, words in wanted if name in numbers]
        wide = 10 + sum(len(count + words) + 3 for count, words in told) - 3 <= width
        parts: list[Span | str] = [span(f"{title:<10}", "strong")]
        for number, (count, words) in enumerate(told):
            parts += [" " * (3 if wide else 2) if number else "", count, span(words, "muted")]
        return wrap(line(*parts), width, indent=10)

    def _run(self, run: RunView) -> Line:
        kind = glyphs.LAMP_KINDS[run.lamp]
        what = "dry run" if run.dry_run else run.kind
        done = ", ".join(f"{n} {word}" for word, n in run.changes.items() if n and word != "unchanged")
        at = run.finished_at or run.started_at
        return line(
            span(
                f"{glyphs.LAMPS[run.lamp]} {(run.state == 'held' and run.resolution) or run.state:<10} ", kind
            ),
            f"{self.showing.when(at):<10} {what} {run.id}  ",
            span(done or "nothing changed", "muted"),
        )

    # Commands

    def why_not(self, wanted: Command) -> str:
        if wanted.id in ("overview.sync", "overview.rehearse") and self.view:
            return why_no_sync(self.view.school)
        return ""

    def do_targets(self) -> None:
        from screens.targets.screen import Targets

        self.program.push_screen(Targets(self.urn))

    def do_sync(self) -> None:
        from screens.sync import start_and_watch

        start_and_watch(self.workspace, self.urn, dry_run=False)

    def do_rehearse(self) -> None:
        from screens.sync import start_and_watch

        start_and_watch(self.workspace, self.urn, dry_run=True)

    def do_leaving(self) -> None:
        from screens.workspace.leaving import Leaving

        self.program.push_screen(Leaving(self.urn, self.workspace.school_name))

    def do_plots(self) -> None:
        from screens.plots.screen import Plots

        self.program.push_screen(Plots(self.urn, self.workspace.school_name))

    def do_export(self) -> None:
        from screens.export.screen import Exports

        self.program.push_screen(Exports(self.urn, name=self.workspace.school_name))

    def do_proposed(self) -> None:
        from screens.rename.screen import Rename

        self.program.push_screen(Rename(self.urn, proposed=True))

    def do_new_users(self) -> None:
        self.workspace.open("new-users")

    def do_connect(self) -> None:
        from screens.connect.screen import Connect

        self.program.push_screen(Connect(self.urn, name=self.workspace.school_name))

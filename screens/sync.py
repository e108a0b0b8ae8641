"""Sync: one run, watched. It only reads what the run process writes to the store, at most twice a second;
leaving, closing the console or losing the link changes nothing about the run."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.timer import Timer

from misconsole.held_words import resolved
from misconsole.services.views import Affected, RunView
from screens import glyphs
from screens.commands import Command, bindings
from screens.frame import Frame
from screens.prompts import Confirm
from screens.reading import Reading
from screens.run_lines import ENDED, head_lines, message_lines
from screens.showing import counted
from screens.widgets.columns import Column
from screens.widgets.grid import Grid
from screens.widgets.lines import Line, Lines, line, span
from screens.widgets.panel import Panel

EVERY = 0.5
TAIL = 5


def start_and_watch(frame: Frame[None], urn: str, *, dry_run: bool) -> None:
    """Start a run in its own process and go to it."""
    program = frame.program
    desk = program.desk

    def start() -> int:
        from misconsole.services import runs

        return runs.start(desk, urn, dry_run=dry_run)

    program.say("Starting a rehearsal; nothing will be changed…" if dry_run else "Starting the run…")
    frame.ask(start, lambda run: _watch(frame, urn, run), group="start", each=True)


def _watch(frame: Frame[None], urn: str, run: int) -> None:
    program = frame.program
    if isinstance(frame, Sync):
        frame.follow(run)
    elif frame.in_front:
        frame.say("")  # that it is being started is no news when one comes back
        program.push_screen(Sync(urn, run))
    else:
        program.say(f"Run {run} has started.")


class Sync(Frame[None]):
    """Stages, progress and messages; who is affected when a limit held the run."""

    BINDINGS = bindings("sync")
    scopes = ("sync",)
    AUTO_FOCUS = "#messages"
    DEFAULT_CSS = """
    Sync #head { height: auto; max-height: 14; padding: 1 1 0 1; }
    Sync #messages-title { height: 2; padding: 1 1 0 1; }
    Sync #messages { height: 1fr; }
    Sync Panel { display: none; margin-top: 1; }
    Sync.-affected Panel { display: block; }
    Sync.-affected #messages, Sync.-affected #messages-title { display: none; }
    """

    def __init__(self, urn: str, run: int) -> None:
        super().__init__()
        self.school = urn
        self.run_id = run
        self.run_view: RunView | None = None
        self._timer: Timer | None = None
        self._affected_of: tuple[int, str] | None = None
        self.grid: Grid[tuple[int, Affected]] = Grid(
            [
                Column(name="change", title="Change", width=11, cell=lambda each: each[1].change),
                Column(name="name", title="Name", width=20, grow=2,
                       cell=lambda each: self.program.showing.name(each[1].name)),
                Column(name="role", title="Role", width=6, rank=2, cell=lambda each: each[1].role),
                Column(name="username", title="Username", width=16, grow=1,
                       cell=lambda each: self.program.showing.handle(each[1].username)),
                Column(name="detail", title="Why", width=16, grow=2, rank=1,
                       cell=lambda each: self.program.showing.prose(each[1].detail)),
            ],
            key=lambda each: each[0],
            search=lambda each: f"{each[1].change} {each[1].name} {each[1].username} {each[1].role}",
            empty=lambda: [line("Nobody would be affected.")],
        )  # fmt: skip

    def place(self) -> Sequence[str]:
        name = self.run_view.school_name if self.run_view else self.school
        return ("Schools", name, f"Run {self.run_id}")

    @property
    def urn(self) -> str:
        return self.school

    def body(self) -> ComposeResult:
        yield Lines(self._head, id="head")
        yield Lines(lambda _: [line(span("Messages", "title"))], id="messages-title")
        yield Reading(self._messages, id="messages")
        yield Panel(self.grid, noun=("change", "changes"), heading="Who is affected")

    def _head(self, width: int) -> list[Line]:
        run = self.run_view
        return head_lines(run, self.program.showing, width) if run else [line("Reading the run…")]

    def _messages(self, width: int) -> list[Line]:
        run = self.run_view
        if run is None:
            return []
        lines = message_lines(run, self.program.showing, width, last=None if run.state in ENDED else TAIL)
        return lines or [line(span("none yet", "muted"))]

    # Watching

    def on_mount(self) -> None:
        self._timer = self.set_interval(EVERY, self.read)
        self.read()

    def follow(self, run: int) -> None:
        self.run_id, self.run_view, self._affected_of = run, None, None
        self.remove_class("-affected")
        if self._timer:
            self._timer.resume()
        self.read()

    def on_screen_resume(self) -> None:
        self.read()

    def read(self) -> None:
        if not self.in_front or self.asking("run"):
            return
        desk, run_id = self.program.desk, self.run_id

        def read() -> RunView:
            from misconsole.services import runs

            return runs.get(desk, run_id)

        self.ask(read, self._show, group="run")

    def _show(self, run: RunView) -> None:
        if run.id != self.run_id:
            return
        before, self.run_view = self.run_view, run
        if run == before:
            return
        self.repaint()
        if before is None or before.state != run.state:
            self.retitle()
            self.refresh_bindings()
        if run.state in ENDED:
            if self._timer:
                self._timer.pause()
            if before is not None and before.state not in ENDED:
                self.program.say(*_ended(run))
        else:
            self.query_one("#messages", Reading).scroll_end(animate=False)

    def repaint(self) -> None:
        self.query_one("#head", Lines).show(self._head)
        self.query_one("#messages", Reading).show(self._messages)

    def redraw_masked(self) -> None:
        super().redraw_masked()
        self.repaint()
        self.grid.refresh()

    # Commands

    def why_not(self, wanted: Command) -> str:
        run = self.run_view
        if wanted.id == "sync.workspace":
            return ""
        if run is None:
            return "The run is still being read."
        ended = run.state in ENDED
        if wanted.id == "sync.cancel":
            return "The run has ended." if ended else ("It is being cancelled." if run.cancelling else "")
        if wanted.id in ("sync.approve", "sync.reject") and (run.state != "held" or run.resolution):
            return resolved(run.resolution) if run.state == "held" else "Nothing is held here."
        if wanted.id in ("sync.again", "sync.rehearse") and not ended:
            return "This school is being synced already."
        if wanted.id in ("sync.again", "sync.rehearse") and run.kind == "push":
            return "This was a push to a directory; t on Overview leads to its rehearsal."
        if wanted.id == "sync.affected" and run.state != "held":
            return "Only a held run lists who it would touch; History has what was changed."
        if wanted.id == "sync.affected" and run.resolution and not self.has_class("-affected"):
            return resolved(run.resolution)
        return ""

    def do_cancel(self) -> None:
        told = "What was read so far is thrown away; no account and no link is changed."
        if self.run_view is not None and self.run_view.kind == "push":
            told = "It stops between two entries; what was written before stays."
        what = [line(told)]
        self.program.push_screen(Confirm("Cancel this run?", what, verb="cancel the run"), self._cancel)

    def _cancel(self, yes: bool | None) -> None:
        desk, run_id = self.program.desk, self.run_id

        def cancel() -> None:
            from misconsole.services import runs

            runs.cancel(desk, run_id)

        if yes:
            self.ask(cancel, lambda _: self.program.say("Asked the run to stop."), group="cancel", each=True)

    def do_affected(self) -> None:
        self.toggle_class("-affected")
        if not self.has_class("-affected"):
            self.query_one("#messages").focus()
            return
        self.grid.focus()
        desk, run_id = self.program.desk, self.run_id

        def affected() -> list[tuple[int, Affected]]:
            from misconsole.services import runs

            return list(enumerate(runs.affected(desk, run_id)))

        self.ask(affected, self.grid.show, group="affected")

    def do_approve(self) -> None:
        self._settle("Apply what was held?", "approve")

    def do_reject(self) -> None:
        self._settle("Throw away what was held?", "reject")

    def _settle(self, title: str, verdict: str) -> None:
        """The question names how many are affected and a sample of them."""
        desk, run_id = self.program.desk, self.run_id

        def affected() -> Sequence[Affected]:
            from misconsole.services import runs

            return runs.affected(desk, run_id)

        def ask(rows: Sequence[Affected]) -> None:
            question = Confirm(title, self._sample(rows), verb=f"{verdict} it")
            self.program.push_screen(question, lambda yes: self._settled(verdict) if yes else None)

        self.ask(affected, ask, group="sample", each=True)

    def _sample(self, rows: Sequence[Affected]) -> list[Line]:
        kinds = {each.change: sum(e.change == each.change for e in rows) for each in rows}
        lines = [line(", ".join(f"{n:,} to {kind}" for kind, n in kinds.items()) or "Nobody is affected.")]
        show = self.program.showing
        lines += [
            line(f"{glyphs.DOT} {each.change} {show.name(each.name)} {show.handle(each.username)}")
            for each in rows[:5]
        ]
        return lines + (
            [line(span(f"and {counted(len(rows) - 5, 'other')}; v lists them all", "muted"))]
            if len(rows) > 5
            else []
        )

    def _settled(self, verdict: str) -> None:
        desk, run_id = self.program.desk, self.run_id

        def settle() -> RunView:
            from misconsole.services import runs

            return runs.approve(desk, run_id) if verdict == "approve" else runs.reject(desk, run_id)

        if verdict == "approve" and self.run_view is not None and self.run_view.kind == "push":
            self._approve_push()
        else:
            self.ask(settle, self._told, group="settle", each=True)

    def _approve_push(self) -> None:
        """One entry after the other takes its time: in a process of its own, watched like any push."""
        desk, run_id = self.program.desk, self.run_id

        def start() -> int:
            from misconsole.services import pushes

            return pushes.start_held(desk, run_id)

        self.program.say("Starting the push…")
        self.ask(start, self.follow, group="settle", each=True)

    def _told(self, run: RunView) -> None:
        if run.id != self.run_id:
            self.follow(run.id)
        else:
            self._show(run)
        self.program.say(*_ended(run))

    def do_again(self) -> None:
        start_and_watch(self, self.school, dry_run=False)

    def do_rehearse(self) -> None:
        start_and_watch(self, self.school, dry_run=True)

    def do_workspace(self) -> None:
        from screens.workspace.screen import Workspace

        self.program.switch_screen(Workspace(self.school))


def _ended(run: RunView) -> tuple[str]:
    words = {
        "succeeded": "The rehearsal has ended; nothing was changed." if run.dry_run else "The run has ended.",
        "held": resolved(run.resolution) if run.resolution else "The run is held for a person.",
        "failed": "The run failed; nothing was changed.",
        "cancelled": "The run was cancelled; nothing was changed.",
    }
    if run.kind == "push":
        words |= {
            "succeeded": "The push has ended.",
            "held": words["held"].replace("The run", "The push"),
            "failed": "The push failed; what was written before stays.",
            "cancelled": "The push was cancelled; what was written before stays.",
        }  # fmt: skip
    return (words.get(run.state, f"The run is {run.state}."),)

"""Changing MIS: choose the new one, then the guided move; with nobody to find again, just connect anew."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from misconsole.services.views import ConnectionView
from screens.connect import calls
from screens.connect.choose import Choice, ChooseMis
from screens.frame import Frame
from screens.prompts import Confirm
from screens.widgets.lines import line

if TYPE_CHECKING:
    from misconsole.services.guided_views import MovePlan

Situation = tuple["ConnectionView | None", "MovePlan | None", bool]
Chosen = Callable[[Choice], None]


def open_change(frame: Frame[None], urn: str, *, anew: Chosen) -> None:
    """Go on with the move that is prepared, else choose. ``anew`` connects without a move."""
    desk = frame.program.desk

    def situation() -> Situation:
        return calls.connection(desk, urn), calls.prepared_move(desk, urn), calls.needs_a_move(desk, urn)

    def told(found: Situation) -> None:
        view, prepared, needed = found
        if not frame.in_front:
            return
        if prepared is not None:
            _open_move(frame, urn, prepared)
        elif view is not None:
            frame.program.push_screen(
                ChooseMis(view.school_name), lambda choice: _chosen(frame, view, choice, anew, needed)
            )

    frame.ask(situation, told, group="change")


def change_of(frame: Frame[Any], urn: str) -> None:
    """From anywhere a school is in front: the prepared move, or the guide, where ``m`` chooses."""
    from screens.connect.screen import Connect

    desk = frame.program.desk

    def told(plan: MovePlan | None) -> None:
        if plan is not None:
            _open_move(frame, urn, plan)
        else:
            frame.program.push_screen(Connect(urn, change=True))

    frame.ask(lambda: calls.prepared_move(desk, urn), told, group="change")


def _chosen(
    frame: Frame[None], view: ConnectionView, choice: Choice | None, anew: Chosen, needed: bool
) -> None:
    if choice is None or choice.route is None:
        return
    if (view.mis, view.route) == (choice.mis.id, choice.route.route):
        frame.program.say(f"{view.school_name} is connected to {view.mis_title} in this way already.")
    elif needed:
        _prepare(frame, view.school, choice, choice.route.route)
    else:
        what = [
            line(f"The connection to {view.mis_title} ends; its guide starts anew."),
            line("Nobody was read yet, so there is nobody to find again."),
        ]
        question = Confirm(f"Change to {choice.mis.title}?", what, verb="change")
        frame.program.push_screen(question, lambda yes: anew(choice) if yes else None)


def _prepare(frame: Frame[None], urn: str, choice: Choice, route: str) -> None:
    desk, demo = frame.program.desk, frame.program.demo
    frame.ask(
        lambda: calls.prepare_move(desk, urn, choice.mis.id, route, demo),
        lambda plan: _open_move(frame, urn, plan),
        group="prepare",
        each=True,
    )


def _open_move(frame: Frame[None], urn: str, plan: MovePlan) -> None:
    from screens.moving.screen import Move

    frame.program.push_screen(Move(urn, plan))

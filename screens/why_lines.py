"""One answer to why, as lines: who it is, the reason and what mends it first, then every gate in order."""

from __future__ import annotations

from misconsole.services.views import GateView, WhyView
from misconsole.text import fit
from screens import glyphs
from screens.showing import Showing
from screens.widgets.evidence import said_person
from screens.widgets.lines import Line, line, span, wrap
from screens.widgets.record import record_lines

GATE_SIGNS = {
    "passed": (glyphs.OK, "good", "passed"),
    "failed": (glyphs.PROBLEM, "bad", "stopped here"),
    "not_reached": (glyphs.LATER, "muted", "not reached"),
}


def why_lines(view: WhyView, showing: Showing, width: int, *, place: tuple[int, int]) -> list[Line]:
    """One answer, the reason first; ``place`` is which of how many people of that name."""
    return [
        *_who_lines(view, showing, place),
        (),
        *_reason_lines(view, showing, width),
        (),
        *(each for gate in view.gates for each in _gate_lines(gate, showing, width)),
        *record_lines(view, showing, width),
    ]


def _who_lines(view: WhyView, showing: Showing, place: tuple[int, int]) -> list[Line]:
    who = showing.person(view.person) if view.person else showing.name(view.subject or view.who)
    of = f"   {place[0]} of {place[1]}" if place[1] > 1 else ""
    lines = [line(span(who, "strong"), span(f"   {view.school_name}{of}", "muted"))]
    if view.person:
        lines.append(line(span(said_person(view.person, showing), "muted")))
    if view.account:
        lines.append(
            line("account ", span(showing.handle(view.account.username), "strong"), f"  {view.account.state}")
        )
    return lines


def _reason_lines(view: WhyView, showing: Showing, width: int) -> list[Line]:
    if view.reason is None:
        fine = "it comes through." if view.subject else "there is an account."
        return [line(span(f"{glyphs.OK} Nothing is wrong: {fine}", "good"))]
    lines = wrap(
        line(
            span("Reason  ", "muted"),
            span(showing.prose(view.reason.message, otherwise=view.reason.code), "strong"),
        ),
        width,
        indent=8,
    )
    lines += wrap(line(span("Mend    ", "muted"), showing.prose(view.reason.mend)), width, indent=8)
    lines += wrap(line(span("Who can ", "muted"), view.reason.who_can), width, indent=8)
    for number, offer in enumerate(view.offers, start=1):
        said = showing.prose(offer.title, otherwise=offer.does.replace("-", " "))
        lines += wrap(line(span(f"      {number} ", "key"), said), width, indent=8)
    return lines


def _gate_lines(gate: GateView, showing: Showing, width: int) -> list[Line]:
    sign, kind, words = GATE_SIGNS.get(gate.state, (glyphs.LATER, "", gate.state))
    detail = showing.prose(gate.detail)
    head = line(span(f"{sign} {fit(gate.title, 24)} ", kind), span(f"{words:<12}", kind), f" {detail}")
    return wrap(head, width, indent=41 if width > 90 else 4)

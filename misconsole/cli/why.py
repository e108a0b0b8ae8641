"""``misconsole why``: why somebody has no account, gate by gate, and who can mend it."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from misconsole.cli.desk import open_desk
from misconsole.errors import Exit, Usage

if TYPE_CHECKING:
    from misconsole.cli.out import Out
    from misconsole.services.views import WhyView

MARKS = {"passed": "[x]", "failed": "[!]", "not_reached": "[ ]"}


def add(sub: Any) -> None:
    parser = sub.add_parser("why", help="why somebody has no account: every gate in order")
    parser.add_argument("school", metavar="SCHOOL")
    parser.add_argument(
        "who",
        nargs="+",
        metavar="WHO",
        help="name, UPN, admission number, username, id in the MIS; or a contact, class or group",
    )
    parser.add_argument("--case", action="store_true", help="the text for a support case")
    parser.set_defaults(run=why)


def why(args: argparse.Namespace, out: Out) -> int:
    """One object for one person, a list for several; an answer is always exit 0."""
    from misconsole.services.why import why as ask

    who = " ".join(args.who).strip()
    if not who:
        raise Usage("Nobody is named.", mend="Give a name, a username or an identifier.")
    with open_desk(args) as desk:
        found = ask(desk, args.school, who)
    if out.as_json:
        documents = [_document(view) for view in found]
        out.json(documents[0] if len(documents) == 1 else documents)
        return Exit.DONE
    for number, view in enumerate(found):
        if number:
            out.lines([""])
        out.lines(view.support_text.splitlines() if args.case else _text(view))
    return Exit.DONE


def _document(view: WhyView) -> dict[str, Any]:
    return {
        "school": view.school,
        "who": view.who,
        "gates": [
            {"gate": g.gate, "title": g.title, "state": g.state, "detail": g.detail} for g in view.gates
        ],
        "reason": view.reason,
        "person": view.person,
        "record": view.record,
        "account": view.account,
        "support_text": view.support_text,
        "subject": view.subject,
        "offers": [{"title": each.title, "command": each.command, "asks": each.asks} for each in view.offers],
    }


def _text(view: WhyView) -> list[str]:
    person = view.person
    room = f", room {person.room}" if person and person.room else ""
    head = f"{person.name} ({person.role} {person.source_id}{room})" if person else view.subject or view.who
    gates = [f"{MARKS[g.state]} {g.title}{f': {g.detail}' if g.detail else ''}" for g in view.gates]
    told = _record(view)
    if view.reason is None:
        return [head, *gates, "Nothing is wrong.", *told]
    doing = [f"{each.title}: {each.command}" for each in view.offers]
    mending = [f"What mends it: {view.reason.mend}", f"Who can: {view.reason.who_can}"]
    return [head, *gates, *mending, *doing, *told]


def _record(view: WhyView) -> list[str]:
    from misconsole.record_words import record_words

    if view.person is None or view.record is None:
        return []
    return [f"  {title}: {value}" for title, value, _ in record_words(view.record, view.person.role)]

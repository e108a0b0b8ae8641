"""``misconsole reports``: which reports and fields of a school may flow."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from misconsole.cli import words
from misconsole.cli.desk import open_desk
from misconsole.errors import Exit, NotFound, Usage

if TYPE_CHECKING:
    from misconsole.cli.out import Out
    from misconsole.services.desk import Desk
    from misconsole.services.views import ReportView

GRAMMAR = "accept REPORT… | decline REPORT… | field accept REPORT FIELD… | field decline REPORT FIELD…"
SYMBOLS = {"accepted": "[x]", "available": "[ ]", "not available": " x "}  # never by colour alone (C4)


def add(sub: Any) -> None:
    parser = sub.add_parser("reports", help="accept or decline reports and fields")
    parser.add_argument("school", metavar="SCHOOL")
    parser.add_argument(
        "words", nargs="*", metavar="WORD", help=f"{GRAMMAR}; “all” for every available report"
    )
    parser.add_argument(
        "--decided-by", metavar="NAME", default="", help="the headteacher, where only the head may decide"
    )
    parser.add_argument("--yes", action="store_true", help="although what is kept of a report is removed")
    parser.set_defaults(run=reports)


def reports(args: argparse.Namespace, out: Out) -> int:
    from misconsole.services import reports as service

    with open_desk(args) as desk:
        if args.words:
            _decide(desk, args.school, args.words, args.decided_by, sure=args.yes)
        found = service.reports(desk, args.school)
        urn = words.urn_of(desk, args.school)
        if not found:
            raise NotFound(
                "The school is not connected to a MIS.", mend="Connect it first.", code="not_connected"
            )
    if out.as_json:
        out.json({"school": urn, "items": found})
        return Exit.DONE
    if any(each.accept_by == "headteacher" for each in found):
        out.note("Only the headteacher may accept or remove reports of this MIS: --decided-by NAME.")
    _show(out, found)
    return Exit.DONE


def _decide(desk: Desk, school: str, said: Sequence[str], head: str, *, sure: bool) -> None:
    """All the reports or fields named, in order; the first that is refused ends it with its error."""
    from misconsole.services import reports as service

    field = said[0] == "field"
    verb, *named = said[1:] if field else said
    if verb not in ("accept", "decline") or len(named) < 1 + field:
        raise Usage(f"“{' '.join(said)[:80]}” is not understood.", mend=f"Write {GRAMMAR}.")
    if field:
        change: Callable[..., Any] = service.accept_field if verb == "accept" else service.decline_field
        for name in named[1:]:
            change(desk, school, named[0], name, decided_by=head)
        return
    change = service.accept if verb == "accept" else service.decline
    chosen = _named(desk, school, verb, named)
    if verb == "decline" and not sure:
        _warn(desk, school, chosen)
    for report in chosen:
        change(desk, school, report, decided_by=head)


def _warn(desk: Desk, school: str, chosen: Sequence[str]) -> None:
    """Usage, before anything is declined, where that would take something out of the store."""
    from misconsole.services import reports as service

    for each in service.reports(desk, school):
        if each.report in chosen and each.removes:
            contacts = each.report == "contacts"
            what = "contacts" if contacts else "attendance marks"
            copy = "export SCHOOL --format contacts --out DIR" if contacts else "attendance SCHOOL --csv FILE"
            raise Usage(
                f"Declining {each.title} removes {each.removes} {what} that are kept here.",
                mend=f"Say --yes if they shall go; “misconsole {copy}” keeps a copy.",
                code="would_remove",
            )


def _named(desk: Desk, school: str, verb: str, named: Sequence[str]) -> list[str]:
    """ "all" is every report that is available, or for decline every accepted one."""
    from misconsole.services import reports as service

    if list(named) != ["all"]:
        return list(named)
    state = "available" if verb == "accept" else "accepted"
    return [each.report for each in service.reports(desk, school) if each.state == state]


def _show(out: Out, found: Sequence[ReportView]) -> None:
    out.table(
        ("", "REPORT", "TITLE", "STATE", "FIELDS NOT UPLOADED", "REMARK"),
        [
            (
                SYMBOLS[each.state], each.report, each.title, each.state,
                ", ".join(f.name for f in each.fields if f.state == "not uploaded"),
                each.reason or each.purpose,
            )
            for each in found
        ],
    )  # fmt: skip

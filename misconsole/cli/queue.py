"""``misconsole queue``: what waits for a decision in a school."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from misconsole.cli import words
from misconsole.cli.desk import open_desk
from misconsole.services.views import QUEUES

if TYPE_CHECKING:
    from misconsole.cli.out import Out
    from misconsole.services.desk import Desk
    from misconsole.services.views import UnmatchedItem

Row = tuple[object, ...]
LEAVING = "leaving-soon"  # for information, so it is none of the queues that are counted


def add(sub: Any) -> None:
    parser = sub.add_parser("queue", help="what waits for a decision")
    parser.add_argument("school", metavar="SCHOOL")
    choices = (*QUEUES, LEAVING)
    parser.add_argument("queue", choices=choices, metavar="QUEUE", help=", ".join(choices))
    parser.add_argument("--days", type=int, default=28, help=f"with {LEAVING}: how far ahead")
    parser.set_defaults(run=queue)


def queue(args: argparse.Namespace, out: Out) -> int:
    with open_desk(args) as desk:
        urn = words.urn_of(desk, args.school)
        read, headers, row = READERS[args.queue]
        ahead = {"days": args.days} if args.queue == LEAVING else {}
        items = read(desk, args.school, **ahead)
        odd = _odd_days(desk, args.school, args.days) if args.queue == LEAVING else {}
    document = {"school": urn, "queue": args.queue, "items": items, **odd}
    for day in odd.get("days", ()):
        out.note(day.message)
    return words.listed(out, document, headers, [line for item in items for line in row(item)])


def _unmatched(role: str) -> Callable[[Desk, str], Sequence[Any]]:
    def read(desk: Desk, school: str) -> Sequence[Any]:
        from misconsole.services import queues

        return queues.unmatched(desk, school, role)

    return read


def _reader(name: str) -> Callable[[Desk, str], Sequence[Any]]:
    def read(desk: Desk, school: str) -> Sequence[Any]:
        from misconsole.services import queues

        found: Sequence[Any] = getattr(queues, name)(desk, school)
        return found

    return read


def _leaving(desk: Desk, school: str, *, days: int) -> Sequence[Any]:
    from misconsole.services import queues

    return queues.leaving_soon(desk, school, days=days)


def _odd_days(desk: Desk, school: str, days: int) -> dict[str, Sequence[Any]]:
    from misconsole.services import radar

    return {"days": radar.ahead(desk, school, days=days)}


def _unmatched_rows(item: UnmatchedItem) -> list[Row]:
    """A line a candidate, the person on the first; one line for somebody without any."""
    person = item.person
    who: Row = (person.source_id, person.name, person.date_of_birth, item.band)
    if not item.candidates:
        return [(*who, "", "", "", item.reason)]
    return [
        (
            *(who if number == 0 else ("", "", "", "")),
            c.account.username, f"{c.score:.1f}", f"{c.margin:.1f}",
            ", ".join(f"{e.field} {e.agreement}" for e in c.evidence),
        )
        for number, c in enumerate(item.candidates)
    ]  # fmt: skip


def _unallocated_rows(item: Any) -> list[Row]:
    return [(item.account.username, item.person_name, item.run, item.at, item.reason, item.still_absent)]


def _exclusion_rows(item: Any) -> list[Row]:
    clash = item.clash.username if item.clash else ""
    return [
        (item.id, item.name, item.role or "both", item.reason, item.author, item.review_on, item.due, clash)
    ]


def _non_mis_rows(item: Any) -> list[Row]:
    a = item.account
    state = "review" if item.due else item.verdict
    return [(a.username, a.display_name, a.role, state, item.reason, item.until, item.age_days)]


def _new_user_rows(item: Any) -> list[Row]:
    a = item.account
    group = a.person.registration_group if a.person else None
    return [(a.username, a.display_name, a.role, group, a.created_at, item.created_run)]


def _problem_rows(item: Any) -> list[Row]:
    return [(item.report, item.subject, item.field, item.code, item.message, item.mend, item.who)]


def _leaving_rows(item: Any) -> list[Row]:
    p = item.person
    who = (p.name, p.role, p.registration_group, item.account.username)
    return [(item.leaves_on, item.days, *who, item.source, item.then)]


_CANDIDATES = ("PERSON", "NAME", "BORN", "BAND", "ACCOUNT", "SCORE", "MARGIN", "EVIDENCE")
READERS: dict[str, tuple[Callable[..., Sequence[Any]], Sequence[str], Callable[[Any], list[Row]]]] = {
    "unmatched-staff": (_unmatched("staff"), _CANDIDATES, _unmatched_rows),
    "unmatched-pupils": (_unmatched("pupil"), _CANDIDATES, _unmatched_rows),
    "unallocated": (
        _reader("unallocated"),
        ("ACCOUNT", "PERSON", "RUN", "WHEN", "REASON", "STILL ABSENT"),
        _unallocated_rows,
    ),
    "exclusions": (
        _reader("exclusions"),
        ("ID", "NAME", "ROLE", "REASON", "AUTHOR", "REVIEW", "DUE", "CLASHES WITH"),
        _exclusion_rows,
    ),
    "non-mis": (
        _reader("non_mis"),
        ("ACCOUNT", "NAME", "ROLE", "STATE", "REASON", "UNTIL", "DAYS SINCE REVIEW"),
        _non_mis_rows,
    ),
    LEAVING: (
        _leaving,
        ("LEAVES", "DAYS", "NAME", "ROLE", "GROUP", "ACCOUNT", "SOURCE", "WHAT HAPPENS"),
        _leaving_rows,
    ),
    "new-users": (
        _reader("new_users"),
        ("ACCOUNT", "NAME", "ROLE", "GROUP", "CREATED", "RUN"),
        _new_user_rows,
    ),
    "problems": (
        _reader("problems"),
        ("REPORT", "WHO", "FIELD", "CODE", "WHAT HAPPENED", "WHAT MENDS IT", "WHO CAN"),
        _problem_rows,
    ),
}

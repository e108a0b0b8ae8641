"""``misconsole audit``: who decided what, when, from where; written out, checked, taken back."""

from __future__ import annotations

import argparse
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from misconsole.cli import words
from misconsole.cli.desk import open_desk
from misconsole.counting import counted
from misconsole.errors import Exit, NotFound, Usage

if TYPE_CHECKING:
    from datetime import datetime

    from misconsole.cli.out import Out


def add(sub: Any) -> None:
    parser = sub.add_parser("audit", help="who decided what, when and from where")
    parser.add_argument("school", nargs="?", metavar="SCHOOL", help="all schools by default")
    parser.add_argument("--who", default="", metavar="ACCOUNT", help="what this account decided")
    parser.add_argument("--kind", default="", metavar="K", help="one kind: link, exclude, rename, undo…")
    parser.add_argument("--since", metavar="WHEN", help="a day, or a time with its offset")
    parser.add_argument("--until", metavar="WHEN", help="the same; a day is included")
    parser.add_argument("--text", default="", metavar="WORDS", help="words of what was written down")
    parser.add_argument("--evidence", default="", metavar="WORDS", help="words of what was shown for a link")
    parser.add_argument("--limit", type=int, default=1000, metavar="N")
    parser.add_argument("--out", metavar="FILE", help="write it to FILE.csv or FILE.jsonl, for you alone")
    parser.add_argument("--verify", action="store_true", help="whether the whole trail is as it was sealed")
    parser.add_argument("--undo", metavar="ID", help="take a decision back; “last” is your own last one")
    parser.set_defaults(run=audit)


def audit(args: argparse.Namespace, out: Out) -> int:
    if args.undo:
        return undo(args, out)
    if args.verify:
        return verify(args, out)
    from misconsole.services import audit as service

    wanted = service.Wanted(
        school=args.school or "", who=args.who, kind=args.kind, since=words.moment(args.since),
        until=_until(args.until), text=args.text, evidence=args.evidence, limit=max(1, args.limit),
    )  # fmt: skip
    with open_desk(args) as desk:
        items = service.trail(desk, wanted)
        if args.out:
            count = service.write(desk, items, Path(args.out))
            out.note(f"Wrote {counted(count, 'decision')} to {args.out}.")
            return words.listed(out, {"file": args.out, "decisions": count}, ("FILE", "DECISIONS"),
                                [(args.out, count)])  # fmt: skip
    return words.listed(
        out,
        {"items": items},
        ("ID", "WHEN", "WHO", "FROM", "SCHOOL", "WHAT", "REASON", "TAKEN BACK BY"),
        [(i.id, i.at, i.actor, i.place or i.origin, i.school_name, i.summary, i.reason, i.undone_by)
         for i in items],
    )  # fmt: skip


def _until(text: str | None) -> datetime | None:
    """The first moment too late: a day is included whole, a time is the end itself."""
    found = words.moment(text)
    is_day = text is not None and len(text.strip()) <= len("2026-11-22")
    return found + timedelta(days=1) if found and is_day else found


def verify(args: argparse.Namespace, out: Out) -> int:
    """Exit 1 when a row was changed, is missing, was put in, or cut off the end."""
    from misconsole.services import audit_seal

    if args.school:
        raise Usage(
            "The trail is one over all schools.", mend="Leave the school out: misconsole audit --verify."
        )
    with open_desk(args) as desk:
        view = audit_seal.verify(desk)
    if out.as_json:
        findings = [{"code": f.code, "decision": f.row_id, "message": f.message} for f in view.findings]
        out.json({"whole": view.whole, "rows": view.rows, "sealed": view.sealed, "findings": findings,
                  "note": view.note})  # fmt: skip
    else:
        out.lines(
            [view.summary, *(f"  {each.message}" for each in view.findings), *filter(None, [view.note])]
        )
    return Exit.DONE if view.whole else Exit.FAILED


def undo(args: argparse.Namespace, out: Out) -> int:
    from misconsole.services import decide

    if not args.school:
        raise Usage("Name the school of the decision to take back.")
    with open_desk(args) as desk:
        urn = words.urn_of(desk, args.school)
        if args.undo == "last":
            view = decide.undo_last(desk, args.school)
            if view is None:
                raise NotFound("You decided nothing here that could be taken back.", code="nothing_to_undo")
        else:
            view = decide.undo(desk, _number(args.undo))
    if out.as_json:
        out.json({"school": urn, "decision": view})
    else:
        out.lines([f"Took back: {view.summary}."])
    return Exit.DONE


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise Usage(f"“{text[:40]}” is not the number of a decision.", mend="“misconsole audit” shows them.")
    return int(text)

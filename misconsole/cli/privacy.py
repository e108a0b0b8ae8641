"""``misconsole privacy``: what is held on somebody, answers to requests, the clock of leavers, erasure."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from misconsole.cli.desk import open_desk
from misconsole.errors import Exit, Usage

if TYPE_CHECKING:
    from misconsole.cli.out import Out
    from misconsole.services.desk import Desk
    from misconsole.services.privacy_views import DueList, ErasedView, HeldView


def add(sub: Any) -> None:
    parser = sub.add_parser("privacy", help="what is held on a person, subject access, erasure")
    parser.add_argument("school", metavar="SCHOOL")
    parser.add_argument("who", nargs="*", metavar="WHO",
                        help="name, UPN, username, id:N, account:N or contact:N")  # fmt: skip
    parser.add_argument(
        "--out", type=Path, metavar="DIR", help="write the answer to a request: folder or .zip"
    )
    parser.add_argument("--due", action="store_true", help="leavers and the day they are due for erasure")
    parser.add_argument("--erase", action="store_true", help="erase WHO, or with --due everybody who is due")
    parser.add_argument("--ground", choices=("request", "retention"), default="request",
                        help="why one person is erased (request)")  # fmt: skip
    parser.add_argument("--yes", action="store_true", help="confirm the erasure; without it, only show it")
    parser.add_argument("--count", type=int, metavar="N", help="confirm that N are due, also above the limit")
    parser.set_defaults(run=privacy)


def privacy(args: argparse.Namespace, out: Out) -> int:
    _check(args)
    who = " ".join(args.who)
    with open_desk(args) as desk:
        if args.due:
            return _due(desk, args, out)
        if args.erase:
            return _erase(desk, args, who, out)
        if args.out is not None:
            return _answer(desk, args, who, out)
        from misconsole.services.privacy import held

        view = held(desk, args.school, who)
    out.json(view) if out.as_json else out.lines(_text(view))
    return Exit.DONE


def _check(args: argparse.Namespace) -> None:
    if bool(args.who) == args.due:
        raise Usage("Name either WHO or --due.", mend="misconsole privacy --help shows both.")
    if args.out is not None and (args.due or args.erase):
        raise Usage("--out writes an answer and erases nobody.", mend="Do one after the other.")
    if args.count is not None and not (args.due and args.erase):
        raise Usage("--count belongs to --due --erase.")


def _answer(desk: Desk, args: argparse.Namespace, who: str, out: Out) -> int:
    from misconsole.services.privacy_answer import answer

    done = answer(desk, args.school, who, args.out.expanduser().absolute())
    if out.as_json:
        out.json(done)
    else:
        out.lines([f"Wrote {', '.join(done.files)} to {done.path}.",
                   "Read it before you hand it over: a first name alone is not recognised."])  # fmt: skip
    return Exit.DONE


def _due(desk: Desk, args: argparse.Namespace, out: Out) -> int:
    from misconsole.services import privacy_due, privacy_erase

    if args.erase and args.yes:
        return _erased(privacy_erase.erase_due(desk, args.school, expected=args.count), out)
    listed = privacy_due.due(desk, args.school)
    if out.as_json:
        out.json(listed)
        return Exit.DONE
    out.table(("DUE", "WHO", "LEFT", "ON", "USERNAME", "WHY", "IN THE WAY"), _due_rows(listed))
    if args.erase:
        out.note(f"{len(listed.due)} would be erased; --yes does it, for good.")
    return Exit.DONE


def _due_rows(listed: DueList) -> Iterator[tuple[object, ...]]:
    for each in listed.items:
        state = "now" if each.is_due else "blocked" if each.blocked else "later" if each.due else "never"
        way = each.blocked[0][0] if each.blocked else ""
        yield state, f"{each.name} ({each.key})", each.left, each.due, each.username, each.why, way


def _erase(desk: Desk, args: argparse.Namespace, who: str, out: Out) -> int:
    from misconsole.services import privacy_erase

    if args.yes:
        return _erased(privacy_erase.erase(desk, args.school, who, ground=args.ground), out)
    view = privacy_erase.preview(desk, args.school, who)
    code = _erased(view, out)
    out.note("Nothing was erased; --yes does it, for good.")
    return code


def _erased(view: ErasedView, out: Out) -> int:
    if out.as_json:
        out.json(view)
        return Exit.DONE
    told = f"Erased; quote {', '.join(view.references)}." if view.done else "Would be erased:"
    out.lines([f"{view.school_name}: {told}"])
    out.table(("ROWS", "TABLE"), [(count, table) for table, count in view.rows.items()])
    if view.left:
        out.lines([f"{view.left} texts name somebody of the same name and were left as they are."])
    if view.done and not view.shredded:
        out.lines(["The file is in use; run “misconsole tidy” when nobody works with it."])
    out.lines(view.elsewhere)
    return Exit.DONE


def _text(view: HeldView) -> Iterator[str]:
    from misconsole.services.privacy_page import said

    yield f"{view.who} ({view.kind}, {view.key}), {view.school_name}"
    for group in view.groups:
        yield ""
        yield f"{group.title}: {group.ground}; {group.until}"
        for row in group.rows:
            yield f"  {row.label}"
            for each in row.fields:
                since = f", since {said(each.since)}" if each.since else ""
                changed = f", changed {said(each.changed)}" if each.changed else ""
                yield f"    {each.title}: {said(each.value)}  [{each.source}{since}{changed}]"
    yield from _others(view)


def _others(view: HeldView) -> Iterator[str]:
    from misconsole.services.privacy_page import said

    if view.sent:
        yield from ("", "Sent out")
    for sent in view.sent:
        when = said(sent.at) if sent.at else "no day known"
        sure = "" if sent.certain == "yes" else " (possibly)"
        yield f"  {when}  {sent.how}: {sent.what}{sure}: {', '.join(sent.attributes)} {sent.where}".rstrip()
    if view.touched:
        yield from ("", "Runs and decisions")
    for touch in view.touched:
        yield f"  {said(touch.at) if touch.at else ''}  {touch.kind} {touch.id} by {touch.by}: {touch.said}"
    if view.mentions:
        yield from ("", "Named elsewhere")
    for each in view.mentions:
        maybe = " (or somebody of the same name)" if each.namesake else ""
        yield f"  {each.table} {each.id or ''} {each.column}: {said(each.text)}{maybe}"

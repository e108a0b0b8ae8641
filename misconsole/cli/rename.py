"""``misconsole rename``: many usernames at once, rehearsed; exit 3 where somebody has to look first."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from misconsole import paths
from misconsole.cli import words
from misconsole.cli.desk import open_desk
from misconsole.counting import counted
from misconsole.errors import Exit, Usage

if TYPE_CHECKING:
    from misconsole.cli.out import Out
    from misconsole.rules.rename import Line, Rehearsal
    from misconsole.services.desk import Desk
    from misconsole.services.views import DecisionView

ROLES = ("pupil", "staff", "teaching", "non-teaching", "other")


def add(sub: Any) -> None:
    parser = sub.add_parser("rename", help="many usernames at once: a new format, typed names, or a CSV file")
    parser.add_argument("school", metavar="SCHOOL")
    parser.add_argument("--format", metavar="F", default="", help="the school's own formats by default")
    parser.add_argument("--role", choices=ROLES, help="only these")
    parser.add_argument(
        "--only", action="append", default=[], metavar="ACCOUNT", help="username or id:N; may be repeated"
    )
    parser.add_argument("--filter", default="", metavar="WORDS", help="only those that hold every word")
    parser.add_argument(
        "--proposed", action="store_true", help="only those whose family name changed in the MIS"
    )
    parser.add_argument("--names", metavar="FILE", help="a CSV file; only its column username is read")
    parser.add_argument(
        "--write", metavar="FILE", help="write the rehearsal as CSV to edit; nothing is renamed"
    )
    parser.add_argument("--dry-run", action="store_true", help="only rehearse")
    parser.add_argument("--yes", action="store_true", help="go on although lines need a look or are left out")
    parser.set_defaults(run=rename)


def rename(args: argparse.Namespace, out: Out) -> int:
    from misconsole.services import renames

    with open_desk(args) as desk:
        urn = words.urn_of(desk, args.school)
        prepared = renames.prepare(desk, args.school, _chosen(desk, args))
        formats = renames.formats_for(prepared, args.format) if args.format or not args.names else {}
        names = renames.read_file(paths.typed(args.names), prepared.subjects) if args.names else None
        rejected = names.rejected if names else ()
        typed = names.typed if names else {}
        seen = renames.rehearse(prepared.subjects, ground=prepared.ground, formats=formats, typed=typed)
        if args.write:
            count = renames.write_file(seen.lines, paths.typed(args.write))
            out.note(f"Wrote {counted(count, 'line')} to {args.write}; nothing was renamed.")
        if args.dry_run or args.write:
            return _told(out, urn, seen, rejected, None, Exit.DONE)
        if not args.yes and (rejected or _needs_look(seen)):
            _told(out, urn, seen, rejected, None, Exit.HELD)
            out.note("Nothing was renamed: some lines need a look. --yes goes on without those left out.")
            return Exit.HELD
        decision = renames.apply(desk, args.school, seen.names)
    return _told(out, urn, seen, rejected, decision, Exit.DONE)


def _chosen(desk: Desk, args: argparse.Namespace) -> Any:
    from misconsole.services import lookup, renames

    ids = tuple(lookup.account_id(desk, args.school, each) for each in args.only) or None
    if args.proposed and args.only:
        raise Usage("Say --proposed or --only, not both.")
    return renames.Chosen(ids=ids, role=args.role or "", wanted=args.filter, proposed=args.proposed)


def _needs_look(seen: Rehearsal) -> bool:
    from misconsole.rules.rename import Look

    return bool(seen.count(Look.PROBLEM, Look.NAMELESS, Look.ASK))


def _told(
    out: Out, urn: str, seen: Rehearsal, rejected: Any, decision: DecisionView | None, code: Exit
) -> int:
    from misconsole.rules.rename import Look

    shown = [each for each in seen.lines if each.look is not Look.SAME]
    counts = {look.name.lower(): seen.count(look) for look in Look}
    if out.as_json:
        out.json(
            {
                "school": urn, "renamed": len(seen.names) if decision else 0, "decision": decision,
                "counts": counts, "lines": [_line(each) for each in shown],
                "downstream": list(seen.downstream),
                "rejected": [{"line": line, "reason": reason} for line, reason in rejected],
            }
        )  # fmt: skip
        return code
    from misconsole.rules.rename import WORDS

    out.table(
        ("OLD", "NEW", "NAME", "ADDRESS", "LOOK", "WHY"),
        [
            (each.old, each.new, each.name, each.email, WORDS[each.look], " ".join(each.said))
            for each in shown
        ],
    )
    if rejected:
        out.lines([f"Line {line} of the file: {reason}" for line, reason in rejected])
    if out.plain:
        return code
    out.lines(seen.downstream)
    said = f"{decision.summary}." if decision else f"Would rename {counted(len(seen.names), 'account')}."
    stays = f" {counted(counts['same'], 'stays as it is', 'stay as they are')}." if counts["same"] else ""
    out.lines([said + stays])
    return code


def _line(each: Line) -> dict[str, object]:
    return {
        "account": each.account_id, "name": each.name, "kind": each.kind, "old": each.old, "new": each.new,
        "email": each.email, "alias": each.alias, "look": each.look.name.lower(), "said": list(each.said),
    }  # fmt: skip

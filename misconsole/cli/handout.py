"""``misconsole handout``: sets first passwords and writes them, once, after you said --yes (P3).

Exit codes: 0 done, or a preview; 1 nobody was handed out, or --check says it is another password; 2 --out
without --yes, which shows what would be done.
"""

from __future__ import annotations

import argparse
import getpass
import sys
from typing import TYPE_CHECKING, Any

from misconsole.cli import words
from misconsole.cli.desk import open_desk
from misconsole.errors import Exit, Usage
from misconsole.paths import typed

if TYPE_CHECKING:
    from misconsole.cli.out import Out
    from misconsole.services.desk import Desk
    from misconsole.services.handout_views import Done, Preview, Wish

FORMS = ("csv", "slips", "google", "entra", "sds")
LONGEST = 1000


def add(sub: Any) -> None:
    parser = sub.add_parser("handout", help="set first passwords and write them: a list, slips, uploads")
    parser.add_argument("school", metavar="SCHOOL")
    parser.add_argument("--out", metavar="FILE", help="the file to write; without it, a preview")
    parser.add_argument("--format", choices=FORMS, default="csv", help="csv unless said otherwise")
    parser.add_argument("--role", choices=("pupil", "staff", "other"), default="", help="only these")
    parser.add_argument("--group", default="", metavar="NAME", help="only this registration group, or Staff")
    parser.add_argument(
        "--only", action="append", default=[], metavar="USERNAME", help="only this one; may be repeated"
    )
    parser.add_argument("--starting-by", metavar="DAY", help="leave out who starts after that day")
    parser.add_argument(
        "--again", action="store_true", help="a new password for those of --only, who lost theirs"
    )
    parser.add_argument(
        "--split", choices=("group",), help="a file for each registration group; --out is their folder"
    )
    parser.add_argument("--replace", action="store_true", help="write over a file that is there")
    parser.add_argument("--yes", action="store_true", help="make the passwords, set them and write them")
    parser.add_argument("--no-slips", action="store_true", help="they need none: they wait no longer")
    parser.add_argument("--log", action="store_true", help="who printed what and when")
    parser.add_argument(
        "--check", metavar="USERNAME", help="is it the password handed out last? asks for it, or reads it"
    )
    parser.set_defaults(run=handout)


def handout(args: argparse.Namespace, out: Out) -> int:
    if sum((args.no_slips, args.log, bool(args.check), bool(args.out))) > 1:
        raise Usage("Say one of --out, --no-slips, --log and --check.")
    with open_desk(args) as desk:
        if args.log:
            return _log(desk, args, out)
        if args.check:
            return _check(desk, args, out)
        wish = _wish(desk, args)
        if args.no_slips:
            from misconsole.services.handout_none import no_slips

            return words.decided(out, words.urn_of(desk, args.school), no_slips(desk, args.school, wish))
        return _hand_out(desk, args, wish, out)


def _wish(desk: Desk, args: argparse.Namespace) -> Wish:
    from misconsole.services import lookup
    from misconsole.services.handout_views import Wish

    return Wish(
        form=args.format, role=args.role, group=args.group, again=args.again, split=bool(args.split),
        ids=tuple(dict.fromkeys(lookup.account_id(desk, args.school, each) for each in args.only)),
        starting_by=words.day(args.starting_by),
    )  # fmt: skip


def _hand_out(desk: Desk, args: argparse.Namespace, wish: Wish, out: Out) -> int:
    from misconsole.services import handout_looks
    from misconsole.services.handout import hand_out

    if not (args.out and args.yes):
        _previewed(out, handout_looks.preview(desk, args.school, wish))
        if not args.out:
            out.note("Nothing was made or written; --out FILE --yes does it.")
            return Exit.DONE
        out.note("Nothing was made or written: this sets passwords and cannot be taken back; --yes does it.")
        return Exit.USAGE
    path = typed(args.out)
    done = hand_out(desk, args.school, wish, path, replace=args.replace, say=out.note)
    _told(out, done)
    return Exit.DONE


def _previewed(out: Out, seen: Preview) -> None:
    if out.as_json:
        out.json({"school": seen.school, "written": False, "preview": seen})
        return
    if seen.first_password == "forgotten":  # noqa: S105 - a word of a setting
        out.note("This school's people get in by Forgot password; nobody waits for a slip.")
    out.table(("GROUP", "NEW USERS"), [(each.name, each.count) for each in seen.groups])
    if out.plain:
        return
    out.lines([f"{seen.count} of {seen.waiting} who wait would be handed out."])
    if seen.starting_later:
        out.lines([f"  {seen.starting_later} of them have not started yet."])
    for policy in seen.policies:
        change = "; to be changed at the first sign-in" if policy.must_change else ""
        out.lines([f"  {policy.kind} ({policy.count}): {policy.told}, such as {policy.example}{change}"])
    told = ", ".join(seen.targets) or "none; passwords stand in the file alone"
    out.lines([f"  directories that are told: {told}"])
    out.lines(f"  left out: {each.username}: {each.reason}" for each in seen.left_out)
    for each in seen.earlier:
        when = f"{each.at:%-d %B %Y %H:%M} UTC" if each.at else "before"
        out.lines([f"  handed out {when} by {each.by}: {each.count}, as {each.file}"])


def _told(out: Out, done: Done) -> None:
    if out.as_json:
        out.json({"written": True, **{name: getattr(done, name) for name in done.__dataclass_fields__}})
    else:
        out.lines([f"{done.decision.summary}: {done.file}"])
        out.lines(f"  left out, still waiting: {each.username}: {each.reason}" for each in done.left_out)
    for notice in done.notices:
        out.note(notice)
    out.note("The file holds passwords: only you can read it. Print it, hand it out, delete it.")


def _log(desk: Desk, args: argparse.Namespace, out: Out) -> int:
    from misconsole.services import handout_looks

    found = handout_looks.log(desk, args.school)
    rows = [
        (f"{each.at:%Y-%m-%d %H:%M}" if each.at else "", each.by, each.count, each.form,
         "again" if each.again else each.group or each.role, each.file)
        for each in found
    ]  # fmt: skip
    document = {"school": words.urn_of(desk, args.school), "items": found}
    return words.listed(out, document, ("WHEN (UTC)", "BY", "PEOPLE", "FORM", "FOR", "FILE"), rows)


def _check(desk: Desk, args: argparse.Namespace, out: Out) -> int:
    from misconsole.services import handout_looks

    if sys.stdin.isatty():
        typed = getpass.getpass(f"Password of {args.check}: ")
    else:
        typed = sys.stdin.readline(LONGEST).rstrip("\r\n")
    if not typed:
        raise Usage("A password is needed.", mend="Type it, or give it on standard input; never as a word.")
    same = handout_looks.check(desk, args.school, args.check, typed)
    if out.as_json:
        school = words.urn_of(desk, args.school)
        out.json({"school": school, "username": args.check, "matches": same})
    else:
        out.lines(["That is the password handed out last." if same else "That is another password."])
    return Exit.DONE if same else Exit.FAILED

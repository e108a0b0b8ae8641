"""``misconsole account``: list, show, import, create, rename, link and unlink accounts.

Exit codes: 0 done, 3 somebody similar is there, or a wording asks to be looked at.
"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from misconsole.cli import words
from misconsole.cli.desk import open_desk
from misconsole.counting import counted
from misconsole.errors import Exit, Usage
from misconsole.paths import typed

if TYPE_CHECKING:
    from misconsole.cli.out import Out
    from misconsole.services.manual import Look
    from misconsole.services.views import AccountView, ImportReport

ROLES = ("pupil", "staff", "other")
STATES = ("active", "unallocated", "let-go", "removed")


def add(sub: Any) -> None:
    parser = sub.add_parser("account", help="list, show, import, create, rename, link and unlink accounts")
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", required=True)

    def verb(name: str, told: str, run: Any, *named: tuple[str, str]) -> Any:
        each = verbs.add_parser(name, help=told)
        each.add_argument("school", metavar="SCHOOL")
        for metavar, about in named:
            each.add_argument(metavar.lower(), metavar=metavar, help=about)
        each.set_defaults(run=run)
        return each

    account = ("ACCOUNT", "username or id:N")
    listing = verb("list", "the accounts of a school", list_accounts)
    listing.add_argument("--role", choices=ROLES)
    listing.add_argument("--state", choices=STATES, help="all but the removed by default")
    listing.add_argument("--since", metavar="WHEN", help="made, or come to whoever has them, since that day")
    verb("show", "one account", show, account)
    load = verb(
        "import", "accounts of the directory, from a CSV file", import_csv, ("FILE", "header row first")
    )
    load.add_argument("--dry-run", action="store_true", help="only say what it would do")
    _add_create(verb("create", "an account by hand: ahead of the MIS, or for whom it never has", create))
    verb("rename", "another username; the address follows", rename, account, ("USERNAME", "the new one"))
    own = verb("display-name", "of the holder's own choice, over that of the MIS", own_name, account)
    own.add_argument("name", metavar="NAME", nargs="?", help="what they are shown as from now on")
    own.add_argument("--clear", action="store_true", help="shown as the MIS has it again")
    own.add_argument("--despite-wording", action="store_true", help="although its wording was asked about")
    verb("link", "to a MIS person", link, account, ("PERSON", "id in the MIS, UPN, or id:N"))
    verb("unlink", "from its MIS person", unlink, account).add_argument("--reason", required=True)


def _add_create(parser: Any) -> None:
    parser.add_argument("--given", required=True, help="given name, as in the MIS")
    parser.add_argument("--family", required=True, help="family name, as in the MIS")
    parser.add_argument("--role", required=True, choices=ROLES)
    parser.add_argument("--preferred-given", metavar="NAME", default="", help="what they are called by")
    parser.add_argument("--preferred-family", metavar="NAME", default="")
    teaches = parser.add_mutually_exclusive_group()
    teaches.add_argument(
        "--teaching",
        dest="teaching",
        action="store_true",
        default=None,
        help="staff: who teaches, for the format of the username",
    )
    teaches.add_argument("--non-teaching", dest="teaching", action="store_false")
    parser.add_argument("--username", default="", help="made by the school's format when left out")
    parser.add_argument("--date-of-birth", metavar="DAY", help="with it a sync finds the account by itself")
    for name in ("--upn", "--mis-id", "--staff-code"):
        parser.add_argument(name, help="so that the account is found by it later")
    parser.add_argument("--year-of-entry", type=int, metavar="YEAR")
    parser.add_argument("--starts", metavar="DAY", help="when they start, as far as it is known")
    expected = parser.add_mutually_exclusive_group()
    expected.add_argument(
        "--expected",
        dest="expected",
        action="store_true",
        default=None,
        help="the MIS will bring them; so for pupils and staff unless said otherwise",
    )
    expected.add_argument(
        "--not-in-mis",
        dest="expected",
        action="store_false",
        help="it never will, such as governors and visitors; needs --reason",
    )
    parser.add_argument("--reason", default="", help="why they have an account without the MIS")
    parser.add_argument("--until", metavar="DAY", help="kept without the MIS until then; for good without it")
    parser.add_argument("--look", action="store_true", help="only say what it would make, and who is similar")
    parser.add_argument("--despite-similar", action="store_true", help="although somebody similar is there")


def list_accounts(args: argparse.Namespace, out: Out) -> int:
    from misconsole.services import accounts

    since = words.moment(args.since)
    with open_desk(args) as desk:
        urn = words.urn_of(desk, args.school)
        items = accounts.listing(desk, args.school, role=args.role, state=args.state)
    if since is not None:
        items = tuple(a for a in items if a.latest is not None and a.latest >= since)
    return words.listed(
        out,
        {"school": urn, "items": items},
        ("ID", "USERNAME", "NAME", "ROLE", "STATE", "ORIGIN", "PERSON", "LATEST"),
        [
            (
                a.id,
                a.username,
                a.display_name,
                a.role,
                a.state,
                a.origin,
                a.person.source_id if a.person else "",
                f"{'linked' if a.moved else 'made'} {a.latest:%Y-%m-%d}" if a.latest else "",
            )
            for a in items
        ],
    )


def show(args: argparse.Namespace, out: Out) -> int:
    from misconsole.services import accounts, lookup

    with open_desk(args) as desk:
        urn = words.urn_of(desk, args.school)
        view = accounts.show(desk, args.school, lookup.account_id(desk, args.school, args.account))
    return _shown(out, urn, view)


def _shown(out: Out, urn: str, view: AccountView) -> int:
    if out.as_json:
        out.json({"school": urn, "account": view})
        return Exit.DONE
    from dataclasses import fields

    values = [(f.name, getattr(view, f.name)) for f in fields(view) if f.name not in ("person", "aliases")]
    person = f"{view.person.name} ({view.person.role} {view.person.source_id})" if view.person else ""
    out.table(("FACT", "VALUE"), [*values, ("aliases", ", ".join(view.aliases)), ("person", person)])
    return Exit.DONE


def import_csv(args: argparse.Namespace, out: Out) -> int:
    """Good rows go in; a file with bad rows still exits 0, they are told one by one."""
    from misconsole.services import accounts

    with open_desk(args) as desk:
        urn = words.urn_of(desk, args.school)
        path = typed(args.file)
        report = accounts.import_csv(desk, args.school, path, dry_run=args.dry_run)
    if out.as_json:
        out.json({"school": urn, "dry_run": args.dry_run, **_import_document(report)})
        return Exit.DONE
    done = f"{report.imported} new, {report.updated} updated, {report.unchanged} unchanged"
    out.lines([f"{'Would import' if args.dry_run else 'Imported'} {counted(report.read, 'row')}: {done}."])
    if report.columns_left_out:
        out.lines([f"Columns left out: {', '.join(report.columns_left_out)}."])
    if report.rejected:
        out.lines([f"{counted(len(report.rejected), 'row was', 'rows were')} left out:"])
        out.table(("LINE", "FIELD", "REASON"), report.rejected)
    return Exit.DONE


def _import_document(report: ImportReport) -> dict[str, Any]:
    rejected = [{"line": line, "field": field, "reason": reason} for line, field, reason in report.rejected]
    counts = {name: getattr(report, name) for name in ("read", "imported", "updated", "unchanged")}
    return {**counts, "rejected": rejected, "columns_left_out": list(report.columns_left_out)}


def create(args: argparse.Namespace, out: Out) -> int:
    from misconsole.services import manual

    request = manual.Request(
        given=args.given, family=args.family, preferred_given=args.preferred_given,
        preferred_family=args.preferred_family, role=args.role, teaching=args.teaching,
        date_of_birth=words.day(args.date_of_birth), starts_on=words.day(args.starts),
        expected=args.expected, reason=args.reason, until=words.day(args.until), username=args.username,
        upn=args.upn, mis_id=args.mis_id, staff_code=args.staff_code, year_of_entry=args.year_of_entry,
    )  # fmt: skip
    with open_desk(args) as desk:
        urn = words.urn_of(desk, args.school)
        if args.look:
            return _looked(out, urn, manual.look(desk, args.school, request))
        view = manual.create(desk, args.school, request, despite=args.despite_similar)
    if out.as_json:
        out.json({"school": urn, "account": view})
    else:
        waits = " The MIS is expected to bring them." if view.awaited else ""
        out.lines([f"Created {view.username} for {view.display_name}.{waits}"])
    return Exit.DONE


def _looked(out: Out, urn: str, look: Look) -> int:
    held = Exit.HELD if look.similar or look.problem or look.question else Exit.DONE
    if out.as_json:
        from dataclasses import fields

        out.json({"school": urn, **{f.name: getattr(look, f.name) for f in fields(look)}})
        return held
    if look.problem:
        out.note(look.problem)
        return held
    taken = f" ({look.taken})" if look.taken else ""
    out.lines([f"It would be {look.username}{taken}, {look.email or 'without an address'}. {look.later}"])
    if look.question:
        out.note(look.question)
    if look.similar:
        out.lines(["Similar, and there already:"])
        rows = [
            (x.username or f"id:{x.person_id}", x.name, x.role, x.state or "in the MIS, no account",
             x.date_of_birth or "", x.school, f"{x.score:.1f}")
            for x in look.similar
        ]  # fmt: skip
        out.table(("WHO", "NAME", "ROLE", "STATE", "BORN", "SCHOOL", "BITS"), rows)
    return held


def own_name(args: argparse.Namespace, out: Out) -> int:
    from misconsole.services import decide, lookup

    if bool(args.name) == args.clear:
        raise Usage("Name the display name, or --clear, and not both.")
    with open_desk(args) as desk:
        urn = words.urn_of(desk, args.school)
        account = lookup.account_id(desk, args.school, args.account)
        name, meant = args.name or "", args.despite_wording
        done = decide.set_display_name(desk, args.school, account, name, despite=meant)
        return words.decided(out, urn, done)


def rename(args: argparse.Namespace, out: Out) -> int:
    from misconsole.services import decide, lookup

    with open_desk(args) as desk:
        urn = words.urn_of(desk, args.school)
        account = lookup.account_id(desk, args.school, args.account)
        return words.decided(out, urn, decide.rename(desk, args.school, account, args.username))


def link(args: argparse.Namespace, out: Out) -> int:
    from misconsole.services import decide, lookup

    with open_desk(args) as desk:
        urn = words.urn_of(desk, args.school)
        person = lookup.person_id(desk, args.school, args.person)
        account = lookup.account_id(desk, args.school, args.account)
        return words.decided(out, urn, decide.link(desk, args.school, person, account))


def unlink(args: argparse.Namespace, out: Out) -> int:
    from misconsole.services import decide, lookup

    with open_desk(args) as desk:
        urn = words.urn_of(desk, args.school)
        account = lookup.account_id(desk, args.school, args.account)
        return words.decided(out, urn, decide.unlink(desk, args.school, account, reason=args.reason))

"""``misconsole account``: list, show, import, create, rename, link and unlink accounts."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from misconsole.cli import words
from misconsole.cli.desk import open_desk
from misconsole.errors import Exit

if TYPE_CHECKING:
    from misconsole.cli.out import Out
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
    _add_create(verb("create", "an account by hand", create))
    verb("rename", "another username; the address follows", rename, account, ("USERNAME", "the new one"))
    verb("link", "to a MIS person", link, account, ("PERSON", "id in the MIS, UPN, or id:N"))
    verb("unlink", "from its MIS person", unlink, account).add_argument("--reason", required=True)


def _add_create(parser: Any) -> None:
    parser.add_argument("--given", required=True, help="given name, as in the MIS")
    parser.add_argument("--family", required=True, help="family name, as in the MIS")
    parser.add_argument("--role", required=True, choices=ROLES)
    parser.add_argument("--username", help="made by the school's format when left out")
    parser.add_argument("--date-of-birth", metavar="DAY")
    for name in ("--upn", "--mis-id", "--staff-code"):
        parser.add_argument(name, help="so that the account is found by it later")
    parser.add_argument("--year-of-entry", type=int, metavar="YEAR")


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
        path = Path(args.file).expanduser()
        report = accounts.import_csv(desk, args.school, path, dry_run=args.dry_run)
    if out.as_json:
        out.json({"school": urn, "dry_run": args.dry_run, **_import_document(report)})
        return Exit.DONE
    done = f"{report.imported} new, {report.updated} updated, {report.unchanged} unchanged"
    out.lines([f"{'Would import' if args.dry_run else 'Imported'} {report.read} rows: {done}."])
    if report.columns_left_out:
        out.lines([f"Columns left out: {', '.join(report.columns_left_out)}."])
    if report.rejected:
        out.lines([f"{len(report.rejected)} rows were left out:"])
        out.table(("LINE", "FIELD", "REASON"), report.rejected)
    return Exit.DONE


def _import_document(report: ImportReport) -> dict[str, Any]:
    rejected = [{"line": line, "field": field, "reason": reason} for line, field, reason in report.rejected]
    counts = {name: getattr(report, name) for name in ("read", "imported", "updated", "unchanged")}
    return {**counts, "rejected": rejected, "columns_left_out": list(report.columns_left_out)}


def create(args: argparse.Namespace, out: Out) -> int:
    from misconsole.services import accounts

    with open_desk(args) as desk:
        urn = words.urn_of(desk, args.school)
        view = accounts.create(
            desk, args.school, given=args.given, family=args.family, role=args.role, username=args.username,
            date_of_birth=words.day(args.date_of_birth), upn=args.upn, mis_id=args.mis_id,
            staff_code=args.staff_code, year_of_entry=args.year_of_entry,
        )  # fmt: skip
    if out.as_json:
        out.json({"school": urn, "account": view})
    else:
        out.lines([f"Created {view.username} for {view.display_name}."])
    return Exit.DONE


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

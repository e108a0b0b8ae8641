"""Plain tables for people with spreadsheets: accounts, people, classes, contacts.

No cell runs as a formula: one that would gets the apostrophe by which a spreadsheet knows text.  The table of
accounts is what ``account import`` reads, which takes that apostrophe off again; so nothing is lost on the
way there and back, leading zeros included.
"""

from __future__ import annotations

from datetime import date

from misconsole.exports.cells import line
from misconsole.exports.roster import ContactFacts, Holder, Roster
from misconsole.exports.shapes import Dialect, FileSpec, Format, LeftOut, Made, Row, Table

GUARDED = Dialect(bom=True, guarded=True)
ACCOUNTS = FileSpec(
    name="accounts.csv",
    columns=(
        "username", "given_name", "family_name", "preferred_given_name", "preferred_family_name",
        "date_of_birth", "role", "email", "year_of_entry", "upn", "mis_id", "staff_code", "account_id",
        "state", "display_name", "year_group", "registration_group", "admission_number", "aliases",
    ),
    about="one row an account; the first twelve columns are those of account import",
)  # fmt: skip
PEOPLE = FileSpec(
    name="people.csv",
    columns=(
        "person_id", "role", "source_id", "given_name", "family_name", "date_of_birth", "year_group",
        "registration_group", "upn", "admission_number", "staff_code", "status", "username", "gate",
    ),
    about="one row a pupil or member of staff of the last extract, with or without an account",
)  # fmt: skip
CLASSES = FileSpec(
    name="classes.csv",
    columns=("class_id", "name", "code", "kind", "subject", "pupils", "staff", "without_account"),
    about="one row a class or registration group, with the number of members",
)
MEMBERS = FileSpec(
    name="class-members.csv",
    columns=("class_id", "class", "account_id", "username", "part"),
    about="one row a member who has an account",
)
CONTACTS = FileSpec(
    name="contacts.csv",
    columns=(
        "contact_id", "title", "given_name", "family_name", "email", "phone", "relationship",
        "parental_responsibility", "priority", "pupil_id", "pupil_username", "pupil_name",
    ),
    about="one row a contact and pupil",
)  # fmt: skip


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value.isoformat() if isinstance(value, date) else line(str(value))


def _row(key: str, label: str, *values: object) -> Row:
    return Row(key, label, tuple(map(_cell, values)))


def _made(*tables: tuple[FileSpec, list[Row]]) -> Made:
    return Made(tables=[Table(spec.name, spec, tuple(rows)) for spec, rows in tables])


def accounts(roster: Roster) -> Made:
    made = _made((ACCOUNTS, [_account(each) for each in roster.holders]))
    made.addresses |= {each.number: each.address for each in roster.holders if each.address}
    return made


def _account(h: Holder) -> Row:
    return _row(
        h.number, h.username, h.username, h.directory_given, h.directory_family, h.preferred_given,
        h.preferred_family, h.date_of_birth, h.role, h.email, h.year_of_entry, h.upn, h.mis_id, h.staff_code,
        h.number, h.state, h.display, h.year_group, h.registration_group, h.admission_number,
        "; ".join(h.aliases),
    )  # fmt: skip


def people(roster: Roster) -> Made:
    rows = [
        _row(
            p.number, p.username or p.source_id, p.number, p.role, p.source_id, p.given, p.family,
            p.date_of_birth, p.year_group, p.registration_group, p.upn, p.admission_number, p.staff_code,
            p.status, p.username, p.gate,
        )
        for p in roster.people
    ]  # fmt: skip
    return _made((PEOPLE, rows))


def classes(roster: Roster) -> Made:
    names = {holder.number: holder.username for holder in roster.holders}
    rows, members = [], []
    for each in roster.classes:
        here = [member for member in each.members if member.holder in names]
        pupils = sum(member.part == "pupil" for member in here)
        rows.append(
            _row(
                each.number,
                each.name,
                each.number,
                each.name,
                each.code,
                each.kind,
                each.subject,
                pupils,
                len(here) - pupils,
                each.unknown,
            )
        )
        members += [
            _row(f"{each.number} {m.holder} {m.part}", each.name, each.number, each.name, m.holder,
                 names[m.holder], m.part)
            for m in here
        ]  # fmt: skip
    return _made((CLASSES, rows), (MEMBERS, members))


def contacts(roster: Roster) -> Made:
    written = {holder.number for holder in roster.holders}
    made = _made((CONTACTS, [row for each in roster.contacts for row in _contact(each, written)]))
    made.left_out += [
        LeftOut(
            number=each.number, label=f"contact {each.number}",
            reason="No pupil of theirs is in this export.",
        )
        for each in roster.contacts
        if not any(child.holder in written for child in each.children)
    ]  # fmt: skip
    return made


def _contact(c: ContactFacts, written: set[str]) -> list[Row]:
    return [
        _row(
            f"{c.number} {child.holder}", f"contact {c.number}", c.number, c.title, c.given, c.family,
            c.email, c.phone, child.relationship, child.responsible, child.priority, child.holder,
            child.username, child.name,
        )
        for child in c.children
        if child.holder in written
    ]  # fmt: skip


FORMATS = (
    Format(
        id="accounts", title="Accounts, a plain table", build=accounts, files=(ACCOUNTS,), dialect=GUARDED,
        contains="every account with its names, address, identifiers, date of birth, year group and former "
        "names; account import reads it back",
        leaves_out="passwords, job titles, telephone numbers; leavers unless they are asked for",
        leavers=True,
    ),
    Format(
        id="people", title="People of the MIS, a plain table", build=people, files=(PEOPLE,), dialect=GUARDED,
        contains="every pupil and member of staff of the last extract, with the account or what stands "
        "before one",
        leaves_out="passwords, legal and middle names, addresses, telephone numbers, people who left",
        roles=("pupil", "staff"), needs=frozenset({"people"}),
    ),
    Format(
        id="classes", title="Classes, plain tables", build=classes, files=(CLASSES, MEMBERS), dialect=GUARDED,
        contains="classes and registration groups, and which accounts are in them",
        leaves_out="passwords, names of people; members without an account are only counted",
        roles=("pupil", "staff"), needs=frozenset({"classes"}),
    ),
    Format(
        id="contacts", title="Contacts, a plain table", build=contacts, files=(CONTACTS,), dialect=GUARDED,
        contains="parents and carers with e-mail address, telephone, relationship and whose they are, as far "
        "as the report Contacts is accepted",
        leaves_out="home addresses; contacts of pupils without an account",
        roles=("pupil",), needs=frozenset({"contacts"}),
    ),
)  # fmt: skip

"""Microsoft School Data Sync v2.1: who is at the school, in which class, and on request whose parent.

The reader takes a file or a row that is missing later for gone, so the same set of files is written every
time, empty ones too.  A year group is in the American words there, because its list has no others.
"""

from __future__ import annotations

from misconsole.exports import teaching, years
from misconsole.exports.cells import Sieve, address, sign_in
from misconsole.exports.roster import ContactFacts, Holder, Roster
from misconsole.exports.shapes import Dialect, FileSpec, Format, LeftOut, Made, Option, Row, Table

ORGS = FileSpec(name="orgs.csv", columns=("sourcedId", "name", "type", "parentSourcedId"), about="the school")
USERS = FileSpec(
    name="users.csv",
    columns=(
        "sourcedId", "username", "givenName", "familyName", "password", "activeDirectoryMatchId", "email",
        "phone", "sms",
    ),
    about="pupils, staff, and contacts if asked for",
)  # fmt: skip
ROLES = FileSpec(
    name="roles.csv",
    columns=(
        "userSourcedId", "orgSourcedId", "role", "sessionSourcedId", "grade", "isPrimary", "roleStartDate",
        "roleEndDate",
    ),
    about="what each pupil and member of staff is",
)  # fmt: skip
CLASSES = FileSpec(
    name="classes.csv",
    columns=("sourcedId", "orgSourcedId", "title", "sessionSourcedIds", "courseSourcedId", "code"),
    about="classes and registration groups",
)
ENROLMENTS = FileSpec(
    name="enrollments.csv", columns=("classSourcedId", "userSourcedId", "role"), about="who is in which class"
)
RELATIONSHIPS = FileSpec(
    name="relationships.csv",
    columns=("userSourcedId", "relationshipUserSourcedId", "relationshipRole"),
    about="whose parent or guardian somebody is; only with contacts",
)
CONTACTS = Option(
    name="contacts", default="no", choices=("no", "responsible", "all"),
    doc="whether contacts are written: none, those with parental responsibility, or all",
)  # fmt: skip
LONGEST = 255


def build(roster: Roster) -> Made:
    made = Made()
    sieve = Sieve(made)
    written = [
        (holder, row)
        for holder in teaching.without_others(roster, made)
        if (row := _user(holder, sieve)) is not None
    ]
    users = [row for _, row in written]
    numbers = {holder.number for holder, _ in written}
    related = _contacts(roster, numbers, users, sieve)
    tables = [
        (ORGS, [_org(roster, sieve)]),
        (USERS, users),
        (ROLES, _roles(roster, [holder for holder, _ in written])),
        (CLASSES, _classes(roster, sieve)),
        (ENROLMENTS, _enrolments(roster, numbers)),
    ]
    if roster.options["contacts"] != "no":
        tables.append((RELATIONSHIPS, related))
    made.tables += [Table(spec.name, spec, tuple(rows)) for spec, rows in tables]
    return sieve.close()


def _org(roster: Roster, sieve: Sieve) -> Row:
    school = roster.school
    name = sieve.text(school.name, "name", school.name, longest=LONGEST) or school.urn
    return Row(school.id, school.name, (school.id, name, "school", ""))


def _id(holder: Holder) -> str:
    return f"{teaching.PREFIX[holder.role]}{holder.number}"


def _user(holder: Holder, sieve: Sieve) -> Row | None:
    username = sign_in(holder, sieve)
    if not username:
        return None
    given = sieve.text(holder.username, "given name", holder.given, longest=LONGEST)
    family = sieve.text(holder.username, "family name", holder.family, longest=LONGEST)
    sieve.made.addresses[holder.number] = username
    cells = (_id(holder), username, given, family, "", username, username, "", "")
    return Row(_id(holder), holder.username, cells)


def _roles(roster: Roster, holders: list[Holder]) -> list[Row]:
    teach = teaching.teachers(roster)
    country, words = roster.school.country, roster.options["grades"]
    rows = []
    for holder in holders:
        pupil = holder.role == teaching.PUPIL
        role = "student" if pupil else "teacher" if holder.number in teach else "staff"
        grade = years.grade(holder.year_group, country=country, words=words) if pupil else ""
        cells = (_id(holder), roster.school.id, role, "", grade if _known(grade) else "", "TRUE", "", "")
        rows.append(Row(_id(holder), holder.username, cells))
    return rows


def _known(grade: str) -> bool:
    return grade in ("PR", "PK", "TK", "KG") or grade in {f"{n:02}" for n in range(1, 15)}


def _classes(roster: Roster, sieve: Sieve) -> list[Row]:
    rows = []
    for each in roster.classes:
        title = sieve.text(each.name, "title", each.name, longest=LONGEST) or each.number
        code = sieve.text(each.name, "code", each.code, longest=LONGEST)
        number = f"C-{each.number}"
        rows.append(Row(number, each.name, (number, roster.school.id, title, "", "", code)))
    return rows


def _enrolments(roster: Roster, numbers: set[str]) -> list[Row]:
    roles, rows = teaching.roles_of(roster), []
    for each in roster.classes:
        for member in teaching.members(each, numbers, roles):
            role = "student" if member.part == teaching.PUPIL else "teacher"
            group, user = f"C-{each.number}", f"{teaching.PREFIX[roles[member.holder]]}{member.holder}"
            rows.append(Row(f"{group} {user}", each.name, (group, user, role)))
    return rows


def _contacts(roster: Roster, numbers: set[str], users: list[Row], sieve: Sieve) -> list[Row]:
    """Adds the contacts to the users, and returns whose they are."""
    rows: list[Row] = []
    taken = {row.cells[1].lower() for row in users}
    for contact in roster.contacts:
        children = [
            c for c in teaching.responsible(contact, roster.options["contacts"]) if c.holder in numbers
        ]
        row = _contact(contact, taken, sieve) if children else None
        if row is None:
            continue
        users.append(row)
        for child in children:
            cells = (f"S-{child.holder}", row.key, teaching.relation(child.relationship))
            rows.append(Row(f"{cells[0]} {row.key}", child.username, cells))
    return rows


def _contact(contact: ContactFacts, taken: set[str], sieve: Sieve) -> Row | None:
    label = f"contact {contact.number}"
    given = sieve.text(label, "given name", contact.given, longest=LONGEST)
    family = sieve.text(label, "family name", contact.family, longest=LONGEST)
    email = address(contact.email)
    if not (given and family and email) or email.lower() in taken:
        shared = bool(email) and email.lower() in taken
        reason = (
            "Somebody else in the file has the same e-mail address."
            if shared
            else "School Data Sync wants both names and an e-mail address of every contact."
        )
        mend = "Correct the contact in the MIS."
        sieve.made.left_out.append(LeftOut(number=contact.number, label=label, reason=reason, mend=mend))
        return None
    taken.add(email.lower())
    number, phone = f"P-{contact.number}", sieve.phone(label, contact.phone)
    return Row(number, label, (number, email, given, family, "", "", email, phone, ""))


FORMAT = Format(
    id="sds",
    title="Microsoft School Data Sync v2.1",
    build=build,
    files=(ORGS, USERS, ROLES, CLASSES, ENROLMENTS, RELATIONSHIPS),
    contains="the school, pupils and staff with names and sign-in name, role and year group, classes and who "
    "is in them; contacts with e-mail address and telephone if they are asked for",
    leaves_out="passwords, dates of birth, UPN and other numbers of the school, academic sessions, courses, "
    "demographics, flags, leavers, accounts of neither pupils nor staff; sign-in names as they were before a "
    "rename, for the id stays the same",
    dialect=Dialect(),
    roles=("pupil", "staff"),
    needs=frozenset({"classes", "contacts"}),
    whole_set=True,
    options=(years.option("ceds"), CONTACTS),
)

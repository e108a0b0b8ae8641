"""OneRoster 1.1 and 1.2 as a CSV package, complete ("bulk"), which our own connector can read back.

``status`` and ``dateLastModified`` are blank, as they must be in a complete package; what is not delivered
is declared absent in the manifest.
"""

from __future__ import annotations

from misconsole.exports import teaching, years
from misconsole.exports.cells import Sieve, sign_in
from misconsole.exports.oneroster_files import (
    CLASSES,
    COURSES,
    DEMOGRAPHICS,
    ENROLMENTS,
    FILES,
    MANIFEST,
    ORGS,
    ROLES,
    SESSIONS,
    USERS_1_1,
    USERS_1_2,
)  # fmt: skip
from misconsole.exports.roster import Holder, Roster
from misconsole.exports.shapes import Dialect, FileSpec, Format, Made, Option, Row, Table

BIRTHS = Option(
    name="births",
    default="no",
    choices=("no", "yes"),
    doc="whether dates of birth are written (demographics)",
)
_ENROLLED = {
    "1.1": {"pupil": "student", "supervisor": "aide"},
    "1.2": {"pupil": "student", "supervisor": "proctor"},
}


def build_1_1(roster: Roster) -> Made:
    return _build(roster, "1.1")


def build_1_2(roster: Roster) -> Made:
    return _build(roster, "1.2")


def _build(roster: Roster, version: str) -> Made:
    made = Made()
    sieve, teach = Sieve(made), teaching.teachers(roster)
    pairs = [
        (holder, row)
        for holder in teaching.without_others(roster, made)
        if (row := _user(holder, roster, version, teach, sieve)) is not None
    ]
    holders = [holder for holder, _ in pairs]
    spec = USERS_1_1 if version == "1.1" else USERS_1_2
    listed: list[tuple[FileSpec, list[Row]]] = [
        (SESSIONS, [_session(roster)]),
        (ORGS, [_org(roster, sieve)]),
        (COURSES, _courses(roster, sieve)),
        (CLASSES, _classes(roster, sieve)),
        (spec, [row for _, row in pairs]),
        (ENROLMENTS, _enrolments(roster, {h.number for h in holders}, version)),
    ]
    if version == "1.2":
        listed.append((ROLES, _roles(roster, holders)))
    if roster.options["births"] == "yes":
        listed.append((DEMOGRAPHICS, _births(holders)))
    listed.insert(0, (MANIFEST, _manifest(version, [each.name for each, _ in listed])))
    made.tables += [Table(each.name, each, tuple(rows)) for each, rows in listed]
    return sieve.close()


def _row(spec: FileSpec, key: str, label: str, **values: str) -> Row:
    return Row(key, label, tuple(values.get(column, "") for column in spec.columns))


def _manifest(version: str, there: list[str]) -> list[Row]:
    pairs = {"manifest.version": "1.0", "oneroster.version": version}
    for name in FILES[version]:
        pairs[f"file.{name}"] = "bulk" if f"{name}.csv" in there else "absent"
    pairs |= {"source.systemName": "misconsole", "source.systemCode": "misconsole"}
    return [Row(key, key, (key, value)) for key, value in pairs.items()]


def _session(roster: Roster) -> Row:
    begins, first, last = years.session(roster.today, country=roster.school.country)
    number, title = f"Y-{begins}", f"{begins}/{(begins + 1) % 100:02}"
    return _row(
        SESSIONS, number, title, sourcedId=number, title=title, type="schoolYear",
        startDate=first.isoformat(), endDate=last.isoformat(), schoolYear=str(begins + 1),
    )  # fmt: skip


def _org(roster: Roster, sieve: Sieve) -> Row:
    school = roster.school
    name = sieve.text(school.name, "name", school.name) or school.urn
    return _row(
        ORGS, school.id, school.name, sourcedId=school.id, name=name, type="school",
        identifier=school.dfe_number,
    )  # fmt: skip


def _id(holder: Holder) -> str:
    return f"{teaching.PREFIX[holder.role]}{holder.number}"


def _role(holder: Holder, teach: frozenset[str]) -> str:
    """Staff who do not teach are aides: the standard's other words would make them administrators there."""
    return "student" if holder.role == "pupil" else "teacher" if holder.number in teach else "aide"


def _user(holder: Holder, roster: Roster, version: str, teach: frozenset[str], sieve: Sieve) -> Row | None:
    given = sieve.text(holder.username, "given name", holder.given, longest=255)
    family = sieve.text(holder.username, "family name", holder.family, longest=255)
    if not (given and family):
        sieve.drop(holder, "OneRoster wants both names.", "Fill them in in the MIS or the account.")
        return None
    username = sign_in(holder, sieve)
    if not username:
        return None
    sieve.made.addresses[holder.number] = username
    pupil, school = holder.role == "pupil", roster.school
    grade = years.grade(holder.year_group, country=school.country, words=roster.options["grades"])
    values = {
        "sourcedId": _id(holder), "enabledUser": "true" if holder.state == "active" else "false",
        "username": username, "email": username, "givenName": given, "familyName": family,
        "identifier": sieve.text(holder.username, "number", holder.local_number),
        "userIds": _user_ids(holder, sieve), "grades": grade if pupil else "",
    }  # fmt: skip
    if version == "1.1":
        role = _role(holder, teach)
        return _row(USERS_1_1, _id(holder), holder.username, **values, role=role, orgSourcedIds=school.id)
    return _row(USERS_1_2, _id(holder), holder.username, **values, primaryOrgSourcedId=school.id)


def _user_ids(holder: Holder, sieve: Sieve) -> str:
    upn = sieve.text(holder.username, "UPN", holder.upn if holder.role == "pupil" else "")
    return f"{{UPN:{upn}}}" if upn.isalnum() else ""


def _roles(roster: Roster, holders: list[Holder]) -> list[Row]:
    teach = teaching.teachers(roster)
    return [
        _row(
            ROLES, f"L-{holder.number}", holder.username, sourcedId=f"L-{holder.number}",
            userSourcedId=_id(holder), roleType="primary", orgSourcedId=roster.school.id,
            role=_role(holder, teach),
        )
        for holder in holders
    ]  # fmt: skip


def _courses(roster: Roster, sieve: Sieve) -> list[Row]:
    rows: dict[str, Row] = {}
    for each in roster.classes:
        number = teaching.course(each, roster)
        named = sieve.text(each.subject, "course", each.subject)
        title = named or "Classes"
        subject = " ".join(named.replace(",", " ").split())
        rows[number] = _row(
            COURSES, number, title, sourcedId=number, title=title, orgSourcedId=roster.school.id,
            subjects=subject,
        )  # fmt: skip
    return list(rows.values())


def _classes(roster: Roster, sieve: Sieve) -> list[Row]:
    term = _session(roster).key
    return [
        _row(
            CLASSES, f"C-{each.number}", each.name, sourcedId=f"C-{each.number}",
            title=sieve.text(each.name, "title", each.name) or each.number, termSourcedIds=term,
            classCode=sieve.text(each.name, "code", each.code), courseSourcedId=teaching.course(each, roster),
            classType="homeroom" if each.kind == "registration" else "scheduled",
            schoolSourcedId=roster.school.id,
        )
        for each in roster.classes
    ]  # fmt: skip


def _enrolments(roster: Roster, written: set[str], version: str) -> list[Row]:
    roles, rows, words = teaching.roles_of(roster), [], _ENROLLED[version]
    for each in roster.classes:
        for member in teaching.members(each, written, roles):
            key = f"E-{each.number}-{member.holder}"
            staff = member.part != teaching.PUPIL
            primary = ("true" if member.part == "main teacher" else "false") if staff else ""
            rows.append(
                _row(
                    ENROLMENTS,
                    key,
                    each.name,
                    sourcedId=key,
                    classSourcedId=f"C-{each.number}",
                    schoolSourcedId=roster.school.id,
                    role=words.get(member.part, "teacher"),
                    primary=primary,
                    userSourcedId=f"{teaching.PREFIX[roles[member.holder]]}{member.holder}",
                )
            )
    return rows


def _births(holders: list[Holder]) -> list[Row]:
    return [
        _row(
            DEMOGRAPHICS, _id(each), each.username, sourcedId=_id(each),
            birthDate=each.date_of_birth.isoformat(),
        )
        for each in holders
        if each.date_of_birth
    ]  # fmt: skip


def _format(version: str) -> Format:
    users = (USERS_1_1,) if version == "1.1" else (USERS_1_2, ROLES)
    return Format(
        id=f"oneroster-{version}",
        title=f"OneRoster {version} CSV package",
        build=build_1_1 if version == "1.1" else build_1_2,
        files=(MANIFEST, SESSIONS, ORGS, COURSES, CLASSES, *users, ENROLMENTS, DEMOGRAPHICS),
        contains="the school, the academic year, pupils and staff with names, address, UPN and the school's "
        "own number, year group, classes and who is in them; dates of birth if they are asked for",
        leaves_out="passwords, middle and legal names, sex, contacts, terms, marks, leavers, accounts of "
        "neither pupils nor staff, former addresses (the id stays the same)",
        dialect=Dialect(),
        roles=("pupil", "staff"),
        needs=frozenset({"classes"}),
        archive=f"oneroster-{version}.zip",
        whole_set=True,
        options=(years.option("nc"), BIRTHS),
    )


FORMATS = (_format("1.1"), _format("1.2"))

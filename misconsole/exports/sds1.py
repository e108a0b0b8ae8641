"""Microsoft School Data Sync, the older v1 files, under British or American headings."""

from __future__ import annotations

from dataclasses import replace

from misconsole.exports import teaching, years
from misconsole.exports.cells import Sieve, sign_in
from misconsole.exports.roster import Holder, Roster
from misconsole.exports.shapes import Dialect, FileSpec, Format, Made, Option, Row, Table

SCHOOL = FileSpec(name="School.csv", columns=("DfE Number", "Name"), about="the school")
SECTION = FileSpec(
    name="Section.csv", columns=("ID", "School DfE Number", "Section Name"), about="classes and groups"
)
STUDENT = FileSpec(
    name="Student.csv",
    columns=("ID", "School DfE Number", "First Name", "Last Name", "Username", "Student Number", "Grade"),
    about="pupils",
)
TEACHER = FileSpec(
    name="Teacher.csv",
    columns=("ID", "School DfE Number", "First Name", "Last Name", "Username", "Teacher Number"),
    about="staff who teach",
)
ENROLMENT = FileSpec(
    name="StudentEnrollment.csv", columns=("Section ID", "ID"), about="which pupil is in which class"
)
ROSTER = FileSpec(name="TeacherRoster.csv", columns=("Section ID", "ID"), about="who teaches which class")
_AMERICAN = {
    "DfE Number": "SIS ID", "School DfE Number": "School SIS ID", "ID": "SIS ID",
    "Section ID": "Section SIS ID",
}  # fmt: skip


def build(roster: Roster) -> Made:
    made = Made()
    sieve = Sieve(made)
    teach = teaching.teachers(roster)
    pupils: list[Row] = []
    staff: list[Row] = []
    for holder in teaching.without_others(roster, made):
        if holder.role == "staff" and holder.number not in teach:
            sieve.drop(holder, "Does not teach; v1 has no place for other staff.", "Use v2.1 for them.")
        elif (row := _person(holder, roster, sieve)) is not None:
            (pupils if holder.role == teaching.PUPIL else staff).append(row)
    school = roster.school
    name = sieve.text(school.name, "name", school.name) or school.urn
    sections = [_section(each.number, each.name, roster, sieve) for each in roster.classes]
    written = {row.label for row in (*pupils, *staff)}
    enrolled, taught = _members(roster, written)
    listed = (
        (SCHOOL, [Row(school.id, school.name, (school.dfe_number, name))]),
        (SECTION, sections),
        (STUDENT, pupils),
        (TEACHER, staff),
        (ENROLMENT, enrolled),
        (ROSTER, taught),
    )
    made.tables += [Table(spec.name, _headed(spec, roster), tuple(rows)) for spec, rows in listed]
    return sieve.close()


def _headed(spec: FileSpec, roster: Roster) -> FileSpec:
    if roster.options["headings"] == "uk":
        return spec
    return replace(spec, columns=tuple(_AMERICAN.get(each, each) for each in spec.columns))


def _person(holder: Holder, roster: Roster, sieve: Sieve) -> Row | None:
    username = sign_in(holder, sieve)
    if not username:
        return None
    sieve.made.addresses[holder.number] = username
    pupil = holder.role == teaching.PUPIL
    grade = years.grade(
        holder.year_group, country=roster.school.country, words=roster.options["grades"], zero=False
    )
    number = f"{teaching.PREFIX[holder.role]}{holder.number}"
    given = sieve.text(holder.username, "first name", holder.given)
    family = sieve.text(holder.username, "last name", holder.family)
    own = sieve.text(holder.username, "number", holder.local_number)
    cells = (number, roster.school.dfe_number, given, family, username, own)
    return Row(number, holder.username, (*cells, grade) if pupil else cells)


def _section(number: str, name: str, roster: Roster, sieve: Sieve) -> Row:
    title = sieve.text(name, "name", name) or number
    return Row(f"C-{number}", name, (f"C-{number}", roster.school.dfe_number, title))


def _members(roster: Roster, labels: set[str]) -> tuple[list[Row], list[Row]]:
    written = {holder.number for holder in roster.holders if holder.username in labels}
    roles = teaching.roles_of(roster)
    enrolled: list[Row] = []
    taught: list[Row] = []
    for each in roster.classes:
        for member in teaching.members(each, written, roles):
            user = f"{teaching.PREFIX[roles[member.holder]]}{member.holder}"
            into = enrolled if member.part == teaching.PUPIL else taught
            into.append(Row(f"C-{each.number} {user}", each.name, (f"C-{each.number}", user)))
    return enrolled, taught


FORMAT = Format(
    id="sds1",
    title="Microsoft School Data Sync v1",
    build=build,
    files=(SCHOOL, SECTION, STUDENT, TEACHER, ENROLMENT, ROSTER),
    contains="the school by DfE number, pupils and teachers with names, sign-in name and the school's own "
    "number, year group, classes and who is in them",
    leaves_out="passwords, dates of birth, UPN, staff who do not teach, contacts, leavers, former "
    "sign-in names",
    dialect=Dialect(),
    roles=("pupil", "staff"),
    needs=frozenset({"classes"}),
    whole_set=True,
    options=(
        years.option("nc"),
        Option(
            name="headings", default="uk", choices=("uk", "us"), doc="British or American column headings"
        ),
    ),
)

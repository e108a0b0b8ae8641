"""Apple School Manager: six files in one ZIP, uploaded by hand or over SFTP.

Every reference must resolve, or Apple refuses the whole; ids are letters, digits and hyphens, and unique over
pupils and staff together.  A class that is missing later loses its pupils there.
"""

from __future__ import annotations

from misconsole.counting import counted
from misconsole.exports import teaching, years
from misconsole.exports.cells import Sieve, sign_in
from misconsole.exports.roster import Holder, Roster
from misconsole.exports.shapes import Dialect, FileSpec, Format, Made, Option, Row, Said, Table

STUDENTS = FileSpec(
    name="students.csv",
    columns=(
        "person_id", "person_number", "first_name", "middle_name", "last_name", "grade_level",
        "email_address", "sis_username", "password_policy", "location_id",
    ),
    about="pupils",
)  # fmt: skip
STAFF = FileSpec(
    name="staff.csv",
    columns=(
        "person_id", "person_number", "first_name", "middle_name", "last_name", "email_address",
        "sis_username", "location_id",
    ),
    about="staff",
)  # fmt: skip
COURSES = FileSpec(
    name="courses.csv", columns=("course_id", "course_number", "course_name", "location_id"),
    about="one course a subject, and one for classes without",
)  # fmt: skip
CLASSES = FileSpec(
    name="classes.csv",
    columns=(
        "class_id", "class_number", "course_id", "instructor_id", "instructor_id_2", "instructor_id_3",
        "location_id",
    ),
    about="classes and registration groups with up to three teachers",
)  # fmt: skip
ROSTERS = FileSpec(
    name="rosters.csv", columns=("roster_id", "class_id", "student_id"), about="who is in which class"
)
LOCATIONS = FileSpec(name="locations.csv", columns=("location_id", "location_name"), about="the school")
INSTRUCTORS = 3


def build(roster: Roster) -> Made:
    made = Made()
    sieve = Sieve(made)
    people: dict[str, list[Row]] = {"pupil": [], "staff": []}
    written: set[str] = set()
    for holder in teaching.without_others(roster, made):
        row = _person(holder, roster, sieve)
        if row is not None:
            people[holder.role].append(row)
            written.add(holder.number)
    classes, rosters = _classes(roster, written, sieve)
    school = roster.school
    location = Row(
        school.id, school.name, (school.id, sieve.text(school.name, "name", school.name) or school.urn)
    )
    made.tables += [
        Table(STUDENTS.name, STUDENTS, tuple(people["pupil"])),
        Table(STAFF.name, STAFF, tuple(people["staff"])),
        Table(COURSES.name, COURSES, tuple(_courses(roster, sieve))),
        Table(CLASSES.name, CLASSES, tuple(classes)),
        Table(ROSTERS.name, ROSTERS, tuple(rosters)),
        Table(LOCATIONS.name, LOCATIONS, (location,)),
    ]
    return sieve.close()


def _person(holder: Holder, roster: Roster, sieve: Sieve) -> Row | None:
    first = sieve.text(holder.username, "first name", holder.given)
    last = sieve.text(holder.username, "last name", holder.family)
    if not (first and last):
        sieve.drop(holder, "Apple wants a first and a last name.", "Fill it in in the MIS or the account.")
        return None
    email = sign_in(holder, sieve)
    if not email:
        return None
    sieve.made.addresses[holder.number] = email
    number = f"{teaching.PREFIX[holder.role]}{holder.number}"
    own = sieve.text(holder.username, "number", holder.local_number)
    start = (number, own, first, "", last)
    if holder.role == "staff":
        return Row(number, holder.username, (*start, email, holder.username, roster.school.id))
    country, words = roster.school.country, roster.options["grades"]
    grade = years.grade(holder.year_group, country=country, words=words, zero=False)
    policy = roster.options["password_policy"]
    cells = (*start, grade, email, holder.username, policy, roster.school.id)
    return Row(number, holder.username, cells)


def _courses(roster: Roster, sieve: Sieve) -> list[Row]:
    rows: dict[str, Row] = {}
    for each in roster.classes:
        number = teaching.course(each, roster)
        name = sieve.text(each.subject, "course", each.subject) or "Classes"
        rows.setdefault(number, Row(number, name, (number, "", name, roster.school.id)))
    return list(rows.values())


def _classes(roster: Roster, written: set[str], sieve: Sieve) -> tuple[list[Row], list[Row]]:
    roles = teaching.roles_of(roster)
    classes, rosters, over = [], [], []
    for each in roster.classes:
        number = f"C-{each.number}"
        listed = list(teaching.members(each, written, roles))
        staff = sorted(
            (m for m in listed if m.part != teaching.PUPIL), key=lambda m: m.part != "main teacher"
        )
        takers = [f"T-{m.holder}" for m in staff]
        if len(takers) > INSTRUCTORS:
            over.append(each.name)
        three = (takers + [""] * INSTRUCTORS)[:INSTRUCTORS]
        title = sieve.text(each.name, "class", each.name) or number
        classes.append(
            Row(number, each.name, (number, title, teaching.course(each, roster), *three, roster.school.id))
        )
        for m in listed:
            if m.part == teaching.PUPIL:
                key = f"R-{each.number}-{m.holder}"
                rosters.append(Row(key, each.name, (key, number, f"S-{m.holder}")))
    if over:
        told = (
            f"{counted(len(over), 'class has', 'classes have')} "
            f"more than {INSTRUCTORS} teachers; the first {INSTRUCTORS} are written"
        )
        sieve.made.notices.append(Said(code="instructors", message=f"{told}: {', '.join(over[:5])}."))
    return classes, rosters


FORMAT = Format(
    id="apple",
    title="Apple School Manager",
    build=build,
    files=(STUDENTS, STAFF, COURSES, CLASSES, ROSTERS, LOCATIONS),
    contains="names, sign-in name and address, the school's own number, year group of pupils, classes with "
    "teachers and pupils",
    leaves_out="passwords, middle names, dates of birth, UPN, contacts, leavers, accounts of neither pupils "
    "nor staff, former addresses (the id stays the same)",
    dialect=Dialect(end="\n", backslash=True),
    roles=("pupil", "staff"),
    needs=frozenset({"classes"}),
    archive="apple-school-manager.zip",
    whole_set=True,
    options=(
        years.option("nc"),
        Option(
            name="password_policy", default="", choices=("", "4", "6", "8"),
            doc="kind of passcode that Apple gives to pupils; empty leaves it to Apple",
        ),
    ),
)  # fmt: skip

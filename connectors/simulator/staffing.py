"""Fills a school's staff: roles, staff codes, line managers, subjects, and staff who are parents.

What the MIS cannot supply through this route (E1, E2, E4) is blanked by the Wonde face, not here: the
office knows its own staff.
"""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

from connectors.simulator import names
from connectors.simulator.people import Roll, StaffRow, moment, upi, wonde_id

# role, teaches, most per school, one for how many pupils
_POSTS: tuple[tuple[str, bool, int, int], ...] = (
    ("Headteacher", True, 1, 1),
    ("Deputy Headteacher", True, 2, 250),
    ("Assistant Headteacher", True, 4, 350),
    ("School Business Manager", False, 1, 1),
    ("Office Administrator", False, 6, 160),
    ("SENCO", True, 1, 1),
    ("Site Manager", False, 2, 500),
    ("ICT Technician", False, 3, 400),
    ("Cover Supervisor", False, 5, 300),
    ("Exams Officer", False, 1, 600),
    ("Science Technician", False, 3, 450),
    ("Midday Supervisor", False, 8, 110),
    ("Teaching Assistant", False, 40, 42),
    ("Classroom Teacher", True, 140, 19),
)
SUBJECTS = (
    ("En", "English"), ("Ma", "Mathematics"), ("Sc", "Science"), ("Fr", "French"), ("Hi", "History"),
    ("Gg", "Geography"), ("Pe", "Physical Education"), ("Ar", "Art and Design"), ("Co", "Computing"),
)  # fmt: skip
_TITLES = {"female": ("Mrs", "Miss", "Ms", "Dr", "Mx"), "male": ("Mr", "Mr", "Mr", "Dr", "Mx")}
_EXTRA = ("Head of Year", "Designated Safeguarding Lead", "Union Representative", "Lead, Literacy")


class Appointments:
    """Appoints staff to one roll; also used when somebody joins later."""

    def __init__(self, roll: Roll, rng: Random) -> None:
        self.roll, self.rng = roll, rng
        self.codes: set[str] = {row.staff_code for row in roll.staff.values() if row.staff_code}

    def fill(self, pupils: int) -> None:
        for role, teaches, most, per in _POSTS:
            for _ in range(max(1 if per < 200 else 0, min(most, pupils // per))):
                self.appoint(role, teaching=teaches)
        self._managers()
        self._parents()

    def appoint(self, role: str, *, teaching: bool, start: date | None = None) -> StaffRow:
        rng, school, today = self.rng, self.roll.school, self.roll.today
        serial = self.roll.next_serial("employee")
        sex = "female" if rng.random() < 0.72 else "male"
        community = names.community(rng, school.profile)
        forename, surname = names.given(rng, community, sex, adult=True), names.surname(rng, community)
        begun = start or today - timedelta(days=rng.randrange(90, 7000))
        row = StaffRow(
            serial=serial, id=wonde_id(school, "employee", serial), upi=upi(school, f"staff{serial}"),
            mis_id=str(3_000 + serial), title=rng.choice(_TITLES[sex]), forename=forename, surname=surname,
            gender=sex, legal_forename=forename, legal_surname=surname, community=community,
            middle=names.given(rng, community, sex, adult=True) if rng.random() < 0.4 else None,
            born=date(1961 + rng.randrange(42), 1, 1) + timedelta(days=rng.randrange(365)),
            created=moment(min(begun, today), serial),
            updated=moment(max(min(begun, today), today - timedelta(days=rng.randrange(2, 200))), serial),
            roles=(role,), teaching=teaching, start=begun, photo=school.supplies("photo"),
            phone=f"01632960{serial % 1000:03d}" if rng.random() < 0.6 else None,
            subject=SUBJECTS[serial % len(SUBJECTS)][0] if teaching and school.has_classes else None,
        )  # fmt: skip
        self._details(row)
        self.roll.staff[row.id] = row
        return row

    def _details(self, row: StaffRow) -> None:
        row.staff_code = self._code(row.forename or "X", row.surname or "XX")
        draw = self.rng.random()
        if draw < 0.05:
            row.legal_surname = names.surname(self.rng, row.community)
        elif draw < 0.09:
            row.legal_forename = row.legal_surname = None
        if 0.5 < draw < 0.56:
            row.roles = (*row.roles, self.rng.choice(_EXTRA))
        if draw > 0.95:
            row.born = None

    def _code(self, forename: str, surname: str) -> str:
        """Three letters, unique in the school; ``oddities`` plants the one clash (Z19)."""
        letters = (names.plain(forename)[:1] + names.plain(surname) + "xx").upper()
        for third in letters[2:] + "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789":
            code = letters[:2] + third
            if code not in self.codes:
                break
        else:
            code = f"{letters[:1]}{len(self.codes):03d}"
        self.codes.add(code)
        return code

    def _managers(self) -> None:
        """Head over deputies and assistants, they over everybody else; nobody above the head."""
        rows = list(self.roll.staff.values())
        head = rows[0]
        seniors = [row for row in rows[1:] if "Headteacher" in row.roles[0]] or [head]
        for row in rows[1:]:
            boss = head if row in seniors or "Manager" in row.roles[0] else seniors[row.serial % len(seniors)]
            row.manager = boss.id

    def _parents(self) -> None:
        """A few members of staff have children at the school: two records, one ``upi`` (wonde.md §8)."""
        parents = [row for row in self.roll.contacts.values() if row.title in ("Mr", "Mrs", "Ms", "Dr")]
        staff = [row for row in self.roll.staff.values() if row.serial > 2]
        for row in staff[:: max(8, len(staff) // 5)]:
            parent = self.rng.choice(parents)
            row.forename = row.legal_forename = parent.forename
            row.surname = row.legal_surname = parent.surname
            row.gender, row.title, row.upi = parent.gender, parent.title, parent.upi
            row.community = parent.community

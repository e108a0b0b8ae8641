"""The gates that a person passes or fails alone: scope, required fields and dates.

Each check gives None, or the failure with its stable code.  Boundary days are decided here, once:
the start date is the first day in, the leaving date is the last day in (J10).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from connectors.records import Report
from misconsole.counting import counted
from misconsole.rules import names
from misconsole.rules.facts import PersonFacts
from misconsole.rules.options import SchoolOptions

OFFICE, OPERATOR, HEAD, SUPPLIER = "school office", "operator", "head", "supplier"

CURRENT_REPORT = {"staff": Report.STAFF, "pupil": Report.STUDENTS}
FUTURE_REPORT = {"staff": Report.STAFF_FUTURE, "pupil": Report.STUDENTS_FUTURE}
TITLES = {
    Report.STAFF: "Staff (current)",
    Report.STUDENTS: "Students (current)",
    Report.STAFF_FUTURE: "Staff (future)",
    Report.STUDENTS_FUTURE: "Students (future)",
    Report.GROUPS_CLASSES: "Groups & classes",
}
FIELD_TITLES = {
    "given_name": "first name", "family_name": "surname", "date_of_birth": "date of birth", "title": "title",
    "email": "e-mail address", "upn": "UPN", "admission_number": "admission number", "nc_year": "year group",
    "registration_group": "registration group", "staff_code": "staff code",
}  # fmt: skip
TRANSFERRED = frozenset({"current", "admitted", "accepted", "future"})  # J1; "future" is staff (J2)
OLDEST = {"pupil": 30, "staff": 100}
YOUNGEST = {"pupil": 0, "staff": 14}


@dataclass(frozen=True, slots=True)
class Failure:
    """Why somebody stops at a gate: ``detail`` for people, ``mend`` what to do, ``who_can`` who may."""

    code: str
    detail: str
    mend: str
    who_can: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What the school lets through and the route can send.

    ``accepted``  accepted reports
    ``declined``  report -> fields the school opted out of (C8)
    ``supplied``  reports the route can supply at all; None where that is not known
    """

    accepted: frozenset[str] = frozenset(r.value for r in Report)
    declined: Mapping[str, Collection[str]] = field(default_factory=dict)
    supplied: frozenset[str] | None = None

    def sends(self, report: str) -> bool:
        return self.supplied is None or report in self.supplied


def starts_later(person: PersonFacts, today: date) -> bool:
    """Not there yet: the start date is to come, or there is none and the status says future."""
    if person.start_date is not None:
        return person.start_date > today
    return person.status in ("accepted", "future")


def rejoined(person: PersonFacts) -> bool:
    """The end date belongs to an earlier stay: it lies before the start date."""
    return (
        person.start_date is not None and person.end_date is not None and person.end_date < person.start_date
    )


def report_failure(person: PersonFacts, *, scope: Scope, today: date) -> Failure | None:
    """The person's report is accepted: the current one, or for future people either of the two."""
    current, future = CURRENT_REPORT[person.role], FUTURE_REPORT[person.role]
    if current in scope.accepted or (future in scope.accepted and starts_later(person, today)):
        return None
    title = TITLES[current]
    if not scope.sends(current):
        return Failure(
            "report_not_supplied",
            f"This route cannot supply the report {title}.",
            "Connect by a route that supplies it, or manage these accounts by hand.",
            SUPPLIER,
        )
    return Failure(
        "report_not_accepted",
        f"The school has not accepted the report {title}.",
        f"Accept {title} under Connect, Reports.",
        HEAD,
    )


def _value(person: PersonFacts, name: str) -> object:
    if name == "given_name":
        return names.fold(person.first)
    if name == "family_name":
        return names.fold(person.last)
    if name in ("upn", "admission_number", "staff_code"):
        return person.identifiers.get(name)
    return getattr(person, name)


def field_failure(
    person: PersonFacts, *, options: SchoolOptions, scope: Scope, today: date
) -> Failure | None:
    """Every required field is there and means something (C6, G12, W1)."""
    for name in options.required(person.role):
        if not _value(person, name):
            return _missing(person, name, scope)
        if name == "date_of_birth" and not plausible_birth(person, today):
            return Failure(
                "wrong_date_of_birth",
                f"The date of birth {person.date_of_birth} cannot be right.",
                "Correct the date of birth in the MIS.",
                OFFICE,
            )
    return None


def plausible_birth(person: PersonFacts, today: date) -> bool:
    """Whether the date of birth fits a pupil (up to 30) or a member of staff (14 to 100)."""
    born = person.date_of_birth
    if born is None:
        return True
    age = today.year - born.year - ((today.month, today.day) < (born.month, born.day))
    return YOUNGEST[person.role] <= age < OLDEST[person.role]


def _missing(person: PersonFacts, name: str, scope: Scope) -> Failure:
    title = FIELD_TITLES[name]
    declined = scope.declined.get(CURRENT_REPORT[person.role], ())
    if name in declined:
        return Failure(
            f"declined_{name}",
            f"The school opted out of sending the {title}, which accounts need.",
            f"Accept the field {title} again under Connect, Reports, or stop requiring it.",
            HEAD,
        )
    if _not_asked(name, person.unknown):
        return Failure(
            f"not_supplied_{name}",
            f"This route does not supply the {title}.",
            f"Ask the supplier for permission to read it, or stop requiring it ({person.role}_required).",
            SUPPLIER,
        )
    return Failure(
        f"missing_{name}",
        f"The MIS has no {title} for this person.",
        f"Enter the {title} in the MIS; the next sync picks it up.",
        OFFICE,
    )


def _not_asked(name: str, unknown: Collection[str]) -> bool:
    if name in ("given_name", "family_name"):
        return name in unknown and f"legal_{name}" in unknown
    return name in unknown


def date_failure(person: PersonFacts, *, options: SchoolOptions, scope: Scope, today: date) -> Failure | None:
    """The person is at the school today, or may have an account before the start (J1-J7, W3, W10)."""
    if person.role == "staff":
        gone = _staff_gone(person, today)
    else:
        gone = _pupil_gone(person, today) or _not_arrived(person, today, options.arrival_grace)
    return gone or _not_started(person, options, scope, today)


def _staff_gone(person: PersonFacts, today: date) -> Failure | None:
    ended = person.end_date is not None and person.end_date < today
    # A start to come with an end gone by is not transferred (J2); once begun, the new contract counts.
    if ended and not (rejoined(person) and not starts_later(person, today)):
        detail = f"Employment ended on {person.end_date}."
    elif person.status == "leaver" and not (rejoined(person) and not starts_later(person, today)):
        detail = "The MIS marks this person as no longer employed."
    elif person.status not in TRANSFERRED and person.status != "leaver":
        return _status(person)
    else:
        return None
    mend = "If they still work here, correct the employment in the MIS."
    return Failure("left", detail, mend, OFFICE)


def _pupil_gone(person: PersonFacts, today: date) -> Failure | None:
    mend = "If the pupil is still on roll, correct the leaving date or status in the MIS."
    if person.status == "leaver":
        when = f" on {person.end_date}" if person.end_date and person.end_date <= today else ""
        return Failure("left", f"The pupil left{when}.", mend, OFFICE)
    if person.status not in TRANSFERRED:
        return _status(person)
    if person.end_date is not None and person.end_date < today and not rejoined(person):
        return Failure("left", f"The leaving date, {person.end_date}, has passed.", mend, OFFICE)
    return None


def _status(person: PersonFacts) -> Failure:
    return Failure(
        "status_not_transferred",
        f"The status “{person.status[:40]}” is not one that gets an account.",
        "Current, admitted and accepted do; correct the status in the MIS if it is wrong.",
        OFFICE,
    )


def _not_arrived(person: PersonFacts, today: date, grace: int) -> Failure | None:
    if person.status != "accepted" or person.start_date is None:
        return None
    if person.start_date + timedelta(days=grace) >= today:
        return None
    return Failure(
        "not_arrived",
        f"Still marked Accepted, {counted((today - person.start_date).days, 'day')} "
        "after the start date (Z18).",
        "Admit the pupil in the MIS, or withdraw the application.",
        OFFICE,
    )


def _not_started(person: PersonFacts, options: SchoolOptions, scope: Scope, today: date) -> Failure | None:
    if not starts_later(person, today):
        return None
    report = FUTURE_REPORT[person.role]
    if report in scope.accepted and options.future:
        return None
    when = f"on {person.start_date}" if person.start_date else "on a day the MIS does not tell"
    detail = f"Starts {when}."
    if not scope.sends(report):
        return Failure(
            "not_started", f"{detail} This route sends nobody before.", "Wait for the day.", SUPPLIER
        )
    if not options.future:
        mend = "Wait for the day, or set the option future to yes."
        return Failure("not_started", f"{detail} Accounts ahead of time are switched off.", mend, OPERATOR)
    mend = f"Wait for the day, or accept the report {TITLES[report]}."
    return Failure("not_started", f"{detail} The report {TITLES[report]} is not accepted.", mend, HEAD)

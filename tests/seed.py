"""A small builder that puts a school, its people and its accounts straight into a real store.

    with seed.estate(tmp_path) as e:
        school = e.school()
        ann = e.person(school, "Ann", "Lee")
        acc = e.account(school, "a.lee", "Ann", "Lee")
        e.candidate(ann, acc)
        decide.link(e.desk("alice"), "100001", ann, acc)

Every method writes at once and returns the row's id.  The clock is ``e.now``; set it to move on.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from sqlmodel import SQLModel

from data import bulk, tables
from data.store import Store
from misconsole.rules.collision import domain_key
from misconsole.rules.names import fold
from misconsole.secrets import Secrets
from misconsole.services.desk import Desk
from tests import stores

NOON = datetime(2026, 9, 14, 12, 0, tzinfo=UTC)
BORN = {"pupil": date(2015, 5, 17), "staff": date(1984, 3, 2)}


class Estate:
    def __init__(self, store: Store, secrets: Secrets, folder: Path) -> None:
        self.store, self.secrets, self.folder = store, secrets, folder
        self.now = NOON
        self._numbers = 0

    @property
    def url(self) -> str:
        return self.store.url

    def desk(self, actor: str = "alice") -> Desk:
        return Desk(
            store=self.store, secrets=self.secrets, actor=actor, now=lambda: self.now, workdir=self.folder
        )

    def put(self, table: type[SQLModel], **values: Any) -> int:
        with self.store.write() as s:
            return bulk.insert(s, table, [values])[0]

    def row(self, table: type[Any], row_id: int) -> Any:
        """The row as it is now."""
        with self.store.read() as s:
            return s.get_one(table, row_id)

    def change(self, table: type[SQLModel], row_id: int, **values: Any) -> None:
        with self.store.write() as s:
            bulk.update(s, table, [{"id": row_id, **values}])

    def all(self, table: type[Any], **equal: Any) -> list[Any]:
        """Its rows in the order they were made."""
        from sqlmodel import select

        with self.store.read() as s:
            return list(s.exec(select(table).filter_by(**equal).order_by(*table.__table__.primary_key)).all())

    def school(self, urn: str = "100001", name: str = "Larkmere School", **values: Any) -> int:
        slug = values.pop("slug", "-".join(fold(name).split()))
        values = {"domain": "larkmere.example", "created_at": self.now, **values}
        return self.put(tables.School, urn=urn, slug=slug, name=name, **values)

    def connection(self, school: int, mis: str = "arbor", route: str = "wonde", **values: Any) -> int:
        values = {"access": "approved", "approved_at": self.now, "created_at": self.now, **values}
        return self.put(tables.Connection, school_id=school, mis=mis, route=route, **values)

    def accept(self, school: int, *reports: str) -> None:
        for report in reports:
            self.put(tables.ReportScope, school_id=school, report=report, accepted=True, decided_at=self.now)

    def run(self, school: int, state: str = "succeeded", **values: Any) -> int:
        values = {"started_at": self.now, "finished_at": self.now, "actor": "alice", "kind": "sync", **values}
        return self.put(tables.Run, school_id=school, state=state, **values)

    def person(self, school: int, given: str, family: str, role: str = "pupil", **values: Any) -> int:
        """Somebody eligible who waits; identifiers may be given by their kind (``upn=…``)."""
        self._numbers += 1
        kinds = ("upn", "local_upn", "former_upn", "uln", "admission_number", "mis_id", "upi", "staff_code")
        identifiers = {kind: values.pop(kind) for kind in kinds if kind in values}
        row = {
            "source_id": f"{role[0].upper()}{self._numbers:04}",
            "given_name": given,
            "family_name": family,
            "search_name": fold(f"{family} {given}"),
            "date_of_birth": BORN[role],
            "gate": "waiting_for_match",
            **values,
        }
        person = self.put(tables.Person, school_id=school, role=role, **row)
        for kind, value in identifiers.items():
            self.put(tables.Identifier, school_id=school, person_id=person, kind=kind, value=value)
        return person

    def account(
        self,
        school: int,
        username: str,
        given: str = "",
        family: str = "",
        role: str = "pupil",
        **values: Any,
    ) -> int:
        home = self.row(tables.School, school)
        key = domain_key(home.options.get("collision", "school"), urn=home.urn, trust=home.trust)
        row = {
            "given_name": given or None,
            "family_name": family or None,
            "display_name": " ".join(part for part in (given, family) if part),
            "email": f"{username}@{home.domain}",
            "date_of_birth": BORN.get(role),
            "domain_key": key,
            "username_key": username.lower(),
            "created_at": self.now,
            **values,
        }
        account = self.put(tables.Account, school_id=school, username=username, role=role, **row)
        reserved = {"domain_key": row["domain_key"], "username_key": row["username_key"]}
        self.put(tables.ReservedName, account_id=account, since=self.now, **reserved)
        return account

    def link(self, person: int, account: int, **values: Any) -> int:
        """An active link made by a run; the person no longer waits."""
        school = self.row(tables.Person, person).school_id
        row = {"how": "exact", "linked_at": self.now, **values}
        if row.get("active", True) and self.row(tables.Person, person).gate == "waiting_for_match":
            self.change(tables.Person, person, gate="")
        return self.put(tables.Link, school_id=school, person_id=person, account_id=account, **row)

    def linked(
        self, school: int, given: str, family: str, role: str = "pupil", **values: Any
    ) -> tuple[int, int]:
        """(person, account): somebody for whom everything is as it should be."""
        username = values.pop("username", f"{given[0]}.{family}".lower())
        person = self.person(school, given, family, role, **values)
        account = self.account(school, username, given, family, role)
        self.link(person, account)
        return person, account

    def candidate(self, person: int, account: int, band: str = "likely", **values: Any) -> int:
        school = self.row(tables.Person, person).school_id
        row = {"rank": 1, "score": 14.2, "margin": 9.1, "evidence": [EVIDENCE], **values}
        return self.put(
            tables.Candidate, school_id=school, person_id=person, account_id=account, band=band, **row
        )

    def problem(self, school: int, run: int, subject: str, **values: Any) -> int:
        row = {
            "report": "students",
            "code": "missing_date_of_birth",
            "field": "date_of_birth",
            "message": "The date of birth is missing.",
            "mend": "Fill it in in the MIS.",
            "who": "school office",
            **values,
        }
        return self.put(tables.Problem, school_id=school, run_id=run, subject=subject, **row)


EVIDENCE = {
    "field": "family_name",
    "person": "Lee",
    "account": "Lee",
    "agreement": "equal",
    "weight": 6.4,
    "note": "3 called Lee here",
}


@contextmanager
def estate(folder: Path) -> Iterator[Estate]:
    """An empty estate in ``folder``: a store (migrated once, then copied) and secrets in a file."""
    with Store.open(stores.url_at(folder / "store.sqlite3")) as store:
        yield Estate(store, Secrets.at(folder / "secrets"), folder)


def larkmere(e: Estate) -> int:
    """One school with work in every queue; the ids are found by name in the store."""
    school = e.school()
    e.connection(school)
    e.accept(school, "staff", "students", "groups-classes")
    run = e.run(school, changed_anything=True, changes={"created": 1, "linked": 2, "unallocated": 1})
    e.linked(school, "Priya", "Anand", year_group="5", registration_group="5K")
    e.linked(school, "Grace", "Okafor", "staff", staff_code="GOK", job_title="Head of Music")
    waits = e.person(
        school, "Zoë", "Smith-Jones", year_group="4", registration_group="4A", upn="A823432100001"
    )
    e.candidate(waits, e.account(school, "z.smithjones", "Zoe", "Smith Jones"))
    teacher = e.person(school, "Tom", "Baker", "staff", staff_code="TBA")
    first, second = (e.account(school, name, "Thomas", "Baker", "staff") for name in ("t.baker", "t.baker1"))
    e.candidate(teacher, first, "many", margin=0.2)
    e.candidate(teacher, second, "many", rank=2, score=14.0, margin=0.0)
    leaver = e.person(school, "Liam", "North", present=False, gate="absent", gone_run=run)
    lost = e.account(
        school, "l.north", "Liam", "North", state="unallocated", unallocated_at=e.now, unallocated_run=run,
        unallocated_reason="absent",
    )  # fmt: skip
    e.link(leaver, lost, active=False, ended_at=e.now, ended_reason="absent")
    e.account(school, "governor1", "Mary", "Quill", "other")
    e.put(
        tables.Exclusion, school_id=school, given_name="Mary", family_name="Quill", reason="Court order",
        author="bob", created_at=e.now,
    )  # fmt: skip
    e.link(
        e.person(school, "Noor", "Haddad", year_group="1"),
        e.account(school, "n.haddad", "Noor", "Haddad", origin="created", created_run=run),
        how="created",
    )
    e.person(school, "Ola", "Nowak", gate="missing_date_of_birth", date_of_birth=None)
    e.problem(school, run, "Ola Nowak", role="pupil")
    return school

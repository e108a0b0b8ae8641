"""A store of many schools at a stroke: runs, slots, connections, people, accounts, and what waits of them.

Schools and runs come through the bulk writer; people, accounts and links are multiplied inside the database
from one row each, because a million of them through Python would take minutes.  What waits is spread so that
every lamp and every queue occurs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from itertools import product

from sqlalchemy import text
from sqlmodel import Session, SQLModel

from data import bulk, tables
from data.store import Store

PLACES = (
    "Ashdown", "Birkett", "Cawthorne", "Dunmore", "Entwistle", "Fotheringay", "Gilchrist", "Hexham",
    "Ingleby", "Jessop", "Kilburn", "Larkmere", "Merrowdown", "Netherby", "Oakhanger", "Penhallow",
    "Quarndon",
    "Rudyard", "Selworthy", "Thornaby", "Ullesthorpe", "Vennington", "Wetherby", "Yarnfield", "Zennor",
)  # fmt: skip
KINDS = (
    "Primary School", "Infant School", "Junior School", "Academy", "High School", "C of E Primary School",
    "Grammar School", "Sixth Form College", "Special School", "All Saints Catholic Voluntary Academy",
)  # fmt: skip
PARTS = (
    "",
    "North ",
    "South ",
    "East ",
    "West ",
    "Upper ",
    "Lower ",
    "Great ",
    "Little ",
    "New ",
    "Old ",
    "St ",
)
ROUTES = (("arbor", "wonde"), ("bromcom", "wonde"), ("sims", "wonde"), ("integris", "oneroster-csv"))
NIGHTS, WEEKS = 30, 52
CHANGED = {"created": 2, "linked": 1, "updated": 5}
ERROR = {"code": "unreachable", "message": "The MIS did not answer.", "mend": "Try again."}


def names(schools: int) -> Iterator[tuple[str, str, str]]:
    """(URN, slug, name), no two alike."""
    made = product(PLACES, KINDS, PARTS)
    for number, (place, kind, part) in zip(range(schools), made, strict=False):
        name = f"{part}{place} {kind}"
        yield str(100001 + number), name.lower().replace(" ", "-"), name


def build(url: str, *, schools: int, people: int, now: datetime, nights: int = NIGHTS) -> None:
    """``people`` a school, nine of ten of them pupils, nearly all with an account."""
    with Store.open(url) as store:
        with store.write() as s:
            ids = bulk.insert(s, tables.School, [_school(*each, now) for each in names(schools)])
            bulk.insert(s, tables.Connection, list(_connections(ids, now)))
            bulk.upsert(s, tables.Slot, list(_slots(ids, now)), key=("school_id",))
            bulk.insert(s, tables.ReportScope, list(_reports(ids, now)))
            bulk.insert(s, tables.Run, list(_runs(ids, now, people, nights)))
            bulk.insert(s, tables.WeekFigure, list(_weeks(ids, now.date(), people, nights)))
        with store.write() as s:
            _people(s, ids[0], people)
            _waiting(s, ids, people, now)
            bulk.insert(s, tables.Decision, list(_decisions(ids[0], now, nights)))


def _school(urn: str, slug: str, name: str, now: datetime) -> dict[str, object]:
    return {"urn": urn, "slug": slug, "name": name, "domain": f"{slug}.example", "created_at": now}


def _connections(ids: list[int], now: datetime) -> Iterator[dict[str, object]]:
    for number, school in enumerate(ids):
        mis, route = ROUTES[number % len(ROUTES)]
        if number % 50 == 49:
            continue  # not connected
        access = "revoked" if number % 400 == 17 else "approved"
        yield {
            "school_id": school, "mis": mis, "route": route, "access": access, "approved_at": now,
            "created_at": now,
        }  # fmt: skip


def _slots(ids: list[int], now: datetime) -> Iterator[dict[str, object]]:
    due = now.replace(hour=20, minute=0) + timedelta(days=0 if now.hour < 20 else 1)
    for number, school in enumerate(ids):
        at = due + timedelta(minutes=number % 120)
        yield {"school_id": school, "due_at": at, "late_at": at + timedelta(hours=14)}


def _reports(ids: list[int], now: datetime) -> Iterator[dict[str, object]]:
    for school, report in product(ids, ("students", "staff")):
        yield {"school_id": school, "report": report, "accepted": True, "decided_at": now}


def _runs(ids: list[int], now: datetime, people: int, nights: int) -> Iterator[dict[str, object]]:
    """Night by night, the newest last, as they would have been written."""
    for night, (number, school) in product(range(nights, 0, -1), enumerate(ids)):
        if number % 50 == 49:
            continue
        began = (now - timedelta(days=night)).replace(hour=20, minute=number % 60)
        state, busy = _state(number, night), 9 if began.month == 9 else 1
        changed = (number + night) % 3 == 0
        counts = {word: many * busy for word, many in CHANGED.items()} if changed else {}
        if changed and began.month in (7, 8):
            counts["unallocated"] = 4
        yield {
            "school_id": school, "kind": "sync", "state": state, "actor": "night", "origin": "worker",
            "started_at": began, "finished_at": began + timedelta(seconds=20 + (number * night) % 70),
            "changed_anything": changed, "changes": counts,
            "reports": {"students": {"extracted": people, "kept": people, "dropped": 0}},
            "waiting": {"unmatched_pupils": min(people, number % 7 + busy * (night % 30) // 6)},
            "error": ERROR if state == "failed" else None,
            "held": {"trips": []} if state == "held" else None,
        }  # fmt: skip


def _state(number: int, night: int) -> str:
    """Most go well; of the newest night one in a hundred failed."""
    if number % 97 == 5 and (night == 1 or night % 41 == 7):
        return "failed"
    return "held" if number % 131 == 4 and (night == 1 or night % 61 == 9) else "succeeded"


def _weeks(ids: list[int], today: date, people: int, nights: int) -> Iterator[dict[str, object]]:
    monday = today - timedelta(days=today.weekday())
    for back, school in product(range(WEEKS, nights // 7, -1), ids):
        week = monday - timedelta(weeks=back)
        busy = 40 if week.month == 9 else 3  # September
        counts = {"create": busy, "update": busy * 4, "runs": 5, "seconds": 200, "roll": people}
        if week.month in (7, 8):
            counts["unallocate"] = busy * 6
        for kind, count in counts.items():
            yield {"school_id": school, "week": week, "kind": kind, "count": count}


def _decisions(school: int, now: datetime, days: int) -> Iterator[dict[str, object]]:
    """A sitting every tenth day: some dozen decisions, one every few seconds."""
    for back in range(days, 0, -10):
        at = (now - timedelta(days=back)).replace(hour=9, minute=0)
        for number in range(12 + back % 7):
            at += timedelta(seconds=4 + (back * number) % 9)
            yield {"school_id": school, "kind": "link", "account_id": 1, "actor": "ann", "at": at}


def _people(s: Session, first: int, people: int) -> None:
    """One row of each kind through the bulk writer, the others inside the database."""
    person = bulk.insert(s, tables.Person, [{"school_id": first, "role": "pupil", "source_id": "x"}])[0]
    account = bulk.insert(
        s, tables.Account,
        [{"school_id": first, "domain_key": "x", "username": "x", "username_key": "x", "role": "pupil"}],
    )[0]  # fmt: skip
    link = bulk.insert(s, tables.Link, [{"school_id": first, "person_id": person, "account_id": account}])[0]
    role = "CASE WHEN n % 10 = 0 THEN 'staff' ELSE 'pupil' END"
    number = f"z.id * {people} + n"
    _multiply(
        s, tables.Person, person, people,
        {
            "id": f"1000 + {number}", "school_id": "z.id", "source_id": "'p' || n", "role": role,
            "given_name": "'Given' || (n % 97)", "family_name": "'Family' || (n * 7 % 811)",
            "search_name": "'family' || (n * 7 % 811) || ' given' || (n % 97)",
        },
    )  # fmt: skip
    _multiply(
        s, tables.Account, account, people,
        {
            "id": f"1000 + {number}", "school_id": "z.id", "domain_key": "'school:' || z.urn",
            "username": "'u' || n", "username_key": "'u' || n", "role": role,
            "email": "'u' || n || '@' || z.domain",
            "given_name": "'Given' || (n % 97)", "family_name": "'Family' || (n * 7 % 811)",
        },
    )  # fmt: skip
    same = f"1000 + {number}"
    _multiply(
        s, tables.Link, link, people, {"id": same, "school_id": "z.id", "person_id": same, "account_id": same}
    )
    for table, row in ((tables.Link, link), (tables.Account, account), (tables.Person, person)):
        s.connection().execute(text(f"DELETE FROM {table.__tablename__} WHERE id = {row}"))


def _multiply(s: Session, table: type[SQLModel], row: int, people: int, values: Mapping[str, str]) -> None:
    """``values`` are SQL over the school ``z`` and the number ``n``; the other columns are the row's."""
    columns = [column.name for column in table.__table__.columns]  # type: ignore[attr-defined]
    taken = ", ".join(values.get(name, f't."{name}"') for name in columns)
    s.connection().execute(
        text(
            f"WITH RECURSIVE many(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM many WHERE n < {people}) "
            f"INSERT INTO {table.__tablename__} ({', '.join(columns)}) "
            f"SELECT {taken} FROM {table.__tablename__} t CROSS JOIN school z CROSS JOIN many "
            f"WHERE t.id = {row}"
        )
    )


def _waiting(s: Session, ids: list[int], people: int, now: datetime) -> None:
    """Of each school some links are cut, so that people wait and accounts have nobody; some accounts lost
    theirs, some are new; every tenth school excludes a name."""
    run = s.connection().execute
    few = f"(account_id - 1001) % {people} + 1"
    run(text(f"DELETE FROM link WHERE {few} <= school_id % 7 AND school_id % 3 > 0"))
    run(text(f"DELETE FROM link WHERE {few} = 10 AND school_id % 13 = 2"))
    run(text("UPDATE person SET gate = 'waiting_for_match' WHERE id NOT IN (SELECT person_id FROM link)"))
    seen = "(SELECT max(id) FROM run) * (id % 17 + 1) / 18"
    run(text(f"UPDATE person SET first_seen_run = {seen} WHERE gate <> ''"))
    lost = {"at": now - timedelta(days=12)}
    run(
        text(
            "UPDATE account SET state = 'unallocated', unallocated_at = :at, unallocated_reason = 'absent' "
            "WHERE id NOT IN (SELECT account_id FROM link) AND school_id % 5 = 1"
        ),
        lost,
    )
    run(text("UPDATE account SET origin = 'created' WHERE school_id % 11 = 3 AND id % 9 = 0"))
    made = [
        {"school_id": school, "given_name": "Given1", "family_name": "Family7",
         "reason": "Court", "author": "bob", "created_at": now}
        for school in ids[::10]
    ]  # fmt: skip
    bulk.insert(s, tables.Exclusion, made)

"""Finding one of 1.5 million people as one types, beside going through the table."""

from __future__ import annotations

import sqlite3
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from random import Random

from data.store import Store
from misconsole.secrets import Secrets
from misconsole.services.desk import Desk
from misconsole.services.find import find
from tests.bench.show import interleaved, ms, table, verdict

SYLLABLES = (
    "an", "bel", "cor", "da", "el", "fa", "gri", "han", "is", "jo", "ka", "lin", "mar", "no", "ola", "pri",
    "quin", "ro", "sa", "tam", "ul", "ve", "wil", "xa", "yu", "zo",
)  # fmt: skip
SCHOOLS = 3_000


def people(count: int, rng: Random) -> Iterator[tuple[object, ...]]:
    """(id, school, role, source id, given, family, search name, present, gate, json lists …)."""
    given = [a + b for a in SYLLABLES for b in SYLLABLES] + [
        a + b + "a" for a in SYLLABLES for b in SYLLABLES
    ]
    family = [a + b + c for a in SYLLABLES for b in SYLLABLES for c in SYLLABLES]
    for number in range(1, count + 1):
        first, last = given[int(rng.paretovariate(0.6)) % len(given)], family[rng.randrange(len(family))]
        if number % 50 == 0:
            last = f"{last} {family[rng.randrange(len(family))]}"
        role = "staff" if number % 12 == 0 else "pupil"
        middle = f" {given[number % 676]}" if number % 3 == 0 else ""
        here = number % 40 != 0
        yield (
            number, number % SCHOOLS + 1, role, f"A{number:09}", first.title(), last.title(),
            f"{last} {first}{middle}", here, "", "", "[]", "[]", "current", "",
        )  # fmt: skip


def fill(path: Path, count: int) -> None:
    db = sqlite3.connect(path)
    db.execute("PRAGMA synchronous = OFF")
    db.executemany(
        "INSERT INTO school (id, urn, slug, name, la_code, establishment_number, country, phase, trust, mode,"
        " domain, scope, options, version) VALUES (?,?,?,?,'','','england','','','create','','','{}',0)",
        [(i, f"{100000 + i}", f"school-{i}", f"School {i}") for i in range(1, SCHOOLS + 1)],
    )
    db.executemany(
        "INSERT INTO person (id, school_id, role, source_id, given_name, family_name, search_name, present,"
        " gate, gate_detail, unknown, flags, status, digest) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
        people(count, Random(2026)),
    )
    db.executemany(
        "INSERT INTO identifier (school_id, person_id, kind, value, current) VALUES (?,?,?,?,1)",
        (
            (i % SCHOOLS + 1, i, kind, f"{kind[0].upper()}{i:012}")
            for i in range(1, count + 1)
            for kind in ("upn", "admission_number")
        ),
    )
    db.commit()
    db.close()


def main(*, quick: bool = False) -> None:
    count = 100_000 if quick else 1_500_000
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "store.sqlite3"
        Store.open(f"sqlite:///{path}").close()
        fill(path, count)
        with Store.open(f"sqlite:///{path}") as store:
            show(store, path, count, rounds=3 if quick else 7)


def show(store: Store, path: Path, count: int, *, rounds: int) -> None:
    desk = Desk(store=store, secrets=Secrets.at(path.parent), actor="bench", now=lambda: datetime.now(UTC))
    last = count - 1
    with sqlite3.connect(path) as db:
        family, given = db.execute(
            "SELECT family_name, given_name FROM person WHERE id = ?", (last,)
        ).fetchone()
        half = db.execute("SELECT family_name FROM person WHERE id = 50").fetchone()[0].split()[1]
    db.close()
    typed = {
        "two letters of a surname": family[:2], "four letters": family[:4], "the surname": family,
        "surname and initial": f"{family} {given[:1]}", "first name and surname": f"{given} {family}",
        "a first name": given, "second half of a surname": half, "nobody": "zzzzqq", "a UPN": f"U{last:012}",
        "an id in the MIS": f"A{last:09}", "a username nobody has": "q.nobody9",
    }  # fmt: skip
    tasks = {told: lambda text=text: seconds(desk, text) for told, text in typed.items()}
    tasks["floor"] = lambda: through_the_table(path)
    for task in tasks.values():
        task()  # the first reads the file
    took = interleaved(tasks, rounds=rounds)
    floor = took.pop("floor")
    print(f"{count:,} people in {SCHOOLS:,} schools, {path.stat().st_size / 1e6:,.0f} MB; at most 50 shown")
    table(
        ["of the floor", "typed", "median", "found", ""],
        [
            [f"{t / floor:.3f}", told, ms(t), len(find(desk, typed[told])), verdict(t / floor, 1)]
            for told, t in took.items()
        ],
    )  # fmt: skip
    print(f"floor: one LIKE over all names of the table, {ms(floor)}")


def seconds(desk: Desk, text: str) -> float:
    started = time.perf_counter()
    find(desk, text)
    return time.perf_counter() - started


def through_the_table(path: Path) -> float:
    started = time.perf_counter()
    db = sqlite3.connect(path)
    db.execute(
        "SELECT id FROM person NOT INDEXED WHERE family_name || ' ' || given_name LIKE '%zzzzqq%' LIMIT 50"
    ).fetchall()
    db.close()
    return time.perf_counter() - started

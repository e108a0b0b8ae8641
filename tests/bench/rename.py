"""A rehearsal of a whole school's renames: the pure rule alone, and with reading the store.

"In the blink of an eye" is about a tenth of a second; the peer is making the same usernames one by one,
without looking at collisions, which is the least that any rehearsal must do.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from misconsole.rules import usernames
from misconsole.rules.rename import Ground, Subject, rehearse
from misconsole.rules.username_kinds import KINDS
from misconsole.rules.usernames import Format
from tests.bench.show import interleaved, ms, table
from tests.fake_mis import named

FORM = Format.parse("first_initial.last_name")


def school(people: int) -> tuple[list[Subject], Ground]:
    names = [named(n % (people // 2)) for n in range(people)]
    subjects = [
        Subject(
            account_id=n, username=f"old{n}", kind="pupil", name=f"{given} {family}", given=given,
            family=family, email=f"old{n}@larkmere.example",
        )
        for n, (given, family) in enumerate(names, start=1)
    ]  # fmt: skip
    held: dict[str, int | None] = {each.username: each.account_id for each in subjects}
    addresses = {each.email or "": each.account_id for each in subjects}
    return subjects, Ground(held=held, addresses=addresses, domain="larkmere.example")


def timed(work: Callable[[], object]) -> Callable[[], float]:
    def run() -> float:
        began = time.perf_counter()
        work()
        return time.perf_counter() - began

    return run


def from_the_store(people: int) -> tuple[Callable[[], object], Callable[[], None]]:
    """(read and rehearse, close)."""
    from data import bulk, tables
    from misconsole.services import renames
    from tests import seed

    folder = tempfile.TemporaryDirectory()
    opened = seed.estate(Path(folder.name))
    e = opened.__enter__()
    home = e.school()
    rows = [
        {
            "school_id": home, "role": "pupil", "username": each.username, "username_key": each.username,
            "domain_key": "school:100001", "given_name": each.given, "family_name": each.family,
            "email": each.email, "display_name": each.name,
        }
        for each in school(people)[0]
    ]  # fmt: skip
    with e.store.write() as s:
        bulk.insert(s, tables.Account, rows)

    def work() -> object:
        found = renames.prepare(e.desk(), "100001", renames.Chosen())
        return renames.rehearse(
            found.subjects, ground=found.ground, formats=renames.formats_for(found, str(FORM))
        )

    def close() -> None:
        opened.__exit__(None, None, None)
        folder.cleanup()

    return work, close


def main(*, quick: bool = False) -> None:
    people = 200 if quick else 2_000
    subjects, ground = school(people)
    formats = dict.fromkeys(KINDS, FORM)
    stored, close = from_the_store(people)
    try:
        seen = interleaved(
            {
                "usernames alone": timed(
                    lambda: [usernames.base(FORM, given=s.given, family=s.family).text for s in subjects]
                ),
                "rehearsal": timed(lambda: rehearse(subjects, ground=ground, formats=formats)),
                "with the store": timed(stored),
            },
            rounds=3 if quick else 9,
        )
    finally:
        close()
    least = seen["usernames alone"]
    table(
        ["people", "what", "ratio", "median"],
        [[f"{people:,}", what, f"{seconds / least:.1f}x", ms(seconds)] for what, seconds in seen.items()],
    )

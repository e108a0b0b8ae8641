"""Moving a school's usernames to another collision domain, when its options or its trust change (Z8).

Protects the promise that a name is unique in its domain: a school whose names are in use elsewhere in the
new domain cannot move, and reservations are copied, so that no domain forgets a name it ever held.
"""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from data import accounts as account_rows
from data.journal import Scribe
from data.tables import Account, ReservedName, School
from misconsole.counting import counted
from misconsole.errors import Conflict
from misconsole.rules import collision
from misconsole.rules.options import SchoolOptions

SHOWN = 5


def key_of(school: School) -> str:
    """The collision domain of the school's usernames."""
    options = SchoolOptions.from_dict(school.options)
    return collision.domain_key(options.collision, urn=school.urn, trust=school.trust)


def move(s: Session, school: School, *, scribe: Scribe, at: datetime) -> int:
    """Put every account of the school into the domain it has now; returns how many were moved.

    Raises Conflict, naming some of them, when usernames are in use there already.
    """
    where = key_of(school)
    mine = [row for row in account_rows.keys_of_school(s, school.id or 0) if row[2] != where]
    if not mine:
        return 0
    elsewhere = {row.username_key for row in account_rows.of_domain(s, where) if row.school_id != school.id}
    if both := sorted(elsewhere.intersection(key for _, key, _ in mine)):
        more = f" and {len(both) - SHOWN} more" if len(both) > SHOWN else ""
        raise Conflict(
            f"{counted(len(both), 'username is', 'usernames are')} "
            f"in use at another school there: {', '.join(both[:SHOWN])}{more}.",
            mend="Rename those accounts first; nothing was changed.",
            code="username_taken",
        )
    scribe.update_many(Account, [(i, {"domain_key": old}, {"domain_key": where}) for i, _, old in mine])
    held = account_rows.reserved_in(s, where)
    scribe.insert_many(
        ReservedName,
        [
            {"domain_key": where, "username_key": key, "account_id": i, "since": at}
            for i, key, _ in mine
            if key not in held
        ],
    )
    return len(mine)

"""What the simulated directories have in common: one for each demo school, with people in it already.

Everybody of the school's account file is there, made by somebody else, and besides them an administrator and
somebody nobody knows.  What is written lives as long as the simulator does; passwords are held as typed, so
that tests can see what arrived.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, ClassVar, Generic, TypeVar

from connectors.simulator.face import Answer, Call, Ground, as_json
from connectors.simulator.schools import DemoSchool

Row = dict[str, Any]
ADMIN = "console.admin"
STRANGER = "boiler.room"


@dataclass(slots=True)
class CloudDirectory:
    """``users`` by id. ``unseen``: so many looks at an entry just made do not find it; ``index_lags``: a
    search does not find what was written since the start; both as the real ones do at times."""

    domain: str
    users: dict[str, Row] = field(default_factory=dict)
    passwords: dict[str, str] = field(default_factory=dict, repr=False)
    tokens: set[str] = field(default_factory=set, repr=False)
    issued: int = 0
    unseen: int = 0
    index_lags: bool = False
    page: int = 0  # rows a page; 0: what is asked for
    hidden: dict[str, int] = field(default_factory=dict)
    indexed: set[str] = field(default_factory=set)
    serial: int = 0

    def next_id(self, prefix: str = "") -> str:
        self.serial += 1
        return f"{prefix}{self.serial:012d}"

    def token(self, value: str) -> str:
        self.issued += 1
        token = f"{value}{self.issued:04d}"
        self.tokens.add(token)
        return token

    def made(self, row: Row) -> None:
        self.users[row["id"]] = row
        if self.unseen:
            self.hidden[row["id"]] = self.unseen

    def shown(self, row: Row | None) -> Row | None:
        """The row, unless it was made too short a time ago."""
        if row is not None and self.hidden.get(row["id"], 0) > 0:
            self.hidden[row["id"]] -= 1
            return None
        return row

    def searched(self) -> Iterator[Row]:
        return (row for key, row in self.users.items() if not self.index_lags or key in self.indexed)


Kind = TypeVar("Kind", bound=CloudDirectory)


class Directories(Generic[Kind]):
    """One for each school, made when it is first asked for."""

    def __init__(self, ground: Ground, make: Callable[[DemoSchool, list[dict[str, str]]], Kind]) -> None:
        self._ground, self._make = ground, make
        self._of: dict[str, Kind] = {}

    def of(self, school: DemoSchool) -> Kind:
        if school.urn not in self._of:
            made = self._make(school, people(self._ground.world.directory(school.urn), school.domain))
            made.indexed = set(made.users)
            self._of[school.urn] = made
        return self._of[school.urn]


class CloudFace(Generic[Kind]):
    """The ground of a face whose addresses begin with ``/ROUTE/SLUG/``; ``seeded`` makes its directories."""

    route: ClassVar[str]

    def __init__(self, ground: Ground) -> None:
        self.ground = ground
        self.directories = Directories(ground, self.seeded)

    def seeded(self, school: DemoSchool, people: list[dict[str, str]]) -> Kind:
        raise NotImplementedError

    def base(self, school: DemoSchool) -> str:
        return f"{self.ground.origin}/{self.route}/{school.slug}/"

    def school(self, call: Call) -> DemoSchool | None:
        """Whom a call is about, None where there is no such school."""
        try:
            return self.ground.world.school(call.path[0]) if call.path else None
        except KeyError:
            return None

    def granted(self, school: DemoSchool, there: Kind) -> Answer:
        token = there.token(self.ground.key(self.route, school.urn))
        return as_json({"access_token": token, "token_type": "Bearer", "expires_in": 3599})


def people(rows: list[dict[str, str]], domain: str) -> list[dict[str, str]]:
    """Who is there before we come: username, given, family, email, role."""
    found = [
        {"username": r["username"], "given": r["given_name"], "family": r["family_name"], "role": r["role"],
         "email": r["email"] or f"{r['username']}@{domain}"}
        for r in rows
    ]  # fmt: skip
    more = (
        (ADMIN, "Console", "Administrator", "admin"), (STRANGER, "Boiler", "Room", "stranger"),
        ("synced.person", "Sandra", "Synced", "synced"),
    )  # fmt: skip
    return found + [
        {"username": u, "given": g, "family": f, "role": r, "email": f"{u}@{domain}"} for u, g, f, r in more
    ]

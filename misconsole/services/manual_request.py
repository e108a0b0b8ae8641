"""What is asked for when an account is made by hand: read tidily, checked, and as the MIS would bring it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from misconsole.errors import Usage
from misconsole.rules.facts import PersonFacts
from misconsole.rules.names import fold
from misconsole.rules.username_kinds import kind_of
from misconsole.services import new_account, similar

ROLES = ("pupil", "staff", "other")
LONGEST = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """``expected``: the MIS will bring this person (None: unless of role other). ``starts_on`` is shown;
    ``reason`` and ``until`` are for whom it will not bring. ``teaching`` chooses the format of staff."""

    given: str
    family: str
    role: str
    preferred_given: str = ""
    preferred_family: str = ""
    teaching: bool | None = None
    date_of_birth: date | None = None
    starts_on: date | None = None
    expected: bool | None = None
    reason: str = ""
    until: date | None = None
    username: str = ""
    upn: str | None = None
    mis_id: str | None = None
    staff_code: str | None = None
    year_of_entry: int | None = None

    @property
    def first(self) -> str:
        return self.preferred_given or self.given

    @property
    def last(self) -> str:
        return self.preferred_family or self.family

    @property
    def name(self) -> str:
        return " ".join(part for part in (self.first, self.last) if part)

    @property
    def awaited(self) -> bool:
        return self.role != "other" if self.expected is None else self.expected

    @property
    def kind(self) -> str:
        return kind_of(self.role, self.teaching)


def tidied(request: Request) -> Request:
    def tidy(text: str) -> str:
        return " ".join(text.split())

    return replace(
        request, given=tidy(request.given), family=tidy(request.family), reason=tidy(request.reason),
        preferred_given=tidy(request.preferred_given), preferred_family=tidy(request.preferred_family),
        username=tidy(request.username),
    )  # fmt: skip


def check(request: Request) -> None:
    if request.role not in ROLES:
        raise Usage(f"“{request.role[:20]}” is not a role.", mend=f"Choose {', '.join(ROLES)}.")
    if not fold(request.first) and not fold(request.last):
        raise Usage("An account needs a name.")
    for text in (request.given, request.family, request.preferred_given, request.preferred_family):
        if len(text) > LONGEST or not text.isprintable():
            raise Usage(
                f"“{text[:20]}…” is no name.", mend=f"It has at most {LONGEST} characters, all printed."
            )
    if request.username:
        new_account.check_shape(request.username)


def facts_of(request: Request) -> PersonFacts:
    """As the MIS would bring this person; somebody of no role it knows is compared like staff."""
    own = {"upn": request.upn, "mis_id": request.mis_id, "staff_code": request.staff_code}
    return PersonFacts(
        role="pupil" if request.role == "pupil" else "staff", source_id=similar.ASKED,
        given_name=request.first or None, family_name=request.last or None,
        legal_given_name=request.given or None, legal_family_name=request.family or None,
        date_of_birth=request.date_of_birth, year_of_entry=request.year_of_entry,
        identifiers={kind: (value,) for kind, value in own.items() if value},
    )  # fmt: skip

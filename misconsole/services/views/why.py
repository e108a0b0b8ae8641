"""Why somebody has no account: the gates, the reason, what can be done about it from here."""

from __future__ import annotations

from dataclasses import dataclass

from misconsole.services.views.people import AccountView, PersonRecord, PersonView


@dataclass(frozen=True, slots=True, kw_only=True)
class GateView:
    gate: str
    title: str
    state: str  # passed, failed, not_reached
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    code: str
    message: str
    mend: str
    who_can: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferView:
    """Something the console can do about a reason. ``does`` is a key of ``services.mend.DOERS``.

    ``asks`` is what to be sure of first, "" where undo is enough; ``command`` the same without a screen.
    """

    does: str
    title: str
    command: str
    asks: str = ""
    target: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class WhyView:
    school: str
    school_name: str
    who: str
    person: PersonView | None
    account: AccountView | None
    gates: tuple[GateView, ...]
    reason: Reason | None  # None: the person has an account and nothing is wrong
    support_text: str  # ready to paste into a case (W9, V6)
    offers: tuple[OfferView, ...] = ()  # what mends it and can be done from here, the surest first
    subject: str = ""  # what was meant, where it is no person: "contact Ms Ada Quill", "class 7A"
    record: PersonRecord | None = None  # of a person, everything else the MIS told

"""The person beside each candidate, field by field: what agrees, how strongly, and why it may."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from misconsole.services.views import CandidateView, Evidence, PersonView, UnmatchedItem
from misconsole.text import cells, fit, shown
from screens import glyphs
from screens.showing import Showing, full_name
from screens.widgets.lines import Line, Span, line, span, wrap

#: How a field agreed: sign, words, kind. Words from the rules that have no entry are shown as they are.
AGREEMENT = {
    "equal": ("=", "the same", "good"),
    "folded": ("≈", "same but accents or signs", "good"),
    "nickname": ("≈", "nickname", "accent"),
    "initial": ("≈", "initial only", "accent"),
    "swapped": ("≈", "swapped", "accent"),
    "similar": ("≈", "similar", "accent"),
    "differs": ("≠", "differs", "bad"),
    "missing": ("·", "missing on one side", "muted"),
}
TITLES = {
    "given_name": "given name",
    "family_name": "family name",
    "date_of_birth": "born",
    "year_of_entry": "year of entry",
    "year_group": "year",
    "staff_code": "staff code",
    "mis_id": "MIS id",
    "upn": "UPN",
    "former_upn": "former UPN",
    "admission_number": "adm. no.",
}
#: How a line speaks of each band; the service's reason says it in words.
BANDS = {"likely": "good", "possible": "accent", "many": "warn", "none": "muted"}
DATES = ("date_of_birth",)


def evidence_lines(item: UnmatchedItem, showing: Showing, width: int) -> list[Line]:
    """Everything an operator needs for one keystroke, in as few lines as that takes."""
    who = line(span(showing.person(item.person), "strong"), span(f"  {said_person(item.person, showing)}"))
    lines = wrap(who, width, indent=2)
    kind = BANDS.get(item.band, "muted")
    lines += wrap(line(span(f"{item.band}: ", kind), span(item.reason, "muted")), width)
    for number, candidate in enumerate(item.candidates[:9], start=1):
        lines += candidate_lines(number, candidate, item.candidates, showing, width)
    if len(item.candidates) > 9:
        lines.append(line(span(f"and {len(item.candidates) - 9} more; / and Find show them", "muted")))
    return lines


def said_person(person: PersonView, showing: Showing) -> str:
    parts = [
        "member of staff" if person.role == "staff" else "pupil",
        f"year {person.year_group}" if person.year_group else "",
        person.registration_group or "",
        person.job_title or "",
        f"room {person.room}" if person.room else "",
        f"born {showing.birth(person.date_of_birth)}" if person.date_of_birth else "no date of birth",
        f"UPN {showing.handle(person.upn)}" if person.upn else "",
        f"code {showing.handle(person.staff_code)}" if person.staff_code else "",
    ]
    return f" {glyphs.DOT} ".join(part for part in parts if part)


def candidate_lines(
    number: int, candidate: CandidateView, every: Sequence[CandidateView], showing: Showing, width: int
) -> list[Line]:
    account = candidate.account
    head: list[Span | str] = [
        span(f"{number} ", "key"),
        span(showing.handle(account.username), "strong"),
        f"  {showing.name(full_name(account))}",
    ]
    if account.state != "active":
        head.append(span(f"  {account.state}", "warn"))
    head.append(span(f"  {candidate.score:.1f} bits, {said_margin(candidate, every)}", "muted"))
    room = _value_width(candidate, showing, width)
    fields = [field_lines(each, showing, width, room) for each in candidate.evidence]
    return [*wrap(line(*head), width, indent=2), *(each for lines in fields for each in lines)]


def said_margin(candidate: CandidateView, every: Sequence[CandidateView]) -> str:
    if len(every) == 1:
        return "no runner-up"
    if candidate.margin <= 0.05:
        return "level with another"
    return (
        f"{candidate.margin:.1f} ahead of the next"
        if candidate is every[0]
        else f"{candidate.margin:.1f} apart"
    )


def _value_width(candidate: CandidateView, showing: Showing, width: int) -> int:
    """As wide as the longest value, within what the window has: the words beside it want the rest."""
    values = [_value(text, e.field, showing) for e in candidate.evidence for text in (e.person, e.account)]
    return max(4, min(24, max(10, (width - 43) // 2), max(map(cells, map(shown, values)), default=4)))


def field_lines(each: Evidence, showing: Showing, width: int, value: int) -> list[Line]:
    """One field compared, its columns sized to the window; a note that does not fit goes below."""
    sign, words, kind = AGREEMENT.get(each.agreement, ("≈", each.agreement, "accent"))
    title = TITLES.get(each.field, each.field.replace("_", " "))
    weight = f" {each.weight:+.1f}" if each.weight else ""
    ours, theirs = (fit(_value(text, each.field, showing), value) for text in (each.person, each.account))
    said = line(
        span(f"  {fit(title, 13)} ", "muted"),
        f"{ours} {theirs} ",
        span(f"{sign} {words}{weight}", kind),
        span(f"  {showing.prose(each.note)}" if each.note else "", "muted"),
    )
    return wrap(said, width, indent=16)


def _day(text: str, showing: Showing) -> str:
    """A day as the head of the card says it; what is no day as it was delivered."""
    try:
        return showing.birth(date.fromisoformat(text))
    except ValueError:
        return showing.prose(text)


def _value(text: str, field: str, showing: Showing) -> str:
    if not text:
        return glyphs.DASH
    if field in DATES:
        return _day(text, showing)
    if not showing.masked:
        return text
    return showing.email(text) if field == "email" else showing.handle(text)

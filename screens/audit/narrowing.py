"""What of the trail is asked for: typed in one form, said above the list, sought over all of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING

from screens.prompts import Asked, Form, day_check, read_day
from screens.showing import HIDDEN, counted, said_day

if TYPE_CHECKING:
    from misconsole.services.audit import Wanted

Chosen = Mapping[str, str]
NOTHING: Chosen = {}
NAMED = 6  # kinds and people named beside their field
#: What is typed where somebody's name may stand.
WORDS = ("text", "evidence")


def form(chosen: Chosen, *, kinds: Sequence[str], actors: Sequence[str]) -> Form:
    """An empty field asks for everything."""
    asked = [
        _field("kind", "Kind", chosen, _named(kinds), _one_of(kinds)),
        _field("who", "Who decided", chosen, _named(actors)),
        _field(
            "days", "Days", chosen, "one, or 1/9/2026 to 30/9/2026; either end may be left out", _days_check
        ),
        _field("text", "Words", chosen, "of what was written down"),
        _field("evidence", "Evidence", chosen, "words of what was shown when it was decided"),
    ]
    return Form("Which decisions, of the whole trail", asked, verb="look for them")


def _field(
    name: str, title: str, chosen: Chosen, hint: str, check: Callable[[str], str] = lambda _text: ""
) -> Asked:
    return Asked(name=name, title=title, value=chosen.get(name, ""), hint=hint, required=False, check=check)


def _named(words: Sequence[str]) -> str:
    more = ", …" if len(words) > NAMED else ""
    return ", ".join(words[:NAMED]) + more or "any"


def _one_of(kinds: Sequence[str]) -> Callable[[str], str]:
    def check(text: str) -> str:
        known = not text.strip() or text.strip().casefold() in kinds
        return "" if known else f"nothing of that kind was decided; there are {_named(kinds)}"

    return check


def _days_check(text: str) -> str:
    first, last = _ends(text)
    if text.strip() and not (first or last):
        return day_check("")
    complaint = next((wrong for end in (first, last) if end and (wrong := day_check(end))), "")
    after = not complaint and first and last and (read_day(first) or date.min) > (read_day(last) or date.max)
    return "the first day is after the last" if after else complaint


def _ends(text: str) -> tuple[str, str]:
    """The first and the last day as typed; one day alone is both."""
    first, between, last = text.strip().partition("to")
    return (first.strip(), last.strip()) if between else (first, first)


def _days(chosen: Chosen) -> tuple[date | None, date | None]:
    first, last = _ends(chosen.get("days", ""))
    return read_day(first), read_day(last)


def kept(answers: Chosen) -> Chosen:
    """Only what was typed."""
    found = {name: text.strip() for name, text in answers.items() if text.strip()}
    return {**found, "kind": found["kind"].casefold()} if "kind" in found else found


def wanted(school: str, chosen: Chosen, *, limit: int) -> Wanted:
    from misconsole.services import audit

    since, until = audit.whole_days(*_days(chosen))
    return audit.Wanted(
        school=school, who=chosen.get("who", ""), kind=chosen.get("kind", ""), since=since, until=until,
        text=chosen.get("text", ""), evidence=chosen.get("evidence", ""), limit=limit,
    )  # fmt: skip


def said(chosen: Chosen, *, masked: bool) -> str:
    """What was chosen, in the words above the list."""
    show = {name: HIDDEN if masked and name in WORDS else text for name, text in chosen.items()}
    told = {
        "kind": show.get("kind", ""), "who": f"by {show.get('who')}",
        "days": _days_said(*_days(chosen)),
        "text": f"“{show.get('text')}”", "evidence": f"evidence “{show.get('evidence')}”",
    }  # fmt: skip
    return ", ".join(words for name, words in told.items() if name in chosen)


def _days_said(first: date | None, last: date | None) -> str:
    if first == last:
        return f"on {said_day(first)}"
    ends = [("from", first), ("up to", last)]
    return " ".join(f"{word} {said_day(day)}" for word, day in ends if day is not None)


def cut(read: int, total: int) -> str:
    """Where more was found than is listed."""
    return f"the newest of {counted(total, 'decision')}" if total > read else ""

"""Schools on this desk: add one, list them, set their options."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from sqlmodel import Session

from data import schools as school_rows
from data.tables import Decision, School
from misconsole.errors import Conflict, NotFound, Usage
from misconsole.rules.names import fold
from misconsole.rules.options import SETTINGS, SchoolOptions
from misconsole.services import audit_seal, due, permits
from misconsole.services.desk import Desk
from misconsole.services.views import SchoolRow

# L1; L2 and L7; L8
MODES = {
    "create": "the MIS drives accounts: they are created, changed and unallocated",
    "link": "accounts come from elsewhere; the MIS adds to them, removing leavers is up to you",
    "lookup": "people are only looked up; no accounts",
}
COUNTRIES = ("england", "scotland", "wales", "northern-ireland")
PHASES = ("", "nursery", "primary", "middle", "secondary", "all-through", "special", "16-plus")
FACTS = (
    "name", "slug", "la_code", "establishment_number", "country", "phase", "trust", "mode", "domain", "scope",
)  # fmt: skip
PATTERNS = {
    "slug": (r"[a-z0-9]+(-[a-z0-9]+)*", "letters a to z, digits and single hyphens"),
    "la_code": (r"\d{3}", "three digits"),
    "establishment_number": (r"\d{4}", "four digits"),
    "domain": (
        r"[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+",
        "such as larkmere.example",
    ),
    "scope": (r"[a-z0-9-]{1,32}", "a short word, such as larkmere"),
}


def resolve(s: Session, key: str) -> School:
    """The school of that URN or slug; NotFound otherwise."""
    found = school_rows.by_key(s, key)
    if found is None:
        raise NotFound(
            f"There is no school “{key[:80]}”.",
            mend="Use the URN or the short name that “misconsole school list” shows.",
            code="no_such_school",
        )
    if not school_rows.may_see(s, found):
        raise permits.NotPermitted(
            f"{found.name} is not one of your schools.", mend="Who can: whoever has a role for all schools."
        )
    return found


def options_of(school: School) -> SchoolOptions:
    return SchoolOptions.from_dict(school.options)


def list_schools(desk: Desk) -> tuple[SchoolRow, ...]:
    """Every school with its lamp and what waits, as ``misconsole status`` tells it."""
    from misconsole.services.status import school_rows as rows

    return rows(desk.store.url, now=desk.now())


def add_school(desk: Desk, *, name: str, urn: str, settings: Mapping[str, str]) -> SchoolRow:
    """A new school. ``settings`` as in ``set_options``. Usage for a bad value, Conflict for a URN in use."""
    permits.need(desk, "settings")
    name, urn = name.strip(), urn.strip()
    if not name:
        raise Usage("A school needs a name.")
    if not re.fullmatch(r"[A-Za-z0-9-]{1,32}", urn):
        raise Usage(f"“{urn[:40]}” is not a URN.", mend="A URN is six digits, such as 100001.")
    with desk.store.write() as s:
        if other := school_rows.by_key(s, urn):
            raise Conflict(f"{other.name} already has the URN {urn}.", mend="Each school is added once.")
        school = School(urn=urn, slug=_free_slug(s, name, urn), name=name, created_at=desk.now())
        s.add(school)
        s.flush()
        _apply(s, school, settings)
        _note(s, desk, school, "add-school", f"Added the school {school.name}", dict(settings))
    return _row(desk, urn)


def set_options(desk: Desk, school: str, settings: Mapping[str, str]) -> SchoolRow:
    """Set facts (name, domain, mode…) and options (misconsole.rules.options) of a school; all or none."""
    permits.need(desk, "settings", school)
    with desk.store.write() as s:
        found = resolve(s, school)
        _apply(s, found, settings)
        due.refresh(s, found, desk.now())
        found.version += 1
        said = ", ".join(f"{key}={value}" for key, value in settings.items())
        decision = _note(s, desk, found, "set", f"Set {said}", dict(settings))
        _move_names(s, desk, found, decision)
        urn = found.urn
    return _row(desk, urn)


def _move_names(s: Session, desk: Desk, school: School, decision: Decision) -> None:
    """Where usernames must be unique may have changed with the settings."""
    from data.journal import Scribe
    from misconsole.services import name_domain

    now = desk.now()
    scribe = Scribe(s, actor=desk.actor, at=now, school_id=school.id, decision_id=decision.id)
    name_domain.move(s, school, scribe=scribe, at=now)


def _note(
    s: Session, desk: Desk, school: School, kind: str, summary: str, detail: dict[str, Any]
) -> Decision:
    return audit_seal.told(s, desk, school, kind, summary=summary, detail=detail)


def _apply(s: Session, school: School, settings: Mapping[str, str]) -> None:
    facts = {_key(key): value for key, value in settings.items() if _key(key) in FACTS}
    others = {key: value for key, value in settings.items() if _key(key) not in FACTS}
    for key, value in facts.items():
        setattr(school, key, _fact(s, school, key, value))
    if others:
        school.options = options_of(school).with_settings(others).to_dict()
    s.add(school)
    s.flush()


def _key(key: str) -> str:
    return key.strip().lower().replace("-", "_")


def _fact(s: Session, school: School, key: str, value: str) -> str:
    """The value as stored, or Usage saying what would do."""
    text = value.strip()
    if key in ("slug", "domain", "scope", "country", "phase", "mode"):
        text = text.lower().lstrip("@")
    choices = {"mode": tuple(MODES), "country": COUNTRIES, "phase": PHASES}.get(key)
    if choices is not None and text not in choices:
        raise Usage(f"“{value[:40]}” is not a {key}.", mend=f"Choose {', '.join(c for c in choices if c)}.")
    if key == "name" and not text:
        raise Usage("A school needs a name.")
    pattern, hint = PATTERNS.get(key, ("", ""))
    if pattern and text and not re.fullmatch(pattern, text, re.ASCII):
        raise Usage(f"“{value[:40]}” is not a {key.replace('_', ' ')}.", mend=f"It is {hint}.")
    if key == "slug":
        _check_slug(s, school, text)
    return text


def _check_slug(s: Session, school: School, slug: str) -> None:
    other = school_rows.by_key(s, slug)
    if not slug or (other is not None and other.id != school.id):
        raise Conflict(f"The short name “{slug}” is taken.", mend="Choose another.")


def _free_slug(s: Session, name: str, urn: str) -> str:
    base = "-".join(fold(name).split())[:48].strip("-") or f"school-{urn.lower()}"
    taken = school_rows.slugs(s)
    if base not in taken and school_rows.by_key(s, base) is None:
        return base
    return f"{base}-{urn.lower()}"[:64]


def _row(desk: Desk, urn: str) -> SchoolRow:
    return next(row for row in list_schools(desk) if row.urn == urn)


def show(desk: Desk, school: str) -> dict[str, Any]:
    """Facts, options with their documentation, and how the school is connected (never a secret)."""
    with desk.store.read() as s:
        found = resolve(s, school)
        connection = school_rows.active_connection(s, found.id or 0)
    texts = options_of(found).as_text()
    return {
        "school": found.urn,
        **{name: getattr(found, name) for name in FACTS},
        "mode_means": MODES[found.mode],
        "mis": connection.mis if connection else "",
        "route": connection.route if connection else "",
        "access": connection.access if connection else "not connected",
        "options": [
            {"name": each.name, "value": texts[each.name], "takes": each.bounds, "about": _about(each.doc)}
            for each in SETTINGS
        ],
    }


def _about(doc: str) -> str:
    """A setting's line for operators, without the numbers of rules that its readers in code look up."""
    return re.sub(r" \([A-Z]\d+(?:(?:, | to )[A-Z]?\d+)*\)", "", doc)

"""The username formats of a school: as they are, with the people to try them on; and saved (M1-M5, F14)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from data import renames as rows
from misconsole.errors import Usage
from misconsole.rules.format_draft import Draft, Examples, Named, examples
from misconsole.rules.username_kinds import KINDS, SETTINGS, TEACHING, kind_of
from misconsole.rules.usernames import FormatError
from misconsole.services.desk import Desk
from misconsole.services.schools import options_of, resolve, set_options


@dataclass(frozen=True, slots=True, kw_only=True)
class FormatsView:
    """``texts`` and ``people`` by kind; ``scope`` is typed behind @ to sign in, ``domain`` ends addresses:
    two different things (M13). ``collision`` says where a name must be unique."""

    school: str
    school_name: str
    domain: str
    scope: str
    collision: str
    texts: Mapping[str, str]
    people: Mapping[str, tuple[Named, ...]]

    def draft(self, kind: str) -> Draft:
        return Draft.of(self.texts[kind], self.texts[TEACHING])


def read(desk: Desk, school: str) -> FormatsView:
    """The people are those in the MIS now, and the accounts of people no MIS knows."""
    with desk.store.read() as s:
        found = resolve(s, school)
        options = options_of(found)
        people: dict[str, list[Named]] = {kind: [] for kind in KINDS}
        for role, teaching, given, family, year in rows.people(s, found.id or 0):
            people[kind_of(role, teaching)].append(Named(given=given, family=family, year_of_entry=year))
    return FormatsView(
        school=found.urn, school_name=found.name, domain=found.domain, scope=found.scope,
        collision=options.collision,
        texts={kind: str(getattr(options, SETTINGS[kind])) for kind in KINDS},
        people={kind: tuple(each) for kind, each in people.items()},
    )  # fmt: skip


def tried(view: FormatsView, kind: str, draft: Draft) -> Examples | str:
    """Examples of the draft on the school's people of that kind; a sentence where it is no format."""
    try:
        form = draft.format(kind)
    except FormatError as problem:
        return str(problem)
    return examples(form, view.people[kind], domain=view.domain, scope=view.scope)


def examples_of(view: FormatsView, wanted: Mapping[str, str]) -> list[dict[str, Any]]:
    """Every kind with its format (or the ``wanted`` one) and what it makes. Raises Usage for a wrong one."""
    if strange := sorted(set(wanted) - set(KINDS)):
        raise Usage(f"“{strange[0][:30]}” is no kind of people.", mend=f"Kinds: {', '.join(KINDS)}.")
    items = []
    for kind in KINDS:
        try:
            draft = Draft.of(wanted[kind], view.texts[TEACHING]) if kind in wanted else view.draft(kind)
        except FormatError as problem:
            raise Usage(str(problem), mend="Such as first_initial.last_name.") from problem
        found = tried(view, kind, draft)
        if isinstance(found, str):
            raise Usage(found, mend=f"Mend the format of {kind}.")
        items.append(
            {
                "kind": kind, "format": draft.text(kind), "people": found.people,
                "numbered": found.numbered, "cut": found.cut, "asked": found.asked,
                "examples": list(found.shown),
            }
        )  # fmt: skip
    return items


def save(desk: Desk, school: str, drafts: Mapping[str, Draft]) -> FormatsView:
    """Save the formats of these kinds; nobody is renamed (M14). Raises Usage, with nothing saved."""
    settings: dict[str, Any] = {SETTINGS[kind]: draft.text(kind) for kind, draft in drafts.items()}
    set_options(desk, school, settings)
    return read(desk, school)

"""Rows of the store as the plain values that rules reason about."""

from __future__ import annotations

from collections.abc import Iterable

from data.tables import Account, Identifier, Link, Person
from misconsole.rules import facts_from
from misconsole.rules.facts import AccountFacts, PersonFacts

ACCOUNT_ALIKE = (
    "username", "role", "state", "email", "given_name", "family_name", "preferred_given_name",
    "preferred_family_name", "date_of_birth", "year_of_entry", "upn", "mis_id", "staff_code",
    "kept_absent", "school_id", "display_name", "own_display_name",
)  # fmt: skip


def person_facts(row: Person, identifiers: Iterable[Identifier]) -> PersonFacts:
    """``identifiers`` current ones first, as ``data.people.every_identifier`` gives them (G7)."""
    return facts_from.from_row(row.model_dump(), [(each.kind, each.value) for each in identifiers])


def account_facts(row: Account, links: Iterable[tuple[Link, str]] = (), *, school_id: int) -> AccountFacts:
    """``links`` are the active ones with the role of their person; ``school_id`` of who is asking."""
    return AccountFacts(
        account_id=row.id or 0,
        linked_to=tuple((link.school_id, role, link.person_id) for link, role in links),
        local=row.school_id != school_id,
        **{name: getattr(row, name) for name in ACCOUNT_ALIKE},
    )

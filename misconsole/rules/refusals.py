"""The fingerprint of a pair that somebody called "not the same person".

A refusal stands as long as nothing that matters for matching changes on either side; then the pair may
be suggested again (product.md, 8: decisions with a shelf life).
"""

from __future__ import annotations

import hashlib

from misconsole.rules.facts import AccountFacts, PersonFacts

PERSON_PARTS = (
    "role", "given_name", "family_name", "legal_given_name", "legal_family_name", "date_of_birth", "email",
)  # fmt: skip
ACCOUNT_PARTS = (
    "role", "username", "email", "given_name", "family_name", "preferred_given_name", "preferred_family_name",
    "date_of_birth", "upn", "mis_id", "staff_code",
)  # fmt: skip


def digest(person: PersonFacts, account: AccountFacts) -> str:
    """32 hexadecimal digits; equal as long as both records say the same. The year of entry is left out,
    because it may be worked out anew every September without anybody having changed."""
    held = sorted(f"{kind}={value}" for kind, values in person.identifiers.items() for value in values)
    said = [*_texts(person, PERSON_PARTS), *held, "|", *_texts(account, ACCOUNT_PARTS)]
    return hashlib.sha256("\0".join(said).encode("utf-8", "replace")).hexdigest()[:32]


def _texts(record: PersonFacts | AccountFacts, names: tuple[str, ...]) -> list[str]:
    return [str(getattr(record, name) or "") for name in names]

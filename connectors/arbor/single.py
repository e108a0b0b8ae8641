"""One pupil's contacts, asked for at the moment they are needed (H10, X3)."""

from __future__ import annotations

from connectors.arbor.contacts import RELATIONSHIP, Guardians
from connectors.arbor.source import Source
from connectors.errors import BadAnswer
from connectors.records import Contact, ContactLink


def contacts(source: Source, source_id: str) -> tuple[Contact | ContactLink, ...]:
    """Empty where there are none.  ScopeMissing where the app may not read them, BadAnswer for a pupil
    nobody knows."""
    source.prepare()
    guardians = Guardians(source, frozenset())
    if not source.some("Student", ["id"], [source_id]):
        raise BadAnswer(
            "Arbor does not know this pupil any more.", mend="Sync the school, then look the pupil up again."
        )
    rows = source.linked(RELATIONSHIP, guardians.link_paths(), "student", "Student", [source_id])
    links = [link for n, row in enumerate(rows) if (link := guardians.link(row, f"relationships[{n}]"))]
    links = [link for link in links if link.pupil_id == source_id]
    ids = list(dict.fromkeys(link.contact_id for link in links))
    guardians.addresses.load()
    people = source.some("Guardian", guardians.paths(), ids) if ids else []
    known = [one for n, row in enumerate(people) if (one := guardians.person(row, f"contacts[{n}]", ids))]
    return (*known, *links)

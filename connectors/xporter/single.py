"""One pupil's contacts, asked for at the moment they are needed (H10, X3)."""

from __future__ import annotations

from urllib.parse import quote

from connectors.records import Contact, ContactLink, Report
from connectors.xporter.answers import listed
from connectors.xporter.contacts import LINKS, PEOPLE, Kin
from connectors.xporter.declaration import DECLARATION
from connectors.xporter.session import Session


def contacts(session: Session, source_id: str) -> tuple[Contact | ContactLink, ...]:
    """Empty where there are none.  The ids of pupils and contacts may meet, so links are looked at."""
    kin = Kin(DECLARATION.offered(Report.CONTACTS), frozenset())
    rows = _rows(session, LINKS, source_id)
    links = [link for n, row in enumerate(rows) if (link := kin.link(row, f"links[{n}]"))]
    links = [link for link in links if link.pupil_id == source_id]
    known: list[Contact] = []
    for one in dict.fromkeys(link.contact_id for link in links):
        told = _rows(session, PEOPLE, one)
        found = [kin.person(row, f"contacts[{n}]", frozenset({one})) for n, row in enumerate(told)]
        known += [person for person in found if person is not None][:1]
    return (*known, *links)


def _rows(session: Session, place: tuple[str, str], own: str) -> list[object]:
    path, name = place
    return listed(session.get(session.school(path) + quote(own, safe="")), name)

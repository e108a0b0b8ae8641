"""Who has a photo, and when it changed: its reference and row checksum, without the picture (C14)."""

from __future__ import annotations

from connectors.errors import ScopeMissing
from connectors.xporter.answers import lowered
from connectors.xporter.paging import Collection
from connectors.xporter.people import Photo
from connectors.xporter.session import Session

PAGE = 200


def of(session: Session, person_type: str) -> dict[str, Photo] | None:
    """Person's id → photo; None where photos are not shared.  Ids of pupils and staff overlap, so one type
    at a time; the columns are named so that no picture travels."""
    params = {"PersonType": person_type, "select": "Id,PersonId,PersonType,RowHash"}
    pages = Collection(session, session.school("Photos/"), "Photos", params, PAGE, "photos")
    found: dict[str, Photo] = {}
    try:
        for page in pages:
            for _, raw in page:
                row = lowered(raw) if isinstance(raw, dict) else {}
                own, person = row.get("id"), row.get("personid")
                if (
                    own
                    and person
                    and str(row.get("persontype") or person_type).lower() == person_type.lower()
                ):
                    hash_ = row.get("rowhash")
                    found[str(person)] = (f"photo-{own}", hash_ if isinstance(hash_, str) and hash_ else None)
    except ScopeMissing:
        return None
    return found

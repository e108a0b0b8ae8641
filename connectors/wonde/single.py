"""One pupil's contacts, asked for at the moment they are needed (H10, X3)."""

from __future__ import annotations

from urllib.parse import quote

from connectors.errors import BadAnswer, ScopeMissing
from connectors.http import Http
from connectors.http_errors import NotFound
from connectors.records import Contact, ContactLink, Report
from connectors.wonde.contacts import ContactReader
from connectors.wonde.shapes import Faults

INCLUDES = "contacts,contacts.contact_details"
COLLECTIONS = ("students", "students-pre-admission")  # a pupil stands in one of them


def contacts(http: Http, root: str, source_id: str) -> tuple[Contact | ContactLink, ...]:
    """Raises ScopeMissing where the school does not share contacts, BadAnswer for a pupil nobody knows."""
    row = _pupil(http, root, quote(source_id, safe=""))
    reader = ContactReader(dropped=frozenset(), faults=Faults(Report.CONTACTS))
    found = reader.under(row, source_id)
    if not reader.delivered:
        raise ScopeMissing(
            "The school does not share contacts with us.",
            mend="Ask the school to allow contacts in the Wonde school portal.",
        )
    return tuple(found)


def _pupil(http: Http, root: str, source_id: str) -> dict[str, object]:
    for collection in COLLECTIONS:
        try:
            body = http.get(f"{root}/{collection}/{source_id}", {"include": INCLUDES}).data
        except NotFound:
            continue
        row = body.get("data") if isinstance(body, dict) else None
        if isinstance(row, dict):
            return row
        raise BadAnswer("The answer about this pupil is not as it should be.")
    raise BadAnswer(
        "The MIS does not know this pupil any more.", mend="Sync the school, then look the pupil up again."
    )

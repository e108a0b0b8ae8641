"""A pupil's contacts at the moment they are needed: asked of the MIS, and forgotten again (H10, H11, X3).

What it protects: nothing of it reaches the store but the one contact that somebody used, with why, when
and by whom.  A school that declined the report Contacts is not asked; one whose route cannot be asked for
a single pupil says so.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import closing
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sqlmodel import Session, col, select

from connectors.base import FetchesContacts
from connectors.errors import ConnectorError
from connectors.records import Contact, ContactLink, Report
from data.tables import ContactUse, Person, ReportScope
from misconsole.errors import MisconsoleError, NotFound, Usage
from misconsole.rules.joint_contacts import split_all
from misconsole.services import permits
from misconsole.services.decisions.case import called, deciding, needs_reason
from misconsole.services.desk import Desk
from misconsole.services.guided_views import ContactUseView, ContactView
from misconsole.services.schools import options_of, resolve
from misconsole.services.views import DecisionView

if TYPE_CHECKING:
    from misconsole.sync.source import Open

LAST = 1_000  # a contact without priority comes after those with one


def contacts_for(
    desk: Desk, school: str, person_id: int, *, open_connector: Open | None = None
) -> tuple[ContactView, ...]:
    """The pupil's contacts as the MIS has them now, those with parental responsibility and priority first.

    Nothing is stored.  Raises NotFound, Usage where it cannot be asked for, MisconsoleError where the MIS
    did not answer.
    """
    permits.need(desk, "contacts", school)
    with desk.store.read() as s:
        found = resolve(s, school)
        source_id = _pupil(s, found.id or 0, found.name, person_id).source_id
        _check_declined(s, found.id or 0)
        only = options_of(found).parental_responsibility_only
    try:
        with closing((open_connector or _open())(desk, found, lambda: False)) as connector:
            if not isinstance(connector, FetchesContacts):
                raise Usage(
                    f"{connector.declaration.title} cannot be asked for the contacts of one pupil.",
                    mend="Look them up in the MIS itself.",
                    code="cannot_ask",
                )
            records = connector.contacts_of(source_id)
    except ConnectorError as error:
        raise MisconsoleError(error.message, mend=error.mend, code=error.code) from error
    return tuple(_views(records, source_id, only_responsible=only))


def _open() -> Open:
    from misconsole.sync import source

    return source.open_connector


def _pupil(s: Session, school_id: int, name: str, person_id: int) -> Person:
    person = s.get(Person, person_id)
    if person is None or person.school_id != school_id:
        raise NotFound(f"{name} has no person with the number {person_id}.")
    if person.role != "pupil":
        raise Usage(
            "Only pupils have contacts that can be asked for here.",
            mend="A member of staff's next of kin is in the MIS itself.",
            code="cannot_ask",
        )
    if not person.present:
        raise Usage("This pupil is no longer in the MIS.", mend="Nobody can be asked for their contacts.")
    return person


def _check_declined(s: Session, school_id: int) -> None:
    asked = select(ReportScope).where(
        ReportScope.school_id == school_id, ReportScope.report == Report.CONTACTS.value
    )
    scope = s.exec(asked).first()
    if scope is not None and not scope.accepted:
        raise Usage(
            "The school declined the report Contacts.",
            mend="Accept it first (misconsole reports SCHOOL accept contacts), if the school agrees.",
            code="report_declined",
        )


def _views(
    records: Iterable[Contact | ContactLink], pupil: str, *, only_responsible: bool
) -> Iterable[ContactView]:
    """Joint records in two, as everywhere (H5); numbered in the order shown."""
    listed = list(records)
    split = split_all(
        [each for each in listed if isinstance(each, Contact)],
        links=[each for each in listed if isinstance(each, ContactLink) and each.pupil_id == pupil],
    )
    links = {link.contact_id: link for link in split.links}
    shown = [(each, links[each.source_id]) for each in split.contacts if each.source_id in links]
    if only_responsible:
        shown = [pair for pair in shown if pair[1].parental_responsibility]
    shown.sort(key=lambda pair: _order(*pair))
    for number, (contact, link) in enumerate(shown, start=1):
        yield ContactView(
            number=number,
            source_id=contact.source_id,
            title=contact.title,
            given_name=contact.given_name,
            family_name=contact.family_name,
            email=contact.email,
            phone=contact.phone,
            relationship=link.relationship,
            parental_responsibility=link.parental_responsibility,
            priority=link.priority,
        )


def _order(contact: Contact, link: ContactLink) -> tuple[bool, int, str, str]:
    priority = LAST if link.priority is None else link.priority
    return (not link.parental_responsibility, priority, contact.family_name or "", contact.source_id)


def use_contact(
    desk: Desk, school: str, person_id: int, contact: ContactView, *, reason: str
) -> DecisionView:
    """Keep the one contact that was used, with why and by whom; everything else fetched is forgotten."""
    with deciding(desk, school, "contact") as case:
        reason = needs_reason(reason)
        person = case.person(person_id)
        row = ContactUse(
            school_id=case.school_id, person_id=person_id, source_id=contact.source_id, title=contact.title,
            given_name=contact.given_name, family_name=contact.family_name, email=contact.email,
            phone=contact.phone, relationship=contact.relationship,
            parental_responsibility=contact.parental_responsibility, priority=contact.priority,
            reason=reason, by=desk.actor, at=case.now,
        )  # fmt: skip
        case.scribe.insert(row)
        case.say(f"Used a contact of {called(person)}: {reason}", reason=reason, contact=contact.source_id)
    return case.view


def used(desk: Desk, school: str, person_id: int | None = None) -> tuple[ContactUseView, ...]:
    """Contacts that were used, newest first, of a school or of one pupil (X1)."""
    with desk.store.read() as s:
        asked = select(ContactUse).where(ContactUse.school_id == resolve(s, school).id)
        if person_id is not None:
            asked = asked.where(ContactUse.person_id == person_id)
        rows = s.exec(asked.order_by(col(ContactUse.id).desc())).all()
    return tuple(
        ContactUseView(
            id=row.id or 0,
            person_id=row.person_id,
            name=" ".join(p for p in (row.title, row.given_name, row.family_name) if p),
            email=row.email,
            phone=row.phone,
            relationship=row.relationship,
            reason=row.reason,
            by=row.by,
            at=row.at or datetime.min.replace(tzinfo=UTC),
        )
        for row in rows
    )


__all__ = ["contacts_for", "use_contact", "used"]

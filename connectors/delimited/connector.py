"""What every connector that reads files does alike: nothing is held open, nobody needs asking."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from connectors import clock
from connectors.base import Access, SettingField, Setup
from connectors.closing import OneSchool
from connectors.errors import BadSettings
from connectors.records import Batch, Contact, ContactLink, ExtractRequest, Finished, Notice, Report

MAX_AGE = SettingField(
    name="max_age", title="Oldest files allowed", pattern=r"\d{1,3}", hint="a number of days, or blank",
    help="Files written longer ago than so many days are refused; blank: only told.",
)  # fmt: skip


class FilesConnector(OneSchool):
    """``access`` and ``extract`` are the connector's own."""

    def __init__(self, setup: Setup) -> None:
        self.setup = setup

    def close(self) -> None:
        """Nothing is held open between calls."""

    def _max_age(self) -> int:
        """In days; 0: any age will do."""
        text = self.setup.settings.get(MAX_AGE.name, "").strip()
        if text and not (text.isdecimal() and len(text) <= 3):
            raise BadSettings("max_age is not a number of days.", mend="Set it to a number, or to nothing.")
        return int(text or 0)

    def _now(self) -> datetime:
        return clock.now(self.setup)

    def access(self) -> Access:
        raise NotImplementedError

    def extract(self, request: ExtractRequest) -> Iterator[Batch | Finished | Notice]:
        raise NotImplementedError

    def request_access(self) -> Access:
        """Nobody needs asking: whoever wrote the files has allowed their use."""
        return self.access()

    def contacts_of(self, source_id: str) -> tuple[Contact | ContactLink, ...]:
        """The contacts of one pupil, read from the files as they lie there now; nothing is kept (H10)."""
        found: dict[str, Contact] = {}
        links: list[ContactLink] = []
        for item in self.extract(ExtractRequest(reports=frozenset({Report.CONTACTS}))):
            for record in item.records if isinstance(item, Batch) else ():
                if isinstance(record, Contact):
                    found[record.source_id] = record
                elif isinstance(record, ContactLink) and record.pupil_id == source_id:
                    links.append(record)
        return (*(found[link.contact_id] for link in links if link.contact_id in found), *links)

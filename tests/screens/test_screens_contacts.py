"""Contacts at the moment of use: one key from a pupil anywhere, nothing kept unless used (H10, H11, X3)."""

from __future__ import annotations

from typing import Any

import pytest

from connectors.errors import ConnectorError, ScopeMissing, Unreachable
from connectors.records import Contact, ContactLink
from data.tables import Contact as ContactRow
from data.tables import ContactUse, Decision, ReportScope
from tests.fake_mis import DECLARATION
from tests.screens.driving import Driver, Opened, tab

MOTHER = Contact(
    source_id="K1", title="Ms", given_name="Ada", family_name="Quill", email="ada@quill.example",
    phone="07700 900123",
)  # fmt: skip
AUNT = Contact(source_id="K2", title="Ms", given_name="Una", family_name="North", phone="01632 960001")
PLACES = {
    "unmatched": tab("unmatched-pupils"),
    "why": [*tab("unmatched-pupils"), "w"],
    "find": ["f3", *"smith", "enter"],
    "find, still typing": ["f3", *"smith"],
}


class Mis:
    """A MIS that answers for one pupil, or fails as told."""

    declaration = DECLARATION

    def __init__(self) -> None:
        self.error: ConnectorError | None = None
        self.calls = 0

    def contacts_of(self, source_id: str) -> tuple[Contact | ContactLink, ...]:
        self.calls += 1
        if self.error:
            raise self.error
        mother = ContactLink(
            contact_id="K1",
            pupil_id=source_id,
            relationship="Mother",
            parental_responsibility=True,
            priority=1,
        )
        return AUNT, MOTHER, ContactLink(contact_id="K2", pupil_id=source_id, relationship="Aunt"), mother

    def close(self) -> None:
        return None


@pytest.fixture
def mis(monkeypatch: pytest.MonkeyPatch) -> Mis:
    made = Mis()

    def opened(*_: Any) -> Mis:
        return made

    monkeypatch.setattr("misconsole.sync.source.open_connector", opened)
    return made


async def asked(driver: Driver) -> None:
    await driver.press("f7")
    await driver.until(lambda: "Asking the MIS" not in driver.text)


@pytest.mark.parametrize("place", PLACES)
async def test_H11_one_key_asks_for_the_contacts_of_the_pupil_in_front_of_you(
    larkmere: Opened, mis: Mis, place: str
) -> None:
    async with larkmere.running(*PLACES[place]) as driver:
        if "find" in place:
            await driver.until(lambda: "Smith-Jones" in driver.text)
        if place == "why":
            await driver.until(lambda: "Reason" in driver.text)
        await asked(driver)
        assert "1 Ms Ada Quill  Mother, parental responsibility, priority 1" in driver.text
        assert "ada@quill.example   07700 900123" in driver.text
        assert "Nothing of this is kept" in driver.text
    assert mis.calls == 1
    assert larkmere.estate.all(ContactUse) == larkmere.estate.all(ContactRow) == []


async def test_H11_of_an_account_its_pupils_contacts_are_asked_for(larkmere: Opened, mis: Mis) -> None:
    async with larkmere.running(*tab("accounts")) as driver:
        await driver.until(lambda: "p.anand" in driver.text)
        await driver.press("slash")
        await driver.type("anand")
        await driver.press("enter")
        await asked(driver)
        assert "Priya Anand" in driver.text.splitlines()[0]
        assert "Ms Ada Quill" in driver.text


async def test_X3_the_one_that_is_used_is_kept_with_what_for_and_escape_forgets_the_rest(
    larkmere: Opened, mis: Mis
) -> None:
    async with larkmere.running(*tab("unmatched-pupils")) as driver:
        await asked(driver)
        await driver.press("1")
        await driver.press("enter")
        assert "What for: this is needed" in driver.text
        await driver.type("Told of the trip")
        await driver.press("enter")
        await driver.until(lambda: "Kept, because they were used" in driver.text)
        assert "by sam" in driver.text
        await driver.press("escape")
        assert "Forgotten" in driver.text
        assert "Ada Quill" not in driver.text
    [kept] = larkmere.estate.all(ContactUse)
    assert (kept.source_id, kept.reason, kept.by) == ("K1", "Told of the trip", "sam")
    assert [d.kind for d in larkmere.estate.all(Decision)] == ["contact"]


async def test_X3_escape_before_using_one_keeps_nothing_and_u_takes_a_use_back(
    larkmere: Opened, mis: Mis
) -> None:
    async with larkmere.running(*tab("unmatched-pupils")) as driver:
        await asked(driver)
        await driver.press("2", "escape")
        assert "Nothing was kept." in driver.text
        assert larkmere.estate.all(ContactUse) == []
        await driver.press("2")
        await driver.type("Collects today")
        await driver.press("enter")
        await driver.until(lambda: "Collects today" in driver.text)
        await driver.press("u")
        await driver.until(lambda: "Taken back" in driver.text)
    assert larkmere.estate.all(ContactUse) == []


async def test_X3_the_use_is_in_the_history_and_the_contact_itself_is_not(larkmere: Opened, mis: Mis) -> None:
    async with larkmere.running(*tab("unmatched-pupils")) as driver:
        await asked(driver)
        await driver.press("1")
        await driver.type("Told of the trip")
        await driver.press("enter")
        await driver.until(lambda: "Kept, because" in driver.text)
        await driver.press("q", *["right_square_bracket"] * 6)
        await driver.until(lambda: "Used a contact of" in driver.text)
        assert "Quill" not in driver.text


async def test_the_mask_hides_names_and_addresses_of_contacts_too(larkmere: Opened, mis: Mis) -> None:
    async with larkmere.running(*tab("unmatched-pupils")) as driver:
        await asked(driver)
        await driver.press("f9")
        for secret in ("Quill", "ada@", "07700", "01632", "Smith"):
            assert secret not in driver.text
        assert "•••@quill.example" in driver.text


@pytest.mark.parametrize(
    "error",
    [
        Unreachable("The MIS did not answer.", mend="Try again in a moment."),
        ScopeMissing("The school does not share contacts with us.", mend="Ask the school to allow contacts."),
    ],
    ids=["unreachable", "scope missing"],
)
async def test_H10_what_went_wrong_is_said_with_what_mends_it_and_f5_asks_again(
    larkmere: Opened, mis: Mis, error: ConnectorError
) -> None:
    mis.error = error
    async with larkmere.running(*tab("unmatched-pupils")) as driver:
        await asked(driver)
        assert error.message in driver.text
        assert error.mend in driver.text
        mis.error = None
        await driver.press("f5")
        await driver.until(lambda: "Ms Ada Quill" in driver.text)


async def test_H10_a_declined_report_is_not_asked_for(larkmere: Opened, mis: Mis) -> None:
    larkmere.estate.accept(larkmere.school, "contacts")
    row = next(x for x in larkmere.estate.all(ReportScope) if x.report == "contacts")
    larkmere.estate.change(ReportScope, row.id, accepted=False)
    async with larkmere.running(*tab("unmatched-pupils")) as driver:
        await asked(driver)
        assert "declined the report Contacts" in driver.text
    assert mis.calls == 0


async def test_for_a_member_of_staff_the_key_says_why_not(larkmere: Opened, mis: Mis) -> None:
    async with larkmere.running(*tab("unmatched-staff"), "f7") as driver:
        assert "next of kin is in the MIS itself" in " ".join(driver.text.split())
    assert mis.calls == 0

"""Every reason of section W, as it occurs in the demo estate: the run recorded it, the screen and the command
explain it alike, and the key that is offered really mends it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from data.tables import Account, Candidate, Contact, Group, Link, Person, Problem, SchoolClass
from misconsole.services import reports, runs, schools
from misconsole.services.why import why
from tests.screens.driving import Driver
from tests.screens.why_estate import Ready, WhyEstate, why_estate

L, S, T = "larkmere", "stonebeck", "thornley-park"


@dataclass(frozen=True, slots=True)
class Met:
    """Somebody or something a reason is about: ``who`` as typed, ``row`` as the run recorded it."""

    who: str
    row: Any = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """``does`` the offer taken by its number (with its target where several do so), ``then`` the reasons that
    may be left, None for none: each of a later gate.

    ``prepare`` makes the reason occur where it does not by itself; ``mended`` is what the school office does
    in the MIS before the key is pressed.
    """

    number: str
    school: str
    code: str
    gate: str
    who_can: str
    find: Callable[[Ready, Case], Met]
    does: str | None
    then: tuple[str | None, ...] = (None, "waiting_for_match")
    prepare: Callable[[Ready], None] = lambda _: None
    mended: Callable[[Ready, Met], None] = lambda _, __: None


# Finding who it is about


def person(ready: Ready, case: Case, **where: Any) -> Met:
    row = ready.rows(Person, case.school, gate=case.code, **where)[0]
    return Met(f"{row.role}:{row.source_id}", row)


def pupil(ready: Ready, case: Case) -> Met:
    return person(ready, case, role="pupil")


def staff(ready: Ready, case: Case) -> Met:
    return person(ready, case, role="staff")


def similar(ready: Ready, case: Case) -> Met:
    """Somebody who waits because of one account, which is really theirs."""
    truth = {each.username: each.person for each in ready.estate.world.truth(case.school)}
    people = {row.id: row for row in ready.rows(Person, case.school, gate=case.code)}
    names = {row.id: row.username for row in ready.rows(Account, case.school)}
    for each in ready.rows(Candidate, case.school, rank=1):
        row = people.get(each.person_id)
        if row is not None and truth.get(names[each.account_id]) == row.source_id:
            return Met(f"{row.role}:{row.source_id}", row)
    raise AssertionError("nobody waits for an account that is theirs")


def linked(ready: Ready, case: Case) -> Met:
    """Somebody who has an account and whom the reason hits later."""
    holders = {each.person_id for each in ready.rows(Link, case.school) if each.active}
    rows = ready.rows(Person, case.school, gate=case.code, role="pupil", status="current")
    row = next(each for each in rows if each.id in holders)
    return Met(f"{row.role}:{row.source_id}", row)


def item(table: type[Any]) -> Callable[[Ready, Case], Met]:
    def find(ready: Ready, case: Case) -> Met:
        row = ready.rows(table, case.school, gate=case.code)[0]
        return Met(row.source_id, row)

    return find


def unread(ready: Ready, _: Case) -> Met:
    """A pupil before admission, at a school that reads nobody before they start."""
    row = next(r for r in ready.roll(S).of_status("pre") if r.admitted > ready.estate.world.today)
    return Met(row.id)


def nobody(_: Ready, __: Case) -> Met:
    return Met("Wilhelmina Nonesuch")


def class_unread(ready: Ready, _: Case) -> Met:
    return Met(next(iter(ready.roll(T).groups.values())).name)


# What the school office does in the MIS


def born(ready: Ready, met: Met) -> None:
    row = ready.roll(L).pupils[met.row.source_id]
    row.born = date(ready.estate.world.today.year - 12, 3, 4)


def titled(ready: Ready, met: Met) -> None:
    ready.roll(L).staff[met.row.source_id].title = "Ms"


def employed(ready: Ready, met: Met) -> None:
    row = ready.roll(L).staff[met.row.source_id]
    row.current, row.end = True, None


def admitted(ready: Ready, met: Met) -> None:
    ready.roll(L).pupils[met.row.source_id].status = "current"


def contact_named(ready: Ready, met: Met) -> None:
    row = ready.roll(L).contacts[met.row.source_id]
    row.title, row.forename, row.surname = "Ms", row.forename or "Ada", row.surname or "Quill"


def in_a_class(ready: Ready, met: Met) -> None:
    """Into a class with a teacher and pupils."""
    sets = [row for row in ready.roll(S).classes.values() if row.staff and row.pupils]
    (sets[0].pupils if met.row.role == "pupil" else sets[0].staff).append(met.row.source_id)


def with_a_teacher(ready: Ready, met: Met) -> None:
    roll = ready.roll(L)
    teacher = next(row.id for row in roll.staff.values() if row.current and row.title and row.teaching)
    roll.classes[met.row.source_id].staff.append(teacher)


def with_a_pupil(ready: Ready, met: Met) -> None:
    roll = ready.roll(L)
    child = next(row.id for row in roll.of_status("current") if row.born and row.surname)
    shelf = roll.classes if met.row.source_id in roll.classes else roll.groups
    shelf[met.row.source_id].pupils.append(child)


def of_a_type(ready: Ready, met: Met) -> None:
    ready.roll(L).groups[met.row.source_id].kind = "HOUSE"
    with_a_pupil(ready, met)


def attached(ready: Ready, met: Met) -> None:
    from connectors.simulator.people import Tie

    roll = ready.roll(S)
    chosen = {m for row in roll.classes.values() if row.staff for m in row.pupils}
    child = next(r.id for r in roll.of_status("current") if r.id in chosen and r.born and r.surname)
    roll.ties.setdefault(child, []).append(Tie(met.row.source_id, "Mother", True, 1))


# What makes a reason occur


def declined(report: str) -> Callable[[Ready], None]:
    def prepare(ready: Ready) -> None:
        reports.decline(ready.desk, L, report)
        ready.sync(L)

    return prepare


def optioned(**settings: str) -> Callable[[Ready], None]:
    def prepare(ready: Ready) -> None:
        schools.set_options(ready.desk, L, settings)
        ready.sync(L)

    return prepare


def no_email(ready: Ready) -> None:
    reports.decline_field(ready.desk, L, "students", "email")
    optioned(pupil_required="given_name,family_name,email")(ready)


A_CONTACT = (None, "no_parental_responsibility", "no_attached_pupil")
NO_CLASS_YET = ("no_qualifying_class",)
CASES = (
    Case(number="W1", school=L, code="missing_date_of_birth", gate="field_present", find=pupil,
         who_can="school office", does="sync", mended=born),
    Case(number="W1", school=L, code="wrong_date_of_birth", gate="field_present", find=pupil,
         who_can="school office", does="sync", mended=born),
    Case(number="W2", school=L, code="waiting_for_match", gate="match", find=similar,
         who_can="operator", does="link"),
    Case(number="W2", school=L, code="waiting_for_match", gate="match", find=similar,
         who_can="operator", does="create"),
    Case(number="W3", school=L, code="not_started", gate="dates", find=pupil, who_can="operator",
         prepare=optioned(future="no"), does="set"),
    Case(number="W3", school=S, code="not_extracted", gate="extracted", find=unread, who_can="school office",
         does="accept-report students-future", then=NO_CLASS_YET),
    Case(number="W3", school=S, code="not_started", gate="dates", find=pupil, who_can="head",
         does="accept-report students-future"),
    Case(number="W3", school=L, code="not_arrived", gate="dates", find=pupil, who_can="school office",
         does="sync", mended=admitted),
    Case(number="W4", school=L, code="not_extracted", gate="extracted", find=nobody,
         who_can="school office", does=None),
    Case(number="W5", school=S, code="no_qualifying_class", gate="criteria", find=pupil,
         who_can="school office", does="sync", mended=in_a_class),
    Case(number="W5", school=S, code="no_qualifying_class", gate="criteria", find=pupil,
         who_can="school office", does="set"),
    Case(number="W6", school=L, code="missing_title", gate="field_present", find=item(Contact),
         who_can="school office", does="sync", then=A_CONTACT, mended=contact_named),
    Case(number="W6", school=L, code="missing_given_name", gate="field_present", find=item(Contact),
         who_can="school office", does="sync", then=A_CONTACT, mended=contact_named),
    Case(number="W6", school=L, code="missing_family_name", gate="field_present", find=item(Contact),
         who_can="school office", does="sync", then=A_CONTACT, mended=contact_named),
    Case(number="W6", school=S, code="no_attached_pupil", gate="criteria", find=item(Contact),
         who_can="school office", does="sync", mended=attached),
    Case(number="W6", school=L, code="no_parental_responsibility", gate="criteria", find=item(Contact),
         who_can="school office, or operator", does="set"),
    Case(number="W7", school=L, code="missing_title", gate="field_present", find=staff,
         who_can="school office", does="sync", mended=titled),
    Case(number="W7", school=S, code="no_qualifying_class", gate="criteria", find=staff,
         who_can="school office", does="sync", mended=in_a_class),
    Case(number="W8", school=L, code="class_no_teacher", gate="criteria", find=item(SchoolClass),
         who_can="school office", does="sync", mended=with_a_teacher),
    Case(number="W8", school=L, code="class_no_teacher", gate="criteria", find=item(SchoolClass),
         who_can="school office", does="set"),
    Case(number="W8", school=L, code="class_no_pupil", gate="criteria", find=item(SchoolClass),
         who_can="school office", does="sync", mended=with_a_pupil),
    Case(number="W8", school=L, code="group_no_pupil", gate="criteria", find=item(Group),
         who_can="school office", does="sync", mended=with_a_pupil),
    Case(number="W8", school=L, code="group_type", gate="criteria", find=item(Group),
         who_can="school office", does="sync", mended=of_a_type),
    Case(number="W10", school=L, code="left", gate="dates", find=staff, who_can="school office",
         does="sync", mended=employed),
    Case(number="W11", school=T, code="not_supplied_registration_group", gate="field_present", find=pupil,
         who_can="supplier", does="set"),
    Case(number="W11", school=T, code="not_extracted", gate="extracted", find=class_unread,
         who_can="school office", does=None),
    Case(number="W12", school=L, code="excluded", gate="exclusion", find=pupil, who_can="operator",
         does="lift", then=("waiting_for_match",)),
    Case(number="W12", school=L, code="report_not_accepted", gate="report_accepted", find=linked,
         who_can="head", prepare=declined("students"), does="accept-report"),
    Case(number="W12", school=L, code="declined_email", gate="field_present", find=linked, who_can="head",
         prepare=no_email, does="accept-field", then=(None, "missing_email")),
)  # fmt: skip


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WhyEstate]:
    with why_estate(tmp_path_factory.mktemp("why")) as estate:
        yield estate


@pytest.fixture
def ready(made: WhyEstate, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Ready]:
    monkeypatch.setenv("MISCONSOLE_CONFIG", str(tmp_path / "secrets"))

    def start(desk: Any, school: str, *, dry_run: bool = False, full: bool = True) -> int:
        """The same run, not in a process of its own."""
        return runs.run_now(desk, school, dry_run=dry_run, full=True).id

    monkeypatch.setattr(runs, "start", start)
    with made.case(tmp_path) as each:
        yield each


def plain(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.parametrize("case", CASES, ids=lambda c: f"{c.number}-{c.code}-{c.does}")
async def test_W_every_reason_is_recorded_explained_alike_and_mended_by_its_key(
    ready: Ready, case: Case
) -> None:
    """W1 W2 W3 W4 W5 W6 W7 W8 W10 W11 W12"""
    case.prepare(ready)
    met = case.find(ready, case)
    if met.row is not None:
        assert met.row.gate == case.code, "what the run recorded"
    told = ready.command("why", case.school, met.who)
    failed = [gate["gate"] for gate in told["gates"] if gate["state"] == "failed"]
    assert (failed, told["reason"]["code"]) == ([case.gate], case.code)
    assert told["reason"]["who_can"] == case.who_can
    assert [gate["state"] for gate in told["gates"]].index("failed") == len(
        [gate for gate in told["gates"] if gate["state"] == "passed"]
    )
    app = ready.console()
    async with app.run_test(size=(80, 24)) as pilot:
        driver = Driver(app, pilot)
        await ask(driver, case.school, met.who)
        shown = plain(driver.text)
        for part in ("message", "mend"):
            assert plain(told["reason"][part]) in shown, driver.text
        assert f"Who can {told['reason']['who_can']}" in shown
        for number, offer in enumerate(told["offers"], start=1):
            assert f"{number} {plain(offer['title'])}" in shown, driver.text
        if case.does is None:
            return
        await take(driver, ready, case, met)
    assert left(ready, case, met) in case.then


async def ask(driver: Driver, school: str, who: str) -> None:
    from screens.workspace.screen import Workspace

    await driver.until(lambda: driver.app.is_open)
    driver.app.push_screen(Workspace(school))
    await driver.settle()
    await driver.press("f2")
    await driver.type(who)
    await driver.press("enter")
    await driver.until(lambda: "Reason" in driver.text)


async def take(driver: Driver, ready: Ready, case: Case, met: Met) -> None:
    """Press the number of the offer; say yes where it asks."""
    [view] = why(ready.desk, case.school, met.who)
    wanted = (case.does or "").split()
    number = next(
        n
        for n, offer in enumerate(view.offers, start=1)
        if [offer.does, *offer.target][: len(wanted)] == wanted
    )
    offer = view.offers[number - 1]
    case.mended(ready, met)
    ready.estate.changed()
    await driver.press(str(number))
    if offer.asks:
        assert plain(offer.asks) in plain(driver.text)
        await driver.press("y")
    await driver.settle()
    if offer.does in ("accept-report", "accept-field", "set"):
        ready.sync(case.school)


def left(ready: Ready, case: Case, met: Met) -> str | None:
    """The reason now, which must be what is recorded, too."""
    [view] = why(ready.desk, case.school, met.who)
    code = view.reason.code if view.reason else None
    if met.row is not None:
        [now] = ready.rows(type(met.row), case.school, id=met.row.id)
        assert now.gate == (code or "")
    return code


async def test_W9_the_support_text_has_every_detail_and_one_key_copies_it(ready: Ready) -> None:
    """W4 W9 V6: nobody has to ask back."""
    row = ready.rows(Person, L, gate="missing_date_of_birth", role="pupil")[0]
    app = ready.console()
    copied: list[str] = []
    app.copy_to_clipboard = copied.append  # type: ignore[method-assign,assignment]
    async with app.run_test(size=(80, 24)) as pilot:
        driver = Driver(app, pilot)
        await ask(driver, L, f"pupil:{row.source_id}")
        await driver.press("y")
    [text] = copied
    for part in ("Larkmere Academy (URN 990001)", "SIMS by wonde", row.source_id, "FAILED", "What mends it"):
        assert part in text
    assert ready.command("why", L, f"pupil:{row.source_id}")["support_text"] == text


async def test_u_takes_back_what_a_number_did(ready: Ready) -> None:
    row = ready.rows(Person, L, gate="excluded", role="pupil")[0]
    app = ready.console()
    async with app.run_test(size=(80, 24)) as pilot:
        driver = Driver(app, pilot)
        await ask(driver, L, f"pupil:{row.source_id}")
        await driver.press("1")
        await driver.until(lambda: "Lifted the exclusion" in driver.text)
        await driver.press("u")
        await driver.until(lambda: "Taken back" in driver.text)
        assert "Lift the exclusion" in driver.text
    [now] = ready.rows(Person, L, id=row.id)
    assert now.gate == "excluded"


def test_every_reason_of_the_demo_estate_can_be_acted_on_or_is_the_suppliers(ready: Ready) -> None:
    """W: no reason recorded by a run ends in nothing to do."""
    seen = set()
    for slug in (L, S, T):
        for table in (Person, Contact, SchoolClass, Group):
            for row in ready.rows(table, slug):
                if not row.gate or (table, slug, row.gate) in seen:
                    continue
                seen.add((table, slug, row.gate))
                who = f"{row.role}:{row.source_id}" if table is Person else row.source_id
                [view] = why(ready.desk, slug, who)
                assert view.reason is not None
                assert view.reason.code == row.gate
                assert view.offers, row.gate
        troubles = {each.code for each in ready.rows(Problem, slug)} - {"contradictory_dates"}
        assert troubles <= {code for _, _, code in seen}

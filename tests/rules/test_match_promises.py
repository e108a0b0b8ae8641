"""What matching promises whatever the records are: properties over invented rolls and directories (K, W)."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import date, timedelta

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from misconsole.rules import nicknames, refusals
from misconsole.rules.compare import account_pairs, person_pairs, tidy
from misconsole.rules.facts import AccountFacts, PersonFacts
from misconsole.rules.matching import match
from misconsole.rules.names import views
from misconsole.rules.similarity import given as given_agrees

BORN = date(2014, 5, 6)
FIRSTS = st.sampled_from(["Nia", "Niamh", "Robert", "Bob", "Zoë", "ZOE", "Ottoline", None])
LASTS = st.sampled_from(["Okonjo", "Okonjo-Hale", "Smith", "Smyth", "O'Brien", "Quarrington", None])
BIRTHS = st.sampled_from([None, BORN, date(2014, 6, 5), date(2014, 5, 7), date(2009, 1, 1)])
UPNS = st.sampled_from([None, None, "A1", "A2"])
ROLES = st.sampled_from(["pupil", "pupil", "pupil", "staff"])
ENTRIES = st.sampled_from([None, 2019, 2012])


@st.composite
def rolls(draw) -> list[PersonFacts]:
    found = []
    for n in range(draw(st.integers(0, 6))):
        upn = draw(UPNS)
        found.append(
            PersonFacts(
                role=draw(ROLES), source_id=f"s{n}", given_name=draw(FIRSTS), family_name=draw(LASTS),
                legal_given_name=draw(FIRSTS) if draw(st.integers(0, 4)) == 0 else None,
                date_of_birth=draw(BIRTHS), year_of_entry=draw(ENTRIES),
                identifiers={"upn": (upn,)} if upn else {},
            )
        )  # fmt: skip
    return found


@st.composite
def directories(draw) -> list[AccountFacts]:
    return [
        AccountFacts(
            account_id=n, username=f"u{n}", role=draw(ROLES), given_name=draw(FIRSTS),
            family_name=draw(LASTS), date_of_birth=draw(BIRTHS), upn=draw(UPNS),
            local=draw(st.integers(0, 3)) == 0, year_of_entry=draw(ENTRIES),
            state=draw(st.sampled_from(["active", "active", "unallocated", "let-go", "removed"])),
        )
        for n in range(1, draw(st.integers(1, 7)))
    ]  # fmt: skip


#: People of the commonest names who have their accounts: an agreement on those is worth little here.
COMMON = [(first, last) for first in ("Nia", "Robert", "Bob") for last in ("Smith", "Okonjo")]
MINE = [
    PersonFacts(role="pupil", source_id=f"x{n}", given_name=COMMON[n % 6][0], family_name=COMMON[n % 6][1],
                date_of_birth=date(2010, 1, 2) + timedelta(days=n))
    for n in range(180)
]  # fmt: skip
THEIRS = [
    AccountFacts(account_id=1000 + n, username=f"x{n}", role="pupil", given_name=p.given_name,
                 family_name=p.family_name, date_of_birth=p.date_of_birth)
    for n, p in enumerate(MINE)
]  # fmt: skip
LINKS = {p.key: a.account_id for p, a in zip(MINE, THEIRS, strict=True)}


def alike(person: PersonFacts, account: AccountFacts) -> bool:
    """Every letter of both names is the same, in some pair of names."""

    def keys(pairs):
        return {(views(a).joined, views(b).joined) for a, b in pairs if views(a).joined and views(b).joined}

    return not keys(person_pairs(person)).isdisjoint(keys(account_pairs(account)))


@settings(max_examples=200)
@given(rolls(), directories(), st.sampled_from(["create", "link", "lookup"]))
def test_K6_K13_nothing_fuzzy_is_linked_without_a_person(people, accounts, mode):
    """Linked by itself: an equal identifier, or name, date of birth and role to the letter; nothing else."""
    by_key, by_id = {p.key: p for p in people}, {a.account_id: a for a in accounts}
    found = match([*people, *MINE], [*accounts, *THEIRS], links=LINKS, mode=mode)
    assert mode == "create" or not found.linked
    for key, link in found.linked.items():
        person, account = by_key[key], by_id[link.account_id]
        same_id = account.upn and tidy("upn", account.upn) in {
            tidy("upn", v) for v in person.identifiers.get("upn", ())
        }
        exact = (
            person.date_of_birth is not None
            and person.date_of_birth == account.date_of_birth
            and person.role == account.role
            and alike(person, account)
        )
        assert same_id or exact
        assert link.how == "identifier" or exact


@settings(max_examples=200)
@given(rolls(), directories())
def test_K1_W2_no_account_is_made_while_somebody_of_that_name_may_have_one_here_or_in_a_local_school(
    people, accounts
):
    """Whoever is free has nobody of the very name and role, or a form of it, without a date that differs."""
    found = match([*people, *MINE], [*accounts, *THEIRS], links=LINKS)
    free, taken = set(found.free), {link.account_id for link in found.linked.values()}
    for person in people:
        for account in accounts:
            if account.state == "removed" or account.account_id in taken or account.role != person.role:
                continue
            told_apart = (
                person.date_of_birth and account.date_of_birth
                and person.date_of_birth != account.date_of_birth
            )  # fmt: skip
            short = any(
                given_agrees(a, x) == "nickname" and views(b).joined and views(b).joined == views(y).joined
                for a, b in person_pairs(person) for x, y in account_pairs(account)
            )  # fmt: skip
            if (alike(person, account) or short) and not told_apart:
                assert person.key not in free, (person, account)


@given(rolls(), directories())
def test_whoever_waits_is_shown_why_and_whoever_is_free_has_nothing_shown(people, accounts):
    found = match([*people, *MINE], [*accounts, *THEIRS], links=LINKS)
    assert not set(found.free) & set(found.waiting)
    for waits in found.waiting.values():
        assert waits.reason and (waits.suggestions or waits.band == "none")


PERSON_SAYS = {
    "given_name": "Other", "family_name": "Other", "legal_given_name": "Other", "legal_family_name": "Other",
    "date_of_birth": date(2001, 1, 2), "email": "other@l.example", "identifiers": {"upn": ("Z9",)},
    "role": "staff",
}  # fmt: skip
PERSON_KEEPS = {
    "house": "Kestrel", "registration_group": "7B", "nc_year": "8", "year_group": "8", "year_of_entry": 2031,
    "phone": "07700 900111", "status": "future", "part_time": True, "job_title": "Head", "photo_id": "p",
    "start_date": date(2026, 1, 1), "end_date": date(2027, 1, 1), "person_id": 5, "reports_to": "x",
}  # fmt: skip
ACCOUNT_SAYS = {
    "given_name": "Other", "family_name": "Other", "preferred_given_name": "Other", "upn": "Z9",
    "preferred_family_name": "Other", "date_of_birth": date(2001, 1, 2), "email": "other@l.example",
    "mis_id": "77", "staff_code": "ZZ", "username": "other", "role": "staff",
}  # fmt: skip
ACCOUNT_KEEPS = {"state": "unallocated", "kept_absent": True, "year_of_entry": 2031, "local": True,
                 "school_id": 7, "linked_to": ((1, "pupil", 2),)}  # fmt: skip


@given(rolls(), directories(), st.data())
def test_not_the_same_comes_back_only_when_a_record_changes(people, accounts, data):
    """The pair is told by what it said: any word of a name, date, address or identifier changes that, and
    nothing else does."""
    assume(people and accounts)
    person, account = data.draw(st.sampled_from(people)), data.draw(st.sampled_from(accounts))
    then = refusals.digest(person, account)
    kept = data.draw(st.sampled_from(sorted(PERSON_KEEPS)))
    assert refusals.digest(replace(person, **{kept: PERSON_KEEPS[kept]}), account) == then
    kept = data.draw(st.sampled_from(sorted(ACCOUNT_KEEPS)))
    assert refusals.digest(person, replace(account, **{kept: ACCOUNT_KEEPS[kept]})) == then
    said = data.draw(st.sampled_from(sorted(PERSON_SAYS)))
    changed = replace(person, **{said: PERSON_SAYS[said]})
    assert (refusals.digest(changed, account) == then) == (changed == person)
    said = data.draw(st.sampled_from(sorted(ACCOUNT_SAYS)))
    changed_account = replace(account, **{said: ACCOUNT_SAYS[said]})
    assert (refusals.digest(person, changed_account) == then) == (changed_account == account)


def test_the_fields_above_are_fields_of_the_records():
    assert {*PERSON_SAYS, *PERSON_KEEPS} <= {f.name for f in fields(PersonFacts)}
    assert {*ACCOUNT_SAYS, *ACCOUNT_KEEPS} <= {f.name for f in fields(AccountFacts)}
    assert nicknames.related("robert", "bob")  # which the property about forms of a name rests on


@settings(max_examples=100)
@given(rolls(), directories(), st.data())
def test_a_pair_told_apart_is_neither_linked_nor_shown_while_the_refusal_stands(people, accounts, data):
    pairs = [(p.key, a.account_id) for p in people for a in accounts]
    refused = set(data.draw(st.lists(st.sampled_from(pairs), max_size=6))) if pairs else set()
    found = match([*people, *MINE], [*accounts, *THEIRS], links=LINKS, not_same=refused)
    assert not {(key, link.account_id) for key, link in found.linked.items()} & refused
    assert not {(k, one.account_id) for k, w in found.waiting.items() for one in w.suggestions} & refused


def test_K1_the_whole_name_waits_even_where_names_are_common_and_the_year_of_entry_speaks_against_it():
    """The score is below even odds then; only the guard keeps an account from being made."""
    person = PersonFacts(
        role="pupil", source_id="p", given_name="Nia", family_name="Smith", year_of_entry=2027
    )
    held = AccountFacts(account_id=1, username="n", role="pupil", given_name="Nia", family_name="Smith",
                        year_of_entry=2019)  # fmt: skip
    waits = match([person, *MINE], [held, *THEIRS], links=LINKS).waiting[person.key]
    assert waits.suggestions[0].account_id == 1
    assert waits.suggestions[0].score < 0
    assert waits.band != "likely"

"""Contacts: joint records, criteria, assumptions (section H, Z13, C17, W6)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.records import Contact, ContactLink
from misconsole.rules.contacts import (
    REASONS,
    priority_note,
    qualify,
    sift,
)
from misconsole.rules.duplicate_contacts import duplicate_example, likely_duplicates
from misconsole.rules.joint_contacts import SECOND, split, split_all
from misconsole.rules.options import SchoolOptions


def contact(source_id="c1", title="Mrs", given="Ada", family="Bloggs", **more):
    return Contact(source_id=source_id, title=title, given_name=given, family_name=family, **more)


def link(contact_id="c1", pupil_id="p1", **more):
    return ContactLink(contact_id=contact_id, pupil_id=pupil_id, **more)


def names(record):
    return [(c.title, c.given_name, c.family_name) for c in split(record)]


@pytest.mark.parametrize(
    ("title", "first", "last", "expected"),
    [
        ("Mr and Mrs", None, "Bloggs", [("Mr", None, "Bloggs"), ("Mrs", None, "Bloggs")]),
        ("Mr and Mrs", "J", "Bloggs", [("Mr", "J", "Bloggs"), ("Mrs", None, "Bloggs")]),
        (None, None, "Mr and Mrs Bloggs", [("Mr", None, "Bloggs"), ("Mrs", None, "Bloggs")]),
        (None, None, "Dr & Mrs A Patel", [("Dr", "A", "Patel"), ("Mrs", None, "Patel")]),
        ("Dr & Mrs", "A", "Patel", [("Dr", "A", "Patel"), ("Mrs", None, "Patel")]),
        ("Ms and Mr", "Xanthe and Yusuf", "Xu and Young", [("Ms", "Xanthe", "Xu"), ("Mr", "Yusuf", "Young")]),
        (None, None, "Ms Xanthe Xu and Mr Yusuf Young", [("Ms", "Xanthe", "Xu"), ("Mr", "Yusuf", "Young")]),
        ("Mr/Mrs", "John & Jane", "Bloggs", [("Mr", "John", "Bloggs"), ("Mrs", "Jane", "Bloggs")]),
        ("Mr", "John", "Bloggs and Mrs Jane Bloggs", [("Mr", "John", "Bloggs"), ("Mrs", "Jane", "Bloggs")]),
        (None, "Mr and Mrs", "Bloggs", [("Mr", None, "Bloggs"), ("Mrs", None, "Bloggs")]),
    ],
)
def test_H5_Z13_a_joint_record_becomes_two_people(title, first, last, expected):
    assert names(contact(title=title, given=first, family=last)) == expected


@pytest.mark.parametrize(
    ("title", "first", "last"),
    [("Mr", "Sandy", "Anderson"), ("Mrs", "Andrea", "Sandford"), ("Mr", "John", "Marks and Spencer"),
     ("and", None, "Bloggs"), ("Mr", "John and", "Bloggs"), (None, None, None)],
)  # fmt: skip
def test_Z13_names_that_merely_hold_the_word_are_left_alone(title, first, last):
    one = contact(title=title, given=first, family=last)
    assert split(one) == (one,)


def test_Z13_the_first_keeps_id_email_and_phone_and_the_second_gets_an_id_of_its_own():
    one, other = split(
        contact("c7", "Mr and Mrs", "J", email="j@bloggs.example", phone="07700 900123", upi="u")
    )
    assert (one.source_id, one.email, one.phone, one.upi) == ("c7", "j@bloggs.example", "07700 900123", "u")
    assert (other.source_id, other.email, other.phone, other.upi) == ("c7#2", None, None, None)


def test_Z13_the_next_sync_gives_the_same_ids_though_names_change():
    before = split_all([contact("c7", "Mr and Mrs", "J", "Bloggs")], links=[link("c7")])
    after = split_all([contact("c7", "Mr and Mrs", "J", "Bloggs-Jones")], links=[link("c7")])
    assert [c.source_id for c in before.contacts] == [c.source_id for c in after.contacts]
    assert {(x.contact_id, x.pupil_id) for x in after.links} == {("c7", "p1"), ("c7" + SECOND, "p1")}


def test_Z13_an_id_the_mis_uses_itself_is_never_taken_over():
    joint, own = contact("c7", "Mr and Mrs", "J"), contact("c7#2", "Ms", "Ona", "Other")
    assert split_all([joint, own], links=[]).contacts == (joint, own)


text = st.text(max_size=12) | st.sampled_from(
    ["Mr and Mrs", "Dr & Ms", "A and B", "Mr", "X and Mrs Y", "and"]
)


@given(st.lists(st.tuples(text, text, text), max_size=6))
def test_Z13_splitting_never_loses_or_doubles_anybody(fields):
    given_contacts = [contact(f"c{i}", t, g, f) for i, (t, g, f) in enumerate(fields)]
    apart = split_all(given_contacts, links=[link(c.source_id) for c in given_contacts])
    ids = [c.source_id for c in apart.contacts]
    assert len(ids) == len(set(ids)) == len(given_contacts) + len(apart.joint)
    assert {c.source_id for c in given_contacts} <= set(ids)
    assert sorted(ids) == sorted(x.contact_id for x in apart.links)


@pytest.mark.parametrize("field", ["title", "given_name", "family_name"])
@pytest.mark.parametrize("blank", [None, " ", "-"])
def test_H2_W6_title_forename_and_surname_must_not_be_blank(field, blank):
    one = Contact(
        **{"source_id": "c1", "title": "Mrs", "given_name": "Ada", "family_name": "B", field: blank}
    )
    result = qualify([one], links=[link()], pupils=["p1"], options=SchoolOptions())
    assert result.left_out == {"c1": f"missing_{field}"}
    assert result.links == ()


def test_H3_W6_a_contact_needs_a_pupil_who_qualifies():
    people = [contact("c1"), contact("c2"), contact("c3")]
    links = [link("c1", "p1"), link("c2", "unknown")]
    result = qualify(people, links=links, pupils=["p1"], options=SchoolOptions())
    assert result.contacts == {"c1"}
    assert result.left_out == {"c2": "no_attached_pupil", "c3": "no_attached_pupil"}


def test_H4_email_and_phone_are_not_needed():
    assert qualify([contact()], links=[link()], pupils=["p1"], options=SchoolOptions()).contacts == {"c1"}


def test_C17_H9_only_parental_responsibility_filters_contacts_and_links_alike():
    options = SchoolOptions(parental_responsibility_only=True)
    links = [
        link("c1", "p1", parental_responsibility=True), link("c1", "p2", parental_responsibility=False),
        link("c2", "p1", parental_responsibility=False), link("c3", "p1"),
    ]  # fmt: skip
    people = [contact("c1"), contact("c2"), contact("c3")]
    result = qualify(people, links=links, pupils=["p1", "p2"], options=options)
    assert result.contacts == {"c1"}
    assert [(x.contact_id, x.pupil_id) for x in result.links] == [("c1", "p1")]
    assert set(result.left_out.values()) == {"no_parental_responsibility"}
    everybody = qualify(people, links=links, pupils=["p1", "p2"], options=SchoolOptions())
    assert everybody.contacts == {"c1", "c2", "c3"}


def test_H6_V4_an_assumed_priority_is_one_and_is_told():
    sifted = sift(
        [contact()], [link(), link(pupil_id="p2", priority=3)], options=SchoolOptions(), pupils=["p1", "p2"]
    )
    assert [x.priority for x in sifted.links] == [1, 3]
    assert "1 contact links" in priority_note(sifted, mis="Integris")
    told = sift([contact()], [link(priority=2)], options=SchoolOptions(), pupils=["p1"])
    assert priority_note(told, mis="Arbor") == ""


def test_H2_H5_a_first_name_given_once_answers_for_both_halves_of_a_joint_record():
    sifted = sift([contact("c1", "Mr and Mrs", "J")], [link()], options=SchoolOptions(), pupils=["p1"])
    assert sifted.left_out == {}
    assert set(sifted.contacts) == {"c1", "c1#2"}
    nameless = sift([contact("c1", "Mr and Mrs", None)], [link()], options=SchoolOptions(), pupils=["p1"])
    assert nameless.left_out == {"c1": "missing_given_name", "c1#2": "missing_given_name"}


def test_W6_everybody_left_out_is_told_with_the_mend_and_who_can():
    sifted = sift([contact(title=None), contact("c2")], [link()], options=SchoolOptions(), pupils=["p1"])
    assert [(t.source_id, t.code, t.field) for t in sifted.troubles] == [
        ("c1", "missing_title", "title"), ("c2", "no_attached_pupil", None),
    ]  # fmt: skip
    assert all(t.mend and t.who == "school office" for t in sifted.troubles)
    assert all(all(reason) for reason in REASONS.values())


def test_H8_two_records_of_one_parent_make_an_example_to_quote():
    one = contact("c1", email="ada@bloggs.example", phone="07700 900001")
    other = contact("c2", title="Dr", email="ada@bloggs.example", phone="07700 900002")
    stranger = contact("c3", given="Bea", email="ada@bloggs.example")
    assert likely_duplicates([one, other, stranger]) == ((one, other),)
    said = duplicate_example(one, other)
    for part in ("c1", "c2", "07700 900001", "07700 900002", "“Mrs” and “Dr”"):
        assert part in said


@pytest.mark.parametrize(("one", "other"), [
    (("Mrs", "Ada"), ("Dr", "ada")), (("Mrs", "Ada"), ("Mrs", "A")), (("Mrs", "Ada"), ("", "A.")),
    (("Mr", None), ("Mr", "John")),
])  # fmt: skip
def test_H8_the_same_parent_is_told_by_surname_and_number_whatever_differs(one, other):
    first = contact("c1", *one, phone="01632 960155")
    second = contact("c2", *other, phone="01632960155", email="ada@bloggs.example")
    assert likely_duplicates([first, second]) == ((first, second),)


@pytest.mark.parametrize(("one", "other"), [
    (("Mrs", "Ada"), ("Mr", "John")), (("Mrs", "A"), ("Mr", "A")), (("Mrs", "Jane"), ("Mrs", "Joan")),
])  # fmt: skip
def test_H8_parents_who_share_a_home_are_not_one(one, other):
    home = {"phone": "01632 960155", "email": "home@bloggs.example"}
    assert likely_duplicates([contact("c1", *one, **home), contact("c2", *other, **home)]) == ()
    apart = contact("c1", phone="01632 960155"), contact("c2", family="Hale", phone="01632 960155")
    assert likely_duplicates(apart) == ()


def test_H8_duplicates_come_through_and_are_told_with_the_example_to_quote():
    one, other = contact("c1", phone="01632 960155"), contact("c2", title="Dr", phone="01632 960155")
    sifted = sift(
        [one, other], [link("c1"), link("c2", pupil_id="p2")], options=SchoolOptions(), pupils=["p1", "p2"]
    )
    assert sifted.left_out == {}
    (told,) = sifted.troubles
    assert (told.code, told.subject, told.source_id) == ("possible_duplicate", "Mrs Ada Bloggs", "c1")
    assert told.message == duplicate_example(one, other)
    assert "quote this example" in told.mend
    assert told.who == "school office"


def test_H8_Z13_the_halves_of_a_joint_record_are_not_taken_for_duplicates():
    joint = contact("c1", "Mr and Mrs", "J", phone="01632 960155")
    assert sift([joint], [link()], options=SchoolOptions(), pupils=["p1"]).troubles == ()
    again = contact("c2", "Mr", "John", phone="01632 960155")
    told = sift([joint, again], [link(), link("c2")], options=SchoolOptions(), pupils=["p1"]).troubles
    assert [(t.code, t.source_id) for t in told] == [("possible_duplicate", "c1")]


def test_H2_W11_a_title_that_the_route_never_sends_is_not_missed():
    untitled = Contact(source_id="c1", given_name="Femi", family_name="Hale", unknown=frozenset({"title"}))
    sifted = sift([untitled], [link()], options=SchoolOptions(), pupils=["p1"])
    assert sifted.left_out == {}
    blank = Contact(source_id="c1", given_name="Femi", family_name="Hale")
    assert sift([blank], [link()], options=SchoolOptions(), pupils=["p1"]).left_out == {"c1": "missing_title"}

"""Identifiers as delivered say exactly what a dictionary of them would say."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from misconsole.rules import digest, plan_json
from misconsole.rules.delivered import Delivered
from misconsole.rules.facts import IDENTIFIER_KINDS, PersonFacts
from misconsole.rules.plan import Plan
from misconsole.rules.plan_parts import PersonChange

VALUES = st.tuples(*(st.none() | st.text(max_size=4) for _ in IDENTIFIER_KINDS))


@given(VALUES)
def test_it_equals_the_dictionary_whichever_way_it_is_asked(values: tuple[str | None, ...]) -> None:
    kept = Delivered(IDENTIFIER_KINDS, values)
    plain = {kind: (value,) for kind, value in zip(IDENTIFIER_KINDS, values, strict=True) if value}
    assert kept == plain
    assert plain == kept
    assert list(kept.items()) == list(plain.items())
    assert dict(kept) == plain
    assert [kept.get(kind, ()) for kind in IDENTIFIER_KINDS] == [plain.get(k, ()) for k in IDENTIFIER_KINDS]
    assert [kind in kept for kind in IDENTIFIER_KINDS] == [kind in plain for kind in IDENTIFIER_KINDS]
    assert repr(kept) == repr(plain)


@given(VALUES)
def test_a_person_has_the_same_fingerprint_and_the_same_place_in_a_kept_plan(
    values: tuple[str | None, ...],
) -> None:
    kept = Delivered(IDENTIFIER_KINDS, values)
    person = PersonFacts(role="pupil", source_id="P1", identifiers=kept)
    plain = PersonFacts(role="pupil", source_id="P1", identifiers=dict(kept))
    assert digest.person(person) == digest.person(plain)
    plan = Plan(
        school_id=1, version=1, mode="create", first=True,
        people_new=(PersonChange(facts=person, digest=digest.person(person)),),
    )  # fmt: skip
    assert plan_json.load(plan_json.dump(plan)) == plan


def test_a_kind_that_is_not_there_is_a_key_error_as_in_a_dictionary() -> None:
    kept = Delivered(("upn", "upi"), ("A1", None))
    assert len(kept) == 1
    with pytest.raises(KeyError, match="upi"):
        kept["upi"]

"""A school's settings: one table, one set of bounds, nothing guessed (C6, I3, M1-M4, Z8, Z10, Z20)."""

from __future__ import annotations

import json
from dataclasses import fields

import pytest
from hypothesis import given
from hypothesis import strategies as st

from misconsole.errors import Usage
from misconsole.rules.limits import KINDS, trips
from misconsole.rules.options import BY_NAME, GROUPS, SETTINGS, SchoolOptions
from misconsole.rules.setting import Setting


def test_every_setting_is_an_attribute_with_its_default_and_the_other_way_round():
    options = SchoolOptions()
    assert {f.name for f in fields(SchoolOptions)} == {*BY_NAME, "other"}
    for setting in SETTINGS:
        assert getattr(options, setting.name) == setting.default
        assert setting.doc.endswith(".")
        assert len(setting.doc) <= 100
        assert setting.bounds


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda s: s.name)
def test_a_default_is_within_its_own_bounds_as_text_and_as_json(setting: Setting):
    assert setting.read(setting.show(setting.default)) == setting.default
    assert setting.read(json.loads(json.dumps(setting.default))) == setting.default


TEXTS = {  # values of settings that are checked texts
    "leavers_hold": ("31 august", "30 September"),
    "schedule": ("mis", "off", "daily 02:30", "weekdays 19:00; sat 08:30-10:00", "mon,wed 23:15"),
    "quiet": ("none", "01:00-02:00", "23:00-01:00, 04:00-04:30"),
    "terms": ("none", "2026-09-02..2026-10-23, 2026-11-02..2026-12-18"),
    "timezone": ("country", "Europe/London"),
}


def values(setting: Setting) -> st.SearchStrategy:
    numbers = st.integers(setting.low, setting.high)
    return {
        "flag": st.booleans(),
        "number": numbers,
        "percent": numbers,
        "limit": st.none() | numbers,
        "share": st.none() | numbers,
        "choice": st.sampled_from(setting.choices or ("",)),
        "words": st.sets(st.sampled_from(setting.choices or ("",))).map(
            lambda chosen: tuple(c for c in setting.choices if c in chosen)
        ),
        "pairs": st.dictionaries(
            st.text("KestrlOwx 7", min_size=1).map(str.strip).filter(bool).map(str.casefold),
            st.sampled_from(["R", "4", "P3", "N2"]),
            max_size=3,
        ).map(lambda found: tuple(found.items())),
        "format": st.sampled_from(["first_initial.last_name", "lm:first_name-last_name", "last_name"]),
        "text": st.sampled_from((setting.default, *TEXTS.get(setting.name, ()))),
    }[setting.kind]


@given(st.fixed_dictionaries({}, optional={s.name: values(s) for s in SETTINGS}))
def test_options_survive_the_store_and_the_command_line(chosen):
    options = SchoolOptions(**chosen)
    assert SchoolOptions.from_dict(json.loads(json.dumps(options.to_dict()))) == options
    assert SchoolOptions().with_settings(options.as_text()) == options


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("pupil_needs_class", "maybe"), ("arrival_grace", "-1"), ("arrival_grace", "121"),
        ("arrival_grace", "x"),
        ("arrival_grace", "٣"), ("limit_create_share", "0"), ("limit_create_share", "101"),
        ("limit_create_count", "1e3"), ("collision", "planet"), ("pupil_required", "shoe_size"),
        ("staff_required", "upn"), ("grades", "Kestrels"), ("grades", "Kestrels=99"), ("grades", "a=4,A=5"),
        ("staff_username", "yoe4.last_name"), ("pupil_username", "middle_name"),
        ("pupil_username", "abcdefgh:last_name"), ("short_extract", "70.5"),
    ],
)  # fmt: skip
def test_a_value_out_of_bounds_is_refused_and_says_what_would_do(name, text):
    with pytest.raises(Usage) as caught:
        SchoolOptions().with_settings({name: text})
    assert caught.value.code == "bad_setting"
    assert name in caught.value.mend


@given(st.text(max_size=20), st.sampled_from([s.name for s in SETTINGS]))
def test_any_text_is_either_a_value_or_a_usage_error(text, name):
    try:
        options = SchoolOptions().with_settings({name: text})
    except Usage as wrong:
        assert wrong.mend
    else:
        assert SchoolOptions().with_settings(options.as_text()) == options


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.floats(), st.lists, max_leaves=4
    )
)
def test_whatever_is_stored_is_either_a_value_or_a_usage_error(value):
    for setting in SETTINGS:
        try:
            SchoolOptions.from_dict({setting.name: value})
        except Usage as wrong:
            assert setting.name in wrong.mend


def test_all_or_none_of_several_settings():
    with pytest.raises(Usage):
        SchoolOptions().with_settings({"future": "no", "arrival_grace": "many"})


def test_an_unknown_setting_is_named_with_those_there_are():
    with pytest.raises(Usage) as caught:
        SchoolOptions().with_settings({"colour": "blue"})
    assert caught.value.code == "no_such_setting"
    assert "pupil_username" in caught.value.mend


def test_what_others_keep_beside_the_settings_passes_through_untouched():
    options = SchoolOptions.from_dict({"kept_by_others": {"at": "01:00"}, "future": False})
    assert options.with_settings({"future": "default"}).to_dict() == {"kept_by_others": {"at": "01:00"}}


def test_I4_one_word_sets_the_class_criteria_and_hyphens_are_forgiven():
    options = SchoolOptions().with_settings({"class-criteria": "yes"})
    assert all(getattr(options, name) for name in GROUPS["class_criteria"])
    assert options.class_criteria
    assert not SchoolOptions().class_criteria


def test_C6_pupils_need_a_date_of_birth_and_staff_do_not_unless_the_school_says_so():
    assert "date_of_birth" in SchoolOptions().required("pupil")
    assert not SchoolOptions().staff_dob_required
    strict = SchoolOptions().with_settings({"staff_required": "family_name,given_name,date_of_birth"})
    assert strict.staff_dob_required
    assert strict.required("staff") == ("given_name", "family_name", "date_of_birth")


def test_every_kind_of_change_has_a_limit_by_count_and_share_that_can_be_lifted():
    limits = SchoolOptions().limits
    assert set(limits) == set(KINDS)
    assert all(limit.count and limit.share and 0 < limit.share <= 1 for limit in limits.values())
    assert limits["unallocate"].count < limits["create"].count
    assert limits["unallocate"].share <= 0.10  # less than the leaving year of a primary school
    lifted = SchoolOptions().with_settings({"limit_create_count": "none", "limit_create_share": "none"})
    assert (lifted.limits["create"].count, lifted.limits["create"].share) == (None, None)


@pytest.mark.parametrize(
    ("leavers", "roll", "held"),
    [(1, 8, False), (5, 8, False), (6, 8, True), (9, 100, False), (10, 100, True)],
)
def test_a_leaver_of_a_small_school_does_not_reach_the_share(leavers, roll, held):
    assert trips(leavers, roll, SchoolOptions().limit("unallocate")) is held


def test_M1_M2_formats_are_kept_as_text_and_read_by_role():
    options = SchoolOptions().with_settings({"pupil_username": "lm:yoe2+first_initial+last_name"})
    assert options.username_format("pupil").prefix == "lm"
    assert not options.username_format("staff").needs_year

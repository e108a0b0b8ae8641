"""Class criteria to a fixed point, types, parts (section I, F10, G2, Z12, Z23, W8)."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from connectors.records import ClassKind, Group, GroupKind, Membership, Part, SchoolClass
from misconsole.rules.criteria import REASONS, fixed_point, settle_parts
from misconsole.rules.options import SchoolOptions

ALL = SchoolOptions().with_settings({"class_criteria": "yes"})


def a_class(source_id="c1", kind=ClassKind.TEACHING):
    return SchoolClass(source_id=source_id, name=source_id, kind=kind)


def a_group(source_id="g1", kind=GroupKind.YEAR):
    return Group(source_id=source_id, name=source_id, kind=kind)


def sits(person, where="c1", container="class"):
    return Membership(
        container=container, container_id=where, person_role="pupil", person_id=person, part=Part.PUPIL
    )


def teaches(person, where="c1", part=Part.TEACHER, container="class"):
    return Membership(
        container=container, container_id=where, person_role="staff", person_id=person, part=part
    )


def point(members, *, pupils=("p1",), staff=("t1",), classes=None, groups=(), options=ALL):
    return fixed_point(
        members, pupils=pupils, staff=staff, classes=classes or [a_class()], groups=groups, options=options
    )


def test_I3_a_class_needs_a_pupil_and_a_teacher():
    assert point([sits("p1"), teaches("t1")]).classes == {"c1"}
    assert point([sits("p1")]).left_out == {("class", "c1"): "class_no_teacher"}
    assert point([teaches("t1")]).left_out == {("class", "c1"): "class_no_pupil"}
    assert point([]).left_out == {("class", "c1"): "class_no_pupil"}


def test_I3_W8_both_must_themselves_qualify():
    """Who does not stand alone (missing data, left) is not passed in and counts for nothing."""
    result = point([sits("p1"), teaches("t1")], staff=())
    assert result.left_out == {("class", "c1"): "class_no_teacher"}
    assert not result.qualifies("pupil", "p1")


def test_G2_F10_people_need_a_class_that_itself_qualifies():
    members = [sits("p1"), teaches("t1"), sits("p2", "c2"), teaches("t2", "c3")]
    result = point(
        members,
        pupils=["p1", "p2", "p3"],
        staff=["t1", "t2"],
        classes=[a_class(c) for c in ("c1", "c2", "c3")],
    )
    assert (result.pupils, result.staff, result.classes) == ({"p1"}, {"t1"}, {"c1"})
    assert result.member_of["pupil", "p2"] == 1
    assert ("pupil", "p3") not in result.member_of


def test_Z23_a_pupil_leaving_the_only_class_takes_class_and_teacher_along():
    before = point([sits("p1"), teaches("t1")])
    assert (before.pupils, before.staff, before.classes) == ({"p1"}, {"t1"}, {"c1"})
    after = point([teaches("t1")])
    assert (after.pupils, after.staff, after.classes) == (set(), set(), set())


def test_I5_only_registration_teaching_and_custom_groups_come_through_as_classes():
    classes = [a_class(kind.name, kind) for kind in ClassKind]
    members = [m for c in classes for m in (sits("p1", c.source_id), teaches("t1", c.source_id))]
    result = point(members, classes=classes)
    assert result.classes == {"TEACHING", "REGISTRATION", "CUSTOM"}
    assert result.left_out == {("class", "OTHER"): "class_type"}


def test_I6_the_types_are_named_class_registration_and_custom_group():
    assert [k.value for k in (ClassKind.TEACHING, ClassKind.REGISTRATION, ClassKind.CUSTOM)] == [
        "class", "registration", "custom group",
    ]  # fmt: skip


def test_I5_a_class_of_another_type_holds_nobody_up():
    result = point([sits("p1"), teaches("t1")], classes=[a_class(kind=ClassKind.OTHER)])
    assert not result.pupils and not result.staff


def test_I9_I10_groups_need_a_qualifying_pupil_and_an_allowed_type():
    groups = [a_group("empty"), a_group("other", GroupKind.OTHER), a_group("house", GroupKind.HOUSE)]
    members = [sits("p1", "house", "group"), sits("p1", "other", "group"), sits("gone", "empty", "group")]
    result = point(members, groups=groups, options=SchoolOptions())
    assert result.groups == {"house"}
    assert result.left_out == {("group", "empty"): "group_no_pupil", ("group", "other"): "group_type"}


def test_I9_a_pupil_who_fell_with_a_class_no_longer_holds_a_group():
    result = point([sits("p1"), sits("p1", "g1", "group")], groups=[a_group()])
    assert result.left_out["group", "g1"] == "group_no_pupil"


def test_I11_groups_never_have_teachers():
    result = point([teaches("t1", "g1", container="group")], groups=[a_group()], options=SchoolOptions())
    assert result.left_out == {("group", "g1"): "group_no_pupil"}
    kept, left = settle_parts([teaches("t1", "g1", container="group"), sits("p1", "g1", "group")], classes=[])
    assert [m.person_id for m in kept] == ["p1"]
    assert [m.person_id for m in left] == ["t1"]


def test_without_criteria_everybody_stays_and_empty_classes_do_too():
    result = point([], options=SchoolOptions())
    assert (result.pupils, result.staff, result.classes) == ({"p1"}, {"t1"}, {"c1"})


def test_each_criterion_works_alone():
    only_pupils = SchoolOptions(pupil_needs_class=True)
    result = point([sits("p1")], pupils=["p1", "p2"], options=only_pupils)
    assert (result.pupils, result.staff, result.classes) == ({"p1"}, {"t1"}, {"c1"})


def test_W8_every_reason_has_a_sentence_and_a_mend():
    assert all(detail.endswith(".") and mend.endswith(".") for detail, mend in REASONS.values())


ids = st.integers(0, 5).map(str)
memberships = st.lists(
    st.builds(sits, ids, ids) | st.builds(teaches, ids, ids) | st.builds(sits, ids, ids, st.just("group"))
)
options = st.builds(
    SchoolOptions,
    pupil_needs_class=st.booleans(),
    staff_needs_class=st.booleans(),
    class_needs_both=st.booleans(),
)


def patiently(members, pupils, staff, classes, options):
    """The definition itself: take out what does not stand, again and again, until nothing falls."""
    pupils, staff = set(pupils), set(staff)
    kept = {c.source_id for c in classes if c.kind is not ClassKind.OTHER}
    while True:
        inside = [(m.container_id, m.person_role, m.person_id) for m in members if m.container == "class"]
        alive = [x for x in inside if x[0] in kept and x[2] in (pupils if x[1] == "pupil" else staff)]
        next_kept = {
            c for c in kept
            if not options.class_needs_both or {r for k, r, _ in alive if k == c} == {"pupil", "staff"}
        }  # fmt: skip
        placed = {(r, p) for c, r, p in alive if c in next_kept}
        next_pupils = {p for p in pupils if not options.pupil_needs_class or ("pupil", p) in placed}
        next_staff = {p for p in staff if not options.staff_needs_class or ("staff", p) in placed}
        if (next_kept, next_pupils, next_staff) == (kept, pupils, staff):
            return kept, pupils, staff
        kept, pupils, staff = next_kept, next_pupils, next_staff


@given(
    memberships,
    st.sets(ids),
    st.sets(ids),
    st.lists(st.sampled_from(list(ClassKind)), max_size=6),
    options,
    st.randoms(),
)
def test_I4_the_result_is_the_fixed_point_whatever_the_order(
    members, pupils, staff, kinds, options, rnd: random.Random
):
    classes = [a_class(str(i), kind) for i, kind in enumerate(kinds)]
    groups = [a_group(str(i)) for i in range(3)]
    result = fixed_point(members, pupils=pupils, staff=staff, classes=classes, groups=groups, options=options)
    assert (result.classes, result.pupils, result.staff) == patiently(
        members, pupils, staff, classes, options
    )
    again = fixed_point(
        rnd.sample(members, len(members)), pupils=pupils, staff=staff,
        classes=rnd.sample(classes, len(classes)), groups=groups[::-1], options=options,
    )  # fmt: skip
    assert again == result


@given(memberships, st.sets(ids), st.sets(ids), options)
def test_I4_what_qualifies_would_qualify_among_itself(members, pupils, staff, options):
    """A fixed point: judging only those who qualified changes nothing."""
    classes = [a_class(str(i)) for i in range(6)]
    once = fixed_point(members, pupils=pupils, staff=staff, classes=classes, options=options)
    kept = [c for c in classes if c.source_id in once.classes]
    twice = fixed_point(members, pupils=once.pupils, staff=once.staff, classes=kept, options=options)
    assert (twice.pupils, twice.staff, twice.classes) == (once.pupils, once.staff, once.classes)


def parts(members, kind):
    kept, left = settle_parts(members, classes=[a_class(kind=kind)])
    return {m.person_id: m.part for m in kept}, [m.person_id for m in left]


def test_I7_a_registration_group_has_a_main_teacher_and_a_supervisor_and_no_third():
    members = [teaches("t1"), teaches("t2"), teaches("t3"), sits("p1")]
    kept, left = parts(members, ClassKind.REGISTRATION)
    assert kept == {"t1": Part.MAIN, "t2": Part.SUPERVISOR, "p1": Part.PUPIL}
    assert left == ["t3"]


def test_I7_the_one_the_mis_names_as_main_is_main_wherever_it_stands():
    kept, _ = parts([teaches("t1"), teaches("t2", part=Part.MAIN)], ClassKind.REGISTRATION)
    assert kept == {"t2": Part.MAIN, "t1": Part.SUPERVISOR}


def test_Z12_a_lone_teacher_in_the_second_slot_is_the_main_one():
    kept, left = parts([teaches("t2", part=Part.SUPERVISOR)], ClassKind.REGISTRATION)
    assert (kept, left) == ({"t2": Part.MAIN}, [])


def test_I8_teachers_of_sets_and_custom_groups_are_all_equal():
    members = [teaches("t1", part=Part.MAIN), teaches("t2"), teaches("t3", part=Part.SUPERVISOR)]
    for kind in (ClassKind.TEACHING, ClassKind.CUSTOM):
        kept, left = parts(members, kind)
        assert set(kept.values()) == {Part.TEACHER}
        assert (len(kept), left) == (3, [])

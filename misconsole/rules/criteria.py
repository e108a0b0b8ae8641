"""Who and what qualifies through classes: criteria that hang on one another (I4, Z23).

A pupil may need a class, a teacher may need a class, and a class may need both.  The result is the
greatest set of pupils, staff and classes that hold each other up, whatever the order of the records.

Repeating the criteria until nothing more falls would find it; two steps do.  A class stands if it has a
pupil and a teacher who stand on their own; a person stands with a class that stands.  Nothing falls after
that: whoever falls has no standing class left to pull down, and a standing class holds its members up.
A test compares this with the patient way.

Only pupils and staff who stand on their own (in scope, required fields, dates) are passed in; an
excluded name still counts, because the person does sit in the class.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace

from connectors.records import ClassKind, Group, GroupKind, Membership, Part, SchoolClass
from misconsole.rules.options import SchoolOptions

CLASS_KINDS = frozenset({ClassKind.TEACHING, ClassKind.REGISTRATION, ClassKind.CUSTOM})  # I5
GROUP_KINDS = frozenset({GroupKind.STUDENT, GroupKind.HOUSE, GroupKind.YEAR})  # I10

#: code -> (detail, mend) of a class or group that is left out (W8)
REASONS = {
    "class_type": (
        "Its type is not one that comes through as a class.",
        "Teaching sets, registration groups and custom groups come through; change the type in the MIS.",
    ),
    "class_no_pupil": ("No pupil in it qualifies.", "Put a pupil who qualifies in the class, in the MIS."),
    "class_no_teacher": (
        "No teacher of it qualifies.",
        "Give the class a teacher who qualifies, in the MIS.",
    ),
    "group_type": (
        "Its type is not one that comes through as a group.",
        "Student, house and year groups come through; change the type in the MIS.",
    ),
    "group_no_pupil": ("No pupil in it qualifies.", "Put a pupil who qualifies in the group, in the MIS."),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class CriteriaResult:
    """What qualifies, by source id.

    ``pupils``/``staff``  those passed in who qualify
    ``classes``/``groups``  those that qualify
    ``left_out``  (container, source id) -> code of REASONS
    ``member_of``  (role, source id) -> number of classes the person is in, qualifying or not
    """

    pupils: frozenset[str] = frozenset()
    staff: frozenset[str] = frozenset()
    classes: frozenset[str] = frozenset()
    groups: frozenset[str] = frozenset()
    left_out: dict[tuple[str, str], str] = field(default_factory=dict)
    member_of: dict[tuple[str, str], int] = field(default_factory=dict)

    def qualifies(self, role: str, source_id: str) -> bool:
        return source_id in (self.pupils if role == "pupil" else self.staff)


def fixed_point(
    memberships: Iterable[Membership],
    *,
    pupils: Collection[str],
    staff: Collection[str],
    classes: Iterable[SchoolClass],
    groups: Iterable[Group] = (),
    options: SchoolOptions,
) -> CriteriaResult:
    """What qualifies of these classes and groups, and who of these people.

    A membership counts whatever its part (teacher, main teacher, supervisor).  Memberships that name an
    unknown class, group or person are left aside.
    """
    own = {"pupil": frozenset(pupils), "staff": frozenset(staff)}
    in_class, in_group, member_of = _sort(memberships, own)
    left_out: dict[tuple[str, str], str] = {}
    kept_classes = set()
    for each in classes:
        if code := _class_lacks(each, in_class.get(each.source_id), options):
            left_out["class", each.source_id] = code
        else:
            kept_classes.add(each.source_id)
    kept = {role: _people(role, own[role], kept_classes, in_class, options) for role in own}
    kept_groups = set()
    for group in groups:
        if code := _group_lacks(group, in_group.get(group.source_id, frozenset()), kept["pupil"]):
            left_out["group", group.source_id] = code
        else:
            kept_groups.add(group.source_id)
    return CriteriaResult(
        pupils=kept["pupil"],
        staff=kept["staff"],
        classes=frozenset(kept_classes),
        groups=frozenset(kept_groups),
        left_out=left_out,
        member_of=member_of,
    )


Members = dict[str, set[str]]


def _sort(
    memberships: Iterable[Membership], own: dict[str, frozenset[str]]
) -> tuple[dict[str, Members], dict[str, set[str]], dict[tuple[str, str], int]]:
    """class -> role -> people, group -> pupils, and how many classes each person is in."""
    in_class: dict[str, Members] = {}
    in_group: dict[str, set[str]] = {}
    member_of: dict[tuple[str, str], int] = {}
    for member in memberships:
        role, person_id = member.person_role, member.person_id
        if member.container == "class":
            member_of[role, person_id] = member_of.get((role, person_id), 0) + 1
            if person_id in own[role]:
                members = in_class.setdefault(member.container_id, {"pupil": set(), "staff": set()})
                members[role].add(person_id)
        elif role == "pupil":  # groups never have teachers (I11)
            in_group.setdefault(member.container_id, set()).add(person_id)
    return in_class, in_group, member_of


def _class_lacks(each: SchoolClass, members: Members | None, options: SchoolOptions) -> str:
    if each.kind not in CLASS_KINDS:
        return "class_type"
    if not options.class_needs_both:
        return ""
    if members is None or not members["pupil"]:
        return "class_no_pupil"
    return "" if members["staff"] else "class_no_teacher"


def _group_lacks(group: Group, members: Collection[str], pupils: frozenset[str]) -> str:
    if group.kind not in GROUP_KINDS:
        return "group_type"
    return "group_no_pupil" if pupils.isdisjoint(members) else ""


def _people(
    role: str,
    own: frozenset[str],
    kept_classes: Collection[str],
    in_class: dict[str, Members],
    options: SchoolOptions,
) -> frozenset[str]:
    if not options.needs_class(role):
        return own
    return frozenset().union(*(in_class[c][role] for c in kept_classes if c in in_class))


def settle_parts(
    memberships: Iterable[Membership], *, classes: Iterable[SchoolClass]
) -> tuple[tuple[Membership, ...], tuple[Membership, ...]]:
    """(memberships with their parts as the rules want them, those left out).

    Registration groups keep at most two teachers: the one the MIS names as main, else the first, is the
    main teacher and the next is supervisor (I7); a lone one is main, whichever slot it came in (Z12).
    Teachers of teaching sets and custom groups are all equal (I8).  Groups have no teachers (I11).
    """
    kinds = {each.source_id: each.kind for each in classes}
    kept: list[Membership] = []
    left: list[Membership] = []
    registration: dict[str, list[Membership]] = {}
    for member in memberships:
        if member.person_role != "staff":
            kept.append(member)
        elif member.container != "class":
            left.append(member)
        elif kinds.get(member.container_id) == ClassKind.REGISTRATION:
            registration.setdefault(member.container_id, []).append(member)
        else:
            kept.append(member if member.part == Part.TEACHER else replace(member, part=Part.TEACHER))
    for teachers in registration.values():
        ordered = list({m.person_id: m for m in sorted(teachers, key=lambda m: m.part != Part.MAIN)}.values())
        parts = zip(ordered, (Part.MAIN, Part.SUPERVISOR), strict=False)
        kept.extend(replace(member, part=part) for member, part in parts)
        left.extend(ordered[2:])
    return tuple(kept), tuple(left)

"""Whose usernames are made alike: pupils, teaching staff, non-teaching staff, and people no MIS knows (F14).

A member of staff of whom the MIS does not say whether they teach is named like teaching staff, so that a
MIS that never says it names all staff alike.
"""

from __future__ import annotations

PUPIL, TEACHING, NON_TEACHING, OTHER = "pupil", "teaching", "non-teaching", "other"
KINDS = (PUPIL, TEACHING, NON_TEACHING, OTHER)
TITLES = {
    PUPIL: "Pupils", TEACHING: "Teaching staff", NON_TEACHING: "Non-teaching staff", OTHER: "Others",
}  # fmt: skip
#: kind -> the school's setting that holds its format
SETTINGS = {
    PUPIL: "pupil_username", TEACHING: "staff_username", NON_TEACHING: "non_teaching_username",
    OTHER: "other_username",
}  # fmt: skip
AS_STAFF = "staff"  # the value of a setting that follows staff_username


def kind_of(role: str, teaching: bool | None = None) -> str:
    """``role`` of a person or an account (pupil, staff, other); ``teaching`` as the MIS has it."""
    if role in (PUPIL, OTHER):
        return role
    return NON_TEACHING if teaching is False else TEACHING


def of_role(kind: str, role: str) -> bool:
    """Whether that kind is meant by ``role``: a kind, or ``staff`` for both kinds of staff."""
    return kind == role or (role == "staff" and kind in (TEACHING, NON_TEACHING))

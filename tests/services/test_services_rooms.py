"""F12: rooms of staff, typed in here."""

from __future__ import annotations

import pytest

from data.tables import Decision, Journal, Person
from misconsole.errors import NotFound, Usage
from misconsole.services import decide, rooms
from misconsole.services.why import why_person
from tests import seed

URN = "100001"


def test_F12_a_room_is_typed_shown_changed_and_taken_back(e: seed.Estate) -> None:
    ada = e.person(e.school(), "Ada", "Quill", "staff")
    said = rooms.set_room(e.desk(), URN, ada, "  B  12 ")
    assert said.summary == "Set the room of Ada Quill to B 12"
    view = why_person(e.desk(), URN, ada)
    assert view.person is not None and view.person.room == "B 12"
    rooms.set_room(e.desk(), URN, ada, "Hall")
    assert [p.room for p in rooms.listed(e.desk(), URN)] == ["Hall"]
    undone = decide.undo_last(e.desk(), URN)
    assert undone is not None and undone.undone
    assert e.row(Person, ada).room == "B 12"
    decide.undo_last(e.desk(), URN)
    assert e.row(Person, ada).room is None
    assert rooms.listed(e.desk(), URN) == ()


def test_F12_the_journal_has_who_typed_it_and_what_was_there(e: seed.Estate) -> None:
    ada = e.person(e.school(), "Ada", "Quill", "staff", room="A1")
    said = rooms.set_room(e.desk("carol"), URN, ada, "")
    assert said.summary == "Took away the room A1 of Ada Quill"
    [row] = [each for each in e.all(Journal) if each.decision_id == said.id]
    assert (row.actor, row.table_name, row.before, row.after) == (
        "carol", "person", {"room": "A1"}, {"room": None},
    )  # fmt: skip


@pytest.mark.parametrize("room", ["x" * 41, "B\x1b[2J12", "B\u202e12"])
def test_what_is_no_room_changes_nothing(e: seed.Estate, room: str) -> None:
    ada = e.person(e.school(), "Ada", "Quill", "staff")
    with pytest.raises(Usage):
        rooms.set_room(e.desk(), URN, ada, room)
    assert e.row(Person, ada).room is None
    assert e.all(Decision) == []


def test_rooms_are_for_staff_of_this_school(e: seed.Estate) -> None:
    school = e.school()
    pupil = e.person(school, "Ann", "Lee")
    other = e.person(e.school("100002", "Marle School"), "Ada", "Quill", "staff")
    with pytest.raises(Usage, match="pupil"):
        rooms.set_room(e.desk(), URN, pupil, "B12")
    with pytest.raises(NotFound):
        rooms.set_room(e.desk(), URN, other, "B12")
    ada = e.person(school, "Ada", "Quill", "staff", room="B12")
    with pytest.raises(Usage, match="already"):
        rooms.set_room(e.desk(), URN, ada, "B12")
    assert e.all(Decision) == []

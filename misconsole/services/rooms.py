"""Rooms of staff, typed in here (F12): no MIS tells them, and no sync ever writes them.

A room is a decision like any other: journalled, in the history, and taken back by undo.  It belongs to the
person, so it stays when the MIS changes.
"""

from __future__ import annotations

from sqlmodel import col

from data.tables import Person
from misconsole.errors import Usage
from misconsole.services import present
from misconsole.services.decisions.case import called, deciding
from misconsole.services.desk import Desk
from misconsole.services.schools import resolve
from misconsole.services.views import DecisionView, PersonView

LONGEST = 40  # characters


def set_room(desk: Desk, school: str, person_id: int, room: str) -> DecisionView:
    """``room`` as it is written on the door; "" takes it away.  Raises NotFound, Usage for a pupil or a room
    that is too long or the one already there."""
    room = " ".join(room.split())
    if len(room) > LONGEST or not room.isprintable():
        raise Usage(f"A room has at most {LONGEST} plain characters.", mend="Type it as on the door: B12.")
    with deciding(desk, school, "room") as case:
        person = case.person(person_id)
        if person.role != "staff":
            raise Usage(
                f"{called(person)} is a pupil; rooms are typed in for staff.", mend="Name a member of staff."
            )
        before = person.room or ""
        if room == before:
            raise Usage(f"The room of {called(person)} is {room or 'not set'} already.")
        case.scribe.update(person, room=room or None)
        said = f"Set the room of {called(person)} to {room}" if room else f"Took away the room {before}"
        case.say(said if room else f"{said} of {called(person)}", before=before, after=room)
    return case.view


def listed(desk: Desk, school: str) -> tuple[PersonView, ...]:
    """Staff who have a room, in name order."""
    with desk.store.read() as s:
        found = resolve(s, school)
        theirs = col(Person.school_id) == found.id
        return tuple(present.people(s, theirs, col(Person.role) == "staff", col(Person.room).is_not(None)))


__all__ = ["LONGEST", "listed", "set_room"]

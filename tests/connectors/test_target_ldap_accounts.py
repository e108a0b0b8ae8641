"""An account's life in two real directories, OpenLDAP and a domain of Samba's: made, renamed, shut out, let
in, moved, and every step taken twice."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest

from connectors.errors import BadAnswer, BadSettings, Cancelled
from connectors.targets.base import Entry, EntryGone, NameTaken, TargetRefused, Wanted
from connectors.targets.ldap.adapter import LdapTarget
from tests.connectors.directories import Directory

PASSWORD, SECOND = "Canary-first-1x", "Canary-second-2x"
ANN = Wanted(
    anchor="990001-17", username="asmith", email="asmith@school.example", given_name="Ann",
    family_name="Smith", display_name="Ann Smith", place=("Pupils", "2024"),
    extras={"department": "Maths", "job_title": "Teacher"},
)  # fmt: skip
MARRIED = replace(
    ANN, username="ajones", email="ajones@school.example", family_name="Jones", display_name="Ann Jones"
)


@dataclass
class Room:
    """A directory, an empty unit of it, and an adapter that is based there."""

    directory: Directory
    base: str
    target: LdapTarget

    def create(self, wanted: Wanted = ANN, *, must_change: bool = False) -> Entry:
        return self.target.create(wanted, password=PASSWORD, must_change=must_change)

    def people(self) -> list[dict[str, Any]]:
        return self.directory.rows(self.base, "(objectClass=person)")

    def name(self, wanted: Wanted = ANN) -> str:
        attribute = "sAMAccountName" if self.directory.flavour == "ad" else "uid"
        [row] = self.directory.rows(self.base, f"({attribute}={wanted.username})")
        return str(row["dn"])

    def may_sign_in(self, password: str, wanted: Wanted = ANN) -> bool:
        return self.directory.may_sign_in(self.name(wanted), password)

    def stranger(self, username: str, unit: str = "", **more: Any) -> str:
        """Somebody who was there before us."""
        where = f"{unit},{self.base}" if unit else self.base
        own = {"cn": username, "sn": "Before", "mail": f"{username}@school.example"}
        if self.directory.flavour == "ad":
            name, own = f"CN={username},{where}", {**own, "objectClass": "user", "sAMAccountName": username}
        else:
            name, own = f"uid={username},{where}", {**own, "objectClass": "inetOrgPerson", "uid": username}
        self.directory.make(name, **{**own, **more})
        return name


@pytest.fixture(params=["open_ldap", "domain"])
def room(request: pytest.FixtureRequest, new_base: Callable[[Directory], str]) -> Iterator[Room]:
    directory: Directory = request.getfixturevalue(request.param)
    base = new_base(directory)
    target = directory.target(base)
    yield Room(directory, base, target)
    target.close()


def test_an_account_is_made_complete_in_its_place_and_can_sign_in(room: Room) -> None:
    made = room.create()
    assert (made.username, made.anchor, made.email) == ("asmith", ANN.anchor, "asmith@school.example")
    assert (made.given_name, made.family_name, made.display_name) == ("Ann", "Smith", "Ann Smith")
    assert (made.place, made.enabled, made.protected) == (("Pupils", "2024"), True, False)
    assert made.extras == {"department": "Maths", "job_title": "Teacher"}
    assert room.may_sign_in(PASSWORD)
    assert not room.may_sign_in("Canary-wrong-9x")


def test_Y2_an_account_that_is_there_already_is_given_back_unchanged(room: Room) -> None:
    made = room.create()
    again = room.target.create(MARRIED, password=SECOND, must_change=True)
    assert again == made == room.target.find(ANN.anchor)
    assert len(room.people()) == 1
    assert room.may_sign_in(PASSWORD)


def test_O4_a_rename_keeps_the_old_address_leading_to_the_same_person(room: Room) -> None:
    made = room.create(replace(ANN, aliases=frozenset({"ann@school.example"})))
    for _ in range(2):
        renamed = room.target.rename(made.remote_id, MARRIED, keep=frozenset({"asmith@school.example"}))
        assert renamed.remote_id == made.remote_id
        assert (renamed.username, renamed.email) == ("ajones", "ajones@school.example")
        assert renamed.aliases == {"asmith@school.example", "ann@school.example"}
    assert room.may_sign_in(PASSWORD, MARRIED)


def test_a_rename_back_makes_the_old_address_the_first_again(room: Room) -> None:
    made = room.create()
    room.target.rename(made.remote_id, MARRIED, keep=frozenset({"asmith@school.example"}))
    back = room.target.rename(made.remote_id, ANN, keep=frozenset({"ajones@school.example"}))
    assert (back.email, back.aliases) == ("asmith@school.example", {"ajones@school.example"})


def test_names_and_extras_change_alone(room: Room) -> None:
    made = room.create()
    wanted = replace(MARRIED, extras={"department": "Physics"}, aliases=frozenset({"aj@school.example"}))
    fields = frozenset({"family_name", "display_name", "department", "job_title", "aliases"})
    for _ in range(2):
        told = room.target.update(made.remote_id, wanted, fields=fields)
        assert (told.username, told.email, told.given_name) == ("asmith", "asmith@school.example", "Ann")
        assert (told.family_name, told.display_name) == ("Jones", "Ann Jones")
        assert told.extras == {"department": "Physics"}
        assert told.aliases == {"aj@school.example"}


def test_a_leaver_is_shut_out_and_restored_with_everything(room: Room) -> None:
    made = room.create()
    for _ in range(2):
        left = room.target.enable(made.remote_id, on=False)
        assert left == replace(made, enabled=False)
        assert not room.may_sign_in(PASSWORD)
    for _ in range(2):
        assert room.target.enable(made.remote_id, on=True) == made
        assert room.may_sign_in(PASSWORD)


def test_a_new_password_lets_nobody_in_who_is_shut_out(room: Room) -> None:
    made = room.create()
    room.target.enable(made.remote_id, on=False)
    room.target.set_password(made.remote_id, SECOND, must_change=False)
    assert not room.may_sign_in(SECOND)
    assert not room.target.find(ANN.anchor).enabled  # type: ignore[union-attr]
    room.target.enable(made.remote_id, on=True)
    assert room.may_sign_in(SECOND)
    # A domain takes the password before for up to an hour over the network (OldPasswordAllowedPeriod).
    assert room.may_sign_in(PASSWORD) == (room.directory.flavour == "ad")


def test_somebody_made_shut_out_stays_so_until_let_in(room: Room) -> None:
    made = room.create(replace(ANN, enabled=False))
    assert not made.enabled
    assert not room.may_sign_in(PASSWORD)
    room.target.enable(made.remote_id, on=True)
    assert room.may_sign_in(PASSWORD)


def test_a_move_takes_everything_along(room: Room) -> None:
    made = room.create()
    for _ in range(2):
        moved = room.target.move(made.remote_id, ("Leavers, 2026", "Year 7 + 8"))
        assert moved == replace(made, place=("Leavers, 2026", "Year 7 + 8"))
    assert room.target.move(made.remote_id, ()).place == ()
    assert room.may_sign_in(PASSWORD)


def test_a_place_that_is_missing_is_refused_where_the_school_wants_it_so(room: Room) -> None:
    with_leave = room.create()
    strict = room.directory.target(room.base, create_places="no")
    try:
        with pytest.raises(TargetRefused, match="no place"):
            strict.move(with_leave.remote_id, ("Elsewhere",))
        with pytest.raises(TargetRefused, match="no place"):
            other = replace(MARRIED, anchor="990001-18", place=("Pupils", "2025"))
            strict.create(other, password=PASSWORD, must_change=False)
        assert strict.move(with_leave.remote_id, ("Pupils",)).place == ("Pupils",)
    finally:
        strict.close()
    assert len(room.people()) == 1


def test_a_place_that_somebody_took_away_meanwhile_is_made_again(room: Room) -> None:
    made = room.create()
    room.target.move(made.remote_id, ("Leavers", "2026"))
    room.directory.clear(f"ou=Pupils,{room.base}")
    other = replace(MARRIED, anchor="990001-18")
    assert room.create(other).place == ("Pupils", "2024")
    room.target.move(made.remote_id, ())
    room.directory.clear(f"ou=Leavers,{room.base}")
    assert room.target.move(made.remote_id, ("Leavers", "2026")).place == ("Leavers", "2026")


def test_an_entry_that_was_there_is_adopted_once(room: Room) -> None:
    name = room.stranger("before")
    [entry] = room.target.entries()
    assert (entry.anchor, entry.username) == ("", "before")
    for _ in range(2):
        adopted = room.target.adopt(entry.remote_id, ANN.anchor)
        assert adopted == replace(entry, anchor=ANN.anchor)
    assert room.target.find(ANN.anchor) == adopted
    with pytest.raises(NameTaken, match="another mark"):
        room.target.adopt(entry.remote_id, "990001-99")
    room.stranger("second")
    other = next(one for one in room.target.entries() if one.username == "second")
    with pytest.raises(NameTaken, match="bears this mark"):
        room.target.adopt(other.remote_id, ANN.anchor)
    assert name.lower() in {row["dn"].lower() for row in room.people()}


@pytest.mark.parametrize("held", ["username", "email", "alias"])
def test_what_belongs_to_somebody_else_is_not_taken(room: Room, held: str) -> None:
    room.stranger("taken")
    wanted = {
        "username": replace(ANN, username="TAKEN"),
        "email": replace(ANN, email="Taken@school.example"),
        "alias": replace(ANN, aliases=frozenset({"taken@school.example"})),
    }[held]
    with pytest.raises(NameTaken, match="taken"):
        room.create(wanted)
    assert room.target.find(ANN.anchor) is None
    made = room.create()
    with pytest.raises(NameTaken, match="taken"):
        room.target.rename(made.remote_id, wanted, keep=frozenset())
    assert room.target.find(ANN.anchor) == made


def test_an_entry_that_went_away_is_told_and_is_deleted_already(room: Room) -> None:
    made = room.create()
    for _ in range(2):
        room.target.delete(made.remote_id)
    assert room.people() == []
    assert room.target.find(ANN.anchor) is None
    for change in (
        lambda t: t.enable(made.remote_id, on=False),
        lambda t: t.move(made.remote_id, ()),
        lambda t: t.update(made.remote_id, ANN, fields=frozenset({"display_name"})),
        lambda t: t.rename(made.remote_id, ANN, keep=frozenset()),
        lambda t: t.adopt(made.remote_id, "x-1"),
        lambda t: t.set_password(made.remote_id, PASSWORD, must_change=False),
        lambda t: t.enable("no id at all)(uid=*", on=False),
    ):
        with pytest.raises(EntryGone):
            change(room.target)


def test_what_lies_outside_the_base_is_neither_seen_nor_changed(
    room: Room, new_base: Callable[[Directory], str]
) -> None:
    made = room.create()
    narrow = room.directory.target(new_base(room.directory))
    try:
        assert list(narrow.entries()) == []
        assert narrow.find(ANN.anchor) is None
        with pytest.raises(EntryGone):
            narrow.enable(made.remote_id, on=False)
        narrow.delete(made.remote_id)
    finally:
        narrow.close()
    assert room.target.find(ANN.anchor) == made


def test_a_further_base_is_read_and_its_places_are_not_ours(
    room: Room, new_base: Callable[[Directory], str]
) -> None:
    other = new_base(room.directory)
    made = room.create()
    wide = room.directory.target(other, more_bases=room.base)
    try:
        [entry] = wide.entries()
        assert entry == replace(made, place=(room.base, "Pupils", "2024"))
        assert wide.move(entry.remote_id, ("Pupils",)).place == ("Pupils",)
    finally:
        wide.close()
    assert list(room.target.entries()) == []


def test_members_of_the_school_s_own_groups_are_out_of_reach(room: Room) -> None:
    made = room.create()
    kind = "group" if room.directory.flavour == "ad" else "groupOfNames"
    group = f"cn=Keep {room.base[3:9]},{room.base}"
    room.directory.make(group, objectClass=kind, member=room.name())
    careful = room.directory.target(room.base, protected_groups=group)
    try:
        assert next(careful.entries()).protected
        for change in (
            lambda t: t.enable(made.remote_id, on=False),
            lambda t: t.move(made.remote_id, ()),
            lambda t: t.update(made.remote_id, MARRIED, fields=frozenset({"display_name"})),
            lambda t: t.rename(made.remote_id, MARRIED, keep=frozenset()),
            lambda t: t.set_password(made.remote_id, SECOND, must_change=False),
            lambda t: t.delete(made.remote_id),
        ):
            with pytest.raises(TargetRefused, match="protected"):
                change(careful)
    finally:
        careful.close()
    missing = room.directory.target(room.base, protected_groups=f"cn=None,{room.base}")
    try:
        with pytest.raises(BadSettings, match="no group"):
            missing.enable(made.remote_id, on=False)
    finally:
        missing.close()
    assert room.target.find(ANN.anchor) == made


def test_hostile_names_arrive_as_they_are_and_mean_nothing(room: Room) -> None:
    hostile = (
        'x,ou=Admins', "a+cn=b", 'q"uote <b>', "back\\slash", ";=#", "#hash", "*)(uid=*))(|(uid=*",
        "Zoë O’Neill",
        "[red]x[/red]", "=cmd|' /C calc'!A0", "../../etc", "a\u202ertl",
    )  # fmt: skip
    wanted = [
        replace(ANN, anchor=f"a-{at})(", username=f"user{at}", email=f"user{at}@school.example",
                given_name=text, family_name=text, display_name=f"{text} {at}",
                place=("P", text), extras={"department": text})
        for at, text in enumerate(hostile)
    ]  # fmt: skip
    made = [room.create(one) for one in wanted]
    assert [room.target.find(one.anchor) for one in wanted] == made
    for one, entry in zip(wanted, made, strict=True):
        assert (entry.anchor, entry.display_name, entry.place) == (one.anchor, one.display_name, one.place)
        assert (entry.given_name, entry.family_name) == (one.given_name, one.family_name)
    assert room.target.find("*") is None
    assert room.target.find("a-*") is None
    assert len(list(room.target.entries())) == len(hostile)


@pytest.mark.parametrize("text", ["nul\0", "line\nfeed", "esc\x1b[2J", "half\ud800"])
def test_what_no_directory_takes_is_refused_before_it_is_sent(room: Room, text: str) -> None:
    with pytest.raises(TargetRefused, match="display_name"):
        room.create(replace(ANN, display_name=text))
    with pytest.raises(TargetRefused, match="place"):
        room.create(replace(ANN, place=(text,)))
    assert room.people() == []


def test_a_password_the_policy_refuses_is_told_in_the_policy_s_words(room: Room) -> None:
    made = room.create()
    with pytest.raises(TargetRefused) as told:
        room.target.set_password(made.remote_id, "qz7", must_change=False)
    assert "password" in told.value.message.lower()
    assert "qz7" not in told.value.message
    assert room.may_sign_in(PASSWORD)
    with pytest.raises(TargetRefused):
        room.target.create(replace(MARRIED, anchor="n-2"), password="qz7", must_change=False)
    finished = room.target.create(replace(MARRIED, anchor="n-2"), password=SECOND, must_change=False)
    assert finished.enabled
    assert room.may_sign_in(SECOND, MARRIED)


def test_two_entries_with_one_mark_are_told_and_neither_is_touched(room: Room) -> None:
    room.create()
    mark = {"ad": "adminDescription", "ldap": "employeeNumber"}[room.directory.flavour]
    room.stranger("copied", **{mark: ANN.anchor})
    with pytest.raises(BadAnswer, match="copied"):
        room.target.find(ANN.anchor)


def test_reading_can_be_called_off(room: Room) -> None:
    room.create()
    target = room.directory.target(room.base, cancelled=lambda: True)
    try:
        with pytest.raises(Cancelled):
            list(target.entries())
    finally:
        target.close()


def test_what_can_be_tested_beforehand_is_tested_and_writes_nothing(room: Room) -> None:
    before = room.directory.rows(room.base)
    assert [(one.name, one.ok) for one in room.target.probe()] == [
        ("connectivity", True), ("reading", True), ("writing", True)
    ]  # fmt: skip
    assert room.directory.rows(room.base) == before
    astray = room.directory.target(f"ou=Nowhere,{room.base}")
    try:
        assert [(one.name, one.ok) for one in astray.probe()] == [
            ("connectivity", True), ("reading", False), ("writing", False)
        ]  # fmt: skip
        with pytest.raises(BadAnswer, match="Nowhere"):
            list(astray.entries())
    finally:
        astray.close()

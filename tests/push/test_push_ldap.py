"""MIS, sync, push and hand-out against a directory that is really there: OpenLDAP, and a domain of Samba's.

Whatever is asserted is read from the server by a connection that is not the adapter's.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from data.store import Store
from data.tables import Run, TargetAccount, TargetChange
from misconsole.services import decide, pushes
from tests.connectors.cutting import Relay
from tests.connectors.directories import BIND_PASSWORD, Directory, run
from tests.fake_mis import a_school
from tests.push_ldap import NAME, Chain, leave


@pytest.fixture(params=["open_ldap", "domain"])
def chain(
    request: pytest.FixtureRequest, store: Store, tmp_path: Path, new_base: Callable[[Directory], str]
) -> Chain:
    directory: Directory = request.getfixturevalue(request.param)
    return Chain(store, tmp_path, directory, new_base(directory))


def test_a_synced_school_stands_in_the_directory_complete_and_only_once(chain: Chain) -> None:
    assert chain.pushed() == {"created": 8}
    assert chain.usernames() == chain.ours()
    ann = chain.account("P1")
    row = chain.there(ann)
    assert row["dn"].lower().endswith(f"ou=7a,ou=pupils,{chain.base}".lower())
    assert row["mail"][0].decode() == ann.email
    assert not chain.shut_out(ann)
    assert chain.settled()
    assert chain.pushed() == {}


def test_a_dry_run_changes_nothing_there_and_nothing_here(chain: Chain) -> None:
    chain.pushed()
    leave(chain, "P2")
    chain.bench.now += timedelta(days=1)
    chain.synced()
    there, here = chain.directory.rows(chain.base), chain.bench.rows(TargetAccount)
    seen = chain.plan()
    assert seen.counts == {"suspend": 1, "move": 1}
    assert chain.directory.rows(chain.base) == there
    assert [r.model_dump() for r in chain.bench.rows(TargetAccount)] == [r.model_dump() for r in here]
    assert len(chain.bench.rows(Run, kind="push")) == 1


def test_O4_O5_a_rename_keeps_the_old_address_leading_to_the_person(chain: Chain) -> None:
    chain.pushed()
    before = chain.account("P1")
    decide.rename(chain.desk, chain.urn, before.id or 0, "new.name")
    assert chain.pushed() == {"renamed": 1}
    after = chain.account("P1")
    assert chain.usernames() == chain.ours()
    assert "new.name" in chain.usernames()
    assert chain.addresses(after) == {before.email, "new.name@larkmere.example"}
    assert chain.there(after)["mail"][0] == b"new.name@larkmere.example"
    assert chain.settled()


def test_Q4_a_leaver_is_shut_out_and_let_in_again_with_the_same_password(chain: Chain) -> None:
    chain.pushed()
    pia = chain.account("P3")
    password = chain.hand_out(pia)[pia.username]
    leave(chain, "P3")
    chain.bench.now += timedelta(days=1)
    chain.synced()
    assert chain.pushed() == {"suspended": 1, "moved": 1}
    assert chain.shut_out(pia)
    assert not chain.may_sign_in(pia, password)
    assert "ou=leavers" in chain.there(pia)["dn"].lower()
    assert len(chain.everybody()) == 8
    decide.restore(chain.desk, chain.urn, pia.id or 0)
    assert chain.pushed()["resumed"] == 1
    assert not chain.shut_out(pia)
    assert chain.may_sign_in(pia, password)
    assert chain.settled()


def test_P4_P5_the_hand_out_replaces_the_temporary_password_by_the_real_one(chain: Chain) -> None:
    chain.pushed()
    pupil, teacher = chain.account("P1"), chain.account("S1")
    assert not chain.known(pupil).password_set
    told = chain.hand_out(pupil, teacher)
    assert set(told) == {pupil.username, teacher.username}
    assert chain.may_sign_in(pupil, told[pupil.username])
    assert not chain.may_sign_in(pupil, told[teacher.username])
    assert chain.known(pupil).password_set
    assert not chain.must_change(pupil)
    assert chain.must_change(teacher)  # password_change=staff
    again = chain.hand_out(pupil, again=True)
    assert chain.may_sign_in(pupil, again[pupil.username])
    assert again != {pupil.username: told[pupil.username]}
    assert chain.settled()


def test_P5_who_is_handed_out_before_any_push_is_made_with_the_password(chain: Chain) -> None:
    pupil = chain.account("P1")
    told = chain.hand_out(pupil)
    assert chain.usernames() == [pupil.username]
    assert chain.may_sign_in(pupil, told[pupil.username])
    assert chain.pushed() == {"created": 7}
    assert chain.may_sign_in(pupil, told[pupil.username])


@pytest.mark.parametrize("swallow", [False, True], ids=["request-cut", "answer-swallowed"])
def test_Y2_cut_anywhere_in_a_push_and_pushed_again_nobody_is_lost_or_doubled(
    chain: Chain, swallow: bool
) -> None:
    """Everybody is there once, may sign in once handed out, and the store remembers just that."""
    directory = chain.directory
    plain = directory.url()
    count, cuts, lost = (9_000, 0, 0) if not swallow else (7_000, 0, 0)
    with Relay(directory.host, directory.tls_port) as relay:
        chain.configure(url=f"ldaps://{directory.host}:{relay.port}")
        for _ in range(12):
            relay.cut_after(count, swallow=swallow)
            first = chain.push()
            cuts, lost = cuts + relay.cuts, lost + (first.state == "failed")
            relay.heal()
            if first.state == "succeeded":
                break
            count += 500
    chain.configure(url=plain)
    assert cuts and lost
    chain.pushed()
    assert chain.usernames() == chain.ours()
    assert len(chain.bench.rows(TargetAccount)) == 8
    assert chain.settled()
    pupils = [chain.account(f"P{n}") for n in range(6)]
    assert not any(chain.shut_out(each) for each in pupils)
    told = chain.hand_out(*pupils)
    assert all(chain.may_sign_in(each, told[each.username]) for each in pupils)


@pytest.mark.parametrize("password", [False, True], ids=["before-the-password", "after-it"])
def test_Y2_cut_while_somebody_is_made_they_get_in_as_soon_as_handed_out(
    store: Store, tmp_path: Path, open_ldap: Directory, new_base: Callable[[Directory], str], password: bool
) -> None:
    """OpenLDAP makes somebody in more than one request; what is there is found by our mark and goes on."""
    chain = Chain(store, tmp_path, open_ldap, new_base(open_ldap), a_school(pupils=1, teachers=0))
    pupil = chain.account("P0")
    halfway, count = False, 2_100
    with Relay(open_ldap.host, open_ldap.tls_port) as relay:
        while not halfway:
            chain.configure(url=f"ldaps://{open_ldap.host}:{relay.port}")
            relay.cut_after(count)
            assert chain.push().state == "failed", "no cut fell between the requests"
            relay.heal()
            halfway = any(("userpassword" in row) == password for row in chain.everybody())
            if not halfway:
                chain.empty()
            count += 110
        chain.configure(url=open_ldap.url())
    assert len(chain.everybody()) == 1
    chain.pushed()
    assert not chain.shut_out(pupil)
    assert chain.may_sign_in(pupil, chain.hand_out(pupil)[pupil.username])
    assert chain.settled()


def ldapmodify(chain: Chain, ldif: str) -> None:
    """Somebody at the directory, with the directory's own tool; the password not in an argument."""
    there, secret = chain.directory, chain.folder / "bind"
    secret.write_text(BIND_PASSWORD)
    secret.chmod(0o600)
    run("ldapmodify", "-x", "-H", there.url(), "-D", there.bind_dn, "-y", secret, stdin=ldif.encode())


def test_what_somebody_changed_there_is_shown_and_written_again(
    chain: Chain, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LDAPTLS_CACERT", str(chain.directory.ca_file))
    chain.pushed()
    ann, bob = chain.account("P1"), chain.account("P2")
    was = chain.there(ann)["displayname"]
    ldapmodify(
        chain,
        f"dn: {chain.there(ann)['dn']}\nchangetype: modify\nreplace: displayName\ndisplayName: Ann Other\n\n"
        f"dn: {chain.there(bob)['dn']}\nchangetype: delete\n",
    )
    seen = chain.plan()
    assert {(d.kind, d.username, d.field, d.theirs) for d in seen.drift} == {
        ("changed", ann.username, "display_name", "Ann Other"),
        ("missing", bob.username, "", ""),
    }
    chain.configure(changed_there="theirs")
    assert chain.pushed() == {"created": 1}
    assert chain.there(ann)["displayname"] == [b"Ann Other"]
    chain.configure(changed_there="ours")
    assert chain.pushed() == {"updated": 1}
    assert chain.there(ann)["displayname"] == was
    assert chain.usernames() == chain.ours()
    assert chain.settled()


def test_a_stranger_there_is_shown_and_left_alone(chain: Chain) -> None:
    chain.pushed()
    before = chain.everybody()
    kind = "user" if chain.directory.flavour == "ad" else "inetOrgPerson"
    chain.directory.make(f"cn=Visitor,{chain.base}", objectClass=kind, sn="Visitor")
    [drift] = chain.plan().drift
    assert drift.kind == "stranger"
    assert chain.pushed() == {}
    assert len(chain.everybody()) == len(before) + 1


def test_an_empty_or_wrong_base_holds_the_push_and_changes_nobody(chain: Chain) -> None:
    """Everybody unseen is a bad look: nobody is made a second time, nobody is shut out."""
    chain.pushed()
    leave(chain, "P4")
    chain.bench.now += timedelta(days=1)
    chain.synced()
    directory, base = chain.directory, chain.base
    everything = directory.rows(base)
    elsewhere = f"ou=Wrong,{base}"
    directory.make(elsewhere, objectClass=["organizationalUnit"])
    chain.configure(base=elsewhere)
    held = chain.push()
    assert (held.state, held.held and held.held["code"]) == ("held", "short_read")
    assert chain.everybody(elsewhere) == []
    chain.configure(base=f"ou=Nowhere,{base}")
    missing = chain.push()
    assert missing.state == "failed"
    assert (
        missing.error and "Nowhere" in str(missing.error["message"]) and "base" in str(missing.error["mend"])
    )
    kept = [row for row in directory.rows(base) if row["dn"].lower() != elsewhere.lower()]
    assert kept == everything
    assert len(chain.bench.rows(TargetAccount)) == 8
    chain.configure(base=base)
    assert chain.pushed() == {"suspended": 1, "moved": 1}
    assert not chain.bench.rows(TargetChange, state="failed")


def test_a_directory_that_was_emptied_is_held_and_made_again_only_when_a_person_says_so(
    chain: Chain,
) -> None:
    chain.pushed()
    chain.empty()
    assert chain.push().state == "held"
    assert chain.everybody() == []
    done = pushes.approve(chain.desk, chain.urn, NAME)
    assert done.state == "succeeded", done.error
    assert chain.usernames() == chain.ours()
    assert chain.settled()

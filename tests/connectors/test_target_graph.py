"""Microsoft 365: who is protected, where our mark stands, what a rename keeps, what is refused and why."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from cloud_stage import Cloud, cloud
from loopback import QUICK, Asked, Reply, as_json, serving
from target_stages import DOMAIN, PASSWORD, wanted

from connectors.errors import BadAnswer, BadSettings, NotAuthorised
from connectors.http import Refusal
from connectors.targets.base import NameTaken, PartlyRefused, TargetRefused, TargetSetup
from connectors.targets.graph.adapter import Graph
from connectors.targets.graph.refusals import details, judge


@pytest.fixture
def graph() -> Iterator[Cloud]:
    with cloud("graph", Graph) as found:
        yield found


def write(graph: Cloud, **more: Any) -> str:
    return str(graph.target().create(wanted(**more), password=PASSWORD, must_change=True).remote_id)


def protected(graph: Cloud) -> set[str]:
    return {entry.username for entry in graph.target().entries() if entry.protected}


class TestProtected:
    def test_holders_of_a_role_and_those_mastered_elsewhere(self, graph: Cloud) -> None:
        assert protected(graph) == {"console.admin", "synced.person"}

    def test_members_of_a_group_that_holds_a_role_are_too(self, graph: Cloud) -> None:
        stranger = graph.by(f"boiler.room@{DOMAIN}")["id"]
        graph.there.roles["role-reader"] = [{"@odata.type": "#microsoft.graph.group", "id": "g1"}]
        graph.there.groups["g1"] = [{"@odata.type": "#microsoft.graph.user", "id": stranger}]
        assert "boiler.room" in protected(graph)

    @pytest.mark.parametrize("code", [401, 403])
    def test_where_roles_cannot_be_read_nothing_is_written(self, graph: Cloud, code: int) -> None:
        graph.fault("status", code=code, resource="roles")
        target = graph.target()
        with pytest.raises(NotAuthorised, match="administrator"):
            list(target.entries())
        with pytest.raises(NotAuthorised, match="administrator"):
            target.enable(graph.by(f"boiler.room@{DOMAIN}")["id"], on=False)
        assert graph.by(f"boiler.room@{DOMAIN}")["accountEnabled"] is True
        assert [probe.ok for probe in target.probe()] == [True, False]

    def test_roles_are_read_once(self, graph: Cloud) -> None:
        target = graph.target()
        list(target.entries())
        graph.fault("status", code=403, resource="roles")
        assert len(list(target.entries())) == len(graph.there.users)

    def test_somebody_synced_is_left_alone(self, graph: Cloud) -> None:
        with pytest.raises(TargetRefused, match="mastered elsewhere"):
            graph.target().adopt(graph.by(f"synced.person@{DOMAIN}")["id"], "990099-1")


class TestOurMark:
    def test_it_stands_in_the_last_extension_attribute_and_others_stay(self, graph: Cloud) -> None:
        stranger = graph.by(f"boiler.room@{DOMAIN}")["id"]
        graph.there.users[stranger]["onPremisesExtensionAttributes"] = {"extensionAttribute1": "theirs"}
        graph.target().adopt(stranger, "990099-4")
        held = graph.there.users[stranger]["onPremisesExtensionAttributes"]
        assert held == {"extensionAttribute1": "theirs", "extensionAttribute15": "990099-4"}

    def test_another_attribute_is_a_setting(self, graph: Cloud) -> None:
        target = graph.target(anchor_attribute="extensionAttribute3")
        entry = target.create(wanted(), password=PASSWORD, must_change=True)
        assert graph.by(entry.email)["onPremisesExtensionAttributes"] == {"extensionAttribute3": "990099-1"}
        assert graph.target(anchor_attribute="extensionAttribute3").find("990099-1") == entry
        assert graph.target().find("990099-1") is None

    def test_in_employee_id_it_leaves_no_room_for_a_number(self, graph: Cloud) -> None:
        target = graph.target(anchor_attribute="employeeId")
        asked = wanted(extras={"employee_id": "S1", "job_title": "Head"})
        entry = target.create(asked, password=PASSWORD, must_change=True)
        assert graph.by(entry.email)["employeeId"] == "990099-1"
        assert dict(entry.extras) == {"job_title": "Head"}
        assert target.update(entry.remote_id, asked, fields=frozenset({"employee_id"})).anchor == "990099-1"
        assert graph.target(anchor_attribute="employeeId").find("990099-1") == entry
        with pytest.raises(TargetRefused, match="16"):
            target.create(wanted(2, anchor="990099-12345678901"), password=PASSWORD, must_change=True)

    def test_somebody_else_s_value_there_is_not_overwritten(self, graph: Cloud) -> None:
        stranger = graph.by(f"boiler.room@{DOMAIN}")["id"]
        graph.there.users[stranger]["employeeId"] = "HR-7"
        with pytest.raises(NameTaken):
            graph.target(anchor_attribute="employeeId").adopt(stranger, "990099-1")
        assert graph.there.users[stranger]["employeeId"] == "HR-7"


class TestRename:
    def test_O4_with_a_mailbox_the_old_address_goes_on_leading_here(self, graph: Cloud) -> None:
        identity = write(graph)
        entry = graph.target().rename(
            identity, wanted(username="nhale", email=f"nhale@{DOMAIN}"), keep=frozenset()
        )
        assert entry.aliases == {f"nokonjo1@{DOMAIN}"}
        row = graph.there.users[identity]
        assert (row["mailNickname"], row.get("otherMails")) == ("nhale", None)

    def test_without_one_it_is_written_down_and_never_said_to_lead_here(self, graph: Cloud) -> None:
        graph.there.mailboxes = False
        identity = write(graph)
        target = graph.target()
        graph.there.users[identity]["otherMails"] = ["home@family.example"]
        new = wanted(username="nhale", email=f"nhale@{DOMAIN}")
        for _ in range(2):
            assert target.rename(identity, new, keep=frozenset()).aliases == frozenset()
            there = graph.there.users[identity]["otherMails"]
            assert there == ["home@family.example", f"nokonjo1@{DOMAIN}"]

    def test_or_not_written_down_where_the_school_says_so(self, graph: Cloud) -> None:
        graph.there.mailboxes = False
        identity = write(graph)
        new = wanted(username="nhale", email=f"nhale@{DOMAIN}")
        graph.target(old_addresses="none").rename(identity, new, keep=frozenset({f"nokonjo1@{DOMAIN}"}))
        assert not graph.there.users[identity].get("otherMails")


class TestWriting:
    def test_what_is_made_is_whole(self, graph: Cloud) -> None:
        row = graph.there.users[write(graph, enabled=False)]
        assert (row["usageLocation"], row["accountEnabled"], row["mailNickname"]) == ("GB", False, "nokonjo1")

    def test_the_password_is_changed_at_the_first_sign_in_or_not(self, graph: Cloud) -> None:
        seen = self.bodies(graph, lambda t: t.create(wanted(), password=PASSWORD, must_change=False))
        assert seen[-1]["passwordProfile"] == {"password": PASSWORD, "forceChangePasswordNextSignIn": False}

    def bodies(self, graph: Cloud, work: Callable[[Graph], Any]) -> list[dict[str, Any]]:
        import json

        seen: list[dict[str, Any]] = []

        def answer(asked: Asked) -> Reply:
            if asked.path.endswith("/token"):
                return as_json({"access_token": "T" * 20})
            if asked.method == "POST":
                seen.append(json.loads(asked.body))
                return as_json({"id": "7", "userPrincipalName": f"nokonjo1@{DOMAIN}"}, 201)
            return as_json({"value": []})

        with serving(answer) as server:
            target = graph.target(url=server.url, login_url=server.url)
            work(target)
            target.close()
        return seen

    def test_a_person_without_a_family_name_is_written(self, graph: Cloud) -> None:
        row = graph.there.users[write(graph, family_name="", display_name="")]
        assert (row["displayName"], row.get("surname")) == ("Nia", None)

    def test_suspending_ends_open_sessions(self, graph: Cloud) -> None:
        identity = write(graph)
        graph.target().enable(identity, on=False)
        assert graph.there.signed_out == [identity]
        graph.target().enable(identity, on=True)
        assert graph.there.signed_out == [identity]

    def test_sessions_that_cannot_be_ended_are_told(self, graph: Cloud) -> None:
        target = graph.target()
        identity = target.create(wanted(), password=PASSWORD, must_change=True).remote_id
        target.enable(identity, on=False)
        body = {"error": {"code": "Authorization_RequestDenied", "message": "Insufficient privileges."}}
        row = graph.by(f"nokonjo1@{DOMAIN}")

        def answer(asked: Asked) -> Reply:
            if asked.path.endswith("/token"):
                return as_json({"access_token": "T" * 20})
            if asked.path.endswith("revokeSignInSessions"):
                return as_json(body, 403)
            return as_json({"value": []} if "directoryRoles" in asked.path else row)

        with serving(answer) as server:
            other = graph.target(url=server.url, login_url=server.url)
            with pytest.raises(PartlyRefused, match="sessions that are open go on") as caught:
                other.enable(identity, on=False)
            other.close()
        assert "User.RevokeSessions.All" in caught.value.mend


class TestReading:
    def test_only_the_domain_s_users_are_looked_at(self, graph: Cloud) -> None:
        first = next(iter(graph.there.users.values()))
        first["userPrincipalName"] = "guest_of.other.example#EXT#@tenant.example"
        seen = {entry.remote_id for entry in graph.target().entries()}
        assert seen == set(graph.there.users) - {first["id"]}
        assert {e.remote_id for e in graph.target(domain="").entries()} == set(graph.there.users)

    def test_a_next_link_to_another_host_is_not_followed(self, graph: Cloud) -> None:
        elsewhere: list[Asked] = []

        def note(asked: Asked) -> Reply:
            elsewhere.append(asked)
            return as_json({"value": []})

        with serving(note) as trap:
            link = f"{trap.url}/v1.0/users?$skiptoken=x"
            with pytest.raises(BadAnswer, match="another host"):
                self.read(graph, {"value": [], "@odata.nextLink": link})
        assert elsewhere == []

    @pytest.mark.parametrize(
        "data", [{}, {"value": {}}, {"value": [1]}, {"value": [{"id": "1"}]}, [], "text",
                 {"value": [{"userPrincipalName": "a@b.example"}]}],
    )  # fmt: skip
    def test_Z20_a_list_of_another_shape_is_no_list(self, graph: Cloud, data: Any) -> None:
        with pytest.raises(BadAnswer):
            self.read(graph, data)

    def read(self, graph: Cloud, data: Any) -> list[Any]:
        def answer(asked: Asked) -> Reply:
            if asked.path.endswith("/token"):
                return as_json({"access_token": "T" * 20})
            return as_json({"value": []} if "directoryRoles" in asked.path else data)

        with serving(answer) as server:
            target = graph.target(url=server.url, login_url=server.url, domain="")
            try:
                return list(target.entries())
            finally:
                target.close()


class TestRefusals:
    def test_a_wrong_secret_is_told_and_not_shown(self, graph: Cloud) -> None:
        target = graph.target(secrets={"client_secret": "canary-5d81f0"})
        with pytest.raises(NotAuthorised, match="AADSTS7000215") as caught:
            list(target.entries())
        assert "canary" not in f"{caught.value.message}{caught.value.where}"
        assert [probe.ok for probe in target.probe()] == [True, False]

    def test_the_property_that_is_wrong_is_named(self, graph: Cloud) -> None:
        with pytest.raises(TargetRefused, match="employeeId"):
            write(graph, extras={"employee_id": "1" * 17})

    @pytest.mark.parametrize(
        ("status", "code", "message", "target", "kind"),
        [(400, "Request_BadRequest", "Another object with the same value for property proxyAddresses already "
          "exists.", "", NameTaken),
         (400, "Request_BadRequest", "x", "ObjectConflict", NameTaken),
         (400, "Request_BadRequest", "Property is invalid.", "InvalidValue", TargetRefused),
         (409, "Request_MultipleObjectsWithSameKeyValue", "in use", "", NameTaken),
         (403, "Authorization_RequestDenied", "Insufficient privileges.", "", TargetRefused),
         (401, "InvalidAuthenticationToken", "expired", "", NotAuthorised)],
    )  # fmt: skip
    def test_each_code_has_its_error(
        self, status: int, code: str, message: str, target: str, kind: type
    ) -> None:
        several = [{"code": target, "target": "mailNickname", "message": message}] if target else []
        data = {"error": {"code": code, "message": message, "details": several}}
        found = judge(Refusal(method="PATCH", path="/users/1", status=status, said=message, data=data))
        assert type(found) is kind
        assert found.mend
        assert ("mailNickname" in found.message) == bool(target)

    def test_looking_refused_is_no_refusal_of_an_entry(self) -> None:
        assert type(judge(Refusal(method="GET", path="/users", status=403))) is NotAuthorised
        for status in (404, 429, 500, 503):
            assert judge(Refusal(method="GET", path="/users", status=status)) is None

    @pytest.mark.parametrize(
        "data", [None, [], {"error": "x"}, {"error": {"details": [1, {"target": "\x1b[2J"}]}}]
    )
    def test_an_error_of_any_shape_is_read_and_nothing_foreign_named(self, data: Any) -> None:
        assert details(data)[1] == ()


def test_a_setting_that_is_wrong_is_named(graph: Cloud) -> None:
    wrong = (("tenant", "a/b"), ("anchor_attribute", "extensionAttribute16"), ("usage_location", "gb"),
             ("old_addresses", "maybe"), ("client_id", "x"))  # fmt: skip
    for name, value in wrong:
        with pytest.raises(BadSettings, match=name):
            graph.target(**{name: value})
    with pytest.raises(BadSettings, match="secret"):
        Graph(replace(TargetSetup(settings=graph.typed.settings), secrets={}), limits=QUICK)

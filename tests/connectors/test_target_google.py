"""Google Workspace: its key and token, its tree of units, its lists that are written whole, its refusals."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from cloud_stage import Cloud, cloud
from loopback import QUICK, Asked, Reply, as_json, serving
from target_stages import DOMAIN, PASSWORD, wanted

from connectors.errors import BadAnswer, BadSettings, NotAuthorised, RateLimited
from connectors.targets.base import NameTaken, TargetRefused, TargetSetup
from connectors.targets.google.adapter import Google
from connectors.targets.google.key import read_key
from connectors.targets.google.refusals import judge, reasons

USERS = "/admin/directory/v1/users"


@pytest.fixture
def google() -> Iterator[Cloud]:
    with cloud("google", Google) as found:
        yield found


def write(google: Cloud, **more: Any) -> str:
    entry = google.target().create(wanted(**more), password=PASSWORD, must_change=True)
    return str(entry.remote_id)


class TestKeyAndToken:
    def test_the_token_is_asked_for_with_the_least_scope(self, google: Cloud) -> None:
        claims = self.claims(google, make_places="no")
        assert claims["scope"] == "https://www.googleapis.com/auth/admin.directory.user"
        assert claims["sub"] == f"console.admin@{DOMAIN}"
        assert claims["aud"].endswith("/token")
        assert claims["exp"] - claims["iat"] == 3600

    def test_units_of_our_making_need_one_scope_more(self, google: Cloud) -> None:
        assert len(self.claims(google, make_places="yes")["scope"].split()) == 2

    def claims(self, google: Cloud, **settings: str) -> dict[str, Any]:
        seen: list[Asked] = []

        def answer(asked: Asked) -> Reply:
            seen.append(asked)
            return as_json({"access_token": "T" * 20, "expires_in": 3599})

        with serving(answer) as server:
            target = google.target(token_url=f"{server.url}/token", **settings)
            assert target.http.signer.headers("GET", target.base)["Authorization"] == f"Bearer {'T' * 20}"
            target.close()
        form = dict(part.split("=", 1) for part in seen[0].body.decode().split("&"))
        body = form["assertion"].split(".")[1]
        return dict(json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4))))

    def test_another_key_is_refused_and_told(self, google: Cloud) -> None:
        from cryptography.hazmat.primitives import serialization as form
        from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key

        other = generate_private_key(public_exponent=65537, key_size=2048)
        pem = other.private_bytes(form.Encoding.PEM, form.PrivateFormat.PKCS8, form.NoEncryption()).decode()
        key = json.loads(google.typed.secrets["key"]) | {"private_key": pem}
        target = google.target(secrets={"key": json.dumps(key)})
        with pytest.raises(NotAuthorised, match="Invalid JWT Signature"):
            list(target.entries())
        reached, data = target.probe()
        assert (reached.ok, data.ok) == (True, False)

    def test_an_administrator_there_is_not_is_told(self, google: Cloud) -> None:
        with pytest.raises(NotAuthorised, match="unauthorized"):
            list(google.target(admin=f"nobody@{DOMAIN}").entries())

    def test_acting_as_somebody_without_rights_fails_the_probe(self, google: Cloud) -> None:
        reached, data = google.target(admin=f"boiler.room@{DOMAIN}").probe()
        assert reached.ok and not data.ok and "administrator" in data.message

    @pytest.mark.parametrize(
        "content",
        ["", "no json canary-81", "[]", "{}", '{"type": "authorized_user"}',
         '{"type": "service_account", "client_email": "a@b.example"}',
         '{"type": "service_account", "client_email": 1, "private_key": 2}'],
    )  # fmt: skip
    def test_a_key_that_is_none_is_refused_unshown(self, google: Cloud, content: str) -> None:
        with pytest.raises(BadSettings) as caught:
            google.target(secrets={"key": content, "other": ""})
        assert "canary" not in caught.value.message
        assert caught.value.mend

    def test_a_key_that_cannot_be_read_is_refused_unshown(self, google: Cloud) -> None:
        file = {"type": "service_account", "client_email": "a@b.example", "private_key": "canary-81"}
        with pytest.raises(BadSettings) as caught:
            list(google.target(secrets={"key": json.dumps(file)}).entries())
        assert "canary" not in caught.value.message
        assert "canary" not in repr(read_key(json.dumps(file)))

    def test_the_address_in_the_file_is_not_asked(self, google: Cloud) -> None:
        """Whoever can write the file could have tokens asked for elsewhere."""
        with serving(lambda _: as_json({})) as server:
            key = json.loads(google.typed.secrets["key"]) | {"token_uri": f"{server.url}/token"}
            assert len(list(google.target(secrets={"key": json.dumps(key)}).entries())) > 3
            assert server.asked == []


class TestUnits:
    def test_a_missing_unit_is_made_from_the_top_and_once(self, google: Cloud) -> None:
        target = google.target()
        target.create(wanted(place=("Pupils", "2024")), password=PASSWORD, must_change=True)
        assert google.there.units == {"/", "/Pupils", "/Pupils/2024"}
        assert google.by(f"nokonjo1@{DOMAIN}")["orgUnitPath"] == "/Pupils/2024"
        google.fault("status", code=500, resource="orgunits")  # not asked about again
        target.create(wanted(2, place=("Pupils", "2024")), password=PASSWORD, must_change=True)

    def test_without_leave_to_make_them_a_missing_unit_is_told(self, google: Cloud) -> None:
        target = google.target(make_places="no")
        with pytest.raises(TargetRefused, match="INVALID_OU_ID"):
            target.create(wanted(place=("Pupils",)), password=PASSWORD, must_change=True)
        assert google.there.units == {"/"}
        assert target.find("990099-1") is None

    def test_only_what_is_below_the_root_is_read_and_places_count_from_it(self, google: Cloud) -> None:
        google.there.units |= {"/Schools", "/Schools/Larkmere", "/Schools/Larkmere North"}
        names = list(google.there.users.values())
        names[0]["orgUnitPath"], names[1]["orgUnitPath"] = "/Schools/Larkmere", "/Schools/Larkmere North"
        target = google.target(root="/Schools/Larkmere")
        entry = target.create(wanted(place=("Staff",)), password=PASSWORD, must_change=True)
        assert google.by(entry.email)["orgUnitPath"] == "/Schools/Larkmere/Staff"
        assert {e.remote_id: e.place for e in target.entries()} == {
            names[0]["id"]: (), entry.remote_id: ("Staff",),
        }  # fmt: skip
        outside = target.find("990099-1")
        assert outside is not None and outside.place == ("Staff",)

    @pytest.mark.parametrize("name", ["a/b", " ", "a\nb", ""])
    def test_a_name_that_is_a_path_is_refused(self, google: Cloud, name: str) -> None:
        with pytest.raises(TargetRefused, match="slash"):
            write(google, place=("Pupils", name))
        assert google.there.units == {"/"}

    def test_a_root_that_is_not_there_fails_the_probe(self, google: Cloud) -> None:
        _, data = google.target(root="/Nowhere").probe()
        assert not data.ok and "/Nowhere" in data.message


class TestWhatOthersPutThere:
    def test_other_ids_and_other_jobs_stay(self, google: Cloud) -> None:
        target = google.target()
        stranger = google.by(f"boiler.room@{DOMAIN}")["id"]
        google.there.users[stranger] |= {
            "externalIds": [{"type": "custom", "customType": "library", "value": "L9"},
                            {"type": "organization", "value": "OLD"}],
            "organizations": [{"title": "Second", "primary": False},
                              {"title": "First", "department": "Works", "costCenter": "7", "primary": True}],
        }  # fmt: skip
        target.adopt(stranger, "990099-5")
        change = wanted(extras={"job_title": "Caretaker", "employee_id": "E1"})
        target.update(stranger, change, fields=frozenset({"job_title", "employee_id"}))
        row = google.there.users[stranger]
        assert {"type": "custom", "customType": "library", "value": "L9"} in row["externalIds"]
        assert {"type": "custom", "customType": "misconsole", "value": "990099-5"} in row["externalIds"]
        assert [e["value"] for e in row["externalIds"] if e["type"] == "organization"] == ["E1"]
        kept = {"title": "Caretaker", "department": "Works", "costCenter": "7", "primary": True}
        assert sorted(row["organizations"], key=str) == sorted(
            [{"title": "Second", "primary": False}, kept], key=str
        )

    def test_a_mark_of_the_same_value_of_another_kind_is_not_ours(self, google: Cloud) -> None:
        stranger = google.by(f"boiler.room@{DOMAIN}")["id"]
        google.there.users[stranger]["externalIds"] = [{"type": "account", "value": "990099-1"}]
        assert google.target().find("990099-1") is None

    def test_a_display_name_left_out_is_google_s_own(self, google: Cloud) -> None:
        entry = google.target().create(wanted(display_name=""), password=PASSWORD, must_change=True)
        assert "displayName" not in google.by(entry.email)["name"]
        assert {e.remote_id: e for e in google.target().entries()}[
            entry.remote_id
        ].display_name == "Nia Okonjo-Hale"

    def test_an_archived_user_cannot_sign_in(self, google: Cloud) -> None:
        stranger = google.by(f"boiler.room@{DOMAIN}")["id"]
        google.there.users[stranger]["archived"] = True
        assert not {e.remote_id: e for e in google.target().entries()}[stranger].enabled

    def test_a_delegated_administrator_is_protected_too(self, google: Cloud) -> None:
        stranger = google.by(f"boiler.room@{DOMAIN}")["id"]
        google.there.users[stranger]["isDelegatedAdmin"] = True
        with pytest.raises(TargetRefused):
            google.target().enable(stranger, on=False)


class TestOldAddresses:
    def test_where_google_does_not_keep_the_old_address_we_do(self, google: Cloud) -> None:
        """O4"""
        google.there.keeps_alias = False
        target = google.target()
        identity = target.create(wanted(), password=PASSWORD, must_change=True).remote_id
        new = wanted(username="nhale", email=f"nhale@{DOMAIN}")
        entry = target.rename(identity, new, keep=frozenset({f"nokonjo1@{DOMAIN}"}))
        assert entry.aliases == {f"nokonjo1@{DOMAIN}"}
        assert google.by(f"nokonjo1@{DOMAIN}")["id"] == identity

    def test_an_alias_wanted_at_once_that_is_somebody_s_does_not_undo_the_entry(self, google: Cloud) -> None:
        asked = wanted(aliases=frozenset({f"boiler.room@{DOMAIN}", f"zz@{DOMAIN}"}))
        entry = google.target().create(asked, password=PASSWORD, must_change=True)
        assert entry.anchor == "990099-1"
        assert f"boiler.room@{DOMAIN}" not in entry.aliases

    def test_a_rename_that_fails_leaves_the_alias_it_wanted(self, google: Cloud) -> None:
        """An own alias is taken off before it can be the address; refused, it is put back."""
        target = google.target()
        identity = target.create(wanted(), password=PASSWORD, must_change=True).remote_id
        google.there.users[identity]["aliases"] = ["nhale@refused.example"]
        with pytest.raises(TargetRefused, match="Domain not found"):
            target.rename(identity, wanted(username="nhale", email="nhale@refused.example"), keep=frozenset())
        row = google.there.users[identity]
        assert (row["primaryEmail"], row["aliases"]) == (f"nokonjo1@{DOMAIN}", ["nhale@refused.example"])


class TestRefusals:
    def test_a_person_of_one_name_is_told_before_anything_is_sent(self, google: Cloud) -> None:
        with pytest.raises(TargetRefused, match="both a given and a family name"):
            write(google, family_name="")

    def test_a_name_too_long_for_google_is_told(self, google: Cloud) -> None:
        with pytest.raises(TargetRefused, match="INVALID_GIVEN_NAME"):
            write(google, given_name="N" * 61)

    def test_an_address_of_another_domain_is_told(self, google: Cloud) -> None:
        with pytest.raises(TargetRefused, match="Domain not found"):
            write(google, email="nia@elsewhere.example")

    @pytest.mark.parametrize(
        ("status", "reason", "kind"),
        [(403, "userRateLimitExceeded", RateLimited), (403, "quotaExceeded", RateLimited),
         (412, "rateLimitExceeded", RateLimited), (403, "dailyLimitExceeded", RateLimited),
         (403, "domainCannotUseApis", NotAuthorised), (403, "forbidden", NotAuthorised),
         (401, "authError", NotAuthorised), (400, "invalid", TargetRefused), (409, "duplicate", NameTaken)],
    )  # fmt: skip
    def test_each_reason_has_its_error(self, google: Cloud, status: int, reason: str, kind: type) -> None:
        body = {"error": {"message": "No.", "errors": [{"reason": reason, "message": "No."}]}}
        with pytest.raises(kind, match="No\\."):
            list(self.reading(google, lambda _: as_json(body, status)))

    def test_a_quota_told_as_403_is_waited_for(self, google: Cloud) -> None:
        body = {"error": {"message": "Slow down.", "errors": [{"reason": "userRateLimitExceeded"}]}}
        answers = iter([as_json(body, 403), as_json(body, 403), as_json({"kind": "admin#directory#users"})])
        assert list(self.reading(google, lambda _: next(answers))) == []

    def reading(self, google: Cloud, answer: Any) -> list[Any]:
        def served(asked: Asked) -> Reply:
            if asked.path.endswith("/token"):
                return as_json({"access_token": "T" * 20})
            return answer(asked)  # type: ignore[no-any-return]

        with serving(served) as server:
            target = google.target(url=server.url, token_url=f"{server.url}/token")
            try:
                return list(target.entries())
            finally:
                target.close()

    @pytest.mark.parametrize(
        "data",
        [{}, {"kind": "other"}, {"users": {}}, {"users": [1]}, {"users": [{"id": "1"}]}, [], "text",
         {"users": [{"primaryEmail": "a@b.example"}]},
         {"users": [{"id": "1", "primaryEmail": "a@b.example", "externalIds": "x"}]}],
    )  # fmt: skip
    def test_Z20_a_list_of_another_shape_is_no_list(self, google: Cloud, data: Any) -> None:
        with pytest.raises(BadAnswer):
            self.reading(google, lambda _: as_json(data))

    @pytest.mark.parametrize("data", [None, [], {"error": []}, {"error": {"errors": [1, {"reason": 2}]}}])
    def test_an_error_of_any_shape_is_read(self, data: Any) -> None:
        assert reasons(data) == frozenset()

    def test_what_is_none_of_ours_is_left_to_the_client(self) -> None:
        from connectors.http import Refusal

        assert judge(Refusal(method="GET", path="/x", status=404)) is None
        assert judge(Refusal(method="GET", path="/x", status=503)) is None
        assert isinstance(judge(Refusal(method="PATCH", path="/x", status=403)), TargetRefused)


def test_a_setting_that_is_wrong_is_named(google: Cloud) -> None:
    for name, value in (
        ("admin", "nobody"),
        ("root", "Schools"),
        ("make_places", "maybe"),
        ("domain", "a b"),
    ):
        with pytest.raises(BadSettings, match=name):
            google.target(**{name: value})
    with pytest.raises(BadSettings, match="key"):
        Google(replace(TargetSetup(settings=google.typed.settings), secrets={}), limits=QUICK)

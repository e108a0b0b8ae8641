"""The commands of the desk, as scripts use them: JSON shapes, exit codes, and what people read."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from connectors.simulator.control import Control
from connectors.simulator.server import Simulator
from connectors.simulator.world import build_world
from data import tables
from misconsole.__main__ import main
from tests import seed

MODULES = (
    "school", "mis", "connect", "consent", "queue", "match", "exclude", "restore", "review", "account", "why",
    "find", "audit", "words",
)  # fmt: skip


class Console:
    """Runs commands in this process on the store of the estate."""

    def __init__(self, url: str, capsys: pytest.CaptureFixture[str]) -> None:
        self.url, self.capsys = url, capsys

    def __call__(self, *words: str) -> tuple[int, str, str]:
        self.capsys.readouterr()
        code = main([*words, "--store", self.url])
        said = self.capsys.readouterr()
        return code, said.out, said.err

    def json(self, *words: str, code: int = 0) -> Any:
        got, out, _ = self(*words, "--json")
        assert got == code, out
        return json.loads(out)

    def text(self, *words: str) -> str:
        code, out, err = self(*words)
        assert code == 0, err
        return out


@pytest.fixture
def e(tmp_path: Path) -> Iterator[seed.Estate]:
    with seed.estate(tmp_path) as made:
        yield made


@pytest.fixture
def run(e: seed.Estate, capsys: pytest.CaptureFixture[str]) -> Console:
    return Console(e.url, capsys)


@pytest.fixture
def larkmere(e: seed.Estate) -> int:
    return seed.larkmere(e)


class TestShapes:
    """The promises of headless.md."""

    def test_queue_unmatched_tells_person_band_and_candidates_with_evidence(
        self, run: Console, larkmere: int
    ) -> None:
        told = run.json("queue", "larkmere-school", "unmatched-pupils")
        assert (told["school"], told["queue"]) == ("100001", "unmatched-pupils")
        [item] = told["items"]
        person = item["person"]
        assert {"source_id", "role", "given_name", "family_name", "date_of_birth"} <= set(person)
        assert (person["given_name"], person["date_of_birth"], item["band"]) == (
            "Zoë",
            "2015-05-17",
            "likely",
        )
        [candidate] = item["candidates"]
        assert set(candidate) == {"account", "score", "margin", "evidence"}
        assert {"id", "username"} <= set(candidate["account"])
        assert set(candidate["evidence"][0]) >= {"field", "person", "account", "agreement", "weight"}

    @pytest.mark.parametrize(
        ("queue", "keys"),
        [
            ("unallocated", {"account", "person_name", "run", "at", "reason", "still_absent"}),
            ("exclusions", {"id", "name", "role", "reason", "author", "review_on", "due", "clash"}),
            ("non-mis", {"account", "verdict", "reason", "until", "age_days", "due"}),
            ("new-users", {"account", "created_run"}),
            ("problems", {"report", "subject", "code", "field", "message", "mend", "who"}),
        ],
    )
    def test_every_queue_has_items_of_its_own_shape(
        self, run: Console, larkmere: int, queue: str, keys: set[str]
    ) -> None:
        told = run.json("queue", "100001", queue)
        assert told["items"] and keys <= set(told["items"][0])
        assert run.text("queue", "100001", queue).count("\n") == 1 + len(told["items"])
        assert len(run.text("queue", "100001", queue, "--plain").splitlines()) == len(told["items"])

    def test_account_list(self, run: Console, larkmere: int) -> None:
        told = run.json("account", "list", "100001")
        assert told["school"] == "100001"
        by_name = {item["username"]: item for item in told["items"]}
        assert {"id", "username", "email", "display_name", "role", "state", "origin", "person"} <= set(
            by_name["p.anand"]
        )
        assert by_name["p.anand"]["person"]["source_id"] == "P0001"
        assert by_name["governor1"]["person"] is None

    def test_why_is_one_object_or_a_list(self, run: Console, e: seed.Estate, larkmere: int) -> None:
        told = run.json("why", "100001", "Ola", "Nowak")
        assert [g["gate"] for g in told["gates"]] == [
            "extracted", "report_accepted", "field_present", "criteria", "dates", "exclusion", "match",
            "account",
        ]  # fmt: skip
        assert [g["state"] for g in told["gates"]][:4] == ["passed", "passed", "failed", "not_reached"]
        assert set(told["reason"]) == {"code", "message", "mend", "who_can"}
        assert told["reason"]["code"] == "missing_date_of_birth"
        assert run.json("why", "100001", "Priya")["reason"] is None
        e.person(larkmere, "Olga", "Nowak")
        assert [x["person"]["given_name"] for x in run.json("why", "100001", "nowak")] == ["Ola", "Olga"]

    def test_a_store_without_a_school_says_how_to_add_one(self, run: Console) -> None:
        code, _, err = run("school", "list")
        assert code == 0 and "misconsole school add" in err
        assert run.json("school", "list") == {"items": []}

    def test_nobody_named_is_wrong_usage_and_nobody_found_is_said(self, run: Console, larkmere: int) -> None:
        """An empty variable in a script is no question about somebody called nothing."""
        assert run.json("why", "100001", "", " ", code=2)["error"]["message"] == "Nobody is named."
        for short in ("", " ", "a"):
            assert "Type two letters or more." in run.json("find", short, code=2)["error"]["mend"]
        code, out, err = run("find", "=cmd()|[bold]")
        assert code == 0
        assert "Nobody is called so in any school." in err and "=cmd()" not in out

    def test_mis_list_names_routes_and_limits(self, run: Console) -> None:
        items = {item["id"]: item for item in run.json("mis", "list")["items"]}
        assert len(items) >= 15
        bromcom = items["bromcom"]
        wonde = next(r for r in bromcom["routes"] if r["route"] == "wonde")
        assert "Bromcom" in bromcom["names"] and wonde["available"]
        assert wonde["limits"] and set(wonde["reports"]) >= {"staff", "students"}
        assert [s["number"] for s in wonde["steps"]] == list(range(1, len(wonde["steps"]) + 1))
        assert run.json("mis", "show", "PUPIL asset")["id"] == "juniper-horizons"

    def test_errors_are_json_too(self, run: Console) -> None:
        told = run.json("queue", "999999", "problems", code=1)
        assert told["error"]["code"] == "no_such_school" and told["error"]["mend"]

    def test_find_and_audit(self, run: Console, larkmere: int) -> None:
        [found] = run.json("find", "smith")["items"]
        assert (found["school"], found["person"]["given_name"], found["account"]) == ("100001", "Zoë", None)
        run.json("exclude", "add", "100001", "--given", "A", "--family", "B", "--reason", "Court order")
        [item] = run.json("audit", "100001")["items"]
        assert (item["kind"], item["reason"], item["undone_at"]) == ("exclude-name", "Court order", None)
        assert run.json("audit", "--since", "2999-01-01")["items"] == []


class TestDecisions:
    def test_K3_link_and_take_back(self, run: Console, e: seed.Estate, larkmere: int) -> None:
        told = run.json("match", "100001", "P0003", "--link", "z.smithjones")
        assert told["school"] == "100001"
        assert told["decision"]["kind"] == "link" and told["decision"]["undone"] is False
        assert run.json("queue", "100001", "unmatched-pupils")["items"] == []
        taken = run.json("audit", "100001", "--undo", "last")
        assert taken["decision"]["undone"] is True
        assert len(run.json("queue", "100001", "unmatched-pupils")["items"]) == 1
        told = run.json("audit", "100001", "--undo", "last", code=1)
        assert told["error"]["code"] == "nothing_to_undo"

    def test_a_person_is_named_by_upn_or_number_and_an_account_by_number(
        self, run: Console, e: seed.Estate, larkmere: int
    ) -> None:
        account = e.all(tables.Account, username="z.smithjones")[0].id
        person = e.all(tables.Person, given_name="Zoë")[0].id
        assert run("match", "100001", f"id:{person}", "--not-same", f"id:{account}")[0] == 0
        assert run("match", "100001", "a823432100001", "--create")[0] == 0
        code, _, err = run("match", "100001", "A823432100001", "--create")
        assert code == 1 and "already has the account" in err

    def test_two_people_of_one_id_must_be_told_apart(
        self, run: Console, e: seed.Estate, larkmere: int
    ) -> None:
        e.person(larkmere, "Ann", "Lee", source_id="7")
        e.person(larkmere, "Amy", "Ray", "staff", source_id="7")
        code, _, err = run("match", "100001", "7", "--create")
        assert code == 2 and "is 2 people" in err
        assert run("match", "100001", "staff:7", "--create")[0] == 0

    @pytest.mark.parametrize(
        "words",
        [
            ("match", "100001", "P0003"),
            ("match", "100001", "P0003", "--create", "--link", "x"),
            ("match", "100001", "P0003", "--exclude"),
            ("match", "100001", "P0003", "--create", "--reason", "x"),
            ("exclude", "add", "100001", "--reason", "x"),
            (
                "exclude",
                "add",
                "100001",
                "--given",
                "A",
                "--family",
                "B",
                "--reason",
                "x",
                "--review-on",
                "soon",
            ),
            ("review", "keep", "100001", "governor1"),
            ("queue", "100001", "everything"),
            ("reports", "100001", "accept"),
            ("audit", "100001", "--undo", "x"),
            ("school", "set", "100001", "mode"),
        ],
    )
    def test_wrong_usage_is_exit_2_and_says_what_would_do(
        self, run: Console, larkmere: int, words: tuple[str, ...]
    ) -> None:
        code, out, err = run(*words)
        assert (code, out) == (2, "")
        assert err.startswith("misconsole: ") and err.count("\n") >= 1

    def test_Q3_Q7_restore_and_let_go(self, run: Console, e: seed.Estate, larkmere: int) -> None:
        assert "still absent from the MIS" in run.text("restore", "100001", "l.north")
        code, _, err = run("restore", "100001", "l.north")
        assert code == 1 and "in use already" in err
        run.text("audit", "100001", "--undo", "last")
        assert "Let l.north go" in run.text("restore", "100001", "l.north", "--let-go")

    def test_Z25_an_exclusion_from_end_to_end(self, run: Console, larkmere: int) -> None:
        [item] = run.json("exclude", "list", "100001")["items"]
        assert item["clash"]["username"] == "governor1"
        number = str(item["id"])
        assert "Kept governor1" in run.text("exclude", "settle", "100001", number, "keep")
        assert "Lifted the exclusion of Mary Quill" in run.text("exclude", "lift", "100001", number)
        code, _, err = run("exclude", "lift", "100001", number)
        assert code == 1 and "lifted already" in err

    def test_S1_review(self, run: Console, larkmere: int) -> None:
        words = ("--reason", "Governor", "--until", "2999-12-31")
        assert "Kept governor1 until 31 December 2999" in run.text(
            "review", "keep", "100001", "governor1", *words
        )
        assert "Removed t.baker1" in run.text("review", "remove", "100001", "t.baker1")
        left = {i["account"]["username"]: i["due"] for i in run.json("review", "list", "100001")["items"]}
        assert left == {"t.baker": True, "z.smithjones": True, "governor1": False}

    def test_accounts_by_hand(self, run: Console, larkmere: int) -> None:
        words = ("--given", "Ivy", "--family", "Stone", "--role", "other", "--reason", "Governor")
        made = run.json("account", "create", "100001", *words)["account"]
        assert (made["username"], made["origin"]) == ("i.stone", "manual")
        assert "Renamed i.stone to ivy" in run.text("account", "rename", "100001", "i.stone", "ivy")
        shown = run.json("account", "show", "100001", "ivy")["account"]
        assert shown["aliases"] == ["i.stone", "i.stone@larkmere.example"]
        assert "Linked Tom Baker to t.baker" in run.text("account", "link", "100001", "t.baker", "S0004")
        assert "Unlinked" in run.text("account", "unlink", "100001", "t.baker", "--reason", "x")

    def test_J8_the_similar_are_told_before_an_account_is_made_by_hand(
        self, run: Console, larkmere: int
    ) -> None:
        words = ("account", "create", "100001", "--given", "Tom", "--family", "Baker", "--role", "staff",
                 "--starts", "2027-01-04")  # fmt: skip
        look = run.json(*words, "--look", code=3)
        assert {x["username"] for x in look["similar"]} >= {"t.baker", "t.baker1"}
        assert (look["username"], look["taken"]) == ("t.baker2", "t.baker is Thomas Baker's")
        assert run.json(*words, code=3)["error"]["code"] == "similar_exists"
        made = run.json(*words, "--despite-similar")["account"]
        assert (made["username"], made["awaited"], made["starts_on"]) == ("t.baker2", True, "2027-01-04")

    def test_O9_a_display_name_of_ones_own(self, run: Console, larkmere: int) -> None:
        words = ("account", "display-name", "100001", "g.okafor")
        assert run(*words)[0] == run(*words, "X", "--clear")[0] == 2
        assert "shown as Dr Okafor" in run.text(*words, "Dr Okafor")
        listed = {a["username"]: a for a in run.json("account", "list", "100001")["items"]}
        shown = listed["g.okafor"]
        assert (shown["display_name"], shown["mis_display_name"]) == ("Dr Okafor", "Grace Okafor")
        assert "as the MIS has it" in run.text(*words, "--clear")

    def test_account_import_tells_each_bad_row(self, run: Console, larkmere: int, tmp_path: Path) -> None:
        path = tmp_path / "in.csv"
        path.write_text(
            "username,given_name,family_name,role,colour\nnew.one,New,One,staff,red\n,x,y,staff,red\n"
        )
        rehearsed = run.json("account", "import", "100001", str(path), "--dry-run")
        told = run.json("account", "import", "100001", str(path))
        assert told == {**rehearsed, "dry_run": False}
        assert (told["read"], told["imported"], told["columns_left_out"]) == (2, 1, ["colour"])
        assert told["rejected"] == [{"line": 3, "field": "username", "reason": "is blank"}]
        assert "1 row was left out:" in run.text("account", "import", "100001", str(path))
        assert run("account", "import", "100001", str(tmp_path / "none.csv"))[0] == 1


class TestSchools:
    def test_add_list_show_set(self, run: Console) -> None:
        made = run.json("school", "add", "Marle School", "--urn", "100009", "--set", "domain=marle.example")
        assert (made["school"], made["slug"], made["lamp"]) == ("100009", "marle-school", "unknown")
        assert [x["school"] for x in run.json("school", "list")["items"]] == ["100009"]
        run.text("school", "set", "marle-school", "mode=link", "pupil_needs_class=yes")
        shown = run.json("school", "show", "100009")
        assert (shown["mode"], shown["domain"], shown["access"]) == ("link", "marle.example", "not connected")
        assert {"name": "pupil_needs_class", "value": "yes"}.items() <= next(
            o for o in shown["options"] if o["name"] == "pupil_needs_class"
        ).items()
        assert "leavers" in run.text("school", "show", "100009")
        assert run("school", "add", "Again", "--urn", "100009")[0] == 1
        assert run("school", "set", "100009", "mode=auto")[0] == 2


class TestConnect:
    @pytest.fixture
    def simulator(self) -> Iterator[Simulator]:
        world = build_world(today=date(2026, 9, 14), schools=["thornley-park"], scale=0.1)
        with Simulator(world) as running:
            yield running

    @pytest.fixture
    def urn(self, e: seed.Estate, simulator: Simulator) -> str:
        school = simulator.world.schools[0]
        e.school(
            school.urn, school.name, la_code=school.la_code, establishment_number=school.establishment_number
        )
        return school.urn

    def test_B1_C4_connect_authorise_and_consent(
        self, run: Console, urn: str, simulator: Simulator, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        control = Control(simulator.url, simulator.control_key)
        monkeypatch.setattr(sys, "stdin", io.StringIO(simulator.token + "\n"))
        words = (
            "--mis",
            "arbor",
            "--route",
            "wonde",
            "--set",
            f"url={simulator.wonde_url}",
            "--secrets-stdin",
        )
        code, out, err = run("connect", urn, *words, "--json")
        assert code == 0 and simulator.token not in out + err
        assert json.loads(out)["steps"][1]["state"] == "done"

        told = run.json("authorise", urn, code=4)
        assert (told["access"], told["error"]) == ("pending", None)
        control.approve(urn)
        assert run.json("authorise", urn)["access"] == "approved"

        told = run.json("reports", urn, "accept", "staff", "students")
        assert [x["report"] for x in told["items"] if x["state"] == "accepted"] == ["staff", "students"]
        told = run.json("reports", urn, "accept", "all")
        assert {x["state"] for x in told["items"]} == {"accepted", "not available"}
        told = run.json("reports", urn, "field", "decline", "students", "upn", "former_upn")
        students = next(x for x in told["items"] if x["report"] == "students")
        assert {f["name"] for f in students["fields"] if f["state"] == "not uploaded"} >= {
            "upn",
            "former_upn",
        }
        assert run("reports", urn, "decline", "contacts")[0] == 0
        table = run.text("reports", urn)  # a symbol and a word, never a colour alone (C4)
        assert "[x]  staff " in table and "accepted" in table and "not available" in table
        assert run.json("connect", urn, "--test")["ok"] is True
        assert "[>]" in run.text("connect", urn)

        assert run("connect", urn, "--mis", "bromcom", "--secrets-file", "/dev/null")[0] in (1, 2)
        assert run.json("disconnect", urn) == {"school": urn, "connected": False}
        assert run("authorise", urn)[0] == 1

    def test_B2_authorise_ends_with_4_when_declined_and_5_when_unreachable(
        self, run: Console, e: seed.Estate, urn: str, simulator: Simulator, tmp_path: Path
    ) -> None:
        secrets = tmp_path / "token"
        secrets.write_text(f"token={simulator.token}\n")
        url = f"url={simulator.wonde_url}"
        assert run("connect", urn, "--mis", "arbor", "--set", url, "--secrets-file", str(secrets))[0] == 0
        run("authorise", urn)
        Control(simulator.url, simulator.control_key).decline(urn)
        told = run.json("authorise", urn, code=4)
        assert told["access"] == "pending"  # asked again, as the operator wished
        run("connect", urn, "--set", "url=http://127.0.0.1:9/v1.0/", "--set", "retries=0")
        told = run.json("authorise", urn, code=5)
        assert told["error"]["code"] == "unreachable" and told["error"]["mend"]

    def test_wait_goes_on_until_the_school_approves(
        self, run: Console, urn: str, simulator: Simulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        control = Control(simulator.url, simulator.control_key)
        secrets = tmp_path / "token"
        secrets.write_text(json.dumps({"token": simulator.token}))
        url = f"url={simulator.wonde_url}"
        run("connect", urn, "--mis", "arbor", "--set", url, "--secrets-file", str(secrets))
        monkeypatch.setattr("time.sleep", lambda _: control.approve(urn))
        code, out, err = run("authorise", urn, "--wait")
        assert code == 0 and "approved" in out and "Waiting" in err

    def test_a_secret_is_never_taken_from_the_command_line(
        self, run: Console, urn: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        code, out, err = run("connect", urn, "--mis", "arbor", "--set", "token=canary-7f3a")
        assert code == 2 and "canary" not in out + err
        monkeypatch.setattr(sys, "stdin", io.StringIO(""))
        code, _, err = run("connect", urn, "--mis", "arbor")
        assert code == 2 and "Wonde token is needed" in err

    def test_a_prompt_asks_for_what_is_missing(
        self, run: Console, e: seed.Estate, urn: str, simulator: Simulator, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        class Terminal(io.StringIO):
            def isatty(self) -> bool:
                return True

        asked: list[str] = []

        def answer(prompt: str) -> str:
            asked.append(prompt)
            return simulator.token

        monkeypatch.setattr(sys, "stdin", Terminal())
        monkeypatch.setattr("getpass.getpass", answer)
        assert run("connect", urn, "--mis", "arbor", "--set", f"url={simulator.wonde_url}")[0] == 0
        assert asked == ["Wonde token: "]
        run.text("connect", urn, "--mis", "arbor")
        assert len(asked) == 1  # it is kept

    def test_A9_an_unknown_mis_says_what_to_do_next(self, run: Console, urn: str) -> None:
        code, _, err = run("connect", urn, "--mis", "Kestrel MIS")
        assert code == 1 and "Wonde" in err


def test_foreign_text_does_no_harm_on_a_terminal(run: Console, e: seed.Estate) -> None:
    school = e.school(name="Larkmere \x1b[31m")
    e.person(school, "\x1b]0;owned\x07Ann", "Lee\x9b2J\u202e", source_id="P1")
    for words in (
        ("queue", "100001", "unmatched-pupils"), ("find", "lee"), ("why", "100001", "P1"), ("school", "list"),
        ("match", "100001", "P1", "--create"), ("account", "list", "100001"), ("audit",),
    ):  # fmt: skip
        _, out, err = run(*words)
        assert not set("\x1b\x07\x9b\u202e") & set(out + err), words


@pytest.mark.parametrize("module", MODULES)
def test_importing_a_command_imports_nothing_heavy(module: str) -> None:
    asked = (
        f"import sys, misconsole.cli.{module}\n"
        "print([m for m in ('sqlmodel', 'sqlalchemy', 'httpx', 'pydantic', 'textual') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


class TestRename:
    """O8 M14: many usernames at once, as scripts use it."""

    def test_a_rehearsal_says_every_line_and_changes_nothing(self, run: Console, larkmere: int) -> None:
        found = run.json(
            "rename", "100001", "--format", "first_name.last_name", "--role", "pupil", "--dry-run"
        )
        assert found["renamed"] == 0 and found["decision"] is None
        lines = {each["old"]: each for each in found["lines"]}
        assert lines["p.anand"]["new"] == "priya.anand"
        assert lines["p.anand"]["alias"] == "p.anand@larkmere.example"
        assert "t.baker" not in lines and found["counts"]["problem"] == 0
        assert "p.anand" in run.text("account", "list", "100001")

    def test_it_is_applied_and_undone_as_one(self, run: Console, larkmere: int) -> None:
        words = ("--only", "p.anand", "--only", "g.okafor")
        done = run.json("rename", "100001", "--format", "first_name.last_name", *words)
        assert done["renamed"] == 2 and done["decision"]["summary"] == "Renamed 2 accounts at once"
        assert "priya.anand" in run.text("account", "list", "100001")
        assert "Took back" in run.text("undo", str(done["decision"]["id"]))
        assert "priya.anand" not in run.text("account", "list", "100001")

    def test_lines_that_need_a_look_hold_it_until_yes_is_said(
        self, run: Console, larkmere: int, tmp_path: Path
    ) -> None:
        path = tmp_path / "names.csv"
        words = ("--names", str(path))
        code, _, err = run(
            "rename", "100001", "--only", "p.anand", "--format", "last_name", "--write", str(path)
        )
        assert code == 0 and "Wrote 1 line " in err
        path.write_text(path.read_text(encoding="utf-8") + "77,x,y,z,zz,\n", encoding="utf-8")
        code, out, err = run("rename", "100001", *words)
        assert code == 3 and "Line 3 of the file" in out and "Nothing was renamed" in err
        assert "Renamed p.anand to anand" in run.text("rename", "100001", *words, "--yes")

    def test_an_unknown_format_is_wrong_usage(self, run: Console, larkmere: int) -> None:
        code, _, err = run("rename", "100001", "--format", "surname")
        assert code == 2 and "“surname” is not an element" in err

    def test_O7_proposals_are_listed_by_the_same_command(self, run: Console, larkmere: int) -> None:
        assert run.json("rename", "100001", "--proposed", "--dry-run")["lines"] == []

    def test_M1_M13_formats_are_tried_on_the_schools_people_and_nothing_is_saved(
        self, run: Console, larkmere: int
    ) -> None:
        found = run.json("school", "formats", "100001", "--try", "pupil=first_name.last_name")
        kinds = {each["kind"]: each for each in found["kinds"]}
        assert list(kinds) == ["pupil", "teaching", "non-teaching", "other"]
        assert kinds["pupil"]["format"] == "first_name.last_name"
        assert kinds["other"]["format"] == "staff"
        names = {each["username"]: each["email"] for each in kinds["pupil"]["examples"]}
        assert names["zoe.smithjones"] == "zoe.smithjones@larkmere.example"
        assert "first_name.last_name" not in run.text("school", "show", "100001")
        assert "t.baker" in run.text("school", "formats", "100001")
        for words, says in (("teaching=yoe2.last_name", "for pupils"), ("cook=last_name", "no kind")):
            code, _, err = run("school", "formats", "100001", "--try", words)
            assert code == 2 and says in err

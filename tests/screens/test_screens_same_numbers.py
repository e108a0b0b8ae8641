"""Evidence is one set of numbers: in the store, in ``queue --json``, on screen and in the audit."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from data.store import Store
from data.tables import Account, Candidate, Link
from misconsole.__main__ import main
from misconsole.services import decide, queues
from misconsole.services.views import Evidence
from screens.showing import Showing
from screens.widgets.evidence import evidence_lines, field_lines
from tests.fake_mis import Bench


@pytest.fixture
def bench(store: Store, tmp_path: Path) -> Bench:
    """A school synced, with one pupil who waits for an account a slip in the surname and in the date away."""
    found = Bench(store, tmp_path)
    with store.write() as s:
        s.add(
            Account(
                school_id=found.school_id, username="dcawthorn", username_key="dcawthorn", role="pupil",
                given_name="Delphine", family_name="Cawthorn", domain_key="school:100001",
                date_of_birth=date(2014, 4, 5), email="delphine.cawthorne@larkmere.example",
            )
        )  # fmt: skip
    assert found.sync().state == "succeeded"
    return found


def test_K13_the_same_numbers_stand_in_the_store_the_queue_the_screen_and_the_audit(
    bench: Bench, capsys: pytest.CaptureFixture[str]
) -> None:
    stored = bench.one(Candidate)
    weights = {each["field"]: each["weight"] for each in stored.evidence}
    assert {"given_name", "family_name", "date_of_birth", "role", "email_name"} <= weights.keys()

    assert main(["queue", "larkmere", "unmatched-pupils", "--json", "--store", bench.store.url]) == 0
    told = json.loads(capsys.readouterr().out)
    (item,) = told["items"]
    (candidate,) = item["candidates"]
    assert candidate["evidence"] == stored.evidence
    assert (candidate["score"], candidate["margin"]) == (stored.score, stored.margin)

    (shown,) = queues.unmatched(bench.desk, "larkmere", "pupil")
    lines = evidence_lines(shown, Showing(now=lambda: datetime(2026, 9, 7, tzinfo=UTC)), 110)
    text = "\n".join(
        "".join(part[0] if isinstance(part, tuple) else str(part) for part in row) for row in lines
    )
    for weight in filter(None, weights.values()):
        assert f"{weight:+.1f}" in text

    decide.link(bench.desk, "larkmere", stored.person_id, stored.account_id)
    kept = bench.one(Link, account_id=stored.account_id).evidence
    assert kept == {
        "band": stored.band, "score": stored.score, "margin": stored.margin, "fields": stored.evidence,
    }  # fmt: skip
    assert main(["audit", "larkmere", "--json", "--store", bench.store.url]) == 0
    (decision,) = json.loads(capsys.readouterr().out)["items"]
    assert decision["evidence"] == kept


def test_a_day_in_the_evidence_is_said_as_in_the_head_of_the_card_and_hidden_by_the_mask() -> None:
    def said(person: str, account: str, *, masked: bool = False) -> str:
        each = Evidence(
            field="date_of_birth", person=person, account=account, agreement="swapped", weight=2.0, note=""
        )
        showing = Showing(masked=masked, now=lambda: datetime(2026, 9, 7, tzinfo=UTC))
        return "\n".join("".join(part[0] for part in row) for row in field_lines(each, showing, 78, 12))

    assert "7 Jun 2012" in said("2012-06-07", "2012-07-06")
    assert "6 Jul 2012" in said("2012-06-07", "2012-07-06")
    assert "June 2012" in said("2012-06-07", "June 2012")
    for day in ("2012-06-07", "June 2012"):
        assert "2012" not in said(day, day, masked=True)

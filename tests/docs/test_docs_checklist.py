"""docs/checklist.md: every rule is either named by a test, or stands in the page with the reason why not."""

from __future__ import annotations

from pathlib import Path

from tests import checklist
from tests.docs import write_checklist
from tests.docs.blocks import DOCS

PAGE = (DOCS / "checklist.md").read_text(encoding="utf-8")
REASONS = write_checklist.reasons(PAGE)


def test_a_rule_without_a_test_has_its_reason() -> None:
    """Fails when a rule loses its last test: name it in a test again, or write the reason."""
    without = [item for item in checklist.items() if item not in write_checklist.proved()]
    assert [item for item in without if item not in REASONS] == []


def test_a_rule_with_a_test_has_no_reason() -> None:
    """Fails when a rule has gained a test: ``python -m tests.docs`` takes its row away."""
    assert sorted(set(REASONS) & write_checklist.proved()) == []


def test_a_reason_says_where_the_rule_stands() -> None:
    begins = ("Not built yet", "Left out", "Built", "Holds", "A purpose", "A reason")
    assert [item for item, reason in REASONS.items() if not reason.startswith(begins)] == []


def test_a_row_goes_when_its_rule_has_gained_a_test() -> None:
    proved = min(write_checklist.proved())
    row = f"| {proved} | Not built yet: x. |\n"
    assert write_checklist.pruned(f"before\n{row}after\n") == "before\nafter\n"


def test_years_of_scotland_and_data_of_tests_are_no_rules(tmp_path: Path) -> None:
    file = tmp_path / "test_x.py"
    file.write_text(
        '@pytest.mark.parametrize("year", ["P5", "F2"])  # M9\n'
        "def test_Z10_P7_comes_before_S1(): ...\n"
        '@pytest.mark.parametrize("word", [\n    "Save & Run",  # B8\n])\n'
        "def test_words(word): ...\n",
        encoding="utf-8",
    )
    assert set(checklist.proofs(tmp_path)) == {"Z10", "B8"}

"""docs/decisions.md: every open question has its decision, in a module and a test that exist."""

from __future__ import annotations

import re

import pytest

from misconsole.cli import consent
from misconsole.rules.facts import AccountFacts, PersonFacts
from misconsole.rules.matching import match
from tests import checklist
from tests.docs.blocks import DOCS

ROOT = DOCS.parent
PAGE = (DOCS / "decisions.md").read_text(encoding="utf-8")
ITEMS = dict(re.findall(r"^### (Z\d+): .+?\n(.*?)(?=^##)", PAGE, re.DOTALL | re.MULTILINE))


def test_every_open_question_is_decided_and_in_order() -> None:
    assert list(ITEMS) == [item for item in checklist.items() if item[0] == "Z"]


@pytest.mark.parametrize("item", ITEMS)
def test_a_decision_says_what_holds_it_and_what_proves_it(item: str) -> None:
    told, code, tests = re.fullmatch(
        r"\n(.+?)\n\n- code: (.+)\n- tests: (.+)\n+", ITEMS[item], re.DOTALL
    ).groups()  # type: ignore[union-attr]
    assert told.strip()
    modules = re.findall(r"`([^`]+\.py)`", code)
    assert modules and all((ROOT / module).is_file() for module in modules), code
    named = re.findall(r"`([^`]+)`", tests)
    known = {name: text for file in {ROOT / "tests" / each.partition("::")[0] for each in named}
             for name, text in checklist.tests_of(file)}  # fmt: skip
    assert named and all(each.partition("::")[2] in known for each in named), tests
    assert any(item in checklist.named_in(known[each.partition("::")[2]]) for each in named), tests


def test_every_module_named_elsewhere_on_the_page_exists() -> None:
    for module in re.findall(r"`([a-z_]+/[a-z_/]+\.py)`", PAGE):
        assert (ROOT / module).is_file(), module


def test_C4_Z11_states_of_reports_and_fields_differ_in_sign_and_word() -> None:
    """On screen and in the command's table; colour alone never tells them apart."""
    from screens.connect.scope import FIELD_STATES, REPORT_STATES

    for states in (REPORT_STATES, FIELD_STATES):
        signs = {str(sign) for sign, _ in states.values()}
        assert len(signs) == len(states) and all(sign.strip() for sign in signs)
    assert set(consent.SYMBOLS) == set(REPORT_STATES)
    assert len(set(consent.SYMBOLS.values())) == len(consent.SYMBOLS)


def _staff(source_id: str, given: str, family: str) -> PersonFacts:
    return PersonFacts(
        role="staff", source_id=source_id, given_name=given, family_name=family, date_of_birth=None,
        initials="AB", identifiers={"staff_code": ("AB",)},
    )  # fmt: skip


def _account(account_id: int, given: str | None, family: str | None, code: str | None) -> AccountFacts:
    return AccountFacts(
        account_id=account_id, given_name=given, family_name=family, date_of_birth=None, role="staff",
        username=f"user{account_id}", staff_code=code,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("accounts", "linked"),
    [
        ([_account(1, None, None, "AB")], {}),
        ([_account(1, "Ada", "Byron", "AB")], {"t1": 1}),
        ([_account(1, "Arno", "Bloch", None)], {}),
    ],
)
def test_Z19_equal_initials_and_codes_never_link_two_people_to_one_account(
    accounts: list[AccountFacts], linked: dict[str, int]
) -> None:
    """An account is linked by the code to whom its name fits, and to nobody by initials."""
    found = match([_staff("t1", "Ada", "Byron"), _staff("t2", "Alan", "Bates")], accounts, links={})
    assert {key[1]: link.account_id for key, link in found.linked.items()} == linked

"""docs/privacy.md: what it says is received, stored and sent out is what the code does."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from connectors import registry
from connectors.records import Mark, Report
from data import register
from misconsole.sync import extract
from tests.docs import write_privacy
from tests.docs.blocks import DOCS

ROOT = DOCS.parent
PAGE = (DOCS / "privacy.md").read_text(encoding="utf-8")
#: What can reach another computer, and the only places where it may stand.
REACHES_OUT = frozenset(
    {"httpx", "httpx_retries", "urllib.request", "http.client", "smtplib", "ftplib", "requests", "aiohttp"}
)
MAY = {
    "connectors/http.py", "connectors/http_transport.py", "connectors/http_errors.py",
    "connectors/http_reading.py", "connectors/http_wires.py", "connectors/simulator/control.py",
}  # fmt: skip
#: Words no column may be about, because the page says that such things are never stored.
NEVER = (
    "password", "behaviour", "attainment", "medical", "special_need", "sen_", "ethnic",
    "religio", "meal", "fsm", "street", "postcode", "home_address", "token",
)  # fmt: skip


def test_X4_every_table_and_every_column_that_tells_of_somebody_is_listed() -> None:
    stored = write_privacy.stored()
    columns_by_table = write_privacy.columns_by_table()
    assert set(columns_by_table) == set(register.BY_TABLE) >= set(write_privacy.ABOUT)
    for name, columns in columns_by_table.items():
        row = next(line for line in stored.splitlines() if line.startswith(f"| `{name}` |"))
        shown = set(re.findall(r"`(\w+)`", row)) | write_privacy.BOOKKEEPING
        assert set(columns) <= shown, name


def test_X4_every_report_and_field_of_every_connector_is_listed() -> None:
    for declaration in registry.declarations():
        assert f"### {declaration.title}" in PAGE
        part = PAGE.split(f"### {declaration.title}")[1].split("###")[0]
        for offer in declaration.reports:
            row = next(line for line in part.splitlines() if line.startswith(f"| **{offer.report}** |"))
            assert all(field.title in row for field in offer.fields)


def test_X2_what_is_said_never_to_be_stored_has_no_column() -> None:
    columns = [
        f"{table}.{column}" for table, names in write_privacy.columns_by_table().items() for column in names
    ]
    whether = {"target_account.password_set"}  # that one was set, never which
    assert [each for each in columns for word in NEVER if word in each and each not in whether] == []


def test_marks_are_kept_in_one_table_and_only_by_the_report_of_their_own() -> None:
    """That they are not kept where it is declined is proved by ``tests.sync.test_sync_attendance``."""
    tables = write_privacy.columns_by_table()
    assert [table for table in tables if "attendance" in table] == ["attendance_mark"]
    assert set(tables["attendance_mark"]) == {"id", "school_id", "person_id", "day", "session", "code"}
    assert [report for report, kinds in extract.BELONGS.items() if Mark in kinds] == [Report.ATTENDANCE]


def _imports(file: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return {each for name in found for each in (name, name.partition(".")[0])}


def test_X4_nothing_is_sent_out_but_questions_to_the_mis() -> None:
    """Only the connectors' own HTTP can reach another computer at all."""
    reaching = {
        str(file.relative_to(ROOT))
        for package in ("connectors", "data", "misconsole", "screens")
        for file in (ROOT / package).rglob("*.py")
        if _imports(file) & REACHES_OUT
    }
    assert reaching <= MAY
    assert reaching, "the search itself must find what there is"


def test_X4_the_page_says_so_in_plain_words() -> None:
    assert "**Sent out**: nothing by itself." in PAGE
    for heading in ("What is received", "What is stored", "What is never stored", "Who can see what"):
        assert f"\n## {heading}\n" in PAGE

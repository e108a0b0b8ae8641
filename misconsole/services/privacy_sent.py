"""What left the house about somebody: exports, directories, hand-outs; told no surer than it is known.

An export keeps no copy of its rows here.  Whether somebody was in one is known only while its folder is still
there with the record it left; else what can be said is that the format takes their kind.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from sqlmodel import Session, col, select

from data import privacy as private_rows
from data.tables import Decision, Handout, School
from misconsole.errors import NotFound
from misconsole.exports import catalogue
from misconsole.services.export_folder import Record, read_record
from misconsole.services.privacy_subject import Found
from misconsole.services.privacy_views import SentView

YES, NO, POSSIBLE = "yes", "no", "possible"
Rows = dict[str, list[dict[str, Any]]]


def sent(s: Session, school: School, found: Found, own: Rows) -> Iterable[SentView]:
    yield from _directories(s, found, own)
    yield from _handouts(s, own)
    yield from _exports(s, school, found, own)


def _directories(s: Session, found: Found, own: Rows) -> Iterable[SentView]:
    named = {i: t.name for i, t in private_rows.targets(s, found.subject.schools).items()}
    for row in own.get("target_account", ()):
        yield SentView(
            how="directory", what=named.get(row["target_id"], f"target {row['target_id']}"), at=row["at"],
            by="", certain=YES, attributes=tuple(sorted(row["written"])), where=row["remote_id"],
        )  # fmt: skip
    for row in own.get("target_change", ()):
        yield SentView(
            how="directory", what=f"{named.get(row['target_id'], '')}: {row['action']} ({row['state']})",
            at=row["at"], by=row["actor"], certain=YES if row["state"] == "done" else POSSIBLE,
            attributes=tuple(sorted(row["after"] or {})), where=row["remote_id"],
        )  # fmt: skip


def _handouts(s: Session, own: Rows) -> Iterable[SentView]:
    for line in own.get("handout_line", ()):
        act = s.get(Handout, line["handout_id"])
        if act is not None:
            yield SentView(how="hand-out", what=f"{act.form} {act.file}".strip(), at=act.at, by=act.by,
                           certain=YES, attributes=("username", "password, not kept here"))  # fmt: skip


def _exports(s: Session, school: School, found: Found, own: Rows) -> Iterable[SentView]:
    asked = select(Decision).where(Decision.school_id == school.id, Decision.kind == "export")
    records: dict[str, Record | None] = {}
    for each in s.execute(asked.order_by(col(Decision.id).desc())).scalars():
        folder = str(each.detail.get("folder", ""))
        if folder not in records:
            records[folder] = read_record(Path(folder)) if folder else None
        record = records[folder]
        ours = record is not None and each.at is not None and record.at == each.at.isoformat()
        certain = _in_record(school, found, own, record) if ours and record else _could_be(found, each)
        if certain != NO:
            yield SentView(
                how="export", what=_title(str(each.detail.get("format", ""))), at=each.at, by=each.actor,
                certain=certain, attributes=tuple(each.detail.get("tables") or ()), where=folder,
            )  # fmt: skip


def _title(format_id: str) -> str:
    try:
        return catalogue.find(format_id).title
    except NotFound:
        return format_id


def _in_record(school: School, found: Found, own: Rows, record: Record) -> str:
    """By the number that stands for them in that format, or the username that labels their row."""
    subject = found.subject
    if found.kind == "contact":
        return POSSIBLE
    ids = subject.people if _takes_people(record.format) else subject.accounts
    numbers = {f"{school.urn}-{i}" for i in ids}
    labels = {row["username"] for row in own.get("account", ())}
    for rows in record.rows.values():
        for key, (_, label) in rows.items():
            if label in labels or not numbers.isdisjoint(key.split()):
                return YES
    return NO


def _takes_people(format_id: str) -> bool:
    """Whether the rows are people of the MIS, and not accounts."""
    try:
        return "people" in catalogue.find(format_id).needs
    except NotFound:
        return False


def _could_be(found: Found, decision: Decision) -> str:
    """By kind and day: the format takes them, and they were here by then."""
    asked = decision.detail.get("roles") or ()
    kind = getattr(found.row, "role", found.kind)
    try:
        chosen = catalogue.find(str(decision.detail.get("format", "")))
    except NotFound:
        return POSSIBLE
    if found.kind == "contact":
        return POSSIBLE if "contacts" in chosen.needs else NO
    if kind not in chosen.roles or (asked and kind not in asked):
        return NO
    return POSSIBLE

"""Answering a subject access request: everything on one person, without anybody else, as files to hand over.

What it protects: third parties.  Fields that are about somebody else are left out, and in every text the
whole names, usernames and addresses of other people of the school are struck.  A first name alone cannot be
told from a word: whoever hands the answer over reads it first.  Operators stand by their office account.
"""

from __future__ import annotations

import hashlib
import io
import os
import secrets
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from data import privacy as private_rows
from data.privacy import Words
from data.tables import School
from misconsole.errors import MisconsoleError, Usage
from misconsole.services import audit_seal, export_folder, permits, privacy, privacy_page, privacy_subject
from misconsole.services.desk import Desk
from misconsole.services.privacy_subject import Found
from misconsole.services.privacy_views import HeldGroup, HeldRow, HeldView
from misconsole.services.schools import resolve

OTHER = "[somebody else]"


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerView:
    """``files`` name -> SHA-256; ``decision`` the number in the audit trail."""

    school: str
    who: str
    path: str
    files: Mapping[str, str]
    decision: int


def answer(desk: Desk, school: str, who: str, path: Path) -> AnswerView:
    """Write the answer to a new folder, or a new ``.zip``; whole and signed, or not at all."""
    permits.need(desk, "subject", school)
    if desk.read_only:
        raise permits.NotPermitted(
            "This was opened read-only; it cannot answer a request.", mend="Open it without --read-only."
        )
    _check(path)
    with desk.store.read() as s:
        found_school = resolve(s, school)
        found = privacy_subject.find(s, found_school, who)
        others = Words(private_rows.names_of_others(s, found.subject))
        view = redacted(privacy.view(s, found_school, found), others)
    files = _files(view, desk)
    digests = {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
    with _published(path, files):
        number = _sign(desk, found_school.id or 0, found, digests)
    return AnswerView(school=view.school, who=view.who, path=str(path), files=digests, decision=number)


def redacted(view: HeldView, others: Words) -> HeldView:
    """The same without third parties."""

    def struck(value: Any) -> Any:
        return others.struck(value, by=OTHER)

    return replace(
        view,
        groups=tuple(_group(each, struck, view.kind) for each in view.groups if _theirs(each, view.kind)),
        touched=tuple(replace(each, said=struck(each.said)) for each in view.touched),
        mentions=tuple(
            replace(each, text=struck(each.text))
            for each in view.mentions
            if not each.namesake and each.table != "heldplan"
        ),
    )


def _theirs(group: HeldGroup, kind: str) -> bool:
    """A contact is somebody else to the pupil, who is told the relationship alone."""
    return group.table != "contact" or kind == "contact"


def _group(group: HeldGroup, struck: Any, kind: str) -> HeldGroup:
    own = kind == "contact" and group.table == "contact_link"
    return replace(group, rows=tuple(_row(each, struck, () if own else each.third) for each in group.rows))


def _row(row: HeldRow, struck: Any, third: tuple[str, ...]) -> HeldRow:
    fields = tuple(
        replace(each, value=OTHER if each.name in third else struck(each.value)) for each in row.fields
    )
    return replace(row, fields=fields, third=())


def _files(view: HeldView, desk: Desk) -> dict[str, bytes]:
    made = desk.now()
    return {
        privacy_page.INDEX: privacy_page.index(view, made=made).encode("utf-8", "replace"),
        privacy_page.PAGE: privacy_page.page(view, made=made).encode("utf-8", "replace"),
        privacy_page.DATA: privacy_page.document(view, made=made).encode("ascii"),
    }


def _sign(desk: Desk, school_id: int, found: Found, digests: Mapping[str, str]) -> int:
    """That it was answered, never what: the trail holds digests alone."""
    with desk.store.write() as s:
        school = s.get_one(School, school_id)
        decision = audit_seal.record(
            s, desk, school, "subject-access", summary=f"Answered what is held on {found.key}",
            detail={"files": dict(digests)},
        )  # fmt: skip
        decision.person_id = found.row.id if found.kind in ("pupil", "staff") else None
        decision.account_id = found.row.id if found.kind == "account" else None
        audit_seal.seal(s, desk, decision)
        return decision.id or 0


def _check(path: Path) -> None:
    taken = path.is_symlink() or (path.exists() and (not path.is_dir() or any(path.iterdir())))
    if taken or (path.suffix == ".zip" and path.exists()):
        raise Usage(f"{path} is there already; nothing was written.", mend="Name a new folder or .zip file.",
                    code="file_exists")  # fmt: skip


@contextmanager
def _published(path: Path, files: Mapping[str, bytes]) -> Iterator[None]:
    if path.suffix != ".zip":
        with export_folder.published(path, files):
            yield
        return
    part = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    try:
        _write(part, _zipped(files))
        yield
        part.replace(path)
    except OSError as error:
        raise MisconsoleError(
            f"{path} cannot be written: {error.strerror or type(error).__name__}. Nothing was written.",
            mend="Name a file in a folder that is yours and has room.", code="cannot_write",
        ) from error  # fmt: skip
    finally:
        part.unlink(missing_ok=True)


def _write(path: Path, content: bytes) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _zipped(files: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name)
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o600 << 16
            archive.writestr(entry, content)
    return out.getvalue()

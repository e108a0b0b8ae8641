"""``docs/privacy.md``: what may be received, by report and field, and what is stored, by table."""

from __future__ import annotations

from sqlmodel import SQLModel

from connectors import registry
from connectors.base import FieldOffer, FieldStatus, ReportOffer
from data import register, tables
from tests.docs.blocks import table

#: Columns that only keep the store in order and say nothing about anybody.
BOOKKEEPING = frozenset(
    {
        "id", "school_id", "digest", "version", "domain_key", "run_id", "unknown",
        "flags", "first_seen_run", "last_changed_run", "gone_run", "first_run", "last_run", "created_run",
        "unallocated_run", "person_id", "account_id", "contact_id", "decision_id", "row_id", "table_name",
    }
)  # fmt: skip


def received() -> str:
    parts = []
    for declaration in registry.declarations():
        parts += [f"### {declaration.title}", ""]
        rows: list[tuple[object, ...]] = [
            (f"**{offer.report}**", offer.purpose.rstrip("."), *_fields(offer))
            for offer in declaration.reports
        ]
        parts += [table(("report", "what for", "always", "unless declined", "only if asked for"), rows), ""]
    return "\n".join(parts)


def _fields(offer: ReportOffer) -> tuple[str, str, str]:
    def listed(chosen: list[FieldOffer]) -> str:
        return ", ".join(field.title for field in chosen)

    asked = [f for f in offer.fields if f.on_request]
    always = [f for f in offer.fields if f.status == FieldStatus.MANDATORY and not f.on_request]
    optional = [f for f in offer.fields if f not in asked and f not in always]
    return listed(always), listed(optional), listed(asked)


def columns_by_table() -> dict[str, list[str]]:
    known = {model.__tablename__ for model in vars(tables).values() if _is_table(model)}
    found = {name: SQLModel.metadata.tables[name] for name in sorted(known)}
    return {name: [column.name for column in each.columns] for name, each in found.items()}


def _is_table(model: object) -> bool:
    return isinstance(model, type) and issubclass(model, SQLModel) and model is not SQLModel


def kept() -> str:
    """The register of personal data: what for, until when, and what erasing does."""
    rows = [
        (f"`{e.table}`", e.holds, e.ground, e.until, e.erasing)
        for e in sorted(register.ENTRIES, key=lambda each: each.table)
        if e.about_people
    ]
    return table(("table", "personal data", "kept for", "until", "when a person is erased"), rows)


def stored() -> str:
    rows: list[tuple[object, ...]] = []
    for name, columns in columns_by_table().items():
        told = [column for column in columns if column not in BOOKKEEPING]
        about = ABOUT.get(name) or register.BY_TABLE[name].holds
        rows.append((f"`{name}`", about, ", ".join(f"`{column}`" for column in told)))
    return table(("table", "what it holds", "columns (without bookkeeping)"), rows)


#: One line a table; a table without one cannot be documented, and the test says so.
ABOUT = {
    "account": "an account of the school's directory",
    "alias": "earlier usernames and addresses that still lead to an account",
    "attendance_mark": "attendance marks as the MIS has them; empty unless Attendance is accepted",
    "candidate": "suggestions of the last run: which account might be whose, with the evidence",
    "case_note": "what an operator wrote on a case for whoever takes it up next",
    "connection": "how the school's MIS is reached; never a secret",
    "contact": "parents and carers; empty unless the Contacts report is accepted",
    "contact_link": "which contact belongs to which pupil",
    "contact_use": "a contact that was fetched when it was needed, and kept because it was used",
    "decision": "what an operator decided, when and why",
    "exclusion": "names and people that must never get an account",
    "heldplan": "the plan of a run that a limit stopped, until somebody approves or rejects it",
    "identifier": "a person's numbers (UPN, ULN, admission number, MIS id, staff code), with history",
    "journal": "every change with its before and after, so that it can be taken back",
    "lease": "which run has the school at the moment",
    "link": "which account belongs to which person",
    "membership": "who belongs to which class or group",
    "mis_move": "a change of MIS that is prepared; never a secret",
    "not_same": "pairs that somebody said are not the same person",
    "person": "a pupil or member of staff as the MIS last told",
    "problem": "records and fields left out by the last run, with who can mend them",
    "pupil_group": "groups of pupils",
    "reportscope": "what the school accepted and declined, who said so and when",
    "reserved_name": "usernames ever held, so that none is given to somebody else",
    "review": "accounts without a MIS person that somebody chose to keep",
    "run": "each sync: when, who started it, what came of it",
    "runmessage": "what a run said",
    "runprogress": "how far each report of a run has got",
    "runstage": "how each stage of a run ended",
    "school": "the school and its options",
    "school_class": "classes and registration groups",
    "subject": "subjects; empty unless the school asks for them",
}
BLOCKS = {"privacy.received": received, "privacy.stored": stored, "privacy.kept": kept}

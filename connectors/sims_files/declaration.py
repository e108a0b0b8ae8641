"""What the files can supply, from the same list the reader uses, and what the operator sets."""

from __future__ import annotations

from connectors.base import Declaration, FieldOffer, FieldStatus, ReportOffer, SettingField
from connectors.delimited.connector import MAX_AGE
from connectors.sims_files.layout import EXTERNAL, LAYOUTS, PERSON, PERSONNEL, Column


def _offer(column: Column) -> FieldOffer:
    purpose = column.purpose
    if column.group == PERSONNEL:
        purpose = f"{purpose} (comes only if the SIMS user is in {PERSONNEL})"
    return FieldOffer(
        name=column.field, title=column.title, purpose=purpose, on_request=column.asked,
        status=FieldStatus.MANDATORY if column.must else FieldStatus.OPTIONAL,
    )  # fmt: skip


DECLARATION = Declaration(
    slug="sims_files",
    route="sims-files",
    title="SIMS CommandReporter files",
    kind="files",
    reports=tuple(
        ReportOffer(
            report=layout.report, purpose=layout.purpose,
            fields=tuple(_offer(column) for column in layout.columns if column.offered),
        )
        for layout in LAYOUTS
    ),
    settings=(
        SettingField(
            name="path", title="Drop folder", required=True,
            help="Whole path of the folder that the export from SIMS fills, as this machine sees it.",
        ),
        SettingField(
            name="owner", title="Account that writes the files", pattern=r"[^\s:/\\]{1,64}",
            hint="the name of an account of this machine, or its number",
            help="Files of anybody else are refused. Empty: any owner, but never a folder all may write to.",
        ),
        SettingField(
            name="rights", title="Rights of the folder", default="check", pattern="check|ignore",
            hint="check or ignore",
            help="ignore only for a mounted share that shows no true rights here; guard it where it lies.",
        ),
        SettingField(
            name="key", title="What tells people apart", default=EXTERNAL, pattern=f"{EXTERNAL}|{PERSON}",
            hint=f"{EXTERNAL} or {PERSON}",
            help=f"{EXTERNAL}: the External ID. {PERSON}: the number in this database (primary_id). "
            "Never change it after the first sync: everybody would count as somebody new.",
        ),
        SettingField(
            name="captions", title="Captions of your own",
            pattern=r"(?:[a-z-]+\.[a-z_]+\s*=[^;]+(?:;\s*|$))+",
            hint="report.field=Caption; for instance students.admission_number=Adm. No",
            help="Only for columns whose caption in SIMS is not among those this console knows.",
        ),
        SettingField(
            name="settle", title="Seconds a file must have lain still", default="60", pattern=r"\d{1,4}",
            hint="a number of seconds, 0 to 9999",
            help="A file written to within that time may still be growing and is not read.",
        ),
        MAX_AGE,
    ),
)  # fmt: skip

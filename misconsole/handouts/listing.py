"""The list: one row a person, for whoever writes the letters; the password stands there as it is typed."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

from misconsole.exports.cells import line
from misconsole.handouts.slip import Sheet, Slip, grouped
from misconsole.text import csv_safe

COLUMNS = (
    "username", "email", "display_name", "registration_group", "year", "role", "password", "school",
    "sign_in_at", "sign_in_name",
)  # fmt: skip


def content(slips: Iterable[Slip], sheet: Sheet) -> bytes:
    """UTF-8 with a byte order mark, so that a spreadsheet reads accents; no cell of it runs as a formula.

    A password never begins with a sign that would need guarding, so it is what it is.
    """
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for _, group in grouped(slips):
        writer.writerows(_row(each, sheet) for each in group)
    return out.getvalue().encode("utf-8-sig")


def _row(each: Slip, sheet: Sheet) -> list[str]:
    before = (each.username, each.email, each.name, each.group, each.year, each.role)
    after = (sheet.school, sheet.where, each.sign_in)
    guarded = [csv_safe(line(cell)) for cell in before]
    return [*guarded, each.password.reveal(), *(csv_safe(line(cell)) for cell in after)]

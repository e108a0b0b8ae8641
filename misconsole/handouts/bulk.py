"""The upload files of directories without a live connection, with the column of passwords filled.

The formats are those of the exports and stay theirs: here only the cells of those who are handed out change.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from misconsole.exports import catalogue, writing
from misconsole.exports.shapes import Format, Made, Row, Table
from misconsole.rules.passwords import Password

#: Format -> (file, column of the password, column of "must change it" or "")
COLUMNS: Mapping[str, tuple[str, str, str]] = {
    "google": ("google-users.csv", "Password [Required]", "Change Password at Next Sign-In"),
    "entra": ("entra-bulk-create.csv", "Initial password [passwordProfile] Required", ""),
    "sds": ("users.csv", "password", ""),
}
#: Formats whose reader takes who is missing for gone: everybody is in the file, passwords only of some.
WHOLE = tuple(name for name in COLUMNS if catalogue.find(name).whole_set)


def account_of(key: str) -> int:
    """The account a row of these formats is of; its key ends in the number."""
    number = key.rpartition("-")[2]
    return int(number) if number.isascii() and number.isdigit() else 0


def held(chosen: Format, made: Made) -> frozenset[int]:
    """The accounts that have a row in the file of passwords."""
    file = COLUMNS[chosen.id][0]
    return frozenset(
        account_of(row.key) for table in made.tables if table.spec.name == file for row in table.rows
    )


def files(
    chosen: Format, made: Made, passwords: Mapping[int, Password], *, change: frozenset[int]
) -> dict[str, bytes]:
    """The files, with these passwords; ``change``: who has to choose another at the first sign-in."""
    file, column, must = COLUMNS[chosen.id]
    tables = [
        _filled(table, column, must, passwords, change) if table.spec.name == file else table
        for table in made.tables
    ]
    return writing.files(chosen, replace(made, tables=tables))


def _filled(
    table: Table, column: str, must: str, passwords: Mapping[int, Password], change: frozenset[int]
) -> Table:
    at = table.spec.columns.index(column)
    asked = table.spec.columns.index(must) if must else -1
    rows = []
    for row in table.rows:
        account = account_of(row.key)
        cells = list(row.cells)
        if account in passwords:
            cells[at] = passwords[account].reveal()
            if asked >= 0:
                cells[asked] = "TRUE" if account in change else "FALSE"
        rows.append(Row(row.key, row.label, tuple(cells)))
    return Table(table.name, table.spec, tuple(rows))

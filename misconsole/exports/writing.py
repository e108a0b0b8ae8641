"""Rows to bytes, the same bytes for the same rows, so that a digest says whether anything changed."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable, Mapping

from misconsole.exports.shapes import Dialect, Format, Made, Table
from misconsole.text import csv_safe

_WHEN = (1980, 1, 1, 0, 0, 0)  # the earliest a ZIP can say; the time of writing is no part of the content


def content(table: Table, dialect: Dialect) -> bytes:
    """The file: lines above, header, rows."""
    out = io.StringIO(newline="")
    for text in table.spec.above:
        out.write(text + dialect.end)
    rows = (row.cells for row in table.rows)
    if dialect.backslash:
        _write_backslash(out, [table.spec.columns, *rows], dialect.end)
    else:
        writer = csv.writer(out, lineterminator=dialect.end)
        writer.writerow(table.spec.columns)
        writer.writerows([csv_safe(cell) for cell in row] if dialect.guarded else row for row in rows)
    return out.getvalue().encode("utf-8-sig" if dialect.bom else "utf-8")


def _write_backslash(out: io.StringIO, rows: Iterable[tuple[str, ...]], end: str) -> None:
    for row in rows:
        out.write(",".join(map(_backslashed, row)) + end)


def _backslashed(cell: str) -> str:
    if not any(sign in cell for sign in ' ,;"\\'):
        return cell
    return '"' + cell.replace("\\", "\\\\").replace('"', '\\"') + '"'


def files(chosen: Format, made: Made) -> dict[str, bytes]:
    """File name to content; the one ZIP where the format is delivered in one."""
    found = {table.name: content(table, chosen.dialect) for table in made.tables}
    return {chosen.archive: _zipped(found)} if chosen.archive else found


def _zipped(found: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, each in found.items():
            entry = zipfile.ZipInfo(name, _WHEN)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o600 << 16
            archive.writestr(entry, each)
    return out.getvalue()

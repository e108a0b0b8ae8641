"""``docs/exports.md``: every format, its files, columns and options, from the formats' own declarations."""

from __future__ import annotations

from misconsole.exports import catalogue
from misconsole.exports.shapes import Format
from tests.docs.blocks import table


def overview() -> str:
    rows: list[tuple[object, ...]] = [
        (
            f"[`{f.id}`](#{f.id.replace('.', '')})",
            f.title,
            ", ".join(f.roles),
            "if asked for" if f.leavers else "never",
            "yes" if f.whole_set else "no",
        )
        for f in catalogue.FORMATS
    ]
    return table(("format", "writes", "accounts of", "leavers", "missing counts as gone"), rows)


def formats() -> str:
    return "\n".join(line for each in catalogue.FORMATS for line in _format(each))


def _format(each: Format) -> list[str]:
    guard = " A cell that would run as a formula gets an apostrophe." if each.dialect.guarded else ""
    lines = [
        f"### {each.id}", "", f"{each.title}. {each.dialect.told}.{guard}", "",
        f"- **Holds**: {each.contains}.", f"- **Leaves out**: {each.leaves_out}.", "",
    ]  # fmt: skip
    if each.archive:
        lines += [f"One ZIP, `{each.archive}`, with these files at its root:", ""]
    rows: list[tuple[object, ...]] = [
        (f"`{spec.name}`", spec.about, ", ".join(f"`{column}`" for column in spec.columns))
        for spec in each.files
    ]
    lines += [table(("file", "rows", "columns"), rows), ""]
    if each.options:
        options: list[tuple[object, ...]] = [
            (f"`{o.name}`", o.doc, ", ".join(c or "empty" for c in o.choices), f"`{o.default}`")
            for o in each.options
        ]
        lines += [table(("option", "what it decides", "takes", "default"), options), ""]
    return lines


BLOCKS = {"exports.overview": overview, "exports.formats": formats}

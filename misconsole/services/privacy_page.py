"""The answer to somebody who asks what is held on them, as a page to read and as JSON, of a redacted view.

Everything foreign is escaped: a name from a MIS is never markup, nor text that turns the page around.
"""

from __future__ import annotations

import html
import json
from collections.abc import Iterator
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from misconsole.services.privacy_views import HeldGroup, HeldRow, HeldView
from misconsole.text import shown

PAGE, DATA, INDEX = "about-you.html", "about-you.json", "index.txt"
FILES = {
    PAGE: "everything, to read in a browser or to print",
    DATA: "the same for a program: every table, value and source",
    INDEX: "this list, and what was left out and why",
}
LEFT_OUT = (
    "What is about other people was taken out and is marked [somebody else].",
    "Names of operators stand where they decided something in their office.",
    "Passwords are not held, and so are not in it.",
    "Usernames that were given up stay reserved by their bare name, so that nobody else is given them.",
)
STYLE = (
    "body{font:16px/1.5 sans-serif;max-width:60em;margin:2em auto;padding:0 1em}"
    "table{border-collapse:collapse;margin:0 0 1.5em}td,th{border:1px solid #999;padding:.2em .6em;"
    "text-align:left;vertical-align:top;overflow-wrap:anywhere}"
)


def said(value: Any) -> str:
    """A value in one line of text."""
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict):
        return shown("; ".join(f"{k}: {said(v)}" for k, v in value.items() if v not in (None, "", [], {})))
    if isinstance(value, (list, tuple)):
        return shown(", ".join(said(each) for each in value))
    return shown(str(value))


def index(view: HeldView, *, made: datetime) -> str:
    lines = [f"What {view.school_name} holds on {shown(view.who)} in misconsole, {made:%-d %B %Y}", ""]
    lines += [f"{name}: {what}" for name, what in FILES.items()]
    return "\n".join([*lines, "", *LEFT_OUT, ""])


def document(view: HeldView, *, made: datetime) -> str:
    whole = {"made_at": made, "left_out": LEFT_OUT, **asdict(view)}
    return json.dumps(whole, ensure_ascii=True, indent=1, default=_plain)


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else list(value)


def page(view: HeldView, *, made: datetime) -> str:
    return "\n".join(_page(view, made))


def _page(view: HeldView, made: datetime) -> Iterator[str]:
    title = _safe(f"What {view.school_name} holds on {view.who}")
    yield f'<!doctype html><html lang="en-GB"><head><meta charset="utf-8"><title>{title}</title>'
    yield f"<style>{STYLE}</style></head><body><h1>{title}</h1>"
    yield f"<p>Made on {made:%-d %B %Y}. {_safe(' '.join(LEFT_OUT))}</p>"
    for group in view.groups:
        yield from _group(group)
    yield from _table("What was sent out", ("when", "how", "what", "by", "certain", "which attributes"), [
        (said(x.at) if x.at else "", x.how, x.what, x.by, x.certain, ", ".join(x.attributes))
        for x in view.sent
    ])  # fmt: skip
    yield from _table("Runs and decisions about you", ("when", "what", "by"), [
        (said(x.at) if x.at else "", x.said, x.by) for x in view.touched
    ])  # fmt: skip
    yield from _table("Where else you are named", ("where", "text"), [
        (f"{x.table} {x.column}", x.text) for x in view.mentions
    ])  # fmt: skip
    yield "</body></html>"


def _group(group: HeldGroup) -> Iterator[str]:
    yield f"<h2>{_safe(group.title)}</h2><p>Held for: {_safe(group.ground)}. Until: {_safe(group.until)}.</p>"
    rows = [cells for row in group.rows for cells in _cells(row)]
    yield from _rows(("what", "value", "from", "since", "last changed"), rows)


def _cells(row: HeldRow) -> Iterator[tuple[str, ...]]:
    for each in row.fields:
        changed = said(each.changed) if each.changed else ""
        yield each.title, said(each.value), each.source, said(each.since) if each.since else "", changed


def _table(title: str, head: tuple[str, ...], rows: list[tuple[str, ...]]) -> Iterator[str]:
    if rows:
        yield f"<h2>{title}</h2>"
        yield from _rows(head, rows)


def _rows(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> Iterator[str]:
    yield "<table><tr>" + "".join(f"<th>{each}</th>" for each in head) + "</tr>"
    for row in rows:
        yield "<tr>" + "".join(f"<td>{_safe(each)}</td>" for each in row) + "</tr>"
    yield "</table>"


def _safe(text: str) -> str:
    return html.escape(shown(text))

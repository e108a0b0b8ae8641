"""What a hand-out writes: the files of its form, and who has no place in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

from misconsole.handouts import bulk, listing
from misconsole.handouts.slip import Sheet, Slip, grouped
from misconsole.rules.names import fold
from misconsole.rules.passwords import Password
from misconsole.services.handout_people import Ready
from misconsole.services.handout_views import ENDINGS, LeftOut, Wish

if TYPE_CHECKING:
    from sqlmodel import Session

    from data.tables import School
    from misconsole.exports.shapes import Format, Made

UPLOADED = "This file only makes users in Entra ID; who is there already keeps the password they have."


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A directory's format with everything but the passwords."""

    chosen: Format
    made: Made


def upload(
    s: Session, school: School, wish: Wish, people: Sequence[Ready], *, today: date
) -> tuple[Upload | None, list[LeftOut]]:
    """The format a wish asks for, None for lists and slips; and whom the format cannot hold."""
    if wish.form not in bulk.COLUMNS:
        return None, []
    from misconsole.exports import catalogue
    from misconsole.services.export_roster import roster

    chosen = catalogue.find(wish.form)
    facts = roster(s, school, chosen, today=today, addresses={}, options=catalogue.options(chosen, {}))
    wanted = {each.account for each in people}
    if chosen.id not in bulk.WHOLE:
        facts = replace(facts, holders=tuple(h for h in facts.holders if bulk.account_of(h.number) in wanted))
    made = chosen.build(facts)
    said = {bulk.account_of(each.number): f"{each.reason} {each.mend}".strip() for each in made.left_out}
    held = bulk.held(chosen, made)
    left = [
        LeftOut(
            account=each.account, username=each.username,
            reason=said.get(each.account, f"{chosen.title} has no place for {each.role} accounts."),
        )
        for each in people
        if each.account not in held
    ]  # fmt: skip
    return Upload(chosen=chosen, made=made), left


def files(
    wish: Wish, people: Sequence[Ready], secrets: Mapping[int, Password], *, sheet: Sheet,
    upload: Upload | None, change: frozenset[int],
) -> tuple[dict[str, bytes], tuple[str, ...]]:  # fmt: skip
    """File name to content, and what whoever prints it must know."""
    if upload is not None:
        given = {each.account: secrets[each.account] for each in people}
        found = bulk.files(upload.chosen, upload.made, given, change=change)
        again = (UPLOADED,) if wish.form == "entra" and wish.again else ()
        return found, again
    slips = [each.slip(secrets[each.account]) for each in people]
    if not wish.split:
        content, plain = _one(wish.form, slips, sheet)
        return {f"handout{ENDINGS[wish.form]}": content}, _told(plain)
    made: dict[str, bytes] = {}
    plain = []
    for heading, group in grouped(slips):
        content, own = _one(wish.form, group, sheet)
        made[_name(heading, ENDINGS[wish.form], made)] = content
        plain += own
    return made, _told(plain)


def _one(form: str, slips: Sequence[Slip], sheet: Sheet) -> tuple[bytes, list[str]]:
    if form == "csv":
        return listing.content(slips, sheet), []
    from misconsole.handouts.slips import content

    printed = content(slips, sheet)
    return printed.content, list(printed.plain)


def _told(plain: Sequence[str]) -> tuple[str, ...]:
    if not plain:
        return ()
    more = f" and {len(plain) - 5} more" if len(plain) > 5 else ""
    return (f"Printed in plain letters, for want of their own: {', '.join(plain[:5])}{more}.",)


def _name(heading: str, ending: str, taken: Mapping[str, bytes]) -> str:
    """A file name that any system takes, of the group's own letters."""
    word = "-".join(fold(heading).split())[:40] or "group"
    name, n = f"{word}{ending}", 1
    while name in taken:
        n += 1
        name = f"{word}-{n}{ending}"
    return name

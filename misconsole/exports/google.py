"""Google Workspace, "Bulk update users": new users, changed names and addresses, suspended leavers.

A row for an address that exists changes that user, so a rename is written with both addresses: Google then
keeps the old one as an alias (Y3, O5).  No password is ever in it: ``****`` keeps the one there is.
"""

from __future__ import annotations

from misconsole.exports.cells import Sieve, sign_in
from misconsole.exports.roster import Holder, Roster
from misconsole.exports.shapes import Dialect, FileSpec, Format, Made, Option, Row, Said, Table

KEEP = "****"
LONGEST_NAME = 60
SPEC = FileSpec(
    name="google-users.csv",
    columns=(
        "First Name [Required]", "Last Name [Required]", "Email Address [Required]", "Password [Required]",
        "Org Unit Path [Required]", "New Primary Email [UPLOAD ONLY]", "Employee ID",
        "Change Password at Next Sign-In", "New Status [UPLOAD ONLY]",
    ),
    about="one row an account",
)  # fmt: skip


def build(roster: Roster) -> Made:
    made = Made()
    sieve = Sieve(made)
    rows = [row for holder in roster.holders if (row := _row(holder, roster, sieve))]
    made.tables.append(Table(SPEC.name, SPEC, tuple(rows)))
    _say(rows, made)
    return sieve.close()


def _row(holder: Holder, roster: Roster, sieve: Sieve) -> Row | None:
    new = sign_in(holder, sieve)
    if not new:
        return None
    first = sieve.text(holder.username, "first name", holder.given, longest=LONGEST_NAME)
    last = sieve.text(holder.username, "last name", holder.family, longest=LONGEST_NAME)
    if not (first and last):
        sieve.drop(holder, "Google wants a first and a last name.", "Fill it in in the MIS or the account.")
        return None
    before = roster.addresses.get(holder.number, new)
    renamed = before.lower() != new.lower()
    sieve.made.addresses[holder.number] = new
    status = "Active" if holder.state == "active" else "Suspended"
    cells = (
        first, last, before if renamed else new, "" if holder.fresh else KEEP, _unit(holder, roster),
        new if renamed else "", holder.number, "TRUE" if holder.fresh else "", status,
    )  # fmt: skip
    return Row(holder.number, holder.username, cells)


def _unit(holder: Holder, roster: Roster) -> str:
    entry = str(holder.year_of_entry or "")
    path = roster.options[f"{holder.role}_unit"].replace("{entry}", entry)
    return path.rstrip("/") or "/"


def _say(rows: list[Row], made: Made) -> None:
    fresh = sum(not row.cells[3] for row in rows)
    if fresh:
        made.notices.append(
            Said(
                code="no_password",
                message=f"{fresh} new accounts have no password here; Google refuses these rows until the "
                "column Password is filled. Passwords come from the hand-out, not from an export.",
            )
        )
    renamed = [f"{row.cells[2]} → {row.cells[5]}" for row in rows if row.cells[5]]
    if renamed:
        told = ", ".join(renamed[:5]) + (f" and {len(renamed) - 5} more" if len(renamed) > 5 else "")
        made.notices.append(
            Said(
                code="renamed",
                message=f"Renamed since the last export: {told}. Upload this file before writing the next "
                "one: only this one names both addresses.",
            )
        )


def _option(role: str, default: str) -> Option:
    return Option(
        name=f"{role}_unit", default=default, pattern=r"/[^,\"\r\n]{0,200}",
        doc=f"organisational unit of {role} accounts, which must exist; {{entry}} is the year of entry",
    )  # fmt: skip


FORMAT = Format(
    id="google",
    title="Google Workspace, bulk update of users",
    build=build,
    files=(SPEC,),
    contains="names, addresses, organisational unit, our id as Employee ID, and after a rename both "
    "addresses; leavers as suspended if they are asked for",
    leaves_out="passwords (**** keeps the one there is; new accounts have an empty cell), dates of birth, "
    "telephone numbers, classes; Google keeps the old address of a renamed user as an alias by itself",
    dialect=Dialect(end="\n"),
    leavers=True,
    options=(_option("pupil", "/Pupils/{entry}"), _option("staff", "/Staff"), _option("other", "/Other")),
)
